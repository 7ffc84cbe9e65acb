# What makes synclined a service of systemd: unit, user, folders, and a sample
# of the pipeline file, which never replaces one that is there.
SYSCONFDIR ?= /etc
LIBDIR     := $(DESTDIR)$(PREFIX)/lib
CONFDIR    := $(DESTDIR)$(SYSCONFDIR)/syncline

install-service:
	install -d $(LIBDIR)/systemd/system $(LIBDIR)/sysusers.d \
	    $(LIBDIR)/tmpfiles.d $(CONFDIR)
	install -d -m 700 $(CONFDIR)/credentials
	sed -e 's|/usr/bin/|$(PREFIX)/bin/|' -e 's|/etc/|$(SYSCONFDIR)/|' \
	    deploy/systemd/synclined.service \
	    > $(LIBDIR)/systemd/system/synclined.service
	chmod 644 $(LIBDIR)/systemd/system/synclined.service
	install -m 644 deploy/sysusers.d/syncline.conf $(LIBDIR)/sysusers.d
	sed 's|/etc/|$(SYSCONFDIR)/|' deploy/tmpfiles.d/syncline.conf \
	    > $(LIBDIR)/tmpfiles.d/syncline.conf
	chmod 644 $(LIBDIR)/tmpfiles.d/syncline.conf
	[ -e $(CONFDIR)/pipeline.yaml ] || \
	    install -m 644 deploy/etc/pipeline.yaml $(CONFDIR)

.PHONY: install-service

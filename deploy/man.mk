# The manual: deploy/man/PAGE.in filled in with what the programs themselves
# print about their options and the pipeline file's keys.
MAN_IN    := $(wildcard deploy/man/*.in)
MAN_PAGES := $(MAN_IN:deploy/man/%.in=$(BUILD)/man/%)

$(BUILD)/man/%: deploy/man/%.in deploy/man/fill.sh \
    $(wildcard deploy/man/*.mdoc) $(BINS)
	@mkdir -p $(@D)
	bash deploy/man/fill.sh $(BUILD)/bin $< > $@

man: $(MAN_PAGES)

install-man: man
	set -e; for page in $(MAN_PAGES); do \
	    dir=$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}; \
	    install -d $$dir; install -m 644 $$page $$dir; done

man-check: man # what mandoc would complain about
	mandoc -Tlint -W warning $(MAN_PAGES)

.PHONY: man install-man man-check

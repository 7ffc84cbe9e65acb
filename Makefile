# Syncline. `make help` lists the targets; everything lands in $(BUILD).
SHELL   := /bin/bash
BUILD   ?= build
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif
OPT     ?= -O3 -g
SAN     ?=
WERROR  ?= -Werror
WARN    := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes \
	-Wmissing-prototypes -Wvla -Wformat=2 -Wundef -Wpointer-arith \
	-Wwrite-strings -Wcast-qual $(WERROR)
HARDEN  := -fstack-protector-strong -fPIE
ifeq ($(SAN),)
HARDEN  += -D_FORTIFY_SOURCE=2
endif
CPPFLAGS += -I. -D_GNU_SOURCE -DSYNCLINE_VERSION='"$(VERSION)"'
CFLAGS  += -std=c17 $(OPT) $(WARN) $(HARDEN) $(SAN) -MMD -MP
LDFLAGS += -pie -Wl,-z,relro,-z,now -Wl,--as-needed $(SAN)

.DEFAULT_GOAL := all
include deploy/packages.mk

STAGES := extract normalize identity delta resolver load
BINS   := $(STAGES:%=$(BUILD)/bin/syncline-%) \
	$(BUILD)/bin/synclined $(BUILD)/bin/syncline

all: $(BINS) man

obj = $(patsubst %.c,$(BUILD)/obj/%.o,$(1))
include tests/tests.mk
include tests/bench/bench.mk

# --- objects and libraries -------------------------------------------------
DB_SRC    := $(wildcard proto/db_*.c)
STORE_SRC := $(wildcard proto/store*.c)
PROTO_SRC := $(filter-out $(DB_SRC) $(STORE_SRC),$(wildcard proto/*.c))

# BLAKE3 is built from the sources that Debian's librust-blake3-dev installs.
B3DIR  := $(firstword $(wildcard /usr/share/cargo/registry/blake3-*/c))
B3_OBJ := $(addprefix $(BUILD)/obj/blake3/,blake3.o blake3_dispatch.o \
	blake3_portable.o)
ifeq ($(shell uname -m),x86_64)
B3_OBJ += $(addprefix $(BUILD)/obj/blake3/,blake3_sse2_x86-64_unix.o \
	blake3_sse41_x86-64_unix.o blake3_avx2_x86-64_unix.o \
	blake3_avx512_x86-64_unix.o)
else ifeq ($(shell uname -m),aarch64)
B3_OBJ += $(BUILD)/obj/blake3/blake3_neon.o
endif

$(BUILD)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CPPFLAGS_$*) $(CFLAGS) -c -o $@ $<
$(BUILD)/obj/blake3/%.o: $(B3DIR)/%.c
	@mkdir -p $(@D)
	$(CC) -I$(B3DIR) -O3 -fPIE $(SAN) -c -o $@ $<
$(BUILD)/obj/blake3/%.o: $(B3DIR)/%.S
	@mkdir -p $(@D)
	$(CC) -c -o $@ $<

CPPFLAGS_identity/hash := -isystem $(B3DIR)

$(BUILD)/lib%.a:
	@mkdir -p $(@D)
	rm -f $@ && ar rcs $@ $^
$(BUILD)/libproto.a: $(call obj,$(PROTO_SRC))
$(BUILD)/libdb.a: $(call obj,$(DB_SRC))
$(BUILD)/libstore.a: $(call obj,$(STORE_SRC)) $(BUILD)/obj/migrations.o
$(BUILD)/libblake3.a: $(B3_OBJ)

# A folder's library is everything but its main, so that tests can link it.
stage_src = $(filter-out $(1)/$(1).c,$(wildcard $(1)/*.c))
define stage_rules
$(BUILD)/lib$(1).a: $(call obj,$(call stage_src,$(1)))
$(BUILD)/bin/syncline-$(1): $(BUILD)/obj/$(1)/$(1).o $(BUILD)/lib$(1).a
endef
$(foreach s,$(STAGES),$(eval $(call stage_rules,$(s))))

SUPERVISOR_MAINS := supervisor/synclined.c supervisor/syncline.c
$(BUILD)/libsupervisor.a: $(call obj,$(filter-out $(SUPERVISOR_MAINS),\
	$(wildcard supervisor/*.c supervisor/cli/*.c)))
$(BUILD)/bin/synclined: $(BUILD)/obj/supervisor/synclined.o
$(BUILD)/bin/syncline: $(BUILD)/obj/supervisor/syncline.o
$(BUILD)/bin/synclined $(BUILD)/bin/syncline: $(BUILD)/libsupervisor.a \
	$(BUILD)/libstore.a

LIBS_proto := -lzmq -lmsgpackc -lyaml -ljansson -lzstd -lxxhash -lm
LIBS_db    := -lpq -lsqlite3
LIBS_store := -lsqlite3 -lxxhash
LIBS_extract   := $(LIBS_db) -lz -lzstd
LIBS_normalize := -lsqlite3 -lutf8proc -lunistring
LIBS_identity  := -lxxhash
LIBS_delta     := -lsqlite3 -lxxhash
LIBS_load      := $(LIBS_db)
LIBS_supervisor := $(LIBS_store)

$(BUILD)/bin/syncline-extract $(BUILD)/bin/syncline-load: $(BUILD)/libdb.a
$(BUILD)/bin/syncline-identity: $(BUILD)/libblake3.a
$(BINS): $(BUILD)/libproto.a
$(BINS):
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group \
	    $(filter %.a,$^) -Wl,--end-group $(LIBS_$(subst syncline-,,$(@F))) \
	    $(if $(filter synclined syncline,$(@F)),$(LIBS_supervisor)) $(LIBS_proto)

# The migration chain is compiled in: one C array made from the .sql files.
MIGRATIONS := $(sort $(wildcard proto/migrations/*.sql))
$(BUILD)/gen/migrations.c: $(MIGRATIONS) proto/migrations/embed.sh
	@mkdir -p $(@D)
	bash proto/migrations/embed.sh $(MIGRATIONS) > $@
$(BUILD)/obj/migrations.o: $(BUILD)/gen/migrations.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -c -o $@ $<

include deploy/man.mk
include deploy/service.mk

# --- care ------------------------------------------------------------------
C_FILES  := $(shell git ls-files '*.c' 2>/dev/null)
CH_FILES := $(shell git ls-files '*.[ch]' 2>/dev/null)

lint: lint-deps
	cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 -I. \
	    --enable=warning,portability --suppress=missingIncludeSystem \
	    --suppress=nullPointerOutOfMemory --suppress=varFuncNullUB \
	    --suppress=autoVariables --suppress=internalAstError \
	    $(filter-out tests/%,$(C_FILES))
	printf '%s\n' $(filter-out tests/%,$(C_FILES)) | xargs -P2 -n8 \
	    sh -c 'clang-tidy-14 --quiet "$$@" -- -I. -D_GNU_SOURCE -DSYNCLINE_VERSION=\"x\" -std=c17 -isystem $(B3DIR)' --

fmt: lint-deps
	clang-format-14 -i $(CH_FILES)
fmt-check: lint-deps
	clang-format-14 --dry-run -Werror $(CH_FILES)

headers: # every header compiles alone
	@for h in $$(git ls-files '*.h'); do \
	    echo 'extern int not_empty;' | $(CC) $(CPPFLAGS) -isystem $(B3DIR) \
	    -std=c17 $(WARN) -fsyntax-only -include $$h -x c - || exit 1; done

clean:
	rm -rf $(BUILD)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(BUILD)/bin/syncline $(BUILD)/bin/synclined $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(STAGES:%=$(BUILD)/bin/syncline-%) $(DESTDIR)$(PREFIX)/bin
	$(MAKE) --no-print-directory install-man install-service

demo: deps
	+$(MAKE) --no-print-directory -j$$(nproc) all
	bash deploy/demo/run.sh $(BUILD)/bin $(BUILD)/demo

help:
	@echo 'make            build everything into $(BUILD)/bin'
	@echo 'make demo       install what it needs, build, run three nights on real data'
	@echo 'make test       install what the tests need and pass them all'
	@echo 'make unit       the unit tests alone'
	@echo 'make san        unit and golden tests under ASan and UBSan'
	@echo 'make fuzz       a short run of every fuzz target (FUZZ_SECONDS=5)'
	@echo 'make soak       nights that are disturbed, by the hundred (SEED=1 FAULTS=200)'
	@echo 'make bench      measure the nights against limits and peers: $(BUILD)/bench'
	@echo 'make bench-quick   the same, smaller, in two minutes'
	@echo 'make lint       cppcheck and clang-tidy'
	@echo 'make fmt        clang-format everything; fmt-check only looks'
	@echo 'make man-check  what mandoc has to say about the manual'
	@echo 'make headers    every header compiles alone'
	@echo 'make install    programs, manual, systemd unit: DESTDIR= PREFIX=$(PREFIX) SYSCONFDIR=/etc'
	@echo 'make clean      remove $(BUILD)'

.PHONY: all man lint fmt fmt-check headers clean install demo help
.DELETE_ON_ERROR:
-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)

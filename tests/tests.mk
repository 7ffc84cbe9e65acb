# Targets of the tests: unit, golden, end-to-end, sanitizers, fuzzing.
# A unit test tests/unit/FOLDER/test_X.c links FOLDER's library.
UNIT_SRC  := $(wildcard tests/unit/*/test_*.c)
UNIT_BINS := $(UNIT_SRC:%.c=$(BUILD)/%)
unit_dir = $(notdir $(patsubst %/,%,$(dir $(1))))

define unit_rule
$(BUILD)/$(1:.c=): $(call obj,$(1)) $$(wildcard $$(BUILD)/none) \
    $(if $(filter-out proto,$(call unit_dir,$(1))),$(BUILD)/lib$(call unit_dir,$(1)).a) \
    $(BUILD)/libdb.a $(BUILD)/libstore.a $(BUILD)/libproto.a $(BUILD)/libblake3.a
endef
$(foreach t,$(UNIT_SRC),$(eval $(call unit_rule,$(t))))
$(UNIT_BINS):
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) -o $@ $(filter %.o,$^) -Wl,--start-group \
	    $(filter %.a,$^) -Wl,--end-group -lcmocka -lpq -lsqlite3 -lz \
	    -lutf8proc -lunistring $(LIBS_proto)

unit: $(UNIT_BINS)
	@set -e; for t in $(UNIT_BINS); do $$t; done
.PHONY: unit

# The tests: unit, golden, end-to-end, sanitizers, fuzzing. `make test` runs
# them all through tests/run.sh, which counts.
# A unit test tests/unit/FOLDER/test_X.c links FOLDER's library.
UNIT_SRC  := $(wildcard tests/unit/*/test_*.c)
UNIT_BINS := $(UNIT_SRC:%.c=$(BUILD)/%)
FUZZ_SRC  := $(wildcard tests/fuzz/*/fuzz_*.c)
FUZZ_BINS := $(FUZZ_SRC:%.c=$(BUILD)/%)
FUZZ_SECONDS ?= 5
PYTHON    := /usr/bin/python3

# The folder a test stands in names the library it is about.
test_folder = $(notdir $(patsubst %/,%,$(dir $(1))))
define test_rule
$(BUILD)/$(1:.c=): $(call obj,$(1)) \
    $(patsubst %,$(BUILD)/lib%.a,$(filter-out proto,$(call test_folder,$(1)))) \
    $(BUILD)/libdb.a $(BUILD)/libstore.a $(BUILD)/libproto.a $(BUILD)/libblake3.a
endef
$(foreach t,$(UNIT_SRC) $(FUZZ_SRC),$(eval $(call test_rule,$(t))))

TEST_LIBS := -lpq -lsqlite3 -lz -lutf8proc -lunistring
$(UNIT_BINS): TEST_LIBS += -lcmocka
$(UNIT_BINS) $(FUZZ_BINS):
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $(FUZZ_FLAG) -o $@ $(filter %.o,$^) \
	    -Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
	    $(TEST_LIBS) $(LIBS_proto)
$(FUZZ_BINS): FUZZ_FLAG := -fsanitize=fuzzer

unit-bins: $(UNIT_BINS)
fuzz-bins: $(FUZZ_BINS)
unit: test-deps unit-bins
	bash tests/run.sh $(BUILD) unit

# A build under ASan and UBSan, beside the plain one.
SAN_MAKE  := $(MAKE) --no-print-directory BUILD=$(BUILD)/san OPT="-O1 -g" \
	SAN="-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"
FUZZ_MAKE := $(MAKE) --no-print-directory BUILD=$(BUILD)/fuzz CC=clang OPT="-O1 -g" \
	SAN="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all"

san-build:
	+$(SAN_MAKE) all unit-bins
san: test-deps
	+$(MAKE) --no-print-directory san-build
	bash tests/run.sh $(BUILD) san
fuzz-build:
	+$(FUZZ_MAKE) fuzz-bins
fuzz: test-deps
	+$(MAKE) --no-print-directory fuzz-build
	FUZZ_SECONDS=$(FUZZ_SECONDS) bash tests/run.sh $(BUILD) fuzz

test: test-deps
	+$(MAKE) --no-print-directory -j2 all unit-bins
	+$(MAKE) --no-print-directory -j2 san-build
	+$(MAKE) --no-print-directory -j2 fuzz-build
	FUZZ_SECONDS=$(FUZZ_SECONDS) PYTHON=$(PYTHON) \
	    bash tests/run.sh $(BUILD) unit golden e2e san fuzz

# The long form of two of them: SEED= draws other faults, FIRST= begins with
# another number of them, where a soak was broken off.
SEED   ?= 1
FAULTS ?= 200
FIRST  ?= 1
NIGHTS ?= 100
soak: test-deps
	+$(MAKE) --no-print-directory -j2 all
	SYNCLINE_NIGHTS=$(NIGHTS) SYNCLINE_BIN=$(BUILD)/bin $(PYTHON) -m pytest -q \
	    tests/e2e/test_hundred_nights.py
	SYNCLINE_BIN=$(BUILD)/bin SEED=$(SEED) FAULTS=$(FAULTS) FIRST=$(FIRST) \
	    $(PYTHON) tests/e2e/soak.py

.PHONY: soak unit unit-bins fuzz fuzz-bins fuzz-build san san-build test

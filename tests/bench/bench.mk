# The benchmark. `make bench` takes about twenty minutes and leaves its report
# in $(BUILD)/bench; README=1 puts the table into README.md, too.
#   ROWS=1000000,10000000   sizes of the nights from PostgreSQL to PostgreSQL
#   OTHER_ROWS=1000000      size of everything else
#   REPEAT=3                repetitions, of which medians are taken
#   PEERS=no                without the others' tools, and without installing them
#   PARTS=postgres,sqlite,csv,null,latency,shapes
#   SHAPES=full             sizes of the part shapes: full, quick or tiny
#   KEEP=1                  leave databases and files in $(BUILD)/bench
BENCH      := $(BUILD)/bench
BENCH_PY   := PYTHONDONTWRITEBYTECODE=1 $(PYTHON) tests/bench
BENCH_PEERS := pgcopydb pgloader
BENCH_WORDS = $(if $(ROWS),--rows $(ROWS)) \
	$(if $(OTHER_ROWS),--other-rows $(OTHER_ROWS)) \
	$(if $(REPEAT),--repeat $(REPEAT)) $(if $(PEERS),--peers $(PEERS)) \
	$(if $(PARTS),--parts $(PARTS)) $(if $(SHAPES),--shapes $(SHAPES)) $(if $(KEEP),--keep)

bench-deps: deps
	@bash deploy/install-packages.sh deploy/packages-bench.txt
	@[ '$(PEERS)' = no ] || for p in $(BENCH_PEERS); do \
	    bash deploy/install-packages.sh <(echo $$p) || true; done

bench: bench-deps
	+$(MAKE) --no-print-directory -j$$(nproc) all
	$(BENCH_PY)/bench.py --bin $(BUILD)/bin --work $(BENCH) $(BENCH_WORDS)
	$(if $(README),$(BENCH_PY)/readme.py $(BENCH)/report.json README.md)

# One repetition at one size, in about two minutes.
bench-quick: ROWS := $(or $(ROWS),1000000)
bench-quick: OTHER_ROWS := $(or $(OTHER_ROWS),500000)
bench-quick: REPEAT := $(or $(REPEAT),1)
bench-quick: SHAPES := $(or $(SHAPES),quick)
bench-quick: bench-deps
	+$(MAKE) --no-print-directory -j$$(nproc) all
	$(BENCH_PY)/bench.py --bin $(BUILD)/bin --work $(BENCH) $(BENCH_WORDS)

.PHONY: bench bench-quick bench-deps

#!/bin/bash
# Runs suites of tests and counts them. usage: run.sh BUILD SUITE...
# Suites: unit golden e2e san fuzz. Ends in a line "N passed, N failed".
set -u
build=$1
shift
python=${PYTHON:-/usr/bin/python3}
passed=0 failed=0
logs=$build/test-logs
mkdir -p "$logs"

# count LOG STATUS NAME PASSED: one program's result, its output if it failed.
count() {
	local log=$1 status=$2 name=$3 ok=$4 bad=$5
	passed=$((passed + ok))
	failed=$((failed + bad))
	if [ "$status" -ne 0 ]; then
		[ "$bad" -gt 0 ] || failed=$((failed + 1))
		echo "FAILED $name"
		tail -n 60 "$log" | sed 's/^/    /'
	else
		echo "ok     $name ($ok)"
	fi
}

sum() { awk '{n += $1} END {print n + 0}'; }

# cmocka's own closing lines say how many tests there were.
unit_suite() {
	local dir=$1 label=$2 t log
	for t in "$dir"/tests/unit/*/test_*; do
		[ -x "$t" ] && [ -f "$t" ] && [ "${t%.d}" = "$t" ] || continue
		log=$logs/$label-$(basename "$t").log
		"$t" >"$log" 2>&1
		count "$log" $? "$label $(basename "$(dirname "$t")")/$(basename "$t")" \
			"$(sed -n 's/^\[  PASSED  \] \([0-9]*\) test.*/\1/p' "$log" | sum)" \
			"$(sed -n 's/^\[  FAILED  \] \([0-9]*\) test.*/\1/p' "$log" | sum)"
	done
}

# Programs that end in "N passed, N failed".
script_suite() {
	local label=$1 log
	shift
	log=$logs/$label.log
	"$@" >"$log" 2>&1
	count "$log" $? "$label" \
		"$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$log" | sum)" \
		"$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$log" | sum)"
}

e2e_suite() {
	local log=$logs/e2e.log status
	# Progress is shown as it comes: this is the long part.
	SYNCLINE_BIN=$build/bin "$python" -m pytest -q -ra -p no:cacheprovider \
		tests/e2e 2>&1 | tee "$log"
	status=${PIPESTATUS[0]}
	count "$log" "$status" e2e \
		"$(grep -oE '[0-9]+ passed' "$log" | tail -1 | sum)" \
		"$(grep -oE '[0-9]+ (failed|error)' "$log" | sum)"
}

fuzz_suite() {
	local t log name corpus
	for t in "$build"/fuzz/tests/fuzz/*/fuzz_*; do
		[ -x "$t" ] && [ -f "$t" ] && [ "${t%.d}" = "$t" ] || continue
		name=$(basename "$(dirname "$t")")/$(basename "$t")
		log=$logs/$(basename "$t").log
		corpus=$build/fuzz/corpus/$(basename "$t")
		mkdir -p "$corpus"
		"$t" -max_total_time="${FUZZ_SECONDS:-5}" -rss_limit_mb=2048 \
			-timeout=10 -print_final_stats=1 \
			-artifact_prefix="$logs/" "$corpus" >"$log" 2>&1
		count "$log" $? "fuzz $name" 1 0
	done
}

source tests/postgres.sh
for suite in "$@"; do
	case $suite in
	unit | san)
		pg_start || { echo "run.sh: no PostgreSQL server" >&2; exit 1; }
		break
		;;
	esac
done

export ASAN_OPTIONS=detect_leaks=1 UBSAN_OPTIONS=print_stacktrace=1
for suite in "$@"; do
	echo "== $suite"
	case $suite in
	unit) unit_suite "$build" unit ;;
	golden) script_suite golden "$python" tests/golden/run.py "$build/bin" ;;
	e2e) e2e_suite ;;
	san)
		unit_suite "$build/san" san
		script_suite san-golden "$python" tests/golden/run.py "$build/san/bin"
		;;
	fuzz) fuzz_suite ;;
	*) echo "run.sh: no suite $suite" >&2; exit 64 ;;
	esac
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]

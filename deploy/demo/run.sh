#!/bin/bash
# Three nights on real data: the package index of this machine.
# usage: run.sh BIN_DIR WORK_DIR
set -euo pipefail
bin=$(realpath "$1")
mkdir -p "$2"
work=$(realpath "$2")
here=$(dirname "$(realpath "$0")")
py=/usr/bin/python3
export PYTHONDONTWRITEBYTECODE=1

fail() {
	echo "demo: $1" >&2
	exit 1
}

night() { # NAME EXPECTED_EXIT_CODE
	local code=0
	echo
	echo "== $1: syncline run"
	"$bin/syncline" run -c "$work/pipeline.yaml" || code=$?
	[ "$code" -eq "$2" ] || fail "$1: exit code $code, expected $2"
}

compare() {
	"$py" "$here/compare.py" "$work/source.db" "$work/target.db"
}

rm -rf "$work/source.db" "$work/target.db" "$work/.syncline"
cp "$here/pipeline.yaml" "$work/pipeline.yaml"
"$py" "$here/make_source.py" "$work/source.db"
"$bin/syncline" check -c "$work/pipeline.yaml" || fail "check found problems"

night "night one" 0
compare

echo
"$py" "$here/edit_source.py" "$work/source.db"
night "night two" 4
echo "Exit code 4: done, but with rejects. They are kept, with their rows:"
"$bin/syncline" failed list -c "$work/pipeline.yaml"
compare

before=$(sha256sum <"$work/target.db")
night "night three" 4
after=$(sha256sum <"$work/target.db")
[ "$before" = "$after" ] || fail "night three wrote to the target"
echo "Not one byte of the target changed. The two rejects are reported until"
echo "somebody mends their rows."
echo
compare

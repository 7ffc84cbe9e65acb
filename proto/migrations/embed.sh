#!/bin/bash
# Writes the migration chain as one C file to stdout.
#   embed.sh 0001_NAME.down.sql 0001_NAME.up.sql 0002_…
# The chain must be complete: versions from 1 without a gap, each both ways.
set -euo pipefail

fail() {
	echo "embed.sh: $*" >&2
	exit 1
}

# A C array of the file's bytes: a literal would be limited to 4095.
array() { # NAME FILE
	echo "static const char $1[] = {"
	od -An -v -tx1 "$2" | sed 's/ \(..\)/0x\1,/g'
	echo '0x00,'
	echo '};'
}

folder=
for file in "$@"; do
	base=${file##*/}
	[[ $base =~ ^[0-9]{4}_[a-z_]+\.(up|down)\.sql$ ]] ||
		fail "$file: the name must be like 0001_name.up.sql"
	# The runner owns the transaction; a script must not end it.
	if grep -qiE '^[[:space:]]*(begin|commit|end|rollback|savepoint|vacuum|pragma)\b' "$file"; then
		fail "$file: a migration must not control transactions"
	fi
	LC_ALL=C grep -q '[^ -~	]' "$file" && fail "$file: only ASCII"
	folder=${file%/*}
done
[ -n "$folder" ] || fail "no migrations given"

echo '#include "proto/store_migrate.h"'
table=
version=0
for up in "$folder"/*.up.sql; do
	version=$((version + 1))
	number=$(printf %04d $version)
	base=${up##*/}
	name=${base#*_}
	name=${name%.up.sql}
	[ "${base%%_*}" = "$number" ] || fail "$up: expected version $number"
	down=$folder/${number}_$name.down.sql
	[ -f "$down" ] || fail "$down is missing"
	array "up_$number" "$up"
	array "down_$number" "$down"
	table+="{ $version, \"$name\", up_$number, down_$number },"$'\n'
done
[ $((version * 2)) -eq $# ] || fail "$# scripts for $version versions"

echo 'const struct store_migration store_migrations[] = {'
echo "$table};"
echo "const size_t store_migrations_count = $version;"

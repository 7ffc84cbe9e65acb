#!/bin/bash
# Installs the Debian packages that a list names and this machine lacks.
# usage: install-packages.sh LIST
set -euo pipefail

mapfile -t wanted < <(sed -e 's/#.*//' -e '/^\s*$/d' "$1" | tr -d ' \t')
missing=()
for p in "${wanted[@]}"; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null || true)
	[ "$state" = installed ] || missing+=("$p")
done
[ ${#missing[@]} -eq 0 ] && exit 0

fail() {
	echo "install-packages: $1" >&2
	echo "install-packages: have these installed, then try again:" >&2
	echo "    apt-get install ${missing[*]}" >&2
	exit 1
}

command -v apt-get >/dev/null || fail "this is not a Debian machine"
as_root=()
if [ "$(id -u)" -ne 0 ]; then
	command -v sudo >/dev/null || fail "not root, and there is no sudo"
	as_root=(sudo)
fi
echo "installing: ${missing[*]}"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install() {
	"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
		apt-get install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1
}
install || { "${as_root[@]}" apt-get update >>"$log" 2>&1 && install; } || {
	tail -5 "$log" >&2
	fail "apt-get could not install them; is this machine offline?"
}

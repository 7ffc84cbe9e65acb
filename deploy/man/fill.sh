#!/bin/bash
# Fills a manual page in. usage: fill.sh BINDIR PAGE.in > PAGE
# A line "@run PROGRAM ARG..." becomes what that program prints, so that pages
# and programs come from the same tables; "@include FILE" a file beside PAGE.
set -euo pipefail
set -f
bin=$1 page=$2
while IFS= read -r line; do
	case $line in
	'@run '*)
		read -ra words <<<"${line#@run }"
		"$bin/${words[0]}" "${words[@]:1}"
		;;
	'@include '*) cat "$(dirname "$page")/${line#@include }" ;;
	*) printf '%s\n' "$line" ;;
	esac
done <"$page"

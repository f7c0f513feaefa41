#!/bin/sh
# SPDX-License-Identifier: MIT
# The program with a server that offers HTTP/2: what it sends goes over one connection, and all of it arrives once.
set -u
binary=${2:?usage: living_http2.sh SOURCE_FOLDER BINARY_FOLDER}
for program in radicale nghttpx; do
  command -v $program >/dev/null || { echo "skipped: no $program here"; exit 77; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -B "$1/tests/system/living_http2.py" "$binary" "$work" "$1/tests/fixtures/tls"

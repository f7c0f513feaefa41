#!/bin/sh
# SPDX-License-Identifier: MIT
# vdirsyncer on the same folder and the same server at the same time: no ping-pong, no rewrite, no duplicate.
set -u
binary=${2:?usage: dav_fellow.sh SOURCE_FOLDER BINARY_FOLDER}
for program in radicale vdirsyncer; do
  command -v $program >/dev/null || { echo "skipped: no $program here"; exit 77; }
done
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -B "$1/tests/system/dav_fellow.py" "$binary" "$work"

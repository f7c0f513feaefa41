#!/bin/sh
# SPDX-License-Identifier: MIT
# Cycles with Radicale: both ways, changes, deletions, conflicts, a server that restarts, and every write with its reply lost.
set -u
binary=${2:?usage: dav_radicale.sh SOURCE_FOLDER BINARY_FOLDER}
command -v radicale >/dev/null || { echo "skipped: no radicale here"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 "$1/tests/system/dav_scenarios.py" radicale "$binary" "$work"

#!/bin/sh
# SPDX-License-Identifier: MIT
# Cycles with Xandikos: both ways, changes, deletions, conflicts, a server that restarts, and every write with its reply lost.
set -u
binary=${2:?usage: dav_xandikos.sh SOURCE_FOLDER BINARY_FOLDER}
command -v xandikos >/dev/null || { echo "skipped: no xandikos here"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 "$1/tests/system/dav_scenarios.py" xandikos "$binary" "$work"

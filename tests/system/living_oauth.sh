#!/bin/sh
# SPDX-License-Identifier: MIT
# Signing in by OAuth 2, by the loopback page and by pasting, and what happens when the tokens end.
set -u
binary=${2:?usage: living_oauth.sh SOURCE_FOLDER BINARY_FOLDER}
command -v radicale >/dev/null || { echo "skipped: no radicale here"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -B "$1/tests/system/living_oauth.py" "$binary" "$work"

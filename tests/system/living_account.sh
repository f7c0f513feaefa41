#!/bin/sh
# SPDX-License-Identifier: MIT
# The program as a person uses it with CardDAV and CalDAV: one account, two services, several collections.
set -u
binary=${2:?usage: living_account.sh SOURCE_FOLDER BINARY_FOLDER}
command -v radicale >/dev/null || { echo "skipped: no radicale here"; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
/usr/bin/python3 -B "$1/tests/system/living_account.py" "$binary" "$work"

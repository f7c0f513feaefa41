#!/bin/sh
# SPDX-License-Identifier: MIT
# passerelle and vdirsyncer side by side, with the same Radicale and the same Xandikos, in one run:
#   tests/bench/dav.sh BINARY_FOLDER [ITEMS ...] [radicale | xandikos] [contacts | events]
#   100 and 1000 unless said; 10000 takes hours on Radicale
# See tests/bench/dav.py for what is measured.
set -eu
[ $# -ge 1 ] || { echo "usage: tests/bench/dav.sh BINARY_FOLDER [ITEMS ...] [SERVER ...] [KIND ...]" >&2; exit 64; }
binary=$(realpath "$1")
shift
cd "$(dirname "$0")/../.."
. contrib/depends.sh
depends radicale xandikos vdirsyncer strace python3
[ $# -gt 0 ] || set -- 100 1000
exec /usr/bin/python3 tests/bench/dav.py "$binary" "$@"

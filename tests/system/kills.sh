#!/bin/sh
# SPDX-License-Identifier: MIT
# A cycle killed before one of its system calls, and its recovery too, then run again to rest: nothing twice, nothing lost.
# PASSERELLE_LONG=1: before each of them.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
kill_at=$binary/tests/kill_at
"$kill_at" openat 1000 true || { echo "skipped: a program may not be traced here"; exit 77; }
/usr/bin/python3 -B "$here/kills.py" "$program" "$emulator_program" "$kill_at" "$work"

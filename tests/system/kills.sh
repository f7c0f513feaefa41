#!/bin/sh
# SPDX-License-Identifier: MIT
# A cycle killed before one of its system calls, and its recovery too, then run again to rest: nothing twice, nothing lost.
# PASSERELLE_LONG=1: before each of them. PASSERELLE_JOB: the one that a violation named.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
kill_at=$binary/tests/kill_at
"$kill_at" openat 1000 true || { echo "skipped: a program may not be traced here"; exit 77; }
# A sanitizer cannot look for leaks in what is traced; what it finds otherwise, it finds in the sample.
export ASAN_OPTIONS="${ASAN_OPTIONS:-}:detect_leaks=0"
if grep -qs '^SANITIZE:[A-Z]*=.' "$binary/CMakeCache.txt"; then
  unset PASSERELLE_LONG
fi
/usr/bin/python3 -B "$here/kills.py" "$program" "$emulator_program" "$kill_at" "$work"

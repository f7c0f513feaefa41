#!/bin/sh
# SPDX-License-Identifier: MIT
# System calls and allocations of a cycle fail: a clear word, no crash, no hanging; afterwards nothing twice, nothing lost.
# PASSERELLE_LONG=1: every call that concerns the account, once and for ever, and thousands of allocations.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
command -v strace >/dev/null || { echo "skipped: no strace"; exit 77; }
strace -o /dev/null true 2>/dev/null || { echo "skipped: strace may not trace here"; exit 77; }
[ -e "$binary/tests/libinterpose_memory.so" ] || { echo "skipped: a sanitizer must be loaded first"; exit 77; }
/usr/bin/python3 "$here/failing_calls.py" "$program" "$emulator_program" "$work" "$binary/tests/libinterpose_memory.so"

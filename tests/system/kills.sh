#!/bin/sh
# SPDX-License-Identifier: MIT
# A cycle killed at many instants, then run again to rest: nothing twice, nothing lost. PASSERELLE_LONG=1: at many more.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
command -v strace >/dev/null || { echo "skipped: no strace"; exit 77; }
strace -o /dev/null true 2>/dev/null || { echo "skipped: strace may not trace here"; exit 77; }
/usr/bin/python3 "$here/kills.py" "$program" "$emulator_program" "$work"

#!/bin/sh
# SPDX-License-Identifier: MIT
# The power is cut during a cycle and what was not synced is lost: the journal is sound, nothing twice, nothing lost.
# PASSERELLE_LONG=1: at every sync, in every variant.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
[ -e "$binary/tests/libinterpose.so" ] || { echo "skipped: a sanitizer must be loaded first"; exit 77; }
/usr/bin/python3 "$here/power_cut.py" "$program" "$emulator_program" "$work" "$binary/tests/libinterpose.so"

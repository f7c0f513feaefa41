#!/bin/sh
# SPDX-License-Identifier: MIT
# 200 local cards and 100 events: each is at the emulator exactly once, and reads back field by field.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
start_emulator --page-size 20 --search fold
write_config 'max_adds = 10'
login
/usr/bin/python3 "$here/push_all.py" generate "$work"
expect 1 sync # more than max_adds: held
[ "$(writes)" -eq 0 ] || fail "a held plan wrote"
jq -e '.state == "held" and .action.kind == "confirm"' "$status_file" >/dev/null || { cat "$status_file"; fail "the status of a held plan"; }
expect 0 sync --confirm
control contacts >"$work/contacts.json"
control events >"$work/events.json"
control ledger >"$work/ledger.json"
/usr/bin/python3 "$here/push_all.py" verify "$work"
count=$(writes)
before=$(marks)
expect 0 sync
[ "$(writes)" -eq "$count" ] || fail "the second cycle wrote"
[ "$before" = "$(marks)" ] || fail "the second cycle rewrote a file"
echo "$count writes, none of them twice"

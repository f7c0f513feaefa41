#!/bin/sh
# SPDX-License-Identifier: MIT
# A journal that is missing, damaged, newer or restored from a backup: what the person reads, and what brings it back.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
start_emulator --demo
write_config
login
state=$XDG_STATE_HOME/passerelle

card() { # NUMBER
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:h%s\r\nFN:Held%s Example\r\nN:Example;Held%s;;;\r\nEMAIL:h%s@example.org\r\nEND:VCARD\r\n' \
    "$1" "$1" "$1" "$1" >"$work/contacts/$1.vcf"
}
event() { # NUMBER
  printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:e%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDURATION:PT1H\r\nSUMMARY:Meeting%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' \
    "$1" "$(date -u -d '+5 days' "+%Y%m%dT1${1}0000Z")" "$1" >"$work/calendar/$1.ics"
}
held() { # WORDS: a sync adds nothing, everything else goes on, and the status says what to type
  before=$(writes)
  expect 1 sync
  [ "$(writes)" -eq "$before" ] || fail "something was sent"
  grep -q "$1" "$work/last.err.out" || { cat "$work/last.err.out"; fail "it does not say: $1"; }
  jq -e '.state == "held" and .action.kind == "rebuild" and .mail.unread == 3 and (.message | contains("journal rebuild home"))' "$status_file" >/dev/null ||
    { cat "$status_file"; fail "the status of a hold"; }
}
all_once() { # every write took effect once
  twice=$(control ledger | jq -c '[.[] | {action, parameters: (.parameters | del(.order)), sha256}] | group_by(.) | map(select(length > 1))')
  [ "$twice" = '[]' ] || fail "twice: $twice"
}

card 0
event 0
expect 0 sync
cp "$state/home.journal" "$work/backup" # everything is in it: the program ended well
[ ! -s "$state/home.journal-wal" ] || fail "the journal was not closed"
card 1
event 1
expect 0 sync

echo "== restored from a backup"
rm -f "$state"/home.journal*
cp "$work/backup" "$state/home.journal"
held 'older than what was sent'
expect 0 journal rebuild home
grep -q 'calendar 2 in step, 1 taken as sent\|1 taken as sent' "$work/last.out" || { cat "$work/last.out"; fail "what the rebuild said"; }
expect 0 sync
all_once

echo "== missing"
rm -f "$state"/home.journal*
held 'is gone, this is another one'
card 2
held 'is gone, this is another one'
expect 0 journal rebuild home
before=$(writes)
expect 0 sync
[ "$(writes)" -eq $((before + 1)) ] || fail "the new card was not sent once"
all_once

echo "== damaged"
cp "$state/home.journal" "$work/sound"
dd if=/dev/urandom of="$state/home.journal" bs=1024 seek=1 count=8 conv=notrunc 2>/dev/null
card 3
held 'is damaged'
control 'add-contact' '{"firstname":"New","lastname":"There"}' >/dev/null
held 'is damaged'
grep -ql 'New There' "$work"/contacts/*.vcf || fail "nothing came from the remote"
expect 73 journal verify home
grep -q 'journal rebuild home' "$work/last.err.out" || fail "verify does not say what to type"
expect 0 journal rebuild home
ls "$state"/home.journal.damaged-* >/dev/null || fail "the damaged journal is not kept"
expect 0 journal verify home
expect 0 sync
all_once

echo "== damaged, and a good copy put back"
cp "$state/home.journal" "$work/sound"
dd if=/dev/urandom of="$state/home.journal" bs=1024 seek=1 count=8 conv=notrunc 2>/dev/null
held 'is damaged'
cp "$work/sound" "$state/home.journal"
expect 0 sync
[ ! -e "$state/home.journal-stand-in" ] || fail "the stand-in is left"

echo "== of a newer version"
/usr/bin/python3 -c "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 99')" "$state/home.journal"
held 'newer version'
expect 1 sync
got=0
passerelle journal rebuild home >"$work/last.out" 2>&1 || got=$?
[ "$got" -ne 0 ] || fail "a newer journal was rebuilt"
/usr/bin/python3 -c "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 3')" "$state/home.journal"
expect 0 sync
all_once

echo "== all files gone"
mkdir "$work/away"
for i in 4 5 6 7 8 9; do card $i; done
expect 0 sync
mv "$work"/contacts/*.vcf "$work/away/"
expect 1 sync
grep -q 'files are gone from' "$work/last.err.out" || fail "it does not say that the files are gone"
jq -e '.state == "held" and .action.kind == "confirm"' "$status_file" >/dev/null || fail "the status of missing files"
mv "$work"/away/*.vcf "$work/contacts/"
before=$(marks)
expect 0 sync
[ "$(marks)" = "$before" ] || fail "files were rewritten"
all_once
echo "nothing twice, nothing lost"

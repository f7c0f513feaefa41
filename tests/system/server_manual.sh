#!/bin/sh
# SPDX-License-Identifier: MIT
# What passerelle-server(7) says: accounts and users beside each other, backup, restore, another host, files, disk use.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
may_hold_secrets='*.token token2'
start_emulator --demo
"$emulator_program" --port-file "$work/port2" --token-file "$work/token2" >"$work/emulator2.log" 2>&1 &
second=$!
at_end() {
  kill "$second" 2>/dev/null || true
}
wait_for 20 test -s "$work/port2" -a -s "$work/token2" || fail "the second emulator"
write_config "contacts_export = $work/all.vcf
[account work]
endpoint = http://127.0.0.1:$(cat "$work/port2")
service_id = YOURSERVIC1234567890
service_password_file = $work/password
contacts = $work/work-contacts
calendar = $work/work-calendar
requests_per_minute = 100000"
state=$XDG_STATE_HOME/passerelle
event() { # NAME
  printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDURATION:PT1H\r\nSUMMARY:About %s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' \
    "$1" "$(date -u -d '+5 days' '+%Y%m%dT100000Z')" "$1" >"$work/calendar/$1.ics"
}
events() { # COUNT: so many are at the service
  [ "$(control events | jq length)" -eq "$1" ] || fail "$(control events | jq length) events at the service, not $1"
}
held() { # WORDS: nothing is sent, and the status says why
  expect 1 sync home
  grep -q "$1" "$work/last.err.out" || { cat "$work/last.err.out"; fail "it does not say: $1"; }
}

if command -v mandoc >/dev/null; then
  for page in src/app/passerelle.1 src/app/passerelle-server.7 src/emulator/passerelle-emulator.1 conf/passerelle.conf.5; do
    mandoc -T lint -W warning "$source/$page" || fail "$page"
  done
fi

echo "== two accounts: what one lacks does not stop the other"
login
event one
expect 77 sync
jq -e '.state == "ok"' "$XDG_RUNTIME_DIR/passerelle/home.json" >/dev/null || fail "the account with a token"
jq -e '.state == "login-required"' "$XDG_RUNTIME_DIR/passerelle/work.json" >/dev/null || fail "the account without"
passerelle login work --paste <"$work/token2" >/dev/null || fail "login of the second account"
expect 0 sync
events 1

echo "== the files that the manual names"
"$program" run >"$work/service.log" 2>&1 &
service=$!
wait_for 20 test -e "$XDG_RUNTIME_DIR/passerelle/home.json.service" || fail "no file of the service"
kill "$service"
wait "$service" || true
service=
rm "$work/calendar/one.ics" # removed here: nothing is to be trashed
control contacts >/dev/null
named=$(sed -n 's/^\.It Pa \(STATE\|STATUS\|FOLDER\)/\1/p' "$source/src/app/passerelle-server.7")
[ "$(echo "$named" | wc -l)" -ge 8 ] || fail "the manual names no files"
for name in $named; do
  path=$(echo "$name" | sed "s,^STATE,$state,; s,^STATUS,$XDG_RUNTIME_DIR/passerelle,; s,^FOLDER,$work/contacts,; s,ACCOUNT,home,")
  case $name in
    */trash/* | *-stand-in | *.damaged-*) continue ;; # below
    *.oauth) continue ;; # of services that know users
  esac
  [ -e "$path" ] || fail "the manual names $name, and there is no $path"
done
[ "$(stat -c %a "$state")" = 700 ] || fail "others may look into the state"
[ "$(stat -c %a "$state/home.token")" = 600 ] || fail "others may read the token"

echo "== another user on this host, with a state of their own"
(
  export STATE_DIRECTORY="$work/other-state"
  "$program" journal list home >/dev/null 2>&1 || true
  got=0
  "$program" sync home >"$work/other.out" 2>&1 || got=$?
  [ "$got" -eq 77 ] || fail "the other user has the token of the first: $got"
) || exit 1

echo "== a backup of state and folders, put back whole"
event two
expect 0 sync home
events 2
cp -a "$state" "$work/backup-state"
cp -a "$work/calendar" "$work/backup-calendar"
event three
expect 0 sync home
events 3
rm -rf "$state" "$work/calendar"
cp -a "$work/backup-state" "$state"
cp -a "$work/backup-calendar" "$work/calendar"
expect 0 sync home
events 3
event three # the file comes back by another way: the journal of the backup cannot know that it was sent
rm "$state"/home.journal*
held 'journal rebuild home'
expect 0 journal rebuild home
grep -q 'taken as sent' "$work/last.out" || { cat "$work/last.out"; fail "what the rebuild says"; }
expect 0 sync home
events 3

echo "== the state alone put back: the folder's mark tells"
rm -rf "$work/backup-state"
cp -a "$state" "$work/backup-state"
event four
expect 0 sync home
events 4
rm -rf "$state"
cp -a "$work/backup-state" "$state"
held 'older than what was sent'
events 4
expect 0 journal rebuild home
expect 0 sync home
events 4

echo "== moved to another host, state and folders together"
mkdir "$work/host2"
cp -a "$state" "$work/host2/passerelle"
rm -rf "$work/host1"
mv "$XDG_STATE_HOME" "$work/host1"
export XDG_STATE_HOME="$work/host2"
state=$XDG_STATE_HOME/passerelle
before=$(marks)
expect 0 sync home
events 4
[ "$(marks)" = "$before" ] || fail "a file was rewritten"

echo "== two hosts, one shared folder"
mkdir -p "$work/host3/passerelle"
cp -a "$state/home.token" "$work/host3/passerelle/"
XDG_STATE_HOME="$work/host3"
event five
held 'journal rebuild home'
events 4
XDG_STATE_HOME="$work/host2"
expect 0 sync home
events 5

echo "== a journal of a newer version stays as it is"
cp "$state/home.journal" "$work/sound"
/usr/bin/python3 -c "import sqlite3, sys; sqlite3.connect(sys.argv[1]).execute('PRAGMA user_version = 99')" "$state/home.journal"
held 'newer version'
[ -e "$state/home.journal-stand-in" ] || fail "there is no stand-in"
rm -f "$state"/home.journal*
cp "$work/sound" "$state/home.journal"
expect 0 sync home
[ ! -e "$state/home.journal-stand-in" ] || fail "the stand-in stays"

echo "== damaged, and rebuilt: the damaged one is kept"
dd if=/dev/urandom of="$state/home.journal" bs=1024 seek=1 count=8 conv=notrunc 2>/dev/null
held 'is damaged'
expect 0 journal rebuild home
ls "$state"/home.journal.damaged-* >/dev/null || fail "it is not kept"
expect 0 sync home
events 5

echo "== the trash, and emptying it"
id=$(control contacts | jq -r '[.[] | select(.lastname and .firstname)][0].id')
control "edit-contact?cid=$id" '{"company": "Elsewhere"}' >/dev/null
expect 0 sync --full home
[ "$(find "$state/trash/home/contacts" -type f | wc -l)" -eq 1 ] || fail "the file as it was is not in the trash"
find "$state/trash" -type f -mtime +30 -delete
[ "$(find "$state/trash" -type f | wc -l)" -eq 1 ] || fail "what is new was removed"
find "$state/trash" -type f -delete
expect 0 sync home

echo "== what is missing in a folder stays at the service, and is not fetched back"
there=$(control contacts | jq length)
gone=$(find "$work/contacts" -name '*.vcf' | head -n 1)
rm "$gone"
expect 0 sync home
expect 0 sync --full home
[ ! -e "$gone" ] || fail "it was fetched back"
[ "$(control contacts | jq length)" -eq "$there" ] || fail "it is gone from the service"

echo "== two accounts that name one folder"
cp "$XDG_CONFIG_HOME/passerelle/passerelle.conf" "$work/sound.conf"
sed -i "s,^calendar = $work/work-calendar,calendar = $work/calendar," "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
event six
expect 0 sync home
events 6
expect 1 sync work
[ "$(curl -sSf "http://127.0.0.1:$(cat "$work/port2")/_emulator/events" | jq length)" -eq 0 ] || fail "the second account sent"
cp "$work/sound.conf" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"

echo "== an unreadable configuration ends run with 78, which systemd does not repeat"
sed -i 's/^endpoint/endpiont/' "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
expect 78 run
echo "as the manual for servers says"

#!/bin/sh
# SPDX-License-Identifier: MIT
# contacts_export and calendar_export: always fresh, whole at every instant, and seen to change by every kind of watcher.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
/usr/bin/python3 -c 'import icalendar, vobject' 2>/dev/null || { echo "skipped: no python3-icalendar or python3-vobject"; exit 77; }
start_emulator --demo
mkdir "$work/real" "$work/out"
ln -s ../real/all.vcf "$work/out/all.vcf"
config() { # MORE LINES
  write_config "contacts_export = $work/out/all.vcf
calendar_export = $work/out/all.ics
${1:-}"
}
config
login
cards() {
  grep -c '^BEGIN:VCARD' "$work/real/all.vcf"
}
card() { # NAME
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:%s Pic\r\nN:Pic;%s;;;\r\nEND:VCARD\r\n' "$1" "$1" "$1" >"$work/contacts/$1.vcf"
}
event() { # NAME
  printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VTIMEZONE\r\nTZID:Europe/Paris\r\nBEGIN:STANDARD\r\nDTSTART:19701025T030000\r\nTZOFFSETFROM:+0200\r\nTZOFFSETTO:+0100\r\nEND:STANDARD\r\nEND:VTIMEZONE\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Paris:%s\r\nDURATION:PT1H\r\nSUMMARY:Export %s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' \
    "$1" "$(date -d '+5 days' "+%Y%m%dT120000")" "$1" >"$work/calendar/$1.ics"
}

echo "== a link stays, what it leads to is written; new files are the owner's alone, others stay as open as they were"
card one
event one
expect 0 sync
[ -L "$work/out/all.vcf" ] || fail "the link was replaced"
[ "$(cards)" -eq "$(find "$work/contacts" -name '*.vcf' | wc -l)" ] || fail "not every card is in it"
[ "$(stat -c %a "$work/real/all.vcf")" = 600 ] || fail "others can read it"
chmod 640 "$work/out/all.ics"
event two
expect 0 sync
[ "$(stat -c %a "$work/out/all.ics")" = 640 ] || fail "it is no longer as open as it was"
[ "$(grep -c '^BEGIN:VTIMEZONE' "$work/out/all.ics")" -eq 1 ] || fail "a zone stands twice"

echo "== fresh after a cycle of anything, after a cycle that could not connect, with a direction off, after an import"
card two
expect 0 sync --only messages
grep -q 'UID:two' "$work/real/all.vcf" || fail "not after a cycle of messages"
stop_emulator
card three
expect 69 sync
grep -q 'UID:three' "$work/real/all.vcf" || fail "not after a cycle that could not connect"
config 'contacts_direction = off'
card four
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:half\r\nFN:Half\r\n' >"$work/contacts/half.vcf"
expect 69 sync
grep -q 'UID:four' "$work/real/all.vcf" || fail "not with the direction off"
! grep -q 'UID:half' "$work/real/all.vcf" || fail "half a card is in it"
grep -q 'left out: half.vcf: not complete' "$work/last.err.out" || { cat "$work/last.err.out"; fail "it does not say what is left out"; }
expect 1 export home contacts "$work/by-hand.vcf"
cmp "$work/by-hand.vcf" "$work/real/all.vcf" || fail "export writes something else"
rm "$work/contacts/half.vcf"
config
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:five\r\nFN:Five Pic\r\nN:Pic;Five;;;\r\nEND:VCARD\r\n' | expect 0 import home -
grep -q 'UID:five' "$work/real/all.vcf" || fail "not after an import"
rm "$work/contacts/five.vcf"
expect 69 sync
! grep -q 'UID:five' "$work/real/all.vcf" || fail "what was removed is still in it"
before=$(stat -c '%i %Y' "$work/real/all.vcf")
expect 69 sync
[ "$(stat -c '%i %Y' "$work/real/all.vcf")" = "$before" ] || fail "written again without a change"

echo "== two exports in one second have two times, in whole seconds"
card six
expect 0 export home contacts "$work/quick.vcf"
seconds=$(stat -c %Y "$work/quick.vcf")
for i in 1 2 3; do
  card "quick$i"
  expect 0 export home contacts "$work/quick.vcf"
  [ "$(stat -c %Y "$work/quick.vcf")" -ne "$seconds" ] || fail "the same second"
  seconds=$(stat -c %Y "$work/quick.vcf")
done

echo "== watchers of the inode and of the name"
for file in real/all.vcf out/all.ics; do
  : >"$work/watch.out"
  /usr/bin/python3 "$here/exports_reader.py" watch "$work/$file" 300 >"$work/watch.out" &
  watcher=$!
  wait_for 20 grep -q watching "$work/watch.out" || fail "the watcher did not start"
  card "w$watcher"
  event "w$watcher"
  expect 69 sync
  wait $watcher || { cat "$work/watch.out"; fail "$file was not seen to change"; }
done

echo "== readers in a loop"
for file in all.vcf all.ics; do
  /usr/bin/python3 "$here/exports_reader.py" reader "$work/out/$file" "$work/stop" >"$work/reader.$file.out" 2>&1 &
  eval "reader_${file#all.}=$!"
done
have_seen_enough() { # on a busy machine they begin late
  [ "$(cat "$work"/reader.*.out | grep -c enough)" -eq 2 ]
}
i=0
while [ $i -lt 40 ] || { [ $i -lt 400 ] && ! have_seen_enough; }; do
  i=$((i + 1))
  card "r$i"
  event "r$i"
  expect 0 export home contacts "$work/out/all.vcf"
  expect 0 export home calendar "$work/out/all.ics"
done
touch "$work/stop"
# shellcheck disable=SC2154 # set by eval
wait "$reader_vcf" || { cat "$work"/reader.*; fail "a reader of cards"; }
# shellcheck disable=SC2154
wait "$reader_ics" || { cat "$work"/reader.*; fail "a reader of events"; }
cat "$work"/reader.*

echo "== under the service: within seconds of a change by another program"
start_emulator --demo
config
login
"$program" run >"$work/service.log" 2>&1 &
service=$!
wait_for 120 grep -q '"ok"\|"held"' "$status_file" || { tail -5 "$work/service.log"; fail "the service did not synchronise"; }
card late
wait_for 30 grep -q 'UID:late' "$work/real/all.vcf" || { tail -5 "$work/service.log"; fail "not under the service"; }
kill "$service"
wait "$service" || fail "the service ended badly"
service=
echo "fresh, whole, and seen"

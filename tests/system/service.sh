#!/bin/sh
# SPDX-License-Identifier: MIT
# The service for real: what is dropped into a folder arrives, a signal reloads or ends it, a killed child costs one cycle.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
start_emulator --demo
write_config 'contacts_interval = 1h
calendar_interval = 1h
messages_interval = 1h'
login

start_service() {
  "$program" -v run >"$work/service.log" 2>&1 &
  service=$!
}
count_files() {
  find "$work/contacts" -name '*.vcf' | wc -l
}
has_files() {
  [ "$(count_files)" -ge "$1" ]
}
has_contact() {
  control contacts | jq -e --arg name "$1" '.[] | select(.lastname == $name)'
}
has_event() {
  control events | jq -e --arg title "$1" '.[] | select(.title == $title)'
}
is_gone() {
  ! kill -0 "$1" 2>/dev/null
}
child_runs() {
  pgrep -P "$service"
}
card() {
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:Test %s\r\nN:%s;Test;;;\r\nEND:VCARD\r\n' "$1" "$1" "$1"
}

start_service
wait_for 30 has_files 11 || fail "the first cycle did not bring the contacts"
wait_for 10 jq -e '.state == "ok" and .next_sync' "$status_file" || { cat "$status_file"; fail "no status with a next cycle"; }

card Dropped >"$work/contacts/.dropped.tmp"
mv "$work/contacts/.dropped.tmp" "$work/contacts/dropped.vcf"
wait_for 20 has_contact Dropped || fail "a dropped card did not arrive"
date=$(date -d '+2 days' +%Y%m%d)
printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:e1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%sT090000Z\r\nDTEND:%sT100000Z\r\nSUMMARY:Dropped event\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' "$date" "$date" >"$work/calendar/e1.ics"
wait_for 20 has_event 'Dropped event' || fail "a dropped event did not arrive"

# an edit: a new number
sed -i 's/^END:VCARD/TEL;TYPE=CELL:+33611111111\r\nEND:VCARD/' "$work/contacts/dropped.vcf"
has_number() {
  control contacts | jq -e '.[] | select(.lastname == "Dropped") | .devices[] | select(.value == "+33611111111")'
}
wait_for 20 has_number || fail "an edited card did not arrive"

# a configuration that makes no sense is refused, and the old one kept
cp "$XDG_CONFIG_HOME/passerelle/passerelle.conf" "$work/good.conf"
echo 'nonsense = 1' >>"$XDG_CONFIG_HOME/passerelle/passerelle.conf"
kill -HUP "$service"
wait_for 10 grep -q nonsense "$work/service.log" || fail "no word about a broken configuration"
card Second >"$work/contacts/second.vcf"
wait_for 20 has_contact Second || fail "after a broken reload the service no longer works"

# the good one again, with another folder and another interval: it is that one which is watched and kept
no_child_runs() {
  ! child_runs
}
next_is_within() { # SECONDS
  jq -e --argjson within "$1" '(.next_sync | fromdateiso8601) - now < $within' "$status_file"
}
wait_for 60 no_child_runs || fail "the cycle does not end"
! next_is_within 1800 || fail "the next cycle is within half an hour, and the interval an hour"
cp -a "$work/contacts" "$work/moved"
sed -e "s|^contacts = .*|contacts = $work/moved|" -e 's/^\([a-z]*_interval\) = .*/\1 = 10m/' "$work/good.conf" >"$XDG_CONFIG_HOME/passerelle/passerelle.conf"
kill -HUP "$service"
wait_for 20 grep -q 'the configuration is read again' "$work/service.log" || fail "no word about a reload"
card Moved >"$work/moved/moved.vcf"
wait_for 20 has_contact Moved || fail "after a reload the new folder is not kept"
wait_for 20 next_is_within 720 || { cat "$status_file"; fail "after a reload the old interval holds"; }
card Left >"$work/contacts/left.vcf"
cp "$work/good.conf" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
cp -a "$work/moved/." "$work/contacts/"
kill -HUP "$service"
wait_for 20 has_contact Left || fail "after a reload back the first folder is not kept"

# a child that is killed costs one cycle
control latency?ms=1500 >/dev/null
card Third >"$work/contacts/third.vcf"
wait_for 20 child_runs || fail "no child runs"
pkill -KILL -P "$service" || true
control latency?ms=0 >/dev/null
kill -0 "$service" || fail "the service ended with its child"
touch "$work/contacts/third.vcf"
wait_for 120 has_contact Third || fail "after a killed child the card did not arrive"

kill -TERM "$service"
wait_for 10 is_gone "$service" || fail "SIGTERM does not end the service"
result=0
wait "$service" || result=$?
[ $result -eq 0 ] || fail "the service ended with $result"
service=
for name in Dropped Second Moved Left Third; do
  [ "$(control contacts | jq --arg name $name '[.[] | select(.lastname == $name)] | length')" -eq 1 ] || fail "$name is there twice"
done
echo "dropped, edited, reloaded, killed and ended: all as promised"

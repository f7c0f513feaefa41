#!/bin/sh
# SPDX-License-Identifier: MIT
# What the service refused or asked to wait for is remembered from process to process, and a part that waits for a person delays no other.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
start_emulator --demo
write_config 'contacts_interval = 1h
calendar_interval = 1h
messages_interval = 1h'
login

calls() { # of ACTION, or of all
  control calls | jq --arg action "${1:-}" 'if $action == "" then .total else (.counts[$action] // 0) end'
}
says() {
  cat "$work/last.out" "$work/last.err.out" | grep -q -- "$1" || {
    cat "$work/last.out" "$work/last.err.out"
    fail "not said: $1"
  }
}
expect 0 sync

# refused credentials: once, until they change or a person insists
printf 'wrong\n' >"$work/password"
control reset-calls >/dev/null
expect 78 sync
[ "$(calls)" -le 6 ] || fail "$(calls) calls with a wrong password"
before=$(calls)
expect 78 sync
says 'not asked again until the configuration changes, or passerelle sync --full'
expect 78 sync --dry-run
[ "$(calls)" -eq "$before" ] || fail "a wrong password was tried again"
jq -e '.state == "error" and .action.kind == "configure"' "$status_file" >/dev/null || fail "the status does not ask for the configuration"
grep -rq 'wrong' "$XDG_STATE_HOME" && fail "the password stands in the state"
expect 78 sync --full --only messages
[ "$(calls getPersonalMessages)" -eq 2 ] || fail "--full did not ask again"
printf 'secret:for trying\n' >"$work/password"
expect 0 sync
expect 0 status

# a pause: the next process keeps it
control 'fault?fault=getPersonalMessages:*:503:600' >/dev/null
expect 69 sync --only messages
before=$(calls getPersonalMessages)
control clear-faults >/dev/null
expect 69 sync --only messages
says 'the service asks to wait until 20'
[ "$(calls getPersonalMessages)" -eq "$before" ] || fail "the pause was not kept"
expect 0 sync --only calendar

# a token that has expired: events go on, contacts wait for a token
control expire-token >/dev/null
"$program" -v run >"$work/service.log" 2>&1 &
service=$!
needs_login() {
  jq -e '.state == "login-required"' "$status_file"
}
has_event() {
  control events | jq -e --arg title "$1" '.[] | select(.title == $title)'
}
has_contact() {
  control contacts | jq -e --arg name "$1" '.[] | select(.lastname == $name)'
}
is_gone() {
  ! kill -0 "$1" 2>/dev/null
}
wait_for 20 needs_login || fail "the status does not say that a token is needed"
wait_for 10 grep -q 'contacts: waiting for a token' "$work/service.log" || fail "the log does not say what waits"
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:late\r\nFN:Test Late\r\nN:Late;Test;;;\r\nEND:VCARD\r\n' >"$work/contacts/late.vcf"
date=$(date -d '+2 days' +%Y%m%d)
printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:e1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%sT090000Z\r\nDTEND:%sT100000Z\r\nSUMMARY:Meanwhile\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' "$date" "$date" >"$work/calendar/e1.ics"
wait_for 10 has_event Meanwhile || fail "an event did not go while contacts wait for a token"
[ "$(calls addeventoffline)" -eq 1 ] || fail "the event did not go by addeventoffline"
needs_login >/dev/null || fail "an event that went made the status forget the token"
has_contact Late >/dev/null && fail "a contact went with an expired token"
control new-token | jq -r .token >"$work/token"
login
wait_for 20 has_contact Late || fail "with a new token the contact did not go"
kill -TERM "$service"
wait_for 10 is_gone "$service" || fail "SIGTERM does not end the service"
service=
echo "refused once, paused across processes, and nobody waited for another's token"

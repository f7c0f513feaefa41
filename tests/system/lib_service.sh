# shellcheck shell=sh disable=SC2034,SC2154
# SPDX-License-Identifier: MIT
# Sourced by the tests of the service after lib_account.sh: starting and stopping it, and what arrives.

start_service() {
  "$program" -v run >>"$work/service.log" 2>&1 &
  service=$!
}
is_gone() {
  ! kill -0 "$1" 2>/dev/null
}
# Prints how long the end took, in milliseconds; the bound only tells a service that hangs from a busy machine.
stop_service() { # WORDS
  stop_began=$(date +%s%N)
  kill -TERM "$service"
  wait_for 30 is_gone "$service" || fail "$1: SIGTERM does not end the service"
  result=0
  wait "$service" || result=$?
  echo "$1: ended after $((($(date +%s%N) - stop_began) / 1000000)) ms"
  [ $result -eq 0 ] || fail "$1: the service ended with $result"
  service=
}
has_files() { # AT LEAST
  [ "$(find "$work/contacts" -name '*.vcf' | wc -l)" -ge "$1" ]
}
has_contact() {
  control contacts | jq -e --arg name "$1" '.[] | select(.lastname == $name)'
}
has_event() {
  control events | jq -e --arg title "$1" '.[] | select(.title == $title)'
}
has_number() { # NAME NUMBER
  control contacts | jq -e --arg name "$1" --arg number "$2" '.[] | select(.lastname == $name) | .devices[] | select(.value == $number)'
}
count_contacts() {
  control contacts | jq --arg name "$1" '[.[] | select(.lastname == $name)] | length'
}
calls() { # of ACTION
  control calls | jq --arg action "$1" '.counts[$action] // 0'
}
called() { # ACTION
  [ "$(calls "$1")" -ge 1 ]
}
is_ok() {
  jq -e '.state == "ok"' "$status_file"
}
child_runs() {
  pgrep -P "$service"
}
no_child_runs() {
  ! pgrep -P "$service"
}
cycles() {
  grep -c 'a cycle starts' "$work/service.log" || true
}
card() { # NAME [LINE]
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:Test %s\r\nN:%s;Test;;;\r\n%bEND:VCARD\r\n' "$1" "$1" "$1" "${2:+$2\r\n}"
}

#!/bin/sh
# SPDX-License-Identifier: MIT
# A remote that stops answering with a write on the wire, and goes on later: the service goes on by itself, and nothing comes twice.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
# shellcheck source=tests/system/lib_service.sh
. "$here/lib_service.sh"
start_emulator --demo
write_config 'contacts_interval = 1h
calendar_interval = 1h
messages_interval = 1h
max_connections = 32
timeout = 3s'
login
at_end() { # a stopped process does not end
  [ -z "$emulator" ] || kill -CONT "$emulator" 2>/dev/null || true
}
state_is() {
  jq -e --arg state "$1" '.state == $state' "$status_file"
}
# stop_within_write NAME: stops the emulator while the card of this name is on the wire
stop_within_write() {
  control reset-calls >/dev/null
  control "latency?ms=$latency" >/dev/null
  card "$1" >"$work/contacts/$1.vcf"
  wait_for 120 called addcontact || fail "$1: no write was sent"
  kill -STOP "$emulator"
  wait_for 60 state_is held
}
# stall NAME: as above, and the next cycle finds the remote silent, too. On a busy machine the write may be answered before the emulator
# is stopped; then once more, with another card.
stall() {
  stop_within_write "$1" || {
    kill -CONT "$emulator"
    control 'latency?ms=0' >/dev/null
    wait_for 120 has_contact "$1" || fail "$1: it did not arrive"
    wait_for 120 is_ok || { cat "$status_file"; fail "$1: the remote goes on, and it does not recover"; }
    wait_for 60 no_child_runs || fail "$1: the cycle does not end"
    set -- "$1Again"
    stop_within_write "$1"
  } || { cat "$status_file"; fail "$1: a write without a reply is not told"; }
  stalled=$1
  tells "$1" "in doubt: Test $1: addcontact"
  card "Meanwhile$1" >"$work/contacts/Meanwhile$1.vcf"
  wait_for 60 state_is offline || { cat "$status_file"; fail "$1: the status does not tell that the remote is silent"; }
  tells "$1" 'no whole reply within 3 s'
  wait_for 60 no_child_runs || fail "$1: the cycle does not end"
  kill -0 "$service" || fail "$1: the service ended"
}
tells() { # NAME WORDS
  passerelle status home >"$work/status.answer" 2>&1 || true
  grep -qF "$2" "$work/status.answer" || { cat "$work/status.answer"; fail "$1: status does not say: $2"; }
}
# Nobody touches a file, asks for a cycle or restarts anything.
goes_on() { # NAME
  kill -CONT "$emulator"
  went_on=$(date +%s)
  control 'latency?ms=0' >/dev/null
  wait_for 30 has_contact "$1" || fail "$1: the write on the wire was not taken when the remote went on"
  wait_for 120 has_contact "Meanwhile$1" || fail "$1: what was dropped meanwhile did not arrive"
  wait_for 60 is_ok || { cat "$status_file"; fail "$1: it does not recover"; }
  wait_for 60 no_child_runs || fail "$1: the cycle does not end"
  echo "$1: all is well $(($(date +%s) - went_on)) s after the remote went on"
  for name in "$1" "Meanwhile$1"; do
    [ "$(count_contacts "$name")" -eq 1 ] || fail "$name is there $(count_contacts "$name") times"
  done
  [ "$(calls addcontact)" -eq 2 ] || fail "$1: $(calls addcontact) writes were sent for two cards"
  expect 0 journal list home
  ! grep -qi 'in doubt' "$work/last.out" || { cat "$work/last.out"; fail "$1 is still in doubt"; }
}

start_service
wait_for 60 is_ok || fail "the first cycle did not end well"
wait_for 30 no_child_runs || fail "the first cycle does not end"

# taken by the remote only when it goes on, long after passerelle gave it up
latency=1000
stall Late
goes_on "$stalled"

# taken at once, and never answered
if [ -n "${PASSERELLE_LONG:-}" ]; then
  latency=0
  control 'fault?fault=addcontact:1:silent-after' >/dev/null
  stall Unanswered
  goes_on "$stalled"
fi
stop_service "recovered"
echo "a remote that was silent in the middle of a write: gone on, and nothing twice"

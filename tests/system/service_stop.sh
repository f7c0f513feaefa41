#!/bin/sh
# SPDX-License-Identifier: MIT
# SIGTERM ends the service soon, whatever its cycle is at, and leaves nothing in doubt that need not be.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
# shellcheck source=tests/system/lib_service.sh
. "$here/lib_service.sh"
start_emulator --demo
write_config 'contacts_interval = 1h
calendar_interval = 1h
messages_interval = 1h'
config=$XDG_CONFIG_HOME/passerelle/passerelle.conf
login

start_service
wait_for 60 is_ok || fail "the first cycle did not end well"
wait_for 30 no_child_runs || fail "the first cycle does not end"
stop_service "idle"

# while a read waits for its reply
control reset-calls >/dev/null
control 'fault?fault=getPersonalMessages:*:silent-before' >/dev/null
start_service
wait_for 30 called getPersonalMessages || fail "no read was sent"
stop_service "in the middle of a read"
control clear-faults >/dev/null

# while a write waits for a reply that comes soon: it is waited for. On a busy machine it may come too late, but not each time.
written=
is_in_doubt() { # NAME
  expect 0 journal list home
  grep -qi "in doubt.*\[$1\]" "$work/last.out"
}
for name in Written WrittenToo WrittenAsWell; do
  control reset-calls >/dev/null
  control 'latency?ms=300' >/dev/null
  card $name >"$work/contacts/$name.vcf"
  written="$written $name"
  start_service
  wait_for 60 called addcontact || fail "no write was sent"
  stop_service "in the middle of a write"
  control 'latency?ms=0' >/dev/null
  is_in_doubt $name || break
done
! is_in_doubt $name || { cat "$work/last.out"; fail "a write that was answered is in doubt"; }
[ "$(count_contacts $name)" -eq 1 ] || fail "the write in the middle did not arrive"

# while one waits for a reply that never comes
control reset-calls >/dev/null
control 'fault?fault=addcontact:*:silent-after' >/dev/null
card Silent >"$work/contacts/silent.vcf"
start_service
wait_for 60 called addcontact || fail "no second write was sent"
stop_service "a write without a reply"
control clear-faults >/dev/null

# while the own bound on requests makes it wait
sed -i 's/^requests_per_minute.*/requests_per_minute = 1/' "$config"
start_service
wait_for 60 child_runs || fail "no cycle starts"
sleep 1
stop_service "waiting for the next request"
sed -i 's/^requests_per_minute.*/requests_per_minute = 100000/' "$config"

# while a command for the password hangs
cp "$config" "$work/good.conf"
sed -i 's/^service_password_file.*/service_password_command = touch '"$(printf %s "$work" | sed 's/[/]/\\&/g')"'\/asked; sleep 1000/' "$config"
start_service
wait_for 60 test -e "$work/asked" || fail "the command was not run"
stop_service "a command that hangs"
cp "$work/good.conf" "$config"

# a stopped cycle, and two signals at once
control 'latency?ms=1000' >/dev/null # so that it is not over before it is stopped
start_service
wait_for 60 child_runs || fail "no cycle starts"
pkill -STOP -P "$service" || true
kill -HUP "$service"
stop_service "a cycle that is stopped"
control 'latency?ms=0' >/dev/null

# all of it recovers, and nothing came twice
start_service
wait_for 60 has_contact Silent || fail "the last write is lost"
wait_for 60 is_ok || { cat "$status_file"; fail "it does not recover"; }
wait_for 30 no_child_runs || fail "the last cycle does not end"
stop_service "idle again"
for name in $written Silent; do
  [ "$(count_contacts $name)" -eq 1 ] || fail "$name is there $(count_contacts $name) times"
done
! grep -E 'crash|signal' "$work/service.log" || fail "a cycle that was asked to end is told as a crash"
echo "ended in the middle of everything, and nothing twice"

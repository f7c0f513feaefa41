#!/bin/sh
# SPDX-License-Identifier: MIT
# status --follow for real: a line per change, whatever happens to the file, the service and the reader, and nothing in between.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
start_emulator --demo
write_config "messages_interval = 1h
contacts = $work/contacts
[account work]
endpoint = $url
service_id = X
service_password_file = $work/password
contacts_direction = off
calendar_direction = off
status = $work/bar/deep/work.json"
sed -i '0,/^contacts = /{/^contacts = /d}' "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
follower=
reader=

follow() { # OUT OPTIONS…
  out=$1
  shift
  "$program" status --follow "$@" >"$out" 2>"$work/follow.err.out" &
  follower=$!
}
at_end() {
  [ -z "$follower" ] || kill "$follower" 2>/dev/null || true
  [ -z "$reader" ] || kill "$reader" 2>/dev/null || true
}
ended() {
  ! kill -0 "$1" 2>/dev/null
}
last_is() { # FILE PATTERN
  tail -n 1 "$1" | grep -q "$2"
}
lines() {
  wc -l <"$1"
}
say() { # FILE ACCOUNT UNREAD [MORE]
  mkdir -p "$(dirname "$1")"
  printf '{"version":1,"account":"%s","state":"ok","mail":{"unread":%s,"stale":false}%s}\n' "$2" "$3" "${4:-}" >"$1.new"
  mv "$1.new" "$1"
}
wake_ups() {
  awk '/ctxt_switches/ { sum += $2 } END { print sum }' "/proc/$1/status"
}

other=$work/bar/deep/work.json

# files that come later, in folders that come later; each account its line, a bar one for all
follow "$work/plain.out" --format plain
plain=$follower
follow "$work/bar.out" --format waybar
wait_for 30 test -s "$work/bar.out" || fail "no first line"
wait_for 30 last_is "$work/plain.out" '^work: no status yet$' || fail "no line for each account"
say "$status_file" home 2
wait_for 30 last_is "$work/plain.out" '^home: ok, 2 unread$' || fail "a file that came was not seen"
wait_for 30 last_is "$work/bar.out" '"text":"2"' || fail "a file that came was not seen by the bar"
say "$other" work 5
wait_for 30 last_is "$work/plain.out" '^work: ok, 5 unread$' || fail "a file in new folders was not seen"
wait_for 30 last_is "$work/bar.out" '"text":"7"' || fail "a bar does not add up the accounts"

# replaced by the same: no line
before=$(lines "$work/plain.out")
say "$other" work 5
say "$status_file" home 3
wait_for 30 last_is "$work/plain.out" '^home: ok, 3 unread$' || fail "a change was not seen"
[ "$(lines "$work/plain.out")" -eq $((before + 1)) ] || { cat "$work/plain.out"; fail "a line without a change"; }

# the folder goes and comes back; what cannot be read is said
rm -r "$work/bar"
wait_for 30 last_is "$work/plain.out" '^work: no status yet$' || fail "a folder that went was not seen"
say "$other" work 8
wait_for 30 last_is "$work/plain.out" '^work: ok, 8 unread$' || fail "a folder that came back was not seen"
mv "$work/bar" "$work/aside"
wait_for 30 last_is "$work/plain.out" '^work: no status yet$' || fail "a folder that was moved was not seen"
mv "$work/aside" "$work/bar"
wait_for 30 last_is "$work/plain.out" '^work: ok, 8 unread$' || fail "a folder that was moved back was not seen"

# nothing happens: nothing wakes up, not even with a file missing
kill "$plain"
wait_for 30 ended "$plain" || fail "SIGTERM does not end it"
rm -r "$work/bar"
wait_for 30 last_is "$work/bar.out" '"text":"3"' || fail "the bar does not know that a file went"
for _ in 1 2 3; do # one that looks again and again does so each time, one that is late to be quiet does not
  sleep 1
  before=$(wake_ups "$follower")
  sleep 8
  woken=$(($(wake_ups "$follower") - before))
  [ $woken -ne 0 ] || break
done
[ $woken -eq 0 ] || fail "it woke up $woken times while nothing happened"
kill "$follower"

# a reader that goes away ends it, though nothing changes
mkfifo "$work/pipe"
head -n 1 <"$work/pipe" >"$work/head.out" &
reader=$!
follow "$work/pipe" --format tmux
wait "$reader" || fail "no line through a pipe"
wait_for 30 ended "$follower" || fail "it stays when nobody reads any more"
result=0
wait "$follower" || result=$?
[ $result -eq 0 ] || fail "it ended with $result when the reader had gone"

# a reader that stands still loses nothing but what is old by then
exec 3<>"$work/pipe"
follow "$work/pipe" --format waybar home
i=0
while [ $i -lt 400 ]; do
  i=$((i + 1))
  say "$status_file" home $i ',"message":"'"$(printf '%0190d' $i)"'"'
  [ $((i % 20)) -ne 0 ] || sleep 0.06
done
cat <&3 >"$work/late.out" &
reader=$!
wait_for 30 last_is "$work/late.out" '"text":"400"' || fail "the last state does not come when the reader goes on"
kill "$follower" "$reader"
reader=
exec 3<&-

# the service: seen while it runs, missed when it was killed, and not when it comes back at once
login
rm -f "$status_file"
"$program" run >"$work/service.log" 2>&1 &
service=$!
wait_for 60 jq -e '.next_sync and .contacts' "$status_file" || fail "the service wrote no status"
passerelle status home --format prometheus | grep -q '^passerelle_service_running{account="home"} 1$' || fail "a service that runs is not seen"
passerelle sync home --only messages >/dev/null 2>&1 || true
jq -e .next_sync "$status_file" >/dev/null || fail "a cycle by hand took back what the service has promised"
follow "$work/service.out" --format waybar home
wait_for 30 test -s "$work/service.out" || fail "no first line"
kill -KILL "$service"
wait "$service" 2>/dev/null || true
passerelle status home --format waybar | jq -e '.class == "stale"' >/dev/null || fail "a service that was killed is not missed"
"$program" run >>"$work/service.log" 2>&1 &
service=$!
wait_for 60 sh -c '! "$0" status home --format waybar | grep -q stale' "$program" || fail "a service that came back is not seen"
! grep -q stale "$work/service.out" || fail "a restart was told as an end"
kill -HUP "$service"
wait_for 30 grep -q 'read again' "$work/service.log" || fail "no reload"
! passerelle status home --format waybar | grep -q stale || fail "after a reload the service is missed"
kill -KILL "$service"
wait "$service" 2>/dev/null || true
service=
wait_for 90 last_is "$work/service.out" '"class":"stale"' || { cat "$work/service.out"; fail "the end of the service was not told"; }
kill "$follower"
wait_for 30 ended "$follower" || fail "SIGTERM does not end it"
follower=
echo "come, replaced, gone, moved, come back, unread, killed, restarted: a line each, and none else"

#!/bin/sh
# SPDX-License-Identifier: MIT
# Full disks, read-only disks and a folder that goes away: a clear word, exit status 73, and all is well again once it is over.
if [ -z "${PASSERELLE_OWN_MOUNTS:-}" ]; then # of our own, so that they end with us
  export PASSERELLE_OWN_MOUNTS=1
  for way in -m -rm; do
    unshare $way sh -c 'mount -t tmpfs tmpfs /mnt' 2>/dev/null && exec unshare $way "$0" "$@"
  done
  PASSERELLE_OWN_MOUNTS=no
fi
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
points=0
done_with() {
  points=$((points + 1))
  echo "$*"
}

at_end() { # so that the folder of the test can go
  for folder in "$work/contacts" "$XDG_STATE_HOME/passerelle"; do
    umount "$folder" 2>/dev/null || true
  done
}
start_emulator
card() { # FAMILY NAME
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:Own %s\r\nN:%s;Own;;;\r\nEND:VCARD\r\n' "$1" "$1" "$1"
}
there() { # FAMILY NAME: made by somebody at the remote
  control add-contact "{\"firstname\": \"There\", \"lastname\": \"$1\"}" >/dev/null
}
count_there() { # FAMILY NAME
  control contacts | jq --arg name "$1" '[.[] | select(.lastname == $name)] | length'
}
is_there_once() {
  [ "$(count_there "$1")" -eq 1 ]
}
has_file_of() { # FAMILY NAME
  grep -lq "^N:$1;" "$work"/contacts/*.vcf
}
fill() { # FOLDER
  dd if=/dev/zero of="$1/.filling" bs=1k 2>/dev/null && fail "$1 has no end"
  return 0
}
mount_over() { # FOLDER SIZE
  mount -t tmpfs -o "size=$2,mode=700" tmpfs "$1"
}
says() { # WORD PATH: on the standard error, and in the status file
  grep -q "$1" "$work/last.err.out" || { cat "$work/last.err.out"; fail "no word of \"$1\""; }
  grep -qF "$2" "$work/last.err.out" || { cat "$work/last.err.out"; fail "$2 is not named"; }
  jq -e --arg word "$1" '.state == "error" and (.message | test($word))' "$status_file" >/dev/null ||
    { cat "$status_file"; fail "the status does not say \"$1\""; }
}
no_leftovers() {
  [ -z "$(find "$work/contacts" "$work/calendar" -name '*.tmp')" ] || fail "a temporary file is left"
}
is_at_rest() { # nothing is sent again, nothing is rewritten
  writes_before=$(writes)
  marks_before=$(marks)
  expect 0 sync
  [ "$(writes)" -eq "$writes_before" ] || fail "sent again"
  [ "$(marks)" = "$marks_before" ] || fail "rewritten"
  expect 0 journal verify home
  no_leftovers
}
state_is() { # WORD
  jq -e --arg word "$1" '.state == $word' "$status_file"
}

write_config 'messages = off
contacts_interval = 1h
calendar_interval = 1h'
login

# ---- a folder that vanishes during a cycle: what was in it is not believed to be deleted ----
card First >"$work/contacts/first.vcf"
there Someone
expect 0 sync
card Second >"$work/contacts/second.vcf"
there Another
control 'latency?ms=200' >/dev/null # until the folder is away: the cycle must not be over before
control reset-calls >/dev/null
"$program" sync >"$work/last.out" 2>"$work/last.err.out" &
cycle=$!
has_searched() {
  control calls | jq -e '.counts.findcontactlist > 10'
}
wait_for 20 has_searched || fail "the cycle does not search"
mv "$work/contacts" "$work/away"
control 'latency?ms=0' >/dev/null
result=0
wait $cycle || result=$?
[ $result -eq 73 ] || { cat "$work/last.err.out"; fail "the status of a cycle without its folder is $result, not 73"; }
says 'is gone' "$work/contacts"
[ ! -e "$work/contacts" ] || fail "a folder that went away was made anew"
mv "$work/away" "$work/contacts"
expect 0 sync
state_is ok >/dev/null || fail "the status does not recover"
for name in First Second Someone Another; do
  is_there_once $name || fail "$name is there $(count_there $name) times"
  has_file_of $name || fail "$name has no file"
done
is_at_rest
done_with "a folder that went away during a cycle"

if [ "$PASSERELLE_OWN_MOUNTS" = no ]; then
  echo "skipped the rest: no file system may be mounted here"
  echo "count: situations of the disk: $points points, 0 violations (seed 0)"
  exit 0
fi

# ---- the folder of the contacts is full, then read-only ----
with_folder() { # OPTION THAT BREAKS IT: ro or full
  cp -a "$work/contacts" "$work/copy"
  mount_over "$work/contacts" 128k
  cp -a "$work/copy/." "$work/contacts"
  rm -rf "$work/copy"
  expect 0 sync
  there "Pulled$1"
  card "Pushed$1" >"$work/contacts/pushed$1.vcf"
}
keep_folder() {
  cp -a "$work/contacts" "$work/copy"
  umount "$work/contacts"
  cp -a "$work/copy/." "$work/contacts"
  rm -rf "$work/copy"
}
with_folder Full
fill "$work/contacts"
expect 73 sync
says 'No space left on device' "$work/contacts/"
no_leftovers
rm "$work/contacts/.filling"
expect 0 sync
has_file_of PulledFull || fail "a contact did not come once there was room"
is_there_once PushedFull || fail "a card was not sent once"
is_at_rest
keep_folder
expect 0 sync
done_with "a full folder"

with_folder Sealed
mount -o remount,ro "$work/contacts"
expect 73 sync
says 'Read-only file system' "$work/contacts/"
mount -o remount,rw "$work/contacts"
expect 0 sync
has_file_of PulledSealed || fail "a contact did not come once it could be written"
is_there_once PushedSealed || fail "a card was not sent once"
is_at_rest
keep_folder
expect 0 sync
done_with "a read-only folder"

# ---- the folder of the state is full: nothing may be sent, for it could not be announced ----
state=$XDG_STATE_HOME/passerelle
mv "$state" "$work/state-before"
mkdir -m 700 "$state"
mount_over "$state" 2m
cp -a "$work/state-before/." "$state"
expect 0 sync
card Unannounced >"$work/contacts/unannounced.vcf"
there Unrecorded
before=$(writes)
fill "$state"
expect 73 sync
says 'No space left on device' "$state/home.lock"
truncate -s -4096 "$state/.filling" # room for the number of the process in the lock, not for the journal
expect 73 sync
says 'journal' "$state/home.journal"
[ "$(writes)" -eq "$before" ] || fail "sent without an announcement"
rm "$state/.filling"
expect 0 sync
is_there_once Unannounced || fail "a card was not sent once there was room"
has_file_of Unrecorded || fail "a contact did not come once there was room"
is_at_rest
done_with "a full folder of the state"

mount -o remount,ro "$state"
expect 73 sync
says 'Read-only file system' "$state"
mount -o remount,rw "$state"
is_at_rest
done_with "a read-only folder of the state"

# ---- the same for the service, which is not started anew ----
"$program" run >"$work/service.log" 2>&1 &
service=$!
wait_for 20 state_is ok || fail "the service does not begin"
fill "$state"
card Served >"$work/contacts/served.vcf"
before=$(writes)
wait_for 20 state_is error || { cat "$status_file"; fail "the status of the service does not say that the disk is full"; }
grep -qF "$state/home." "$work/service.log" || { cat "$work/service.log"; fail "the log does not name the folder of the state"; }
[ "$(writes)" -eq "$before" ] || fail "sent without an announcement"
rm "$state/.filling"
wait_for 60 is_there_once Served || { cat "$work/service.log"; fail "the service does not recover from a full disk"; }
wait_for 20 state_is ok || fail "the status of the service does not recover"

mv "$work/contacts" "$work/away"
wait_for 20 state_is error || { cat "$status_file"; fail "the status of the service does not say that a folder is gone"; }
jq -e '.message | test("is gone")' "$status_file" >/dev/null || { cat "$status_file"; fail "no word of a folder that is gone"; }
card Late >"$work/away/late.vcf"
mv "$work/away" "$work/contacts"
wait_for 60 is_there_once Late || { cat "$work/service.log"; fail "the service does not see a folder that came back"; }
wait_for 20 state_is ok || fail "the status of the service does not recover"
kill "$service"
wait "$service" || fail "the service ended with $?"
service=
expect 0 sync
is_at_rest
done_with "the service, through both"
umount "$state"
echo "count: situations of the disk: $points points, 0 violations (seed 0)"

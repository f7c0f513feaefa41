#!/bin/sh
# SPDX-License-Identifier: MIT
# What editors do to a file makes one cycle, and folders that go, come back or are links are followed.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
# shellcheck source=tests/system/lib_service.sh
. "$here/lib_service.sh"
start_emulator
write_config 'contacts_interval = 1h
calendar_interval = 1h
messages_interval = 1h'
login
start_service
wait_for 60 is_ok || fail "the first cycle did not end well"
wait_for 30 no_child_runs || fail "the first cycle does not end"

# one_cycle WORDS NAME EDIT: EDIT writes a new $number into the card of NAME; it arrives, by one cycle (a second one would start within
# two seconds). A busy machine can stop EDIT between two steps for longer than an editor would: once in three times it does not.
one_cycle() {
  for _ in 1 2 3; do
    before=$(cycles)
    next=$((next + 1))
    number=+336111111$next
    "$3"
    wait_for 60 has_number "$2" "$number" || fail "$1: it did not arrive"
    wait_for 30 no_child_runs || fail "$1: the cycle does not end"
    sleep 2
    wait_for 30 no_child_runs || fail "$1: a cycle does not end"
    made=$(($(cycles) - before))
    [ $made -ne 1 ] || break
  done
  [ $made -eq 1 ] || fail "$1: $made cycles, not 1"
  echo "$1: one cycle"
}
tel() {
  card Editor "TEL;TYPE=CELL:$number"
}
file=$work/contacts/editor.vcf
next=10
as_cat() {
  tel >"$file"
}
# the old file becomes the backup, the new one is written under its name, the backup goes
as_vim() {
  mv "$file" "$file~"
  tel >"$file"
  rm "$file~"
}
# a link as lock, a copy as backup, and the file itself is written again
as_emacs() {
  ln -s 'user@host.1' "$work/contacts/.#editor.vcf"
  cp "$file" "$file~"
  tel >"$file"
  rm "$work/contacts/.#editor.vcf"
}
# GLib's g_file_set_contents alike: a temporary file takes the place
as_sed() {
  sed -i "s/+33[0-9]*/$number/" "$file"
}
# vdirsyncer and other careful ones: a link, which does not overwrite
as_link() {
  rm -f "$work/contacts/linked.vcf"
  card Linked "TEL;TYPE=CELL:$number" >"$work/contacts/.tmp"
  ln "$work/contacts/.tmp" "$work/contacts/linked.vcf"
  rm "$work/contacts/.tmp"
}
# it takes its time: half a card is never read
as_slow() {
  slow=$(tel)
  (
    printf '%s' "$slow" | head -c 60
    sleep 2
    printf '%s' "$slow" | tail -c +61 | head -c 20
    sleep 2
    printf '%s\n' "$slow" | tail -c +81
  ) >"$file"
}
one_cycle "cat" Editor as_cat
one_cycle "as vim" Editor as_vim
one_cycle "as emacs" Editor as_emacs
one_cycle "as sed -i and GNOME" Editor as_sed
one_cycle "a link" Linked as_link
one_cycle "a slow writer" Editor as_slow

# removed: remembered, never fetched back
before=$(cycles)
rm "$file"
removed() {
  [ "$(cycles)" -gt "$before" ]
}
wait_for 30 removed || fail "a removal makes no cycle"
wait_for 30 no_child_runs || fail "the cycle after a removal does not end"
[ ! -e "$file" ] || fail "what was removed came back"

# the folder is moved away and comes back, then becomes a link to another place
before=$(cycles)
mv "$work/contacts" "$work/away"
sleep 3
mv "$work/away" "$work/contacts"
card Back >"$work/contacts/back.vcf"
wait_for 60 has_contact Back || fail "a folder that came back is not watched"
wait_for 30 no_child_runs || fail "the cycle does not end"
mv "$work/contacts" "$work/elsewhere"
ln -s "$work/elsewhere" "$work/contacts"
card Through >"$work/elsewhere/through.vcf"
wait_for 60 has_contact Through || fail "a link to a folder is not followed"
wait_for 30 no_child_runs || fail "the cycle does not end"
wait_for 60 is_ok || { cat "$status_file"; fail "the end is not well"; }

# where the kernel has no watches left
stop_service "the end"
if unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_inotify_watches' 2>/dev/null; then
  unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_inotify_watches; exec "$0" -v run' "$program" >"$work/limit.log" 2>&1 &
  service=$!
  wait_for 30 grep -q 'max_user_watches is reached): looked at every 30 s instead' "$work/limit.log" ||
    { cat "$work/limit.log"; fail "a limit of the kernel is not told"; }
  wait_for 30 grep -q 'a cycle starts' "$work/limit.log" || fail "no cycle starts"
  wait_for 30 no_child_runs || fail "the cycle does not end"
  [ -n "${PASSERELLE_LONG:-}" ] || echo "that it is looked at all the same is seen in the long form"
  card Polled >"$work/elsewhere/polled.vcf"
  [ -z "${PASSERELLE_LONG:-}" ] || wait_for 90 has_contact Polled || fail "without watches nothing is noticed"
  kill -TERM "$service"
  wait "$service" || fail "the service ended badly"
  service=
  unshare -Ur sh -c 'echo 0 >/proc/sys/user/max_inotify_instances; exec "$0" -v run' "$program" >"$work/limit.log" 2>&1 &
  service=$!
  wait_for 30 grep -q 'max_user_instances is reached' "$work/limit.log" || { cat "$work/limit.log"; fail "a limit of instances is not told"; }
  kill -TERM "$service"
  wait "$service" || fail "the service ended badly"
  service=
else
  echo "no user namespaces here: limits of the kernel are not tried"
fi
for name in Editor Linked Back Through; do
  [ "$(count_contacts $name)" -eq 1 ] || fail "$name is there $(count_contacts $name) times"
done
echo "one cycle per edit, and every folder was followed"

#!/bin/sh
# SPDX-License-Identifier: MIT
# A token, a password, a name, an e-mail, a phone and a title that nobody else has, led through every failure at debug
# level: they arrive where they belong, and stand nowhere else.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
may_hold_secrets='wrong.password'
words='canaria\|zyxwvut\|secretmeeting\|987654\|98 76 54'
quoting=
at_end() {
  [ -z "$quoting" ] || kill "$quoting" 2>/dev/null || true
}

card() { # NUMBER
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:u%s\r\nFN:Canaria Zyxwvut%s\r\nN:Zyxwvut%s;Canaria;;;\r\nEMAIL:canaria%s@zyxwvut.example\r\nEMAIL:second%s@zyxwvut.example\r\nTEL;TYPE=CELL:+33 6 98 76 54 %02d\r\nEND:VCARD\r\n' \
    "$1" "$1" "$1" "$1" "$1" "$1" >"$work/contacts/$1.vcf"
}
event() { # NUMBER
  printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:e%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%s\r\nDURATION:PT20M\r\nSUMMARY:Secretmeeting with Zyxwvut %s\r\nLOCATION:Canaria\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' \
    "$1" "$(date -u -d "+5 days +$1 hours" +%Y%m%dT%H0000Z)" "$1" >"$work/calendar/$1.ics"
}
# run WORDS…: whatever comes of it but a crash; everything it writes is kept
run() {
  got=0
  passerelle -v "$@" >>"$work/answers.out" 2>>"$work/canary.log" </dev/null || got=$?
  [ $got -lt 128 ] || fail "passerelle $*: status $got"
  look_at_words
}
look_at_words() { # the logs so far, and the status without its data
  for log in "$work"/canary.log "$work"/service.log; do
    [ ! -e "$log" ] || ! grep -in "$words" "$log" || fail "a name stands in a log"
  done
  [ ! -e "$status_file" ] || ! jq -r '.message, .action.kind' "$status_file" | grep -in "$words" || fail "a name stands in the status"
}
logged() { # WORDS: it was this failure
  grep -q "$1" "$work/canary.log" || { tail -n 5 "$work/canary.log"; fail "no word about: $1"; }
}
mode() { printf '%s\n' "$@" >"$work/server.modes"; }
use_endpoint() { sed -i "s|^endpoint = .*|endpoint = $1|" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"; }

printf 'canary:pässword of $(this) test\n' >"$work/password"
chmod 600 "$work/password"
start_emulator --demo --with-event-list --password-file "$work/password"
cp "$work/password" "$work/emulator.password"
write_config "contacts_export = $work/all.vcf
calendar_export = $work/all.ics"
cp "$work/emulator.password" "$work/password"
login
control add-contact '{"firstname":"Canaria","lastname":"Zyxwvutthere","devices":[{"type":"email","subtype":"internet","value":"there@zyxwvut.example"}]}' >/dev/null
card 1
event 1
run sync --dry-run
run sync
[ $got -eq 0 ] || { tail "$work/canary.log"; fail "the first cycle"; }
echo "== the scenario carries them"
grep -qi zyxwvutthere "$work"/contacts/passerelle-*.vcf || fail "the name at the remote did not come into a file"
control contacts | jq -e '.[] | select(.lastname == "Zyxwvut1" and .firstname == "Canaria")' >/dev/null || fail "the name here did not come to the remote"
control events | jq -e '.[] | select(.title == "Secretmeeting with Zyxwvut 1")' >/dev/null || fail "the title did not come to the remote"
grep -qi "$words" "$work/answers.out" || fail "the dry run names nobody"
find "$work/contacts" "$work/calendar" "$work/state" "$work/run" | grep -in "$words" && fail "the name of a file tells a name"

echo "== the scan finds what is planted"
scan_for_leaks || fail "a leak before anything was planted"
plant() { # FILE TEXT
  printf 'some words %s and more\n' "$2" >"$work/$1"
  if scan_for_leaks >/dev/null 2>&1; then fail "the scan does not find $2 in $1"; fi
  rm "$work/$1"
}
token=$(cat "$work/token")
plant a.txt "$token"
plant a.txt "$(printf %s "$token" | jq -sRr @uri)"
plant a.txt "$(printf %s "$token" | cut -c1-20)"
plant state/passerelle/trash.copy "$(cat "$work/password")"
plant a.txt "$(printf 'YOURSERVIC1234567890:%s' "$(cat "$work/password")" | base64 -w0)"
plant x.log 'Canaria Zyxwvut1'
plant x.err.out 'there@zyxwvut.example'
mkdir "$work/bin"
cp "$(command -v sleep)" "$work/bin/passerelle"
start_watch
PLANTED=$token "$work/bin/passerelle" 300 &
planted=$!
wait_for 20 grep -q 'LEAK environ of passerelle' "$work/watched.report" || fail "the watch does not see an environment"
kill $planted
cp --remove-destination "$(command -v sh)" "$work/bin/passerelle"
"$work/bin/passerelle" -c 'sleep 300; :' "$token" &
planted=$!
wait_for 20 grep -q 'LEAK cmdline of passerelle' "$work/watched.report" || fail "the watch does not see a command line"
pkill -P $planted || true
kill $planted 2>/dev/null || true
touch "$work/watched.stop"
wait "$watch"

echo "== every kind of answer, quoting all that was sent"
/usr/bin/python3 -B "$here/quoting_server.py" "$url" "$work/server.modes" "$work/server.port" 2>"$work/server.log" &
quoting=$!
mode
wait_for 10 test -s "$work/server.port" || fail "the quoting server did not start"
use_endpoint "http://127.0.0.1:$(cat "$work/server.port")"
number=10
for kind in gateway:-7 gateway:-4 gateway:-99 gateway:-1 consent command:2 command:100 command:77 html cut broken redirect; do
  for _ in 1 2 3 4; do
    number=$((number + 1))
    card $number
    event $number
  done
  mode "addcontact $kind" "adddevice $kind" "addevent $kind" "addeventoffline $kind" "getPersonalMessages $kind"
  run sync
  if [ $kind = command:2 ]; then
    jq -e '.contacts.problems | any(contains("Canaria"))' "$status_file" >/dev/null || fail "the status does not name the contact to its owner"
  fi
  mode
  run sync
done
mode "getPersonalMessages messages:501" "findcontactlist gateway:-4" "geteventlist command:77"
run sync
card 80
event 80
mode "addcontact gateway:-10" "addevent gateway:-8" "getPersonalMessages gateway:-8" # not asked again after that
run sync
mode
for format in human json plain waybar i3blocks i3blocks-plain i3status-rust polybar xmobar tmux prometheus; do
  run status home --format $format
done
logged 'addcontact: the service refuses it (error 2,'
logged 'addcontact: the service finds the request malformed (error -7,'
logged 'addevent: '
logged 'outcome unknown\|may have been carried out'
logged '\[hidden\]'
for uid in u31 u32 u33 u34; do # those of command:2
  run journal show home $uid
done
grep -qi 'error 2, .*canaria' "$work/answers.out" || fail "the words of the server are not kept for their owner"

echo "== files that cannot be taken, and the other commands"
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Canaria Zyxwvut\r\nTEL:+33 6 98 76 54 99\r\n' >"$work/bad.vcf"
printf 'BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:x\r\nDTSTART:Secretmeeting\r\nSUMMARY:Zyxwvut\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' >"$work/bad.ics"
printf 'Canaria Zyxwvut, canaria@zyxwvut.example\n' >"$work/none.vcf"
run import home "$work/bad.vcf" "$work/bad.ics" "$work/none.vcf" "$work/contacts/1.vcf" "$work/missing.vcf"
cp "$work/bad.ics" "$work/calendar/bad.ics"
cp "$work/none.vcf" "$work/contacts/none.vcf"
cp "$work/contacts/1.vcf" "$work/contacts/copy.vcf"
run sync
run sync --dry-run
run check
run export home contacts
run export home calendar "$work/out.ics"
run journal list --all home
run journal verify home
run journal show home u1
run journal resolve home u11 drop
rm "$work/calendar/bad.ics" "$work/contacts/none.vcf" "$work/contacts/copy.vcf"

echo "== no way to the remote"
use_endpoint "https://nowhere.invalid"
run sync
logged "name cannot be found"
use_endpoint "https://127.0.0.1:${url##*:}"
run sync
use_endpoint "http://127.0.0.1:1"
run sync
logged 'connection refused'
use_endpoint "$url"
printf 'wrong:pässword\n' >"$work/wrong.password"
chmod 600 "$work/wrong.password"
sed -i "s|^service_password_file = .*|service_password_file = $work/wrong.password|" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
run sync
logged 'refuses the credentials'
! grep -qF 'wrong:p' "$work/canary.log" "$status_file" || fail "the wrong password stands in the log"
chmod 644 "$work/wrong.password"
run sync
logged 'others can read'
sed -i "s|^service_password_file = .*|service_password_file = $work/password|" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
control 'consent?family=contact&attribute=see&value=none' >/dev/null
run sync
logged 'the consent of the person is missing'
control 'consent?family=contact&attribute=see&value=always' >/dev/null
run login home --paste # nothing is there to be stored

echo "== the service, its password command, and what others see of them"
cat >"$work/passwords.sh" <<'END'
set -x
secret=$(cat "$1")
sleep 0.4
for _ in 1 2 3 4 5 6 7 8 9 10; do # on a busy machine the watch looks seldom
  grep -qx 'seen sleep' "$2" && break
  sleep 1
done
printf '%s\n' "$secret"
END
sed -i "s|^service_password_file = .*|service_password_command = sh $work/passwords.sh $work/password $work/watched.report|" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
# what needs a person is told to a command of theirs
echo "on_action_command = sleep 0.4; env | grep ^PASSERELLE >>$work/needs.answers; echo told >&2" >>"$XDG_CONFIG_HOME/passerelle/passerelle.conf"
# shellcheck disable=SC3045 # dash has it, and so has bash
ulimit -c unlimited
cd "$work"
if sh -c 'kill -SEGV $$' 2>/dev/null; then :; fi
echo "a core file of another program would be here: $(find . -name 'core*' -print -delete | grep . || echo no)"
start_watch
"$program" -v run >"$work/service.log" 2>&1 &
service=$!
wait_for 60 grep -q 'service_password_command: .*\[hidden\]' "$work/service.log" || { cat "$work/service.log"; fail "what the command traces is not hidden"; }
look_at_words
card 90
child_of() { pgrep -P "$service" passerelle | head -n 1; }
limits_of() { grep '^Max core file size  *0  *0 ' "/proc/$1/limits"; }
# A cycle is short: it is held before it is looked at, and what has ended meanwhile is not it. On a busy machine all of it may pass unseen:
# now and then there is reason for another one.
looks=0
hold_cycle() {
  looks=$((looks + 1))
  [ $((looks % 80)) -ne 0 ] || touch "$file_of_cycle"
  child=$(child_of)
  [ -n "$child" ] && kill -STOP "$child" && grep -q '^State:.*T' "/proc/$child/status"
}
# each of another part: one that failed waits before it is tried again
crash() { # SIGNAL FILE, which a cycle looks at
  file_of_cycle=$2
  wait_for 60 hold_cycle || fail "no cycle came"
  limits_of "$child" >/dev/null || fail "a cycle may write a core file"
  limits_of "$service" >/dev/null || fail "the service may write a core file"
  kill -s "$1" "$child"
  kill -CONT "$child"
}
card 91
crash SEGV "$work/contacts/91.vcf"
event 92
crash ABRT "$work/calendar/92.ics"
wait_for 60 grep -q 'the cycle was ended: it gave up' "$work/service.log" || { cat "$work/service.log"; fail "no word about the second crash"; }
grep -q 'the cycle was ended: signal 11' "$work/service.log" || fail "no word about the first crash"
control expire-token >/dev/null
card 95
wait_for 90 grep -q 'on_action_command: told' "$work/service.log" || fail "the person was not told"
! grep -i "$words" "$work/needs.answers" || fail "the command is told a name"
stop_watch passerelle sh sleep
kill -ABRT "$service"
wait "$service" || true
service=
cd /
find "$work" -name 'core*' | grep . && fail "a core file"
look_at_words

echo "== nobody else may look into it"
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then # root sees everything: as another user, /proc says who may
  chmod -R go+rX "$work/config"
  chmod 755 "$work" "$work/config"
  mkfifo "$work/pipe"
  belongs_to() { # USER, while it lives: then it is root's
    [ "$(stat -c %u "/proc/$other/environ")" = "$1" ] && ! grep -q '^State:.*Z' "/proc/$other/status"
  }
  for program_of in "$program" sleep; do
    words_of=300
    owner_of=65534
    [ "$program_of" = sleep ] || { words_of="-c $XDG_CONFIG_HOME/passerelle/passerelle.conf login home --paste" && owner_of=0; }
    # shellcheck disable=SC2086 # words
    setpriv --reuid=65534 --regid=65534 --clear-groups "$program_of" $words_of <"$work/pipe" >"$work/dumpable.out" 2>&1 &
    other=$!
    exec 9>"$work/pipe"
    # it is root's until it is the program, the person's then, and root's again once the program has said so
    wait_for 5 grep -q "$(basename "$program_of")" "/proc/$other/comm" || fail "$program_of does not start"
    wait_for 5 belongs_to $owner_of || { cat "$work/dumpable.out"; fail "$program_of belongs to $(stat -c %u "/proc/$other/environ")"; }
    exec 9>&-
    kill "$other" 2>/dev/null || true
    wait "$other" || true
  done
fi
echo "where they belong, and nowhere else"

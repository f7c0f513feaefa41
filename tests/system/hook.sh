#!/bin/sh
# SPDX-License-Identifier: MIT
# on_change_command: what it is told, when, and that nothing it does harms a cycle.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
start_emulator --demo
told=$work/told
hook() { # COMMAND: of the next cycles
  write_config "on_change_command = $1
max_adds = 3"
}
take="cat >>$told; echo \$PASSERELLE_ACCOUNT >>$work/whose"
card() { # NAME GIVEN
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:%s Héron\r\nN:Héron;%s;;;\r\nTEL:+3361122%s\r\nEND:VCARD\r\n' "$1" "$2" "$2" "$3" >"$work/contacts/$1.vcf"
}
is_told() { # JQ: the last document is so
  jq -es "last | $1" "$told" >/dev/null || { cat "$told"; fail "it was not told: $1"; }
}
told_times() { # COUNT: so often something was told
  [ "$(wc -l <"$told")" -eq "$1" ] || { cat "$told"; fail "told $(wc -l <"$told") times, not $1"; }
}
: >"$told"
hook "$take"
expect 77 sync # no token: nothing changed, nothing told
login

echo "== the first cycle tells what came"
card anne Anne 3344
expect 0 sync
told_times 1
is_told '.version == 1 and .account == "home" and (.time | fromdate) > 0 and (keys == ["account", "calendar", "contacts", "time", "version"])'
is_told '.contacts.counts.added == (.contacts.added | length) and .contacts.counts.added > 10 and .contacts.held == [] and .calendar.counts == {added: 0, changed: 0, removed: 0, held: 0}'
is_told '.contacts.added | any(. == {uid: "anne", name: "Anne Héron", file: "anne.vcf", side: "there"})'
is_told '.contacts.added | map(select(.side == "here")) | length > 10 and all(.uid and .name and (.file | endswith(".vcf")))'
[ "$(cat "$work/whose")" = home ] || fail "the name of the account"
expect 0 sync
told_times 1

echo "== changed there, changed here, removed there"
id=$(control contacts | jq -r '.[] | select(.lastname == "Héron") | .id')
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:anne\r\nFN:Anne Héron\r\nN:Héron;Anne;;;\r\nTEL:+33611223344\r\nEMAIL:anne@example.org\r\nEND:VCARD\r\n' >"$work/contacts/anne.vcf"
expect 0 sync
told_times 2
is_told '.contacts.changed == [{uid: "anne", name: "Anne Héron", file: "anne.vcf", side: "there"}] and .contacts.added == []'
[ -n "$id" ] || fail "the contact is not there"

echo "== held: once, until it is another set"
printf 'BEGIN:VCARD\r\nFN:Half' >"$work/contacts/half.vcf"
expect 1 sync
told_times 3
is_told '.contacts.held == [{file: "half.vcf", reason: "not complete: it has no END:VCARD"}] and .contacts.counts.held == 1'
expect 1 sync
told_times 3
for i in 1 2 3 4; do card "new$i" "New$i" "100$i"; done
expect 1 sync
told_times 4
is_told '(.contacts.held | map(.uid // .file) | sort) == ["half.vcf", "new1", "new2", "new3", "new4"] and .contacts.added == []'
expect 1 sync
told_times 4
rm "$work/contacts/half.vcf"
expect 0 sync --confirm
told_times 5
is_told '.contacts.counts.added == 4 and .contacts.held == []'

echo "== a part alone, a dry run, a service out of reach"
expect 0 sync --only messages
card dry Dry 2000
expect 0 sync --dry-run
told_times 5
expect 0 sync --only contacts
told_times 6
is_told 'has("calendar") | not'
stop_emulator
expect 69 sync
told_times 6

echo "== a command that fails, hangs, does not read, shouts, or stays behind harms nothing"
start_emulator --demo
wreck() { # COMMAND WORDS
  hook "$1"
  rm -rf "$work/contacts" "$work/calendar" "$XDG_STATE_HOME"
  mkdir "$work/contacts" "$work/calendar"
  login
  expect 0 sync --only contacts
  grep -q "$2" "$work/last.err.out" || { cat "$work/last.err.out"; fail "it does not say: $2"; }
  [ "$(grep -c 'on_change_command: it' "$work/last.err.out")" -le 1 ] || fail "told more than once"
}
wreck 'exit 3' 'on_change_command: it failed (exit status 3)'
wreck 'kill -9 $$' 'on_change_command: it failed (signal 9)'
wreck 'exec <&-; sleep 1; exit 4' 'on_change_command: it failed (exit status 4)'
wreck 'head -c 1000000 /dev/zero | tr "\000" x >&2; seq 100000; exit 5' 'on_change_command: it failed (exit status 5)'
[ "$(wc -c <"$work/last.err.out")" -lt 200000 ] || fail "the log has no bound"
[ -z "${PASSERELLE_LONG:-}" ] || wreck 'sleep 300' 'on_change_command: it takes longer than 30 s'
hook "env >$work/environment; sleep 40 & cat >$told.big; exit 0"
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A Bird\r\nN:Bird;A;;;\r\nEND:VCARD\r\n' >"$work/contacts/bird.vcf"
expect 0 sync --only contacts
jq -e '.contacts.counts.added == 1' "$told.big" >/dev/null || fail "not all was read"
! grep -q 'secret:for trying' "$work/environment" || fail "the password stands in its environment"

echo "== very many: counted, listed in part, and more than a pipe holds"
hook "sleep 1; cat >$told"
mkdir "$work/more"
awk -v to="$work/more" 'BEGIN { for (i = 1; i <= 300; i++) {
  name = to "/" i ".vcf"
  printf "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%0200d\r\nFN:Given%d \"Quoted\\\\\" <Family%d>\r\nN:Family%d;Given%d;;;\r\nEND:VCARD\r\n", i, i, i, i, i >name
  close(name) } }'
mv "$work"/more/*.vcf "$work/contacts/"
expect 0 sync --only contacts --confirm
is_told '.contacts.counts.added == 300 and (.contacts.added | length) == 100 and (.contacts.added | all(.uid | length == 200))'
expect 0 check

echo "== under the service"
hook "cat >$told.service"
card late Late 9000
"$program" run >"$work/service.log" 2>&1 &
service=$!
wait_for 60 jq -e '.contacts.added | any(.file == "late.vcf")' "$told.service" || { tail -20 "$work/service.log"; cat "$told.service"; fail "what the service told"; }
kill "$service"
wait "$service" || fail "the service ended badly"
service=
echo "told once per cycle, when something changed, and never in the way"

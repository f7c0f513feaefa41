#!/bin/sh
# SPDX-License-Identifier: MIT
# One account from its first configuration to rest: what a new user does, command by command.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
start_emulator --demo
# one without first and last name can be found by no search
remote_contacts=$(control contacts | jq '[.[] | select(.firstname or .lastname)] | length')
[ "$remote_contacts" -ge 10 ] || fail "the demonstration has too few contacts"

expect 78 check # no configuration yet
write_config
expect 77 check # a token is missing
grep -q 'passerelle login' "$work/last.out" "$work/last.err.out" || fail "check does not say how to sign in"
expect 77 sync
login
expect 0 check

printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:one\r\nFN:Anaïs Lefèvre\r\nN:Lefèvre;Anaïs;;;\r\nORG:Atelier;Bois\r\nEMAIL:a@example.org\r\nEMAIL:b@example.org\r\nTEL;TYPE=CELL:+33 6 11 22 33 44\r\nNOTE:keep\r\nEND:VCARD\r\n' >"$work/contacts/one.vcf"
cp "$work/contacts/one.vcf" "$work/one.before"
date=$(date -d '+3 days' +%Y%m%d)
printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:e1\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%sT090000Z\r\nDTEND:%sT100000Z\r\nSUMMARY:Réunion\r\nLOCATION:Salle 4\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' "$date" "$date" >"$work/calendar/e1.ics"

expect 0 sync --dry-run
grep -q 'add there: Anaïs Lefèvre' "$work/last.out" || fail "the dry run does not tell of the card"
[ "$(writes)" -eq 0 ] || fail "a dry run wrote"
expect 0 sync
[ "$(writes)" -eq 4 ] || fail "$(writes) writes, not 4: contact, e-mail, phone, event"
[ "$(find "$work/contacts" -name '*.vcf' | wc -l)" -eq $((remote_contacts + 1)) ] || fail "not every contact became a file"
cmp "$work/one.before" "$work/contacts/one.vcf" || fail "the user's own card was rewritten"

before=$(marks)
expect 0 sync
[ "$(writes)" -eq 4 ] || fail "the second cycle wrote"
[ "$before" = "$(marks)" ] || fail "the second cycle rewrote a file"

# a folder that is away is no deletion
mv "$work/contacts" "$work/away"
expect 73 sync
grep -q 'is gone' "$work/last.out" "$work/last.err.out" || fail "no word about a folder that is gone"
[ ! -e "$work/contacts" ] || fail "a folder that is gone was made anew"
mv "$work/away" "$work/contacts"
expect 0 sync
[ "$(writes)" -eq 4 ] || fail "a folder that came back was sent again"
[ "$before" = "$(marks)" ] || fail "a folder that came back was rewritten"

[ "$(stat -c %a "$status_file")" = 600 ] || fail "others can read the status file"
jq -e '.state == "ok" and .mail.unread > 0 and .contacts.synced > 10 and .calendar.synced == 1 and .account == "home"' \
  "$status_file" >/dev/null || { cat "$status_file"; fail "the status file"; }
for format in human json plain waybar i3blocks i3blocks-plain i3status-rust polybar xmobar tmux prometheus; do
  expect 0 status home --format "$format"
  [ -s "$work/last.out" ] || fail "status --format $format says nothing"
done
expect 0 status home --format waybar
jq -e '.class and .tooltip' "$work/last.out" >/dev/null || fail "waybar's line is no JSON"
expect 0 journal list --all home
grep -q 'Anaïs' "$work/last.out" || fail "journal list does not name the card"
expect 0 journal show home 'Anaïs Lefèvre'
grep -q 'NOTE' "$work/last.out" || fail "journal show does not say that the note was not carried"
expect 0 journal verify home
expect 0 --version
expect 0 --help
expect 64 nonsense
expect 64 sync --nonsense
expect 64 sync nobody

# the token runs out: the person is asked, the rest of the status stays
control expire-token >/dev/null
expect 77 sync
jq -e '.state == "login-required" and .action.kind == "login" and .mail.stale == true and .mail.unread > 0' \
  "$status_file" >/dev/null || { cat "$status_file"; fail "the status after the token ran out"; }
control new-token | jq -r '.token' >"$work/token"
login
expect 0 sync
jq -e '.state == "ok" and (.mail.stale | not)' "$status_file" >/dev/null || fail "the status after a new token"

# nothing of the secrets anywhere
token=$(cat "$work/token")
if grep -rFl -e "$token" -e 'secret:for trying' "$work/run" "$work/cache" "$work/contacts" "$work/calendar" "$work"/*.out 2>/dev/null | grep .; then
  fail "a secret stands in a file"
fi
for file in "$XDG_STATE_HOME"/passerelle/*; do
  case $file in
    *.token | */trash) ;;
    *) ! grep -qF -e "$token" -e 'secret:for trying' "$file" || fail "a secret stands in $file" ;;
  esac
done
echo "from the first configuration to rest: all as promised"

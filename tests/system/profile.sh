#!/bin/sh
# SPDX-License-Identifier: MIT
# The person's own card in a file: what is in it, when it is asked for and written, and that it holds up nothing else.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
start_emulator --demo --withhold HomePhone,OfficeAddress
write_config "profile = $work/own/me.vcf
max_adds = 1000"
login
card=$work/own/me.vcf
trash=$XDG_STATE_HOME/passerelle/trash/home/profile

asked() { # how often the profile was asked for
  control calls | jq '.counts.getPersonalRichProfile // 0'
}
mark() {
  stat -c '%i %s %Y %Z' "$card"
}

echo "== a dry run asks for nothing"
expect 0 sync --dry-run
[ "$(asked)" -eq 0 ] || fail "a dry run asked for the profile"
[ ! -e "$card" ] || fail "a dry run wrote the profile"

echo "== the first cycle writes it, without what is withheld"
expect 0 sync
grep -q '^FN:Camille Exemple' "$card" || { cat "$card"; fail "no name in the profile"; }
grep -q '0639980505' "$card" || fail "no mobile number in the profile"
! grep -q '0261910505\|Centre' "$card" || fail "a withheld field is in the profile"
[ "$(stat -c %a "$card")" = 600 ] || fail "others can read the profile"
[ ! -e "$trash" ] || fail "something was put into the trash"

echo "== it is asked for once a day, and with --full; an unchanged one is not written again"
before=$(mark)
expect 0 sync
[ "$(asked)" -eq 1 ] || fail "asked for again within a day"
expect 0 sync --full
[ "$(asked)" -eq 2 ] || fail "--full did not ask"
[ "$before" = "$(mark)" ] || fail "an unchanged profile was written again"
expect 0 sync --full --only messages
[ "$(asked)" -eq 2 ] || fail "asked for along with the mail alone"

echo "== one that is gone comes back, and what others wrote there goes to the trash"
rm "$card"
expect 0 sync
[ -s "$card" ] || fail "a profile that is gone was not written again"
printf 'my own words\n' >"$card"
expect 0 sync --full
grep -q '^FN:Camille Exemple' "$card" || fail "the profile was not written over"
grep -qrx 'my own words' "$trash" || fail "what stood there is lost"

echo "== a missing consent holds up nothing else, and the usual way gives it"
control "consent?family=richprofile&value=none" >/dev/null
expect 77 sync --full
jq -e '.state == "consent-required" and .action.kind == "consent" and (.action.url | test("richprofile")) and .contacts.synced > 10
  and .mail.unread > 0' "$status_file" >/dev/null || { cat "$status_file"; fail "the status without the consent"; }
grep -q '^FN:Camille Exemple' "$card" || fail "the profile is gone without the consent"
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:later\r\nFN:Zo\303\251 Later\r\nN:Later;Zo\303\251;;;\r\nEND:VCARD\r\n' >"$work/contacts/later.vcf"
count=$(writes)
expect 77 sync
[ "$(writes)" -eq $((count + 1)) ] || fail "a contact waited for the consent to the profile"
control "consent?family=richprofile&value=always" >/dev/null
expect 0 sync
jq -e '.state == "ok"' "$status_file" >/dev/null || { cat "$status_file"; fail "the status with the consent"; }

echo "== every fault leaves the file as it is, and everything else going"
before=$(mark)
for kind in 500-before html garbage cut token internal 'code&argument=102'; do
  control "fault?action=getPersonalRichProfile&number=next&kind=$kind" >/dev/null || fail "no fault $kind"
  got=0
  passerelle sync --full >"$work/last.out" 2>"$work/last.err.out" || got=$?
  [ $got -ne 0 ] || fail "$kind: nothing was said"
  grep -q 'profile: ' "$work/last.err.out" || { cat "$work/last.err.out"; fail "$kind: no word of the profile"; }
  [ "$before" = "$(mark)" ] || fail "$kind: the file was written"
  jq -e '.contacts.last_success and .mail.unread > 0 and (.mail.stale | not)' "$status_file" >/dev/null ||
    { cat "$status_file"; fail "$kind: the other parts"; }
  expect 0 sync # what failed is tried again at once where a person waits
  jq -e '.state == "ok"' "$status_file" >/dev/null || { cat "$status_file"; fail "$kind: not well again"; }
done

echo "== the service, which confines its cycles, writes it too, and does not hammer"
rm -r "$work/own"
PASSERELLE_SERVICE=1 passerelle sync home >"$work/last.out" 2>"$work/last.err.out" || { cat "$work/last.err.out"; fail "a cycle of the service"; }
[ -s "$card" ] || { cat "$work/last.err.out"; fail "the service did not write the profile"; }
control "consent?family=richprofile&value=none" >/dev/null
expect 77 sync --full
before=$(asked)
for _ in 1 2 3; do
  PASSERELLE_SERVICE=1 passerelle sync home >/dev/null 2>&1 || true
done
[ "$(asked)" -eq "$before" ] || fail "asked for again and again"

echo "== without the option nothing of it is left"
write_config "max_adds = 1000"
expect 0 sync
jq -e '.state == "ok"' "$status_file" >/dev/null || { cat "$status_file"; fail "a consent is still asked for"; }

echo "== it cannot lie where it would be sent"
write_config "profile = $work/contacts/me.vcf"
expect 78 check
grep -q 'lies in the folder of "contacts"' "$work/last.err.out" || { cat "$work/last.err.out"; fail "no word of it"; }
echo "profile: all as it should be"

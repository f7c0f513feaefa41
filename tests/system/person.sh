#!/bin/sh
# SPDX-License-Identifier: MIT
# The person in the loop, as a new user: the account file of the README, sign-in and consent in a browser, a token that
# expires, what goes on meanwhile, and pages that a hostile service would have opened.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
command -v chromedriver >/dev/null || {
  echo "skipped: no chromedriver"
  exit 77
}
start_emulator --demo --consent none

# what the README says, with the values of this machine
printf 'secret:for trying\n' >"$work/password"
chmod 600 "$work/password"
config=$XDG_CONFIG_HOME/passerelle/passerelle.conf
sed -n '/^    \[account home\]/,/^$/s/^    //p' "$source/README.md" |
  sed -e "s,https://HOST,$url," -e "s,^service_password_command =.*,service_password_command = cat $work/password," \
    -e "s,^contacts =.*,contacts = $work/contacts," -e "s,^calendar =.*,calendar = $work/calendar," >"$config"
grep -q '^login_url = http://127' "$config" || fail "the README's account has no login_url"
# shellcheck disable=SC2016 # for the command's shell
printf '%s\n' 'requests_per_minute = 100000' \
  "on_action_command = printf '%s %s\\n' \"\$PASSERELLE_ACTION\" \"\$PASSERELLE_URL\" >>$work/needs" >>"$config"
touch "$work/needs"

needs() { # how often the command was called for ACTION
  grep -c "^$1 " "$work/needs" || true
}

printed_address() {
  sed -n 's/^  \(http.*\)/\1/p' "$work/person.out" | tail -n 1
}
has_printed() { # that many addresses
  [ "$(grep -c '^  http' "$work/person.out")" -ge "$1" ]
}
# at_browser STATUS COMMAND… -- STEP…: runs passerelle, and for each page that it names (one per STEP) lets the browser do the step
at_browser() {
  wanted=$1
  shift
  words=
  while [ "$1" != -- ]; do
    words="$words $1"
    shift
  done
  shift
  : >"$work/person.out"
  # shellcheck disable=SC2086 # words
  passerelle $words >"$work/person.out" 2>"$work/person.err.out" &
  person=$!
  page=0
  for steps in "$@"; do
    page=$((page + 1))
    wait_for 60 has_printed $page || fail "passerelle $words named no page: $(cat "$work/person.out" "$work/person.err.out")"
    # shellcheck disable=SC2086 # words
    python3 "$here/browser.py" "$(printed_address)" $steps >"$work/browser.out" 2>&1 ||
      fail "the browser: $(cat "$work/browser.out")"
  done
  got=0
  wait $person || got=$?
  [ $got -eq "$wanted" ] || fail "passerelle $words: exit status $got, not $wanted: $(cat "$work/person.out" "$work/person.err.out")"
}
state() {
  jq -r .state "$status_file"
}
card() { # NAME PHONE
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:%s\r\nFN:Nouvelle %s\r\nN:%s;Nouvelle;;;\r\nTEL;TYPE=CELL:%s\r\nEND:VCARD\r\n' "$1" "$1" "$1" "$2" >"$work/contacts/$1.vcf"
}
event() { # UID TITLE
  day=$(date -d '+3 days' +%Y%m%d)
  printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART:%sT090000Z\r\nDTEND:%sT100000Z\r\nSUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' "$1" "$day" "$day" "$2" >"$work/calendar/$1.ics"
}

# ---- signing in
expect 77 check
grep -q 'passerelle login home' "$work/last.out" || fail "check does not say how to sign in"
expect 77 sync
[ "$(state)" = login-required ] || fail "without a token the state is $(state)"
[ "$(needs login)" -eq 1 ] || fail "the command was not told that a sign-in is needed"
at_browser 0 login home -- "click:login until:signed"
[ "$(stat -c %a "$XDG_STATE_HOME/passerelle/home.token")" = 600 ] || fail "the token can be read by others"
grep -q 'the token is stored' "$work/person.out" || fail "login does not say that it worked"

# ---- consent: once is recognised, for ever works; reading and adding apart
expect 77 sync
[ "$(state)" = consent-required ] || fail "without consent the state is $(state)"
jq -e '.action.kind == "consent" and (.action.url | startswith("'"$url"'/privacy/"))' "$status_file" >/dev/null || fail "no page to consent on"
before=$(needs consent)
[ "$before" -eq 2 ] || fail "two consents are missing, and the command was told $before"
expect 77 sync
[ "$(needs consent)" -eq "$before" ] || fail "the command is told every cycle"
at_browser 77 consent home -- "click:once until:choice" "click:always until:choice"
grep -q 'contacts: not allowed yet' "$work/person.out" || fail "a consent for one request was taken for a permanent one"
grep -q 'one request' "$work/person.out" || fail "no word about the consent for one request"
grep -q 'messages: allowed' "$work/person.out" || fail "the mail is not allowed"
at_browser 0 consent home -- "click:always until:choice"
expect 0 sync
[ "$(state)" = ok ] || fail "with consent the state is $(state)"
[ "$(find "$work/contacts" -name '*.vcf' | wc -l)" -ge 11 ] || fail "the contacts did not come"

card First +33611111111
event e1 'First event'
expect 77 sync
jq -e '.contacts.synced >= 11 and .mail.unread == 3 and (.mail.stale | not)' "$status_file" >/dev/null || fail "what is allowed does not go on"
[ "$(writes)" -eq 0 ] || fail "something was added without consent"
at_browser 0 consent home -- "click:always until:choice" "click:always until:choice"
[ "$(control contacts | jq '[.[] | select(.lastname == "First")] | length')" -eq 1 ] || fail "the contact did not arrive once"
[ "$(control events | jq '[.[] | select(.title == "First event")] | length')" -eq 1 ] || fail "the event did not arrive once"
expect 0 consent home
grep -q 'nothing waits' "$work/last.out" || fail "consent asks again"

# ---- a part of the mail refused: what is allowed still comes, and the page is the dashboard's
control 'consent?family=messages&attribute=emailsLastNDetailed&value=none' >/dev/null
expect 77 sync --only messages
jq -e '.state == "consent-required" and .mail.unread == 3 and .mail.stale and (.action.url | length > 0)' "$status_file" >/dev/null ||
  fail "a partial consent: $(cat "$status_file")"
at_browser 0 consent home -- "click:always until:choice"
expect 0 sync
# a token of a day ends within a day: said, and no more than that
jq -e '.state == "ok" and .action.kind == "renew" and (.mail.stale | not)' "$status_file" >/dev/null || fail "no early word: $(cat "$status_file")"
[ "$(needs renew)" -eq 1 ] || fail "the command was told $(needs renew) times that the sign-in ends"

# ---- a token that expires: events go on, contacts wait, the counts of mail stay as stale
control expire-token >/dev/null
card Second +33622222222
event e2 'Second event'
expect 77 sync
[ "$(state)" = login-required ] || fail "with an expired token the state is $(state)"
jq -e '.mail.unread == 3 and .mail.stale and .action.kind == "login" and .action.since' "$status_file" >/dev/null || fail "the mail is not stale: $(cat "$status_file")"
[ "$(control events | jq '[.[] | select(.title == "Second event")] | length')" -eq 1 ] || fail "the event did not go with an expired token"
[ "$(control contacts | jq '[.[] | select(.lastname == "Second")] | length')" -eq 0 ] || fail "a contact went with an expired token"
[ "$(needs login)" -eq 2 ] || fail "the command was told $(needs login) times of two sign-ins"
at_browser 0 login home -- "select:by=form click:login until:signed"
expect 0 sync
[ "$(control contacts | jq '[.[] | select(.lastname == "Second")] | length')" -eq 1 ] || fail "the contact did not go on"
[ "$(state)" = ok ] || fail "signed in again, the state is $(state)"
control ledger >"$work/ledger.json"
jq -e '[.[] | select(.action == "addeventoffline")] | length == 1' "$work/ledger.json" >/dev/null || fail "not one event went offline"

# ---- pasted, and from a command of the person's own
control expire-token >/dev/null
expect 77 sync
control new-token | jq -r .token >"$work/token"
login
expect 0 sync
control expire-token >/dev/null
control new-token | jq -r .token >"$work/token"
cp "$config" "$work/plain.conf"
echo "token_command = cat $work/token" >>"$config"
expect 0 sync
expect 78 login home
cp "$work/plain.conf" "$config"

# ---- what a hostile service would have opened: no page, no file, no word of the shell
mkdir "$work/bin"
printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>%s/opened\n' "$work" >"$work/bin/xdg-open"
chmod +x "$work/bin/xdg-open"
PATH=$work/bin:$PATH
DISPLAY=:99
export DISPLAY
touch "$work/opened"
"$program" login home >"$work/person.out" 2>&1 &
service=$!
wait_for 10 grep -q "^$url/login?urlRetour=http%3A%2F%2F127.0.0.1" "$work/opened" || fail "the browser was not asked to open the page"
kill "$service"
wait "$service" || true
service=
: >"$work/opened"
python3 "$here/hostile_service.py" "$work/hostile.port" "$work/hostile.address" &
service=$!
wait_for 20 test -s "$work/hostile.port" || fail "the hostile service did not start"
sed -e "s,^endpoint =.*,endpoint = http://127.0.0.1:$(cat "$work/hostile.port")," "$work/plain.conf" >"$config"
hostile=0
while IFS= read -r address; do
  printf '%s' "$address" >"$work/hostile.address"
  expect 77 sync
  jq -e '.action.url == null' "$status_file" >/dev/null || fail "the status shows $address"
  timeout 120 "$program" consent home >"$work/person.out" 2>&1 || true
  grep -q '^  ' "$work/person.out" && fail "consent shows $address"
  hostile=$((hostile + 1))
done <<END
file:///etc/passwd
https://evil.example/privacy?family=contact
https://orange.fr.evil.example/
https://orange.fr@evil.example/
javascript:alert(1)
https://orange.fr/\$(touch $work/injected)\`touch $work/injected\`
https://orange.fr/";touch $work/injected;"
--help
END
[ $hostile -eq 8 ] || fail "only $hostile addresses were tried"
[ ! -s "$work/opened" ] || fail "opened: $(cat "$work/opened")"
[ ! -e "$work/injected" ] || fail "a reply ran a command"
grep -q 'evil' "$work/needs" && fail "the command was given a foreign address"
echo "signed in, consented, expired and signed in again; $hostile hostile addresses not opened"

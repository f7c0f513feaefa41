#!/bin/sh
# SPDX-License-Identifier: MIT
# Calls by hand and check --online: what is printed, what the ledger keeps, and that nothing is written without a word or twice.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
start_emulator --demo
config() { # MORE LINES
  write_config "${1:-}"
}
config
state=$XDG_STATE_HOME/passerelle
may_hold_secrets=tokens
all=$work/all.txt

said() { # WORDS: in the output or the errors of the last command
  grep -qF -e "$1" "$work/last.out" "$work/last.err.out" || {
    cat "$work/last.out" "$work/last.err.out"
    fail "not said: $1"
  }
}
unsaid() {
  ! grep -qF -e "$1" "$work/last.out" "$work/last.err.out" || {
    cat "$work/last.out" "$work/last.err.out"
    fail "said: $1"
  }
}
keep() { # what was printed so far, to look for secrets
  cat "$work/last.out" "$work/last.err.out" >>"$all"
}
wanted() { # STATUS COMMAND…
  expect "$@"
  keep
}
lose() { # ACTION KIND
  control "fault?action=$1&number=next&kind=$2" >/dev/null
}
in_doubt() { # the uid of the only call in doubt
  passerelle journal list home | sed -n 's/.* in doubt .*\[\(call:[^]]*\)\].*/\1/p'
}

echo "== check --online without a token, and with a wrong password"
wanted 77 check --online
said 'there is no token yet'
said 'contacts: the service id and the password are accepted'
unsaid 'the token is'
printf 'wrong\n' >"$work/password"
wanted 78 check --online
said 'problem  home: messages: the service id or the password is wrong'
config
login
cat "$work/token" >>"$work/tokens"

echo "== check --online"
before=$(writes)
wanted 0 check --online
said 'contacts: consent to see is given'
said 'calendar: no list of events is offered'
said 'messages: consent to see is given'
said 'consent to add is not known'
[ "$(grep -c answers "$work/last.out")" -eq 3 ] || fail "not every part was asked"
wanted 0 -q check --online
[ ! -s "$work/last.out" ] || fail "quiet, and yet it speaks"
control 'consent?family=contact&attribute=see&value=none' >/dev/null
wanted 77 check --online
said 'problem  home: contacts: consent to see is missing'
said ': see http'
said 'ok       home: messages: consent to see is given'
control 'consent?family=contact&attribute=see&value=always' >/dev/null
config 'messages = off'
wanted 0 check --online home
unsaid 'messages:'
config 'calendar_url = http://127.0.0.1:1/x'
wanted 69 check --online
said 'problem  home: calendar: 127.0.0.1:1: connection refused'
said 'ok       home: contacts: consent to see is given'
config "messages_url = $url/nowhere"
wanted 78 check --online
said 'is no address of the Personal APIs'
config
[ "$(writes)" -eq "$before" ] || fail "a check wrote something"
[ ! -e "$state/home.journal" ] || fail "a check made a journal"

echo "== reads"
wanted 0 call home contacts findcontactlist search=lef
grep -q '^          <lastname>Lefèvre</lastname>$' "$work/last.out" || fail "the reply is not indented"
wanted 0 call home "$url/PersonalContacts/V1" findcontactlist --raw search=lef
head -c 5 "$work/last.out" | grep -qF '<?xml' || fail "the reply is not raw"
wanted 0 call home messages getPersonalMessages infos=NoEMails
said '<NoEmails>128</NoEmails>'
wanted 0 -v call home richprofile getPersonalRichProfile infos=Firstname
said 'HTTP 200'
wanted 1 call home contacts getcontact cid=999
said '<result>-2</result>'
said 'the service refuses it'
wanted 1 call home calendar geteventlist
wanted 78 call home photos getphotos
said '<code>-10</code>'
wanted 64 call home letters getletters
said 'no API is called "letters"'
wanted 64 call home https://evil.example/ getcontact cid=1
said 'do not go there'
[ ! -e "$state/home.journal" ] || fail "a read made a journal"

echo "== writes need a word"
before=$(writes)
wanted 64 call home contacts addcontact lastname=Curie firstname=Marie
said 'say --yes'
wanted 64 call home calendar removeevent id=1
[ "$(writes)" -eq "$before" ] || fail "it was sent without a word"

echo "== a contact that is added comes back with the next cycle"
wanted 0 call home contacts addcontact lastname=Curie firstname=Marie --yes
wanted 0 call home contacts adddevice --yes cid=c13 type=phone subtype=mobile order=1 value=0612345678
printf 'GIF89a\1\0\1\0\0\0\0;' >"$work/me.gif"
wanted 0 call home contacts addpicture --yes cid=13 "file=@$work/me.gif"
wanted 0 call home contacts getpicture cid=13
said "$(base64 <"$work/me.gif")"
[ "$(writes)" -eq $((before + 3)) ] || fail "not three writes"
wanted 0 check --online
said 'contacts: consent to add is given: the last add was done on 20'
wanted 0 sync
grep -ql '^TEL.*0612345678' "$work"/contacts/*.vcf || fail "the contact did not come"
wanted 0 journal verify
wanted 0 sync
[ "$(writes)" -eq $((before + 3)) ] || fail "a cycle sent something"
[ -z "$(in_doubt)" ] || fail "something is in doubt"
wanted 0 call home contacts adddevice --yes cid=13 type=url subtype=web order=1 value=www.example.org
wanted 0 journal show home 'Marie Curie'
said "the url 'www.example.org': sent, and done"

echo "== a lost reply of a contact is settled by the next cycle"
lose addcontact closed-after
wanted 1 call home contacts addcontact --yes lastname=Meitner firstname=Lise
said 'it is in doubt in the journal as call:'
uid=$(in_doubt)
[ -n "$uid" ] || fail "journal list does not show it"
wanted 0 journal show home "$uid"
said 'addcontact lastname=Meitner firstname=Lise'
said "journal resolve home '$uid' done"
unsaid "' again"
wanted 0 journal verify
wanted 0 sync
[ -z "$(in_doubt)" ] || fail "the cycle did not settle it"
grep -ql 'Lise Meitner' "$work"/contacts/*.vcf || fail "Lise Meitner did not come"
wanted 0 journal verify

echo "== a lost reply of a device of a known contact"
lose adddevice silent-after
config 'timeout = 3s'
wanted 1 call home contacts adddevice --yes cid=13 type=email subtype=internet order=1 value=marie@example.org
config
wanted 0 journal list
said 'in doubt      adddevice cid=13 type=email'
wanted 0 journal verify
wanted 0 sync
wanted 0 journal list
unsaid 'in doubt'
lose adddevice closed-before
wanted 1 call home contacts adddevice --yes cid=13 type=email subtype=internet order=2 value=curie@example.org
wanted 0 journal show home 'Marie Curie'
said 'state      agreed'
said 'state      in doubt'
wanted 0 journal resolve home 'Marie Curie' drop
wanted 0 journal list
unsaid 'in doubt'

echo "== a lost reply of an event waits for a person"
event='title=Dentist location= description= startdate=01/12/2027 starttime=09:30 enddate=01/12/2027 endtime=10:15 datepattern=dd/MM/yyyy timepattern=HH:mm'
before=$(writes)
for word in 'done' drop again --all; do
  lose addevent closed-before
  # shellcheck disable=SC2086 # words
  wanted 1 call home calendar addevent --yes $event
  uid=$(in_doubt)
  [ -n "$uid" ] || fail "journal list does not show the event"
  wanted 0 sync
  wanted 0 journal verify
  [ "$(in_doubt)" = "$uid" ] || fail "the event is not in doubt any more"
  if [ "$word" = --all ]; then
    wanted 0 journal resolve home --all 'done'
  else
    wanted 0 journal resolve home "$uid" $word
  fi
  said 'home: 1 settled'
  [ -z "$(in_doubt)" ] || fail "it is still in doubt after $word"
  wanted 65 journal resolve home "$uid" 'done' # the journal knows no such item any more
  wanted 0 journal verify
  wanted 0 sync
done
[ "$(writes)" -eq "$before" ] || fail "an event was sent again by itself"
[ "$(control calls | jq .counts.addevent)" -eq 4 ] || fail "not four calls"

echo "== a kill while the call is under way"
lose addcontact silent-after
"$program" call home contacts addcontact --yes lastname=Noether firstname=Emmy >"$work/killed.out" 2>&1 &
service=$!
wait_for 20 sh -c "curl -sSf '$url/_emulator/ledger' | grep -q Noether" || fail "it did not arrive"

echo "   meanwhile the account is busy for writes, not for reads"
wanted 75 call home contacts addcontact --yes lastname=X
wanted 0 call home contacts getcontact cid=1
wanted 0 check --online
kill -9 $service
wait $service 2>/dev/null || true
service=
[ -n "$(in_doubt)" ] || fail "the killed call is not in doubt"
wanted 0 journal verify
wanted 0 sync
[ -z "$(in_doubt)" ] || fail "the killed call was not settled"
grep -ql 'Emmy Noether' "$work"/contacts/*.vcf || fail "Emmy Noether did not come"
[ "$(control contacts | grep -c Noether)" -eq 1 ] || fail "Emmy Noether is there twice"

echo "== a journal that does not know what was sent sends nothing"
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:own\r\nFN:Own Example\r\nN:Example;Own;;;\r\nEND:VCARD\r\n' >"$work/contacts/own.vcf"
wanted 0 sync
cp "$state/home.journal" "$work/backup"
wanted 0 call home contacts addcontact --yes lastname=Kowalewska firstname=Sofja
rm -f "$state"/home.journal*
cp "$work/backup" "$state/home.journal"
before=$(writes)
wanted 1 call home contacts addcontact --yes lastname=Nobody
said 'older than what was sent'
said 'journal rebuild home'
wanted 1 sync
said 'older than what was sent'
rm -f "$state"/home.journal*
wanted 1 call home calendar addevent --yes title=x
said 'this is another one'
[ "$(writes)" -eq "$before" ] || fail "something was sent"
wanted 0 journal rebuild home
wanted 0 call home contacts addcontact --yes lastname=Germain firstname=Sophie

echo "== an expired token"
control expire-token >/dev/null
wanted 77 call home contacts getcontact cid=1
said '<code>-1</code>'
wanted 77 check --online
said 'the token is invalid or has expired'

echo "== where events can be listed, one that was sent by hand comes back, and is taken over"
stop_emulator
rm -rf "$state" "$work/contacts" "$work/calendar"
start_emulator --with-event-list
config
login
cat "$work/token" >>"$work/tokens"
when=$(date -d '+5 days' +%d/%m/%Y)
event() { # TITLE
  wanted 0 call home calendar addevent --yes title="$1" location= description= startdate="$when" starttime=09:30 \
    enddate="$when" endtime=10:15 datepattern=dd/MM/yyyy timepattern=HH:mm
}
event 'By hand'
wanted 0 sync
grep -qs 'SUMMARY:By hand' "$work"/calendar/*.ics || fail "the event did not come"
wanted 0 journal verify
event 'Both'
lose addevent closed-after
wanted 1 call home calendar addevent --yes title=Lost location= description= startdate="$when" starttime=11:30 \
  enddate="$when" endtime=12:15 datepattern=dd/MM/yyyy timepattern=HH:mm
for title in Both Lost; do
  start=$(date -d '+5 days' +%Y%m%d)T$([ $title = Both ] && echo 0930 || echo 1130)00
  end=$(date -d '+5 days' +%Y%m%d)T$([ $title = Both ] && echo 1015 || echo 1215)00
  printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Paris:%s\r\nDTEND;TZID=Europe/Paris:%s\r\nSUMMARY:%s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' \
    $title "$start" "$end" $title >"$work/calendar/$title.ics"
done
wanted 0 sync
wanted 0 sync
wanted 0 journal verify
wanted 0 journal list
unsaid 'in doubt'
[ "$(writes)" -eq 3 ] || fail "an event was sent twice"
[ "$(find "$work/calendar" -name '*.ics' | wc -l)" -eq 3 ] || fail "not three files"

echo "== no secret in anything"
for secret in "$(head -n 1 "$work/tokens")" "$(tail -n 1 "$work/tokens")" 'secret:for trying' "$(printf 'YOURSERVIC1234567890:secret:for trying' | base64)"; do
  ! grep -qF -e "$secret" "$all" || fail "a secret was printed"
done
[ "$(wc -c <"$all")" -gt 10000 ] || fail "hardly anything was printed"
echo "every call once, every doubt settled"

#!/bin/sh
# SPDX-License-Identifier: MIT
# What import takes, what it recognises, what it refuses and how it says so.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
url=http://127.0.0.1:1
write_config

card() { # UID GIVEN FAMILY MORE LINES
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\n%sFN:%s %s\r\nN:%s;%s;;;\r\n%bEND:VCARD\r\n' "${1:+UID:$1
}" "$2" "$3" "$3" "$2" "${4:-}"
}
event() { # UID TITLE START MORE LINES
  printf 'BEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:%s\r\nDTSTART%s\r\nDURATION:PT1H\r\n%bEND:VEVENT\r\n' "$1" "$2" "$3" "${4:-}"
}
calendar() { # EVENTS
  printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//x//EN\r\n%s\r\nEND:VCALENDAR\r\n' "$1"
}
says() { # TEXT…: each stands in what the last command printed
  for text in "$@"; do
    grep -qF -- "$text" "$work/last.out" || { cat "$work/last.out"; fail "it does not say: $text"; }
  done
}
files() { # FOLDER
  find "$work/$1" -type f ! -name '.*' | wc -l
}

echo "== three good cards and a broken one"
{
  card one Anne Martin 'TEL:0611223344\r\n'
  card two Jean Dupont
  printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:broken\r\nFN:Cut Off\r\nTEL:06 11\r\n'
  card three Zoë Petit
} >"$work/four.vcf"
expect 1 import --dry-run home "$work/four.vcf"
says 'would be taken' 'home: 3 would be taken, 0 there already, 0 differ, 1 not taken'
[ "$(files contacts)" -eq 0 ] || fail "a dry run wrote"
expect 1 import home "$work/four.vcf"
says 'item 1, line 1, "Anne Martin": taken as one.vcf' 'item 3, line 14: not taken: it has no END:VCARD' \
  'item 4, line 19, "Zoë Petit": taken as three.vcf' 'home: 3 taken, 0 there already, 0 differ, 1 not taken'
[ "$(files contacts)" -eq 3 ] || fail "not three files"
expect 1 import home "$work/four.vcf"
says '"Anne Martin": is there already: one.vcf' 'home: 0 taken, 3 there already, 0 differ, 1 not taken'
expect 1 --quiet import home "$work/four.vcf"
[ ! -s "$work/last.out" ] || fail "a quiet import speaks"
grep -q 'item 3, line 14: not taken' "$work/last.err.out" || fail "a quiet import hides what was refused"

echo "== the same contact without UID, under another UID, in another version; another one of the same name"
{
  card '' Anne Martin 'TEL:0611223344\r\n'
  card other Anne Martin 'TEL:0611223344\r\n'
  printf 'BEGIN:VCARD\nVERSION:4.0\nFN:Anne Martin\nN:Martin;Anne;;;\nTEL:0611223344\nEND:VCARD\n'
  card more Anne Martin 'TEL:0611223344\r\nTEL:0699887766\r\n'
  card one Anne Martin 'TEL:0611223344\r\nNOTE:new\r\n'
  card namesake Anne Martin 'TEL:0155667788\r\n'
} >"$work/again.vcf"
expect 1 import home "$work/again.vcf"
says 'item 1, line 1, "Anne Martin": is there already: one.vcf' 'item 2, line 7, "Anne Martin": is there already: one.vcf' \
  'item 3, line 14, "Anne Martin": is there already: one.vcf' \
  'item 4, line 20, "Anne Martin": not taken: it stands there with other content: one.vcf' \
  'item 5, line 28, "Anne Martin": not taken: it stands there with other content: one.vcf' \
  '"Anne Martin": taken as namesake.vcf' 'home: 1 taken, 3 there already, 2 differ, 0 not taken'

echo "== twice in one file, from a pipe, of both kinds"
{
  card '' Luc Blanc
  card '' Luc Blanc
  calendar "$(event a Lunch ':20270105T110000Z'; event b Lunch ';TZID=Europe/Paris:20270105T120000'; event c Lunch ':20270106T110000Z')"
} | {
  got=0
  "$program" import home - >"$work/last.out" 2>&1 || got=$?
  [ "$got" -eq 0 ] || { cat "$work/last.out"; fail "a pipe: exit status $got"; }
}
says '-: item 2, line 6, "Luc Blanc": is there already' '"Lunch": taken as a.ics' '"Lunch": is there already: a.ics' '"Lunch": taken as c.ics' \
  'home: 3 taken, 2 there already, 0 differ, 0 not taken'

echo "== a series under another UID; the same UID with other times; a task"
calendar "$(event s Yoga ';TZID=Europe/Paris:20270107T180000' 'RRULE:FREQ=WEEKLY\r\n')" >"$work/series.ics"
expect 0 import home "$work/series.ics"
calendar "$(event t Yoga ';TZID=Europe/Paris:20270107T180000' 'RRULE:FREQ=WEEKLY\r\n'
  event a Lunch ':20270105T130000Z'
  event u Yoga ';TZID=Europe/Paris:20270107T180000' 'RRULE:FREQ=DAILY\r\n'
  printf 'BEGIN:VTODO\r\nUID:todo\r\nEND:VTODO\r\n')" >"$work/more.ics"
expect 1 import home "$work/more.ics"
says 'item 1, line 4, "Yoga": is there already: s.ics' '"Lunch": not taken: it stands there with other content: a.ics' '"Yoga": taken as u.ics' \
  'not taken: it is no event' 'home: 1 taken, 1 there already, 1 differ, 1 not taken'

echo "== nothing that can be read"
printf 'BEGIN:VCARD\r\nFN:Half' >"$work/half.vcf"
expect 65 import home "$work/half.vcf"
expect 65 import home /dev/null
expect 65 import home "$work"
expect 65 import home "$work/nothing.vcf"
expect 1 import home "$work/nothing.vcf" "$work/four.vcf" # one of both was read
says 'home: 0 taken, 3 there already'
printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nEND:VCARD\r\n' | expect 65 import home -
grep -q 'it has no name, number or address' "$work/last.out" || fail "an empty card"

echo "== a folder that cannot be written; a name that is taken"
if [ "$(id -u)" -ne 0 ]; then
  chmod 500 "$work/contacts"
  card five Eva Roux | expect 73 import home -
  chmod 700 "$work/contacts"
fi
printf 'not a card' >"$work/contacts/six.vcf"
card six Eva Roux | expect 0 import home -
says 'taken as six-2.vcf'
[ "$(cat "$work/contacts/six.vcf")" = 'not a card' ] || fail "a file was overwritten"

count=1000
[ -z "${PASSERELLE_LONG:-}" ] || count=10000
echo "== $count cards, more lines and bytes than one file of one item may have"
rm -rf "$work/contacts"
awk -v count=$count 'BEGIN { for (i = 1; i <= count; i++) {
  printf "BEGIN:VCARD\r\nVERSION:3.0\r\nUID:k%d\r\nFN:Given%d Family%d\r\nN:Family%d;Given%d;;;\r\n", i, i, i, i, i
  for (j = 0; j < 214; j++) printf "X-LINE%d:%s\r\n", j, "0123456789012345678901234567890123456789012345678901234567890123"
  if (i != 500) printf "END:VCARD\r\n" } }' >"$work/many.vcf"
expect 1 import home "$work/many.vcf"
says 'item 500, line 109781: not taken: it has no END:VCARD' "home: $((count - 1)) taken, 0 there already, 0 differ, 1 not taken"
[ "$(files contacts)" -eq $((count - 1)) ] || fail "$(files contacts) files"
expect 1 import home "$work/many.vcf"
says "home: 0 taken, $((count - 1)) there already, 0 differ, 1 not taken"

echo "== and what was exported is there already"
expect 0 export home calendar "$work/all.ics"
expect 0 import home "$work/all.ics"
says 'home: 0 taken, 4 there already, 0 differ, 0 not taken'
echo "every item was taken, recognised or refused in words"

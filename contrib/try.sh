#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds passerelle and lets you see it work: starts the emulator of the Personal APIs on this machine, gives an
# account some cards and a week of events, synchronises, and shows what was written where. Debian 12; nothing to prepare.
#   contrib/try.sh [FOLDER]    FOLDER (default: build-try/home) keeps the account: run it again and nothing is added
set -eu
cd "$(dirname "$0")/.."
. contrib/depends.sh
# shellcheck disable=SC2086 # lists of words
depends $BUILD_PACKAGES $TRY_PACKAGES

source=$PWD
build=$source/build-try
home=${1:-$build/home}
mkdir -p "$build" "$home"
home=$(cd "$home" && pwd)

echo "building ..."
cmake -S "$source" -B "$build" -DBUILD_TESTING=OFF >"$build/log" 2>&1 &&
  cmake --build "$build" -j "$(nproc)" >>"$build/log" 2>&1 || { tail -n 40 "$build/log"; exit 1; }
PATH=$build:$PATH

# everything of this account stands below one folder
export XDG_CONFIG_HOME="$home/config" XDG_STATE_HOME="$home/state" XDG_RUNTIME_DIR="$home/run" XDG_CACHE_HOME="$home/cache"
mkdir -p "$XDG_CONFIG_HOME/passerelle" "$XDG_STATE_HOME" "$XDG_RUNTIME_DIR" "$home/contacts" "$home/calendar"
chmod 700 "$XDG_RUNTIME_DIR"
unset http_proxy https_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY all_proxy

rm -f "$home/port" "$home/token"
passerelle-emulator --demo --data "$home/remote.json" --port-file "$home/port" --token-file "$home/token" >"$home/emulator.log" 2>&1 &
emulator=$!
trap 'kill $emulator 2>/dev/null; wait $emulator 2>/dev/null || true' EXIT INT TERM
for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do
  [ -s "$home/port" ] && [ -s "$home/token" ] && break
  sleep 0.2
done
[ -s "$home/port" ] || { cat "$home/emulator.log"; exit 1; }
url=http://127.0.0.1:$(cat "$home/port")

printf 'secret:for trying\n' >"$home/password"
chmod 600 "$home/password"
cat >"$XDG_CONFIG_HOME/passerelle/passerelle.conf" <<END
[account home]
remote = orange
endpoint = $url
service_id = YOURSERVIC1234567890
service_password_file = $home/password
contacts = $home/contacts
calendar = $home/calendar
timezone = Europe/Paris
requests_per_minute = 100000
END

card() { # FILE GIVEN FAMILY LINES
  [ -e "$home/contacts/$1.vcf" ] ||
    printf 'BEGIN:VCARD\r\nVERSION:3.0\r\nUID:try-%s\r\nFN:%s %s\r\nN:%s;%s;;;\r\n%bEND:VCARD\r\n' \
      "$1" "$2" "$3" "$3" "$2" "$4" >"$home/contacts/$1.vcf"
}
card camille Camille Fournier 'EMAIL;TYPE=HOME:camille@example.org\r\nTEL;TYPE=CELL:+33 6 01 02 03 04\r\nBDAY:1987-03-14\r\n'
card soeren Søren Ågård 'ORG:Nordlys ApS;Drift\r\nTITLE:Ingeniør\r\nEMAIL;TYPE=WORK:soren@example.org\r\nURL:https://example.org/soren\r\n'
card helene Hélène "D’Aubigné" 'TEL;TYPE=HOME:01 98 76 54 32\r\nNOTE:stays here: the remote has no room for notes\r\n'

if [ ! -e "$home/calendar/choir.ics" ]; then
  day=1
  for title in Dentist "Lunch with Camille" Library "Parents’ evening" "Train to Lyon" Market; do
    date=$(date -d "+$day day" +%Y%m%d)
    printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//try//EN\r\nBEGIN:VEVENT\r\nUID:try-event-%s\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Paris:%sT1%s0000\r\nDTEND;TZID=Europe/Paris:%sT1%s4500\r\nSUMMARY:%s\r\nLOCATION:Rue de la Paix %s\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' \
      "$day" "$date" "$day" "$date" "$day" "$title" "$day" >"$home/calendar/event$day.ics"
    day=$((day + 1))
  done
  date=$(date -d '+1 day' +%Y%m%d)
  until=$(date -d '+8 day' +%Y%m%d)
  printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//try//EN\r\nBEGIN:VEVENT\r\nUID:try-choir\r\nDTSTAMP:20260101T000000Z\r\nDTSTART;TZID=Europe/Paris:%sT193000\r\nDURATION:PT2H\r\nRRULE:FREQ=WEEKLY;UNTIL=%sT225959Z\r\nSUMMARY:Choir\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n' \
    "$date" "$until" >"$home/calendar/choir.ics"
fi

control() {
  curl -sS "$url/_emulator/$1"
}
title() {
  printf '\n--- %s\n' "$*"
}

title "passerelle login home --paste   (the token comes through a pipe)"
passerelle login home --paste <"$home/token"
title "passerelle check"
passerelle check
title "passerelle sync   (the first time it sends 3 cards and 8 events)"
passerelle sync
title "the contacts of the emulator, as files in $home/contacts"
(cd "$home/contacts" && grep -h '^FN' ./*.vcf | tr -d '\r' | sort)
title "what the emulator got (its ledger of writes that took effect)"
control ledger | jq -r '.[] | [.n, .action, (.parameters | [.firstname, .lastname, .title, .startdate, .starttime, .type, .value] | map(select(. != null)) | join(" "))] | @tsv'
[ "$(control ledger | jq length)" -gt 0 ] || echo "(nothing: an earlier run of this trial has sent it all)"
title "$XDG_RUNTIME_DIR/passerelle/home.json"
jq . "$XDG_RUNTIME_DIR/passerelle/home.json"
title "passerelle status"
passerelle status --format human
title "one line for waybar"
passerelle status home --format waybar
before=$(control ledger | jq length)
title "passerelle sync   (again: nothing is added)"
passerelle sync
after=$(control ledger | jq length)
[ "$before" = "$after" ] || { echo "the second run added something: this is a bug" >&2; exit 1; }
echo "the emulator's ledger is the same as before: $after writes"
title "look around: everything of this trial is below $home"

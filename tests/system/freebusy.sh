#!/bin/sh
# SPDX-License-Identifier: MIT
# freebusy_export: what is busy here and there, read by python3-icalendar; not rewritten without need, and without the service too.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
/usr/bin/python3 -c 'import icalendar' 2>/dev/null || { echo "skipped: no python3-icalendar"; exit 77; }

event() { # UID DATE TIME LINES
  printf 'BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//test//EN\r\nBEGIN:VEVENT\r\nUID:%s\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:%s\r\n' "$1" "$1"
  printf 'DTSTART;TZID=Europe/Paris:%sT%s00\r\nDURATION:PT1H\r\n%bEND:VEVENT\r\nEND:VCALENDAR\r\n' "$2" "$3" "$4"
}
day=$(TZ=Europe/Paris date -d '+10 days' +%Y%m%d)
slashed=$(TZ=Europe/Paris date -d '+10 days' +%d/%m/%Y)
utc() { date -u -d "TZ=\"Europe/Paris\" $day $1" +%Y%m%dT%H%M00Z; }
busy() { # what python3-icalendar reads of it
  /usr/bin/python3 - "$work/busy.ifb" <<'END'
import sys
from icalendar import Calendar
with open(sys.argv[1], "rb") as file:
    (freebusy,) = Calendar.from_ical(file.read()).walk("VFREEBUSY")
assert freebusy["UID"] and freebusy["DTSTAMP"] and freebusy["DTSTART"].dt < freebusy["DTEND"].dt
entries = freebusy.get("FREEBUSY", [])
for entry in entries if isinstance(entries, list) else [entries]:
    print(entry.params["FBTYPE"], "%s/%s" % tuple(time.strftime("%Y%m%dT%H%M%SZ") for time in (entry.start, entry.end)))
END
}
wanted() {
  printf '%s\n' "$@" >"$work/wanted.out"
  busy >"$work/busy.out"
  diff "$work/wanted.out" "$work/busy.out" || fail "the busy time"
}

start_emulator --with-event-list
write_config "freebusy_export = $work/busy.ifb"
login
event meeting "$day" 0900 '' >"$work/calendar/meeting.ics"
event perhaps "$day" 0930 'STATUS:TENTATIVE\r\n' >"$work/calendar/perhaps.ics"
event off "$day" 1200 'STATUS:CANCELLED\r\n' >"$work/calendar/off.ics"
event lunch "$day" 1300 'TRANSP:TRANSPARENT\r\n' >"$work/calendar/lunch.ics"
expect 0 sync
wanted "BUSY $(utc 09:00)/$(utc 10:00)" "BUSY-TENTATIVE $(utc 10:00)/$(utc 10:30)"
[ "$(stat -c %a "$work/busy.ifb")" = 600 ] || fail "others can read it"
before=$(stat -c '%i %Y' "$work/busy.ifb")
asked() { control calls | jq ".counts.checkavailability // 0"; }
asked=$(asked)
[ "$asked" -gt 0 ] || fail "the service was not asked"
expect 0 sync
[ "$(stat -c '%i %Y' "$work/busy.ifb")" = "$before" ] || fail "rewritten without need"
[ "$(asked)" -eq "$asked" ] || fail "asked twice within a day"
echo "busy time: of the folder, merged, transparent and cancelled left out; not rewritten without need"

# where it is a link, what that leads to is written, and stays as open as it was
mv "$work/busy.ifb" "$work/published.ifb"
chmod 644 "$work/published.ifb"
ln -s published.ifb "$work/busy.ifb"
event later "$day" 2000 '' >"$work/calendar/later.ics"
expect 0 sync
wanted "BUSY $(utc 09:00)/$(utc 10:00)" "BUSY-TENTATIVE $(utc 10:00)/$(utc 10:30)" "BUSY $(utc 20:00)/$(utc 21:00)"
[ -L "$work/busy.ifb" ] || fail "the link was replaced"
[ "$(stat -c %a "$work/published.ifb")" = 644 ] || fail "it is no longer as open as it was"
echo "a link stays, and what it leads to stays as open as it was"

# somebody else's event there: known to checkavailability at once, to the folder in this cycle
sed -i 's/^timezone.*/&\ncalendar_direction = pull/' "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
passerelle call home calendar addevent --yes title=Other location= description= startdate="$slashed" starttime=16:05 enddate="$slashed" \
  endtime=16:50 datepattern=dd/MM/yyyy timepattern=HH:mm >"$work/call.out" 2>&1 || { cat "$work/call.out"; fail "addevent"; }
expect 0 sync --full --only messages
wanted "BUSY $(utc 09:00)/$(utc 10:00)" "BUSY-TENTATIVE $(utc 10:00)/$(utc 10:30)" "BUSY $(utc 16:00)/$(utc 17:00)" "BUSY $(utc 20:00)/$(utc 21:00)"
expect 0 sync
wanted "BUSY $(utc 09:00)/$(utc 10:00)" "BUSY-TENTATIVE $(utc 10:00)/$(utc 10:30)" "BUSY $(utc 16:05)/$(utc 16:50)" "BUSY $(utc 20:00)/$(utc 21:00)"
echo "busy time there: to a quarter of an hour from checkavailability, exact once the event is here"

# without the service
stop_emulator
rm "$work/calendar/perhaps.ics" "$work/published.ifb"
passerelle sync >"$work/last.out" 2>&1 || true
wanted "BUSY $(utc 09:00)/$(utc 10:00)" "BUSY $(utc 16:05)/$(utc 16:50)" "BUSY $(utc 20:00)/$(utc 21:00)"
echo "without the service: the folder, and what it said today"

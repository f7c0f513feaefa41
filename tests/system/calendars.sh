#!/bin/sh
# SPDX-License-Identifier: MIT
# Every calendar of the corpora, with its dates moved into the weeks ahead: sent to a service that lists events, read by
# another host into a new folder, sent from there: the same events; the first folder stays byte for byte. And
# python3-icalendar and khal read all that was written.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
[ -d "$corpora/ical" ] || { echo "skipped: no corpora"; exit 77; }
command -v khal >/dev/null || { echo "skipped: no khal"; exit 77; }
/usr/bin/python3 -c 'import icalendar' 2>/dev/null || { echo "skipped: no python3-icalendar"; exit 77; }

/usr/bin/python3 -B "$here/calendars.py" move "$corpora/ical" "$work/calendar"
cp -a "$work/calendar" "$work/original"
start_emulator --with-event-list --page-size=-1
write_config "max_adds = 100000
recurrence_horizon = 30d
calendar_export = $work/all.ics"
login
# 1: what cannot be read is held, and named
passerelle sync --confirm --only calendar >"$work/last.out" 2>"$work/last.err.out" || [ $? -eq 1 ] || { cat "$work"/last*; fail "the first host"; }
cp -a "$work/calendar/.passerelle" "$work/original/" 2>/dev/null || true
diff -r -x .passerelle "$work/original" "$work/calendar" >"$work/diff.out" || { head -5 "$work/diff.out"; fail "a file of the person was changed"; }
control events >"$work/first.json"
sent=$(jq length "$work/first.json")
[ "$sent" -gt 500 ] || fail "only $sent events were sent"
before=$(writes)
passerelle sync --confirm --only calendar >"$work/last.out" 2>&1 || [ $? -eq 1 ] || fail "a second cycle"
[ "$(writes)" -eq "$before" ] || fail "a second cycle sent something"
diff -r -x .passerelle "$work/original" "$work/calendar" >"$work/diff.out" || { head -5 "$work/diff.out"; fail "changed by the second cycle"; }
echo "first host: $sent occurrences sent once, every file as it was"

# another host, a new folder
export XDG_STATE_HOME="$work/state2" XDG_CONFIG_HOME="$work/config2" XDG_RUNTIME_DIR="$work/run2"
mkdir -p "$XDG_STATE_HOME" "$XDG_CONFIG_HOME/passerelle" "$XDG_RUNTIME_DIR" "$work/second"
chmod 700 "$XDG_RUNTIME_DIR"
sed "s|^calendar = .*|calendar = $work/second|; s|^calendar_export = .*|calendar_export = $work/second.ics|; s|^contacts = .*||" \
  "$work/config/passerelle/passerelle.conf" >"$XDG_CONFIG_HOME/passerelle/passerelle.conf"
login
expect 0 sync --confirm --only calendar
[ "$(writes)" -eq "$before" ] || fail "the second host sent back what it had read"
there=$(find "$work/second" -name '*.ics' | wc -l)
/usr/bin/python3 -B "$here/calendars.py" read "$work/second" "$work/second.ics" || fail "python3-icalendar"

write_khal_config "$work/second"
khal list --format '{uid}' "$(date -d "-60 days" +%Y-%m-%d)" 600d >"$work/khal.out" 2>"$work/khal.err.out" || { cat "$work/khal.err.out"; fail "khal list"; }
! grep -iE 'skip|error|invalid|warning' "$work/khal.err.out" || fail "khal complains"
grep "^passerelle-event-" "$work/khal.out" | sort -u >"$work/khal.seen"
find "$work/second" -name "*.ics" -exec basename {} .ics \; | sort >"$work/second.names"
unique=$(wc -l <"$work/khal.seen")
[ "$unique" -eq "$there" ] || { diff "$work/khal.seen" "$work/second.names" | head -4; fail "khal sees $unique of $there events"; }
echo "second host: $there files; python3-icalendar and khal read every one"

# sent again from there to an empty service: the same events
stop_emulator
start_emulator --with-event-list --page-size=-1
sed -i "s|^endpoint = .*|endpoint = $url|" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
rm -rf "$XDG_STATE_HOME" "$work/second/.passerelle"
login
expect 0 sync --confirm --only calendar
control events >"$work/third.json"
/usr/bin/python3 -B "$here/calendars.py" compare "$work/first.json" "$work/third.json" || fail "the events are not the same"

# what import cuts the originals into, as they are
export XDG_STATE_HOME="$work/state3"
mkdir -p "$XDG_STATE_HOME" "$work/cut"
sed -i "s|^calendar = .*|calendar = $work/cut|" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
# what holds no event, or what is there by its UID already, is told
passerelle import home "$corpora"/ical/*.ics >"$work/last.out" 2>"$work/last.err.out" || [ $? -lt 100 ] || fail "import"
/usr/bin/python3 -B "$here/calendars.py" cut "$corpora/ical" "$work/cut" || fail "python3-icalendar and what import wrote"

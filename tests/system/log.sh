#!/bin/sh
# SPDX-License-Identifier: MIT
# The log of the service: entries with fields in the journal of systemd, "<n>" before a line elsewhere under systemd; quiet when idle.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
# shellcheck source=tests/system/lib_service.sh
. "$here/lib_service.sh"
if ! unshare -m sh -c 'mkdir -p /run/systemd && mount -t tmpfs tmpfs /run/systemd' 2>/dev/null; then
  echo "skipped: no mount namespace with a journal of its own can be made here"
  exit 77
fi
start_emulator --demo
write_config 'contacts_interval = 1h
calendar_interval = 1h
messages_interval = 1h'
sed -i 's/^log_level = .*/log_level = info/' "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
login
entries=$work/entries.log

start_with_journal() { # OPTIONS…
  rm -f "$work/pid"
  # shellcheck disable=SC2016 # the inner shells' own
  unshare -m sh -c 'mount -t tmpfs tmpfs /run/systemd && mkdir /run/systemd/journal && exec "$@"' sh \
    /usr/bin/python3 -B "$here/journal_listener.py" "$entries" sh -c 'echo $$ >"$0"; exec "$@"' "$work/pid" "$program" "$@" run &
  listener=$!
  wait_for 20 test -s "$work/pid" || fail "the service did not start"
  service=$(cat "$work/pid")
}
end_with_journal() {
  kill -TERM "$service"
  result=0
  wait "$listener" || result=$?
  [ $result -eq 0 ] || fail "the service ended with $result"
  service=
}
# told FILTER: an entry fits
told() {
  jq -es "any(.[]; $1)" "$entries"
}
expect_entry() { # FILTER
  wait_for 20 told "$1" || { cat "$entries"; fail "no entry with $1"; }
}
cycle_ended() {
  is_ok && no_child_runs
}

start_with_journal
wait_for 60 cycle_ended || fail "the first cycle did not end well"
expect_entry '.MESSAGE == "home: contacts: 11 new here" and .PRIORITY == "6" and .PASSERELLE_ACCOUNT == "home" and .PASSERELLE_API == "contacts" and (has("PASSERELLE_ITEM") | not)'

# nothing happens, and nothing is told: neither idle, nor by a cycle that finds nothing new
is_updated() {
  [ "$(jq -r .updated "$status_file")" != "$updated" ]
}
for _ in 1 2 3; do # what was told before may be late to be read, but not each time
  updated=$(jq -r .updated "$status_file")
  lines=$(wc -l <"$entries")
  sleep 2
  touch "$(find "$work/contacts" -name '*.vcf' | head -n 1)"
  wait_for 60 is_updated || fail "a touched file starts no cycle"
  wait_for 60 no_child_runs || fail "the cycle does not end"
  sleep 3
  more=$(($(wc -l <"$entries") - lines))
  [ $more -ne 0 ] || break
done
[ $more -eq 0 ] || { cat "$entries"; fail "a service with nothing to do writes"; }

# what is wrong has a higher priority, and speaks of no account
cp "$XDG_CONFIG_HOME/passerelle/passerelle.conf" "$work/good.conf"
echo 'nonsense = 1' >>"$XDG_CONFIG_HOME/passerelle/passerelle.conf"
kill -HUP "$service"
expect_entry '.MESSAGE == "the configuration stays as it was" and .PRIORITY == "3" and (has("PASSERELLE_ACCOUNT") | not)'
cp "$work/good.conf" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
kill -HUP "$service"
expect_entry '.MESSAGE == "the configuration is read again" and .PRIORITY == "6"'
end_with_journal

# item by item, as far as one is told: a file that cannot be taken
echo 'no card' >"$work/contacts/broken.vcf"
start_with_journal -v
expect_entry '.PASSERELLE_ITEM == "broken.vcf" and .PRIORITY == "7" and .PASSERELLE_API == "contacts" and .PASSERELLE_ACCOUNT == "home"'
wait_for 60 no_child_runs || fail "the cycle does not end"
end_with_journal
rm "$work/contacts/broken.vcf"
jq -es 'all(.[]; .SYSLOG_IDENTIFIER == "passerelle" and (.MESSAGE | length > 0 and (contains("\n") | not)) and (.PRIORITY | test("^[3467]$")))' "$entries" >/dev/null ||
  { cat "$entries"; fail "an entry lacks a field, or is of several lines"; }
! jq -r 'keys[]' "$entries" | sort -u | grep -vxE 'MESSAGE|PRIORITY|SYSLOG_IDENTIFIER|GLIB_DOMAIN|PASSERELLE_(ACCOUNT|API|ITEM)|_.*' || fail "an entry has a field that nobody documents"
[ ! -s "$entries.plain" ] || { cat "$entries.plain"; fail "lines without fields"; }
echo "journal: $(wc -l <"$entries") entries in debug, with their fields: $(jq -r 'keys[]' "$entries" | sort -u | tr '\n' ' ')"

# under systemd, and not its journal
echo 'no card' >"$work/contacts/broken.vcf"
INVOCATION_ID=0123456789abcdef0123456789abcdef "$program" -v run 2>"$work/prefixed.log" &
service=$!
is_prefixed() { # LINE
  grep -qE "$1" "$work/prefixed.log"
}
wait_for 60 is_prefixed '^<7>passerelle: home: contacts: .*broken' || { cat "$work/prefixed.log"; fail "no <7>"; }
echo 'nonsense = 1' >>"$XDG_CONFIG_HOME/passerelle/passerelle.conf"
kill -HUP "$service"
wait_for 20 is_prefixed '^<3>passerelle: the configuration stays' || { cat "$work/prefixed.log"; fail "no <3>"; }
cp "$work/good.conf" "$XDG_CONFIG_HOME/passerelle/passerelle.conf"
kill -HUP "$service"
wait_for 20 is_prefixed '^<6>passerelle: the configuration is read again' || { cat "$work/prefixed.log"; fail "no <6>"; }
wait_for 60 no_child_runs || fail "the cycle does not end"
stop_service "under systemd"
! grep -vE '^<[3467]>passerelle: ' "$work/prefixed.log" || fail "a line without its priority"
echo "fields in the journal, priorities before the lines, quiet when idle"

#!/bin/sh
# SPDX-License-Identifier: MIT
# 1,000 remote contacts, twenty per page, with every kind of search: all that the first cycle owes arrives, others over
# the following cycles, and a cycle with nothing to do makes no write call and rewrites no file.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
[ -f "$corpora/names.tsv" ] || { echo "skipped: no corpora"; exit 77; }
names=$corpora/names.tsv
cycles=4
[ -z "${PASSERELLE_LONG:-}" ] || cycles=60

for search in fold case exact; do
  start_emulator --names "$names" --names-count 1000 --page-size 20 --search $search
  rm -rf "$work/contacts" "$work/state" "$work/run"
  mkdir -p "$work/contacts" "$work/state" "$work/run"
  write_config 'calendar_direction = off
messages = off'
  login
  expect 0 sync
  control calls >"$work/calls.json"
  echo "$search: first cycle: $(find "$work/contacts" -name '*.vcf' | wc -l) files, $(jq '.counts.findcontactlist' "$work/calls.json") searches"
  control contacts >"$work/contacts.json"
  /usr/bin/python3 "$here/thousand_contacts.py" "$work" owed
  jq -r '.contacts.discovery // "no word of discovery"' "$status_file"
  cycle=1
  while [ $cycle -lt $cycles ]; do
    expect 0 sync
    cycle=$((cycle + 1))
  done
  /usr/bin/python3 "$here/thousand_contacts.py" "$work" found
  count=$(writes)
  [ "$count" -eq 0 ] || fail "$count write calls for contacts that are there"
  marks >"$work/before"
  control calls | jq .counts.findcontactlist >"$work/searches.before"
  expect 0 sync
  marks >"$work/after"
  # what was there is not rewritten; what was found only now may be added
  diff "$work/before" "$work/after" | grep '^<' && fail "a cycle with nothing to do rewrote a file"
  echo "$search: a cycle with nothing new: $(($(control calls | jq .counts.findcontactlist) - $(cat "$work/searches.before"))) searches"
  stop_emulator
done

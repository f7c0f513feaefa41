#!/bin/sh
# SPDX-License-Identifier: MIT
# khard, khal and python3-vobject read what passerelle wrote, and passerelle reads what khard and khal wrote.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
for command in khard khal; do
  command -v $command >/dev/null || { echo "skipped: no $command"; exit 77; }
done
start_emulator --demo
write_config
login
expect 0 sync
# one without first and last name can be found by no search
there=$(control contacts | jq '[.[] | select(.firstname or .lastname)] | length')

mkdir -p "$XDG_CONFIG_HOME/khard" "$XDG_CONFIG_HOME/khal" "$work/khal"
cat >"$XDG_CONFIG_HOME/khard/khard.conf" <<END
[addressbooks]
[[home]]
path = $work/contacts
[general]
default_action = list
editor = true
merge_editor = true
[vcard]
preferred_version = 3.0
END
write_khal_config "$work/calendar"

khard list --parsable >"$work/khard.out" 2>"$work/khard.err.out" || { cat "$work/khard.err.out"; fail "khard list"; }
[ "$(wc -l <"$work/khard.out")" -eq "$there" ] || { cat "$work/khard.out"; fail "khard sees $(wc -l <"$work/khard.out") of $there contacts"; }
control contacts | jq -r '.[] | .lastname // empty' | while read -r name; do
  grep -qF "$name" "$work/khard.out" || fail "khard does not show $name"
done
echo "khard list: all $there contacts that passerelle wrote"
/usr/bin/python3 - "$work/contacts" <<'END'
import glob, sys, vobject
for path in glob.glob(sys.argv[1] + "/*.vcf"):
    with open(path, newline="", encoding="utf-8") as file:
        card = vobject.readOne(file.read())
    assert card.fn.value and card.uid.value, path
print("python3-vobject: every card read")
END

cat >"$work/new.yaml" <<'END'
First name: Gwenaëlle
Last name: Le Goff
Organisation: Phare Ouest
Email:
    home: gwen@example.org
Phone:
    cell: +33 6 55 44 33 22
END
khard new -a home -i "$work/new.yaml" >"$work/khard.out" 2>&1 || { cat "$work/khard.out"; fail "khard new"; }
khal new -a home tomorrow 14:00 1h 'Déjeuner :: chez Gwenaëlle' >"$work/khal.out" 2>&1 || { cat "$work/khal.out"; fail "khal new"; }
khal new -a home --location Brest "$(date -d '+3 days' +%Y-%m-%d)" 'Fête' >"$work/khal.out" 2>&1 || { cat "$work/khal.out"; fail "khal new, all day"; }
cp -r "$work/contacts" "$work/calendar" "$work/khal/"
expect 0 sync
for folder in contacts calendar; do
  diff -r -x .passerelle "$work/khal/$folder" "$work/$folder" || fail "a file of khard or khal was rewritten"
done
control contacts | jq -e '.[] | select(.lastname == "Le Goff" and .firstname == "Gwenaëlle" and .company == "Phare Ouest")
  | .devices | map(.value) | sort == ["+33 6 55 44 33 22", "gwen@example.org"]' >/dev/null || { control contacts | tail -c 600; fail "the contact of khard"; }
tomorrow=$(TZ=Europe/Paris date -d tomorrow +%d/%m/%Y)
control events | jq -e --arg day "$tomorrow" '.[] | select(.title == "Déjeuner" and .description == "chez Gwenaëlle" and .startdate == $day and .starttime == "14:00" and .endtime == "15:00")' >/dev/null ||
  { control events; fail "the event of khal"; }
control events | jq -e '.[] | select(.title == "Fête" and .location == "Brest" and .starttime == "00:00")' >/dev/null || { control events; fail "the day event of khal"; }
khal list today 7d >"$work/khal.out" 2>&1 || fail "khal list"
grep -q 'Déjeuner' "$work/khal.out" || { cat "$work/khal.out"; fail "khal list"; }
echo "khard new and khal new: read by passerelle, at the emulator field by field, files untouched"

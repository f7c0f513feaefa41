#!/bin/sh
# SPDX-License-Identifier: MIT
# Other programs read every card that we write: python3-vobject and khard, over the cards of many others, as 3.0, as 4.0 and
# merged into the file's own text. Every tenth file from a random first one; all of them where PASSERELLE_LONG is set.
# shellcheck source=tests/system/lib_account.sh
. "$(dirname "$0")/lib_account.sh"
command -v khard >/dev/null || { echo "skipped: no khard"; exit 77; }
/usr/bin/python3 -c 'import vobject' 2>/dev/null || { echo "skipped: no python3-vobject"; exit 77; }
[ -d "$corpora/vcard" ] || { echo "skipped: no corpora"; exit 77; }
step=10
[ -z "${PASSERELLE_LONG:-}" ] || step=1
seed=${PASSERELLE_SEED:-$(od -An -N2 -tu2 /dev/urandom | tr -d ' ')}
echo "seed $seed, every $step. file"
mkdir "$work/cards" "$work/khard"
find "$corpora/vcard" -name '*.vcf' | sort | awk -v step="$step" -v first=$((seed % step)) 'NR % step == first' >"$work/list"
xargs -d '\n' "$binary/tests/rewrite_cards" "$work/cards" <"$work/list" >"$work/rewritten"

echo "== python3-vobject"
/usr/bin/python3 -B "$here/cards.py" "$work/cards" "$work/khard" || fail "python3-vobject"

echo "== khard"
mkdir -p "$XDG_CONFIG_HOME/khard"
cat >"$XDG_CONFIG_HOME/khard/khard.conf" <<END
[addressbooks]
[[home]]
path = $work/khard
[general]
default_action = list
editor = true
merge_editor = true
END
khard list --parsable >"$work/khard.out" 2>"$work/khard.err.out" || { cat "$work/khard.err.out"; fail "khard list"; }
there=$(find "$work/khard" -name '*.vcf' | wc -l)
[ "$(wc -l <"$work/khard.out")" -eq "$there" ] || {
  cat "$work/khard.err.out"
  fail "khard sees $(wc -l <"$work/khard.out") of $there cards"
}
[ "$there" -gt 10 ] || fail "only $there cards were looked at"
echo "khard: all $there cards"

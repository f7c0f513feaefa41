# SPDX-License-Identifier: MIT
"""Compares the files of an account with the contacts of the emulator: which the first cycle owed, and which are there."""
import collections
import glob
import json
import sys
import unicodedata

import vobject

OWED = ("LATIN", "GREEK", "CYRILLIC", "ARMENIAN", "GEORGIAN", "HEBREW", "ARABIC")


def is_owed(name):
    if not name:
        return False
    first = name[0]
    if first in "'’" or first.isascii() and first.isdigit():
        return True
    return first.isalpha() and unicodedata.name(first, "").split(" ")[0] in OWED


def files(work):
    """The (family, given) of every card, as python3-vobject reads them."""
    found = collections.Counter()
    for path in glob.glob(f"{work}/contacts/*.vcf"):
        with open(path, newline="", encoding="utf-8") as file:
            name = vobject.readOne(file.read()).n.value
        found[(name.family, name.given)] += 1
    return found


def main(work, mode):
    with open(f"{work}/contacts.json") as file:
        there = collections.Counter((c.get("lastname") or "", c.get("firstname") or "") for c in json.load(file))
    here = files(work)
    strange = here - there
    if strange:
        sys.exit(f"files that no contact stands behind, or twice: {list(strange.items())[:5]}")
    missing = there - here
    owed = [name for name in missing if is_owed(name[0]) or is_owed(name[1])]
    if owed:
        sys.exit(f"{len(owed)} owed contacts did not arrive: {owed[:10]}")
    count = sum(1 for name in there.elements() if is_owed(name[0]) or is_owed(name[1]))
    print(f"{mode}: all {count} owed are here; {sum(here.values())} of {sum(there.values())} in all")


main(*sys.argv[1:])

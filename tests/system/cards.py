# SPDX-License-Identifier: MIT
"""cards.py WRITTEN FOR_KHARD: python3-vobject reads every card of WRITTEN, and sees in it what we wrote."""
import pathlib
import shutil
import sys

import vobject

# FILE.INDEX of cards that vobject does not read, and why it is not for us to change.
EXCEPTIONS = {}


def read(path):
    """The only card of a file, or what vobject says of it."""
    text = path.read_bytes().decode("utf-8")
    try:
        cards = list(vobject.readComponents(text, allowQP=True))
    except Exception as error:  # whatever it raises: it does not read the card
        return None, f"{type(error).__name__}: {error}"
    if len(cards) != 1:
        return None, f"{len(cards)} cards"
    if not cards[0].contents.get("fn"):
        return None, "no FN"
    return cards[0], None


def values(card, name):
    return [str(line.value) for line in card.contents.get(name, [])]


def check_way(path, way, other, problems):
    """A card that we wrote whole, or merged into a text that vobject reads."""
    card, why = read(path)
    if way == "merged":
        before, own_problem = read(other)
        if own_problem is None and why is not None:
            problems.append(f"{path.name}: {why}")
        elif own_problem is None and "merged@example.org" not in values(card, "email"):
            problems.append(f"{path.name}: the merged address is not seen")
        elif own_problem is None and len(before.contents.get("tel", [])) != len(card.contents.get("tel", [])):
            problems.append(f"{path.name}: another number of telephones")
        return own_problem is None
    if why is not None:
        problems.append(f"{path.name}: {why}")
    return why is None


def main():
    written, for_khard = map(pathlib.Path, sys.argv[1:])
    problems, read_well, left = [], 0, 0
    for path in sorted(written.iterdir()):
        stem, way = path.name.removesuffix(".vcf").rsplit(".", 1)
        if way == "own":
            continue
        if stem in EXCEPTIONS:
            left += 1
            continue
        if check_way(path, way, path.with_name(f"{stem}.own.vcf"), problems):
            read_well += 1
            if way != "merged":
                shutil.copy(path, for_khard / path.name)
    for problem in problems:
        print(problem)
    print(f"python3-vobject: {read_well} cards read, {len(problems)} problems, {left} with a written reason")
    sys.exit(1 if problems or not read_well else 0)


main()

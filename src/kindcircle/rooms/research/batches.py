"""Which answers a file of rows may hold, beside every file that went out before it.

Whoever has two files can subtract one from the other. So answers that came in later join in batches: whichever two
files are laid side by side, those who stand in both and have a new answer are nobody, or enough people of two groups.
And within one file, what only one group was asked, or all but one, would name that group: it is left out. Numbers in,
numbers out; nothing here knows a name or a database.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

FEWEST_PEOPLE = 11
"""No published cell of health figures holds fewer than 11 (CMS cell size policy); a file of fewer is such a cell."""

FEWEST_GROUPS = 2
"""Of one group alone everybody who sat in it would know who is meant."""

FEWEST_ALIKE = 5
"""So many people at least, from two groups, share every combination of what others could know about them."""

GROUPS_FROM = 200
"""From so many people on, a coded group may stand beside each."""

Kind = tuple[str, str]
"""A questionnaire and the occasion at which it was answered."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One person's answers to one questionnaire. `number` grows with the moment at which they came in."""

    person: int
    kind: Kind
    version: str
    number: int
    at: datetime


Answers = Mapping[Kind, Mapping[int, Sheet]]


@dataclass(frozen=True, slots=True)
class File:
    """What a file could hold at most: these people, what came in until then, of these questionnaires."""

    people: frozenset[int]
    until: datetime
    asked: frozenset[str]


@dataclass(frozen=True, slots=True)
class Told:
    """What a file holds.

    several  questionnaires of which the version is not told, because it would tell groups apart
    looks    by person, all that the answers tell of their group
    """

    answers: Answers
    several: frozenset[str]
    looks: Mapping[int, Hashable]


@dataclass(frozen=True, slots=True)
class Settled:
    """then: the file as it first goes out. now: the same, with only those who still say yes.

    waits  what was answered and is not all in it; True where it is left out whole
    """

    then: Told
    now: Told
    waits: Mapping[Kind, bool]


def large(people: Collection[int], sat: Mapping[int, int]) -> bool:
    """Whether these people may stand as a file, or as the difference of two. sat: in which group, by person."""
    return len(people) >= FEWEST_PEOPLE and len({sat[one] for one in people}) >= FEWEST_GROUPS


def alike(people: Collection[int], sat: Mapping[int, int]) -> bool:
    """Whether these people may have in common what others could know of them."""
    return len(people) >= FEWEST_ALIKE and len({sat[one] for one in people}) >= FEWEST_GROUPS


def names_groups(people: Collection[int], sat: Mapping[int, int]) -> bool:
    """Whether a coded group stands beside each of these people."""
    return len(people) >= GROUPS_FROM and min(Counter(sat[one] for one in people).values()) >= FEWEST_ALIKE


def settle(files: Sequence[File], sheets: Sequence[Sheet], sat: Mapping[int, int], now: Collection[int]) -> Settled:
    """The last of these files, the others having gone out before it in this order.

    now  who still says yes. Each file is settled as it first goes out; after that people only leave it.
    """
    out: list[tuple[File, Answers]] = []
    last: dict[Kind, dict[int, Sheet]] = {}
    then = Told({}, frozenset(), {})
    came: Answers = {}
    for file in files:
        came = _newest(file, sheets)
        # Also what is newer than this file and went out in another one: else the two differ by just that.
        joined = {
            kind: _join(kind, file, out, last.get(kind, {}), came.get(kind, {}), sat)
            for kind in sorted(came.keys() | last.keys())
        }
        layers = {one: frozenset(_stood(one, out)) for one in file.people}
        then = _apart(joined, file.people, sat, layers)
        out.append((file, then.answers))
        for kind, people in then.answers.items():
            last.setdefault(kind, {}).update(people)
    still = files[-1].people.intersection(now)
    looks = {one: then.looks[one] for one in still}
    left = _apart(_of(then.answers, still), still, sat, looks)
    told = Told(left.answers, then.several | left.several, left.looks)
    return Settled(then, told, _waiting(_of(came, still), told.answers))


def _newest(file: File, sheets: Sequence[Sheet]) -> dict[Kind, dict[int, Sheet]]:
    found: dict[Kind, dict[int, Sheet]] = {}
    for one in sorted(sheets, key=lambda sheet: sheet.number):
        if one.person in file.people and one.at <= file.until and one.kind[0] in file.asked:
            found.setdefault(one.kind, {})[one.person] = one
    return found


def _stood(person: int, out: Sequence[tuple[File, Answers]]) -> list[int]:
    return [number for number, (file, _answers) in enumerate(out) if person in file.people]


def _join(
    kind: Kind,
    file: File,
    out: Sequence[tuple[File, Answers]],
    last: Mapping[int, Sheet],
    came: Mapping[int, Sheet],
    sat: Mapping[int, int],
) -> dict[int, Sheet]:
    """What went out of these people, and those new answers that may stand beside it. The others wait.

    New answers come in parts: people who stood in the same files before, and whose answer was in one or in none.
    """
    found = {one: last[one] for one in file.people if one in last}
    parts: dict[Hashable, set[int]] = {}
    for one, sheet in came.items():
        if one not in found or sheet.number > found[one].number:
            parts.setdefault((*_stood(one, out), one in found), set()).add(one)
    joining = [part for part in parts.values() if alike(part, sat)]
    while True:
        offered = found | {one: came[one] for part in joining for one in part}
        shown = _shown_alone(kind, offered, out, sat)
        if shown is None:
            return offered
        stay = [part for part in joining if part.isdisjoint(shown)]
        if len(stay) == len(joining):
            # It is what an earlier file left out again that would stand alone.
            return {}
        joining = stay


def _shown_alone(
    kind: Kind, offered: Mapping[int, Sheet], out: Sequence[tuple[File, Answers]], sat: Mapping[int, int]
) -> set[int] | None:
    """Too few people by themselves, whom one earlier file would show when it is subtracted; or None."""
    for file, answers in out:
        before = answers.get(kind, {})
        changed = {one for one, sheet in offered.items() if one in file.people and before.get(one) != sheet}
        if changed and not large(changed, sat):
            return changed
    return None


def _apart(answers: Answers, people: frozenset[int], sat: Mapping[int, int], layers: Mapping[int, Hashable]) -> Told:
    """Leave out what tells too few people, or one group, apart: whole questionnaires at an occasion, then versions.

    layers  what tells people apart already, such as in which files they stood before
    """
    looks: dict[int, Hashable] = dict(layers)
    named = names_groups(people, sat) if people else False
    kept: dict[Kind, Mapping[int, Sheet]] = {}
    # What most people have comes first, so that as much as possible stays.
    for kind, who in sorted(answers.items(), key=lambda one: (-len(one[1]), one[0])):
        asked = {sat[one] for one in who}
        finer: dict[int, Hashable] = {one: (looks[one], sat[one] in asked) for one in people}
        if alike(who, sat) and (named or not _splits_off(looks, finer, sat)):
            kept[kind], looks = who, finer
    several = set()
    for name in sorted({name for name, _occasion in kept}):
        had: dict[int, set[str]] = {}
        for sheet in (sheet for kind, who in kept.items() if kind[0] == name for sheet in who.values()):
            had.setdefault(sat[sheet.person], set()).add(sheet.version)
        finer = {one: (looks[one], frozenset(had.get(sat[one], ()))) for one in people}
        if named or not _splits_off(looks, finer, sat):
            looks = finer
        else:
            several.add(name)
    return Told(kept, frozenset(several), looks)


def _splits_off(looks: Mapping[int, Hashable], finer: Mapping[int, Hashable], sat: Mapping[int, int]) -> bool:
    """Whether too few, or people of one group only, could be told from those who looked like them so far."""
    parts: dict[Hashable, dict[Hashable, set[int]]] = {}
    for one, look in finer.items():
        parts.setdefault(looks[one], {}).setdefault(look, set()).add(one)
    return any(not alike(some, sat) for inside in parts.values() if len(inside) > 1 for some in inside.values())


def _of(answers: Answers, people: frozenset[int]) -> dict[Kind, dict[int, Sheet]]:
    left = {kind: {one: sheet for one, sheet in who.items() if one in people} for kind, who in answers.items()}
    return {kind: who for kind, who in left.items() if who}


def _waiting(came: Answers, told: Answers) -> dict[Kind, bool]:
    found = {}
    for kind, who in came.items():
        shown = told.get(kind, {})
        if any(one not in shown or sheet.number > shown[one].number for one, sheet in who.items()):
            found[kind] = not shown
    return found

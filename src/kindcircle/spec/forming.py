"""Forming groups from people who may join: who sits with whom, and who waits for the next group, with the reason.

A group meets at one time of the week. Each person can come at some of these times, and stands in an order: by when
they asked, or by a lot that anybody can draw again. The split that is found is the best one there is:

1. as many groups as asked for, each with at least `fewest` people and at most `most`;
2. of those splits, one that seats the most people;
3. of those, one that seats the people who stand earliest in the order;
4. for the times of that one, its smallest group is as large as can be (unless people are kept apart).

How: for a fixed choice of times, taking people in order and giving each a seat if the others can be moved around
(augmenting paths) finds the most people and the earliest ones at once: the sets of people who can be seated together
are the independent sets of a transversal matroid. A lower limit costs nobody their seat: where the first `fewest`
seats of each group can be filled at all, they can be filled by those very people (Mendelsohn and Dulmage 1958).
Two people who are kept apart and meet in one group make two cases, one without each of them there; the best case is
looked at first, so the first split without such a meeting is the best. Choices of times that cannot do better than
what was found are left out by a bound: how many, and who, can come at all.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations, count
from typing import Literal

MOST_GROUPS = 6
"""More groups than this are not proposed at once: nobody would look such a split over."""
MOST_CASES = 400
"""So many cases of people kept apart are tried for one choice of times; then a person has to do it by hand."""

Why = Literal["no-time", "full", "apart", "none", "room"]


@dataclass(frozen=True, slots=True)
class Asking:
    """One person who may join, and the times of the week at which they can come."""

    code: str
    times: frozenset[str]


@dataclass(frozen=True, slots=True)
class Formed:
    """One proposed group: its time of the week, and its people in their order."""

    time: str
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Split:
    """The proposed groups, and everybody who waits, with the reason.

    no-time  none of their times is among those of the groups
    full     the groups at their times are full, with people who stand earlier
    apart    there is room at their time, and a rule that keeps two people apart stands against it
    none     no group can be formed at all
    """

    groups: tuple[Formed, ...]
    waiting: tuple[tuple[str, Why], ...]

    @property
    def seated(self) -> int:
        return sum(len(group.people) for group in self.groups)


class TooTangled(ValueError):
    """So many people are kept apart that no split was found in good time."""


def drawn(codes: Iterable[str], seed: str) -> list[str]:
    """The same people in the order of a lot. Whoever knows the seed can draw it again: SHA-256 of `seed:code`."""
    return sorted(codes, key=lambda code: sha256(f"{seed}:{code}".encode()).digest())


def splits(
    people: Sequence[Asking],
    times: Sequence[str],
    *,
    fewest: int,
    most: int,
    apart: Iterable[tuple[str, str]] = (),
    at_once: int = 1,
) -> list[Split]:
    """The best split for each number of groups that is possible, from one group up. Empty when there is none.

    people    in the order in which they are to be seated
    times     the times at which a group may meet
    at_once   how many groups may meet at the same time
    Raises TooTangled.
    """
    order = {person.code: place for place, person in enumerate(people)}
    pairs = {frozenset(pair) for pair in apart if set(pair) <= set(order) and len(set(pair)) == 2}
    seats = [(time, copy) for time in times for copy in range(at_once) if _coming(people, time) >= fewest]
    found = []
    for number in range(1, min(len(people) // fewest, len(seats), MOST_GROUPS) + 1):
        best = _best(people, seats, number, fewest, most, pairs)
        if best is not None:
            found.append(_told(people, best, most, pairs))
    return found


def split(
    people: Sequence[Asking],
    times: Sequence[str],
    *,
    fewest: int,
    most: int,
    apart: Iterable[tuple[str, str]] = (),
    at_once: int = 1,
    groups: int | None = None,
) -> Split:
    """The split with this many groups; without a number, the one with as many groups as there can be."""
    found = splits(people, times, fewest=fewest, most=most, apart=apart, at_once=at_once)
    fitting = [one for one in found if groups is None or len(one.groups) == groups]
    return fitting[-1] if fitting else Split((), tuple((person.code, "none") for person in people))


# Beneath: a case is a list of groups (the times they meet at), people by their place in the order, and for each
# group the people who may not sit there.
_Seating = dict[int, int]  # person -> group


def _coming(people: Iterable[Asking], time: str) -> int:
    return sum(time in person.times for person in people)


def _best(
    people: Sequence[Asking],
    seats: Sequence[tuple[str, int]],
    number: int,
    fewest: int,
    most: int,
    pairs: set[frozenset[str]],
) -> tuple[tuple[str, ...], _Seating] | None:
    best: tuple[tuple[str, ...], _Seating] | None = None
    rank: tuple[int, ...] = ()
    bounds = []
    for chosen in combinations(range(len(seats)), number):
        # Two groups at the same time are alike: the first of them is always taken before the second.
        if any(copy and (seats.index((time, copy - 1)) not in chosen) for time, copy in (seats[one] for one in chosen)):
            continue
        times = tuple(seats[one][0] for one in chosen)
        can = [place for place, person in enumerate(people) if person.times & set(times)]
        bounds.append((_rank(can[: number * most]), chosen, times))
    for bound, _, times in sorted(bounds, key=lambda one: (_reversed(one[0]), one[1])):
        if best is not None and bound <= rank:
            break
        seating = _seated(people, times, fewest, most, pairs)
        if seating is not None and (best is None or _rank(sorted(seating)) > rank):
            best, rank = (times, seating), _rank(sorted(seating))
    return best


def _rank(places: Sequence[int]) -> tuple[int, ...]:
    """More people before fewer; then those who stand earlier."""
    return (len(places), *(-place for place in places))


def _reversed(rank: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(-one for one in rank)


def _seated(
    people: Sequence[Asking], times: tuple[str, ...], fewest: int, most: int, pairs: set[frozenset[str]]
) -> _Seating | None:
    """The best seating for these times, without anybody beside somebody they are kept apart from."""
    tie = count()
    nothing: frozenset[tuple[int, int]] = frozenset()
    first = _free_seating(people, times, fewest, most, nothing)
    cases = [(_reversed(_rank(sorted(first))), next(tie), nothing, first)] if first is not None else []
    seen = {nothing}
    while cases:
        if len(seen) > MOST_CASES:
            raise TooTangled
        _, _, barred, seating = heapq.heappop(cases)
        met = next(_meetings(people, seating, pairs), None)
        if met is None:
            return seating
        one, other, group = met
        for person in (one, other):
            case = barred | {(person, group)}
            if case in seen:
                continue
            seen.add(case)
            again = _free_seating(people, times, fewest, most, case)
            if again is not None:
                heapq.heappush(cases, (_reversed(_rank(sorted(again))), next(tie), case, again))
    return None


def _meetings(
    people: Sequence[Asking], seating: Mapping[int, int], pairs: set[frozenset[str]]
) -> Iterator[tuple[int, int, int]]:
    places = {person.code: place for place, person in enumerate(people)}
    for pair in sorted(pairs, key=sorted):
        one, other = sorted(places[code] for code in pair)
        if one in seating and seating.get(one) == seating.get(other):
            yield one, other, seating[one]


def _free_seating(
    people: Sequence[Asking], times: tuple[str, ...], fewest: int, most: int, barred: frozenset[tuple[int, int]]
) -> _Seating | None:
    """The best seating when only times, sizes and bars count; None when some group stays too small."""
    doors = [
        [group for group, time in enumerate(times) if time in person.times and (place, group) not in barred]
        for place, person in enumerate(people)
    ]
    everybody: _Seating = {}
    for place in range(len(people)):
        _seat(place, doors, everybody, len(times), most)
    # The same people again, so that the smallest group is as large as can be.
    for least in range(min(len(everybody) // len(times), most), fewest - 1, -1):
        seating: _Seating = {}
        for place in sorted(everybody):
            _seat(place, doors, seating, len(times), least)
        if len(seating) == least * len(times):
            for place in sorted(everybody):
                if place not in seating:
                    _seat(place, doors, seating, len(times), most)
            return seating
    return None


def _seat(place: int, doors: Sequence[Sequence[int]], seating: _Seating, groups: int, size: int) -> bool:
    """Give this person a seat, moving others to another group of theirs where that makes room."""
    sizes = [0] * groups
    inside: list[list[int]] = [[] for _ in range(groups)]
    for other, group in seating.items():
        sizes[group] += 1
        inside[group].append(other)
    came: dict[int, tuple[int, int]] = {}  # group -> (who would go in, the group they leave or -1)
    queue = []
    for group in doors[place]:
        came[group] = (place, -1)
        queue.append(group)
    for group in queue:
        if sizes[group] < size:
            while group != -1:
                who, before = came[group]
                seating[who] = group
                group = before
            return True
        for other in inside[group]:
            for further in doors[other]:
                if further not in came:
                    came[further] = (other, group)
                    queue.append(further)
    return False


def why_waiting(person: Asking, groups: Iterable[Formed], *, most: int, apart: Iterable[tuple[str, str]] = ()) -> Why:
    """Why somebody sits in none of these groups, however they came about. `room`: nothing stands against it."""
    groups = list(groups)
    mine = [group for group in groups if group.time in person.times]
    with_room = [group for group in mine if len(group.people) < most]
    beside = {other for pair in apart if person.code in pair for other in pair} - {person.code}
    if not mine:
        return "no-time" if groups else "none"
    if not with_room:
        return "full"
    return "apart" if all(beside & set(group.people) for group in with_room) else "room"


def _told(
    people: Sequence[Asking], best: tuple[tuple[str, ...], _Seating], most: int, pairs: set[frozenset[str]]
) -> Split:
    times, seating = best
    inside = [tuple(people[place].code for place in sorted(seating) if seating[place] == g) for g in range(len(times))]
    groups = tuple(Formed(time, inside[group]) for group, time in enumerate(times))
    apart = [(one, other) for one, other in map(sorted, pairs)]
    outside = [person for place, person in enumerate(people) if place not in seating]
    return Split(groups, tuple((one.code, _why(one, groups, most, apart)) for one in outside))


def _why(person: Asking, groups: Iterable[Formed], most: int, apart: Iterable[tuple[str, str]]) -> Why:
    why = why_waiting(person, groups, most=most, apart=apart)
    # Where each seat that is free would do, taking it would part two others or leave somebody earlier standing.
    return "apart" if why == "room" else why

"""Who talks with whom: pairs, and one three where the number is odd.

Everybody who said yes is in exactly one group. Two people who are to be kept apart are never in the same one. Among all
ways that are left, the one with the fewest threes is taken, then the one in which the fewest have talked before. The
same people, wishes, past and seed make the same groups, in whatever order they are given.

Up to EXACT people every way is considered; above, groups of that many are, again and again. docs/adr/0034 tells why.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

EXACT = 16
TODAY = 3
"""An earlier talk of the same day counts as much as so many of earlier meetings."""

Group = tuple[str, ...]
Two = frozenset[str]
Apart = Collection[Two]
Before = Mapping[Two, int]

# Each outweighs the whole of what comes after it, for up to 40 people.
_LEFT, _THREE, _PARTED = 10**9, 10**7, 10**5
_OFTEN = 40  # more talks together than this count as this many
_NO_WAY = 10**12


@dataclass(frozen=True, slots=True)
class Matching:
    """The groups, or who could stay with a facilitator so that the others find one.

    groups    empty when somebody has to stay: that is for people to decide, not for a calculation
    short     how many have to stay
    may_stay  any one of these, and it takes one fewer; in an order that says nothing about anybody
    """

    groups: tuple[Group, ...]
    short: int = 0
    may_stay: tuple[str, ...] = ()


def talked_before(talks: Iterable[tuple[Iterable[Sequence[str]], bool]]) -> Counter[Two]:
    """How often each two were in one group, from the groups of earlier talks and whether each was today."""
    met: Counter[Two] = Counter()
    for groups, today in talks:
        for group in groups:
            met.update(dict.fromkeys(twos(group), TODAY if today else 1))
    return met


def twos(group: Sequence[str]) -> list[Two]:
    """Everybody in a group with everybody else in it."""
    return [frozenset(two) for two in combinations(group, 2)]


def splits(group: Sequence[str], apart: Apart) -> bool:
    """Whether two of this group are to be kept apart."""
    return any(two in apart for two in twos(group))


def match(
    people: Collection[str], *, apart: Apart, before: Before, seed: str, keep: Sequence[Sequence[str]] = ()
) -> Matching:
    """Pairs for these people, and a three if they are odd.

    keep  groups as those who lead have set them: they stay as far as people and wishes allow
    """
    here = frozenset(people)
    if (
        keep
        and sorted(who for group in keep for who in group) == sorted(here)
        and not any(splits(group, apart) for group in keep)
    ):
        return Matching(tuple(tuple(group) for group in keep))
    stays = {two for group in keep for two in twos(group)}
    told = [group for group in keep if here.issuperset(group)]
    order = _shuffled(here, apart, seed)
    best = _search(order, apart, before, stays) if len(order) <= EXACT else _many(order, apart, before, stays)
    groups = [group for group in best if len(group) > 1]
    short = len(best) - len(groups)
    if not short:
        mine = {frozenset(group): tuple(group) for group in told}
        return Matching(tuple(mine.get(frozenset(group), group) for group in groups))
    return Matching((), short, _may_stay(order, short, apart, before))


def _shuffled(people: Iterable[str], apart: Apart, seed: str) -> list[str]:
    """In an order drawn by the seed, those with the fewest possible partners first: the search ends sooner so."""
    wishes = Counter(who for two in apart for who in two)
    drawn = sorted(people, key=lambda who: _draw(seed, who))
    return sorted(drawn, key=lambda who: -wishes[who])


def _draw(seed: str, who: str) -> str:
    return hashlib.sha256(f"{seed}:{who}".encode()).hexdigest()


def _may_stay(order: list[str], short: int, apart: Apart, before: Before) -> tuple[str, ...]:
    """Whose staying leaves one fewer to stay."""
    found = []
    for one in order:
        rest = [who for who in order if who != one]
        best = _search(rest, apart, before, set()) if len(rest) <= EXACT else _many(rest, apart, before, set())
        if sum(len(group) == 1 for group in best) < short:
            found.append(one)
    return tuple(sorted(found))


def _search(order: Sequence[str], apart: Apart, before: Before, stays: Collection[Two]) -> list[Group]:
    """The best way to part these people into pairs, threes and, only where it must be, ones."""
    n = len(order)
    cost = [[_NO_WAY] * n for _ in range(n)]
    for i, j in combinations(range(n), 2):
        two = frozenset((order[i], order[j]))
        if two not in apart:
            often = min(before.get(two, 0), _OFTEN)
            cost[i][j] = cost[j][i] = often * often + (0 if two in stays or not stays else _PARTED)
    whole = (1 << n) - 1
    for ones in range(n + 1):
        for threes in range((n - ones) // 3 + 1):
            if (n - ones - 3 * threes) % 2 == 0:
                found = _Parting(n, cost).best(whole, ones, threes)
                if found[0] < _NO_WAY:
                    return [tuple(order[i] for i in group) for group in found[1]]
    return []


class _Parting:
    """Partings of a set of people (as bits) with so many ones and threes; each set is worked out once."""

    def __init__(self, n: int, cost: list[list[int]]) -> None:
        self._n, self._cost = n, cost
        self._known: dict[tuple[int, int, int], tuple[int, tuple[tuple[int, ...], ...]]] = {}

    def best(self, mask: int, ones: int, threes: int) -> tuple[int, tuple[tuple[int, ...], ...]]:
        """The lowest cost and its groups; `_NO_WAY` when there is none."""
        if not mask:
            return (0, ()) if not ones and not threes else (_NO_WAY, ())
        key = (mask, ones, threes)
        if key not in self._known:
            self._known[key] = self._work_out(mask, ones, threes)
        return self._known[key]

    def _work_out(self, mask: int, ones: int, threes: int) -> tuple[int, tuple[tuple[int, ...], ...]]:
        i = (mask & -mask).bit_length() - 1
        rest, row = mask & (mask - 1), self._cost[i]
        others = [j for j in range(i + 1, self._n) if rest >> j & 1]
        friends = [j for j in others if row[j] < _NO_WAY]
        found: tuple[int, tuple[tuple[int, ...], ...]] = (_NO_WAY, ())
        if len(others) + 1 > ones + 3 * threes:
            for j in friends:
                total, groups = self.best(rest ^ 1 << j, ones, threes)
                if total + row[j] < found[0]:
                    found = total + row[j], ((i, j), *groups)
        if threes:
            for j, k in combinations(friends, 2):
                if self._cost[j][k] < _NO_WAY:
                    total, groups = self.best(rest ^ 1 << j ^ 1 << k, ones, threes - 1)
                    total += row[j] + row[k] + self._cost[j][k]
                    if total < found[0]:
                        found = total, ((i, j, k), *groups)
        if ones:
            total, groups = self.best(rest, ones - 1, threes)
            if total < found[0]:
                found = total, ((i,), *groups)
        return found


def _many(order: Sequence[str], apart: Apart, before: Before, stays: Collection[Two]) -> list[Group]:
    """More people than can be gone through whole: a dozen at a time, until nothing gets better."""
    groups: list[Group] = []
    for begin in range(0, len(order), EXACT):
        groups += _search(order[begin : begin + EXACT], apart, before, stays)
    best = _weight(groups, apart, before, stays)
    for turn in range(len(order)):
        # Whoever is alone or in a three first: there is most to gain.
        drawn = sorted(groups, key=lambda group: (len(group) == 2, _draw(str(turn), group[0])))
        some, others = drawn[:6], drawn[6:]
        tried = others + _search([who for group in some for who in group], apart, before, stays)
        weight = _weight(tried, apart, before, stays)
        if weight < best:
            groups, best = tried, weight
    return groups


def _weight(groups: Iterable[Group], apart: Apart, before: Before, stays: Collection[Two]) -> int:
    """What `_search` makes as small as it can, as one number."""
    total = 0
    for group in groups:
        total += _LEFT * (len(group) == 1) + _THREE * (len(group) == 3)
        for two in twos(group):
            often = min(before.get(two, 0), _OFTEN)
            total += _NO_WAY if two in apart else often * often + (0 if two in stays or not stays else _PARTED)
    return total

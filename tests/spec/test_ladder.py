"""Sharing step by step: what widens, what counts until then, and that a handful gives nobody away.

The last part goes through every story that a small group can live through, and asks what one of them can know.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations, permutations

import pytest

from kindcircle.spec import ladder
from kindcircle.spec.ladder import LEAST, SHOWS, UNDO, Step, in_force, last_morning, meanwhile, widens

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def test_every_step_up_widens_and_nothing_that_widens_counts_before_its_time() -> None:
    for old, new in permutations(SHOWS, 2):
        until = meanwhile(old, new)
        assert SHOWS[until] <= SHOWS[old] and (not widens(old, new) or SHOWS[until] <= SHOWS[new])
        if widens(old, new):
            for minutes in (0, 9):
                at = NOON + timedelta(minutes=minutes)
                assert in_force(new, until, seen_from=NOON + UNDO, let_in=True, at=at) == until
            assert in_force(new, until, seen_from=NOON + UNDO, let_in=False, at=NOON + 3 * UNDO) == until
            assert in_force(new, until, seen_from=NOON + UNDO, let_in=True, at=NOON + UNDO) == new
    assert not any(widens(step, "") for step in Step)
    assert [widens(Step.NAMED, one) for one in (Step.LEADERS, Step.UNNAMED)] == [False, False]
    # Without a name is not less than a name to those who lead: it shows other things, so it is looked at too.
    assert widens(Step.UNNAMED, Step.LEADERS) and meanwhile(Step.UNNAMED, Step.LEADERS) == ""


def test_a_morning_is_the_groups_own_also_when_clocks_change() -> None:
    assert last_morning(NOON, "Europe/London") == datetime(2026, 3, 29, 6, 0, tzinfo=UTC)
    early = datetime(2026, 3, 29, 5, 59, tzinfo=UTC)
    assert last_morning(early, "Europe/London") == datetime(2026, 3, 28, 7, 0, tzinfo=UTC)
    assert last_morning(early, "Asia/Kathmandu") == datetime(2026, 3, 29, 1, 15, tzinfo=UTC)


# Everything a small group can do, and what one of them can know by it.

FIRST, JOINER = range(6), 6
EVERYBODY = range(7)
MORNINGS, EVENTS = 2, 5
Gather = Callable[[list[int]], bool]
Stand = Callable[[list[int], bool], bool]


@dataclass(frozen=True)
class Group:
    """here: who is in it; waiting: whose words wait; handfuls: whose words each still holds, and its list of people."""

    here: frozenset[int] = frozenset(FIRST)
    came: frozenset[int] = frozenset()  # after the start
    waiting: frozenset[int] = frozenset()
    wrote: frozenset[int] = frozenset()
    handfuls: tuple[tuple[frozenset[int], frozenset[int], bool], ...] = ()
    over: frozenset[int] = frozenset()


def stories(
    gather: Gather, stand: Stand, reader: int, longest: int = EVENTS
) -> Iterator[tuple[list[str], dict[int, tuple[int, ...]]]]:
    """Every story: what everybody could notice, and for each whose words this reader saw, at which of these moments."""
    found: set[tuple[object, ...]] = set()
    start = (Group(), (), ())
    heap = [(*start, 0, 0)]
    while heap:
        group, noticed, pages, events, mornings = heap.pop()
        if (group, noticed, pages) in found:
            continue
        found.add((group, noticed, pages))
        seen: dict[int, tuple[int, ...]] = defaultdict(tuple)
        for moment, page in enumerate(pages):
            for writer in page:
                seen[writer] += (moment,)
        yield list(noticed), dict(seen)
        if events == longest:
            continue
        for said, after, is_morning in _what_next(group, gather, stand, mornings):
            page = _page(after, stand, reader)
            before = pages[-1] if pages else frozenset()
            there_is_news = bool(said) or page != before
            more = ((*noticed, said or "changed"), (*pages, page)) if there_is_news else (noticed, pages)
            heap.append((after, *more, events + 1, mornings + is_morning))


def _what_next(group: Group, gather: Gather, stand: Stand, mornings: int) -> Iterator[tuple[str, Group, int]]:
    if mornings < MORNINGS:
        may = [one for one in group.here if one not in group.wrote]
        for some in chain.from_iterable(combinations(may, size) for size in range(len(may) + 1)):
            yield "a morning", _morning(group, frozenset(some), gather), 1
    for one in group.here - {0}:
        yield f"{one} left", replace(group, here=group.here - {one}, waiting=group.waiting - {one}), 0
    if JOINER not in group.here and JOINER not in group.came:
        yield "somebody came", replace(group, here=group.here | {JOINER}, came=group.came | {JOINER}), 0
    for number, (words, people, young) in enumerate(group.handfuls):
        for one in words & group.here:
            after = [*group.handfuls]
            after[number] = (words - {one}, people, young)
            yield "", replace(group, handfuls=tuple(after)), 0


def _morning(group: Group, wrote: frozenset[int], gather: Gather) -> Group:
    waiting = group.waiting | wrote
    group = replace(group, waiting=waiting, wrote=group.wrote | wrote)
    if not waiting or not gather(sorted(waiting)):
        return group
    # Whoever came later reads only what was shared since: all of a handful, or none of it.
    young = JOINER in group.here and waiting <= wrote
    return replace(group, waiting=frozenset(), handfuls=(*group.handfuls, (waiting, waiting, young)))


def _page(group: Group, stand: Stand, reader: int) -> frozenset[int]:
    if reader not in group.here:
        return frozenset()
    seen: set[int] = set()
    for words, people, young in group.handfuls:
        if (reader != JOINER or young) and stand(sorted(words), not people <= group.here):
            seen |= words if stand is not _forgetful else words & group.here
    return frozenset(seen)


def fewest(gather: Gather, stand: Stand, reader: int = 0, longest: int = EVENTS) -> int:
    """The smallest number of others who may have written some words that this reader ever saw, whatever happened."""
    may_be: dict[object, dict[tuple[int, ...], set[int]]] = defaultdict(lambda: defaultdict(set))
    for noticed, seen in stories(gather, stand, reader, longest):
        others = {writer: moments for writer, moments in seen.items() if writer != reader}
        key = (*noticed, seen.get(reader), tuple(sorted(others.values())))
        for writer, moments in others.items():
            may_be[key][moments].add(writer)
    return min((len(who) for story in may_be.values() for who in story.values()), default=99)


def _forgetful(writers: list[int], _somebody_left: bool) -> bool:
    """A rule that lets the words of whoever left go alone."""
    return len(writers) >= LEAST


@pytest.mark.slow
def test_no_story_of_a_small_group_tells_whose_words_they_are() -> None:
    def stands(writers: list[int], somebody_left: bool) -> bool:
        return ladder.may_stand(writers, somebody_left=somebody_left)

    assert fewest(ladder.may_gather, stands) >= LEAST - 1
    assert fewest(ladder.may_gather, stands, reader=JOINER) >= LEAST - 1


@pytest.mark.slow
def test_the_search_finds_rules_that_give_somebody_away() -> None:
    assert fewest(ladder.may_gather, _forgetful, longest=3) == 1
    assert fewest(lambda writers: len(writers) >= 1, lambda writers, _left: bool(writers), longest=3) <= 2

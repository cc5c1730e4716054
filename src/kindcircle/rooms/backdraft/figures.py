"""How practices land: each practice that can stir people up, in each version, with what is known and what is not.

Figures grow in steps of one group, each with the answers of five people and more, and only of what is a week old. What
one sees of several groups is the sum of whole steps; so no two figures, whoever reads them, differ by one person.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.backdraft.exposures import evocative, led_in, members_of, there_at
from kindcircle.rooms.backdraft.models import Landing
from kindcircle.rooms.groups.models import Attendance, Gathering, Group
from kindcircle.rooms.practice.models import Play
from kindcircle.spec.backdraft import Met, Tally, released, tally
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.results import Interval

Key = tuple[str, str]
"""A practice and its version."""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many in a hundred, with the exact limits of Clopper and Pearson at 95 %."""

    count: int
    of: int
    per_100: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Figure:
    """One practice in one version. rates are None where there is nothing to count."""

    practice: str
    version: str
    title: str
    tally: Tally
    of_exposures: Rate | None
    of_answers: Rate | None


@dataclass(frozen=True, slots=True)
class Landed:
    """All that may be shown, and the titles of practices that were met, but not yet answered by enough people."""

    figures: tuple[Figure, ...]
    withheld: tuple[str, ...]


def of_own_groups(*, by: Actor, at: datetime) -> Landed:
    """The groups that somebody leads, taken together."""
    require(by, Permission.LANDINGS_COUNT)
    return _landed(Group.objects.filter(pk__in=by.facilitates), at)


def of_house(house: Organisation, *, by: Actor, at: datetime) -> Landed:
    """All groups of a house, taken together."""
    require(by, Permission.HOUSE_FIGURES_SEE, house)
    return _landed(Group.objects.filter(organisation=house), at)


def rate(count: int, of: int) -> Rate | None:
    """The share per hundred with its limits; None of nothing."""
    limits = Proportion(count, of).exact_interval()
    if not isinstance(limits, Interval):
        return None
    return Rate(count, of, 100 * count / of, 100 * limits.low, 100 * limits.high)


def _landed(groups: Iterable[Group], at: datetime) -> Landed:
    met = _met({group.pk for group in groups})
    counted: dict[Key, list[Tally]] = defaultdict(list)
    for (_group, key), each in met.items():
        counted[key].append(tally(released(each, at=at)))
    sums = {key: reduce(add, each) for key, each in counted.items()}
    shown = [_figure(key, total) for key, total in sums.items() if total.exposures]
    hidden = {_title(key) for key, total in sums.items() if not total.exposures}
    return Landed(
        tuple(sorted(shown, key=lambda one: (one.title, one.version))),
        tuple(sorted(hidden - {one.title for one in shown})),
    )


def _figure(key: Key, total: Tally) -> Figure:
    return Figure(*key, _title(key), total, rate(total.events, total.exposures), rate(total.events, total.answered))


def _title(key: Key) -> str:
    found = evocative(*key)
    return found.title if found else key[0]


def _met(groups: Collection[int]) -> dict[tuple[int, Key], list[Met]]:
    """Every exposure, by group and practice."""
    found: dict[tuple[int, Key], list[Met]] = defaultdict(list)
    for group, key, met in (*_at_home(groups), *_in_meetings(groups)):
        found[group, key].append(met)
    return found


def _at_home(groups: Collection[int]) -> Iterator[tuple[int, Key, Met]]:
    said = {row.play_id: row for row in Landing.objects.filter(play__group__in=groups)}
    for play in Play.objects.filter(group__in=groups):
        if evocative(play.practice, play.practice_version):
            met = _with(said.get(play.pk), play.started_at, play.member_id)
            yield play.group_id or 0, (play.practice, play.practice_version), met


def _in_meetings(groups: Collection[int]) -> Iterator[tuple[int, Key, Met]]:
    gatherings = list(Gathering.objects.filter(group__in=groups).select_related("group__organisation"))
    members, led = members_of(groups), led_in(gatherings)
    came: dict[int, list[Attendance]] = defaultdict(list)
    for one in Attendance.objects.filter(gathering__in=gatherings):
        came[one.gathering_id].append(one)
    rows = Landing.objects.filter(gathering__in=gatherings)
    said = {(row.gathering_id, row.start, row.member_id): row for row in rows}
    for gathering in gatherings:
        for start in led[gathering.pk]:
            for person in sorted(there_at(start, came[gathering.pk], members[gathering.group_id])):
                met = _with(said.get((gathering.pk, start.number, person)), start.at, person)
                yield gathering.group_id, (start.practice, start.version), met


def _with(row: Landing | None, at: datetime, person: int) -> Met:
    if row is None:
        return Met(at, person)
    return Met(
        at, person, True, row.how, row.lasting, row.in_the_way, row.over,  # type: ignore[arg-type]
        row.too_much_at is not None,
    )  # fmt: skip

"""The rows that a researcher may have: coded people who said yes, and their scores before, after and later.

Nothing that somebody wrote, no day, no group below 200 people, no answer to a single question. Whoever took their yes
back is not in the next rows. Gaps stay gaps. Who comes later stays out: rows hold the groups that had ended and the
people who had said yes at one moment, so that no two files differ by one group or by one person who came. Answers that
come later wait for a later release, and join in batches (`batches`).
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.measures.queries import READ_TOGETHER
from kindcircle.rooms.research.batches import FEWEST_ALIKE, FEWEST_GROUPS, File, Settled, Sheet, names_groups, settle
from kindcircle.rooms.research.leaving import coded
from kindcircle.rooms.research.whose import Extent, Places, ended, enough_people, in_file
from kindcircle.spec.programmes import Programme
from kindcircle.spec.shorter import STANDS_IN

OCCASIONS = {
    Assignment.Occasion.BASELINE: "before",
    Assignment.Occasion.AFTER: "after",
    Assignment.Occasion.FOLLOW_UP: "later",
}

SEVERAL = "several"
"""Stands for the version of a questionnaire where people had more than one, and those would tell groups apart."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person, once. What too few people would share is None for everybody."""

    code: str
    version: str | None
    finished: bool | None
    group: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One score of one person: occasion is "before", "after" or "later"; value is None where there may be none.

    instrument_version is SEVERAL for everybody where the versions would tell groups apart.
    """

    person: str
    occasion: str
    instrument: str
    instrument_version: str
    score: str
    value: float | None
    state: str
    answered: int
    of: int


@dataclass(frozen=True, slots=True)
class Withheld:
    """A questionnaire at an occasion that people answered: left out as a whole, or only its newest answers wait."""

    instrument: str
    occasion: str
    whole: bool


@dataclass(frozen=True, slots=True)
class Dataset:
    """Everybody who said yes, with what they answered.

    groups     in how many groups they sat; known as a number even where no row names a group
    mean_size  people per group, as a mean over these people's groups
    left_out   had a place in one of these groups and have not said yes, or no more
    withheld   what would show too few people by themselves, or one group
    """

    programme: str
    people: tuple[Person, ...]
    rows: tuple[Row, ...]
    groups: int
    mean_size: float
    left_out: int
    withheld: tuple[Withheld, ...]


def dataset(
    organisation: Organisation, programme: str, *, study: str, extent: Extent, earlier: Sequence[Extent] = (), by: Actor
) -> Dataset:
    """The rows of one programme, from all its groups that had ended by one moment. Raises TooFewPeople.

    Somebody who did the programme twice is in it once, with the first group that ended.

    earlier  the files that went out before this one, in their order
    """
    require(by, Permission.RESEARCH_RELEASE, organisation)
    made = _settled(organisation, programme, [*earlier, extent])
    first = made.first
    sizes = Counter(place.group_id for place in first.values())
    codes = {user: _coded("person", place.user.code, organisation, study) for user, place in made.places.items()}
    left_out = ended(organisation, programme, extent.as_of).exclude(user_id__in=first).values("user").distinct().count()
    return Dataset(
        programme=programme,
        # By their codes, so that no order of seats or days shines through.
        people=tuple(sorted(_persons(made, codes, organisation, study), key=lambda one: one.code)),
        rows=tuple(sorted(_rows(made, codes), key=_place_of)),
        groups=len(sizes),
        mean_size=sum(sizes.values()) / len(sizes),
        left_out=left_out,
        withheld=_withheld(made),
    )


def withheld_of(
    organisation: Organisation, programme: str, *, extent: Extent, earlier: Sequence[Extent] = ()
) -> tuple[Withheld, ...]:
    """What is left out of such rows, for the one who decides. Raises TooFewPeople."""
    return _withheld(_settled(organisation, programme, [*earlier, extent]))


def coarse_enough(
    people: Sequence[Person], sat: Mapping[str, int], looks: Mapping[str, Hashable] | None = None
) -> list[Person]:
    """Leave out what would single somebody out: first the version, then whether they finished, at last the group.

    sat    by code, in which group. Where no row names it, what the people of one group alone share would name it too
    looks  by code, what is known of them from the answers that stand beside it
    """
    found, beside = list(people), looks or {}
    if not _all_alike(found, sat, beside):
        found = [replace(one, version=None) for one in found]
    if not _all_alike(found, sat, beside):
        found = [replace(one, finished=None) for one in found]
    if not _all_alike(found, sat, beside):
        found = [replace(one, group=None) for one in found]
    return found


def _all_alike(people: Sequence[Person], sat: Mapping[str, int], beside: Mapping[str, Hashable]) -> bool:
    groups: dict[Hashable, list[Person]] = {}
    for one in people:
        groups.setdefault((one.version, one.finished, one.group, beside.get(one.code)), []).append(one)
    return all(
        len(some) >= FEWEST_ALIKE
        and (some[0].group is not None or len({sat[one.code] for one in some}) >= FEWEST_GROUPS)
        for some in groups.values()
    )


@dataclass(frozen=True, slots=True)
class _Made:
    """What was worked out before any code is given.

    first   who stands in the file now;  places  and who stood in it as it first went out, or in an earlier one
    scores  by the number of the sheet
    """

    first: Places
    places: Places
    plans: Mapping[int, Programme]
    scores: Mapping[int, Sequence[Score]]
    settled: Settled

    @property
    def sat(self) -> dict[int, int]:
        return {user: place.group_id for user, place in self.places.items()}


def _settled(organisation: Organisation, programme: str, extents: Sequence[Extent]) -> _Made:
    stood = [in_file(organisation, programme, one) for one in extents]
    first = enough_people(organisation, programme, as_of=extents[-1].as_of)
    places = {user: place for people in stood for user, place in people.items()}
    plans = _plans({place.group_id: place.group for place in places.values()})
    sheets, scores = _sheets(places, plans)
    files = [
        File(frozenset(people), one.until, _outcomes(plans[group] for group in _groups(people) if group in plans))
        for one, people in zip(extents, stood, strict=True)
    ]
    sat = {user: place.group_id for user, place in places.items()}
    return _Made(first, places, plans, scores, settle(files, sheets, sat, first))


def _groups(people: Places) -> set[int]:
    return {place.group_id for place in people.values()}


def _persons(made: _Made, codes: Mapping[int, str], organisation: Organisation, study: str) -> list[Person]:
    """Everybody with what others could know. What was left out once stays out: it tells of those who are gone."""
    done = _finished(made.plans)
    sat = {codes[user]: group for user, group in made.sat.items()}
    told: dict[int, Person] = {}
    for users, looks in ((made.settled.then.looks, made.settled.then.looks), (made.first, made.settled.now.looks)):
        named = names_groups(users, made.sat)
        people = []
        for user in users:
            place = made.places[user]
            one = told.get(user) or Person(
                code=codes[user],
                version=place.group.programme_version,
                finished=done.get((place.group_id, user)),
                group=_coded("group", place.group.code, organisation, study),
            )
            people.append(one if named else replace(one, group=None))
        # Where rows name the group, what its people have answered names no other.
        coarse = coarse_enough(people, sat, {} if named else {codes[user]: looks[user] for user in users})
        told = dict(zip(users, coarse, strict=True))
    return list(told.values())


def _plans(groups: Mapping[int, Group]) -> dict[int, Programme]:
    """The programme of each group in its version; one that is on this site no more has none."""
    found = {}
    for pk, group in groups.items():
        try:
            found[pk] = programme_of(group)
        except ProgrammeGone:
            continue
    return found


def _finished(plans: Mapping[int, Programme]) -> dict[tuple[int, int], bool]:
    """Who came often enough by the programme's own rule, by group and person."""
    found: dict[tuple[int, int], bool] = {}
    for group, plan in plans.items():
        held = Gathering.objects.filter(group=group, state=Gathering.State.CLOSED, number__lte=len(plan.sessions))
        came = Counter(Attendance.objects.filter(gathering__in=held).values_list("user_id", flat=True))
        members = Membership.objects.filter(group=group, role=Membership.Role.MEMBER)
        for user in members.values_list("user_id", flat=True):
            found[(group, user)] = came[user] >= plan.completion.attend
    return found


def _outcomes(plans: Iterable[Programme]) -> frozenset[str]:
    """What everybody was asked before they began."""
    found = {name for plan in plans for name in plan.instruments("baseline")} - READ_TOGETHER
    # Who was asked at hours when nobody could talk has the shorter form, which is a form of its own.
    return frozenset(found | {shorter for name, shorter in STANDS_IN.items() if name in found})


def _sheets(places: Places, plans: Mapping[int, Programme]) -> tuple[list[Sheet], dict[int, list[Score]]]:
    """Every sheet of these people, with its scores by the sheet's number. The score that counts now."""
    asked = Score.objects.filter(
        response__assignment__group__in=plans,
        response__assignment__member__in=places,
        response__assignment__occasion__in=OCCASIONS,
        response__assignment__instrument__in=_outcomes(plans.values()),
    )
    sheets: list[Sheet] = []
    scores: dict[int, list[Score]] = {}
    order = ("response__submitted_at", "response__pk", "pk")
    for response, inside in groupby(asked.select_related("response__assignment").order_by(*order), _response):
        sheet, some = response.assignment, list(inside)
        if places[sheet.member_id].group_id != sheet.group_id:
            continue
        scores[len(sheets)] = some
        kind = (sheet.instrument, OCCASIONS[Assignment.Occasion(sheet.occasion)])
        sheets.append(Sheet(sheet.member_id, kind, _version(some[0]), len(sheets), response.submitted_at))
    return sheets, scores


def _response(score: Score) -> Response:
    return score.response


def _version(score: Score) -> str:
    return score.rule.partition("@")[2]


def _rows(made: _Made, codes: Mapping[int, str]) -> list[Row]:
    """The last sheet of each occasion that may be told. The number that counts now."""
    told = made.settled.now
    return [
        Row(
            person=codes[person],
            occasion=occasion,
            instrument=instrument,
            instrument_version=SEVERAL if instrument in told.several else sheet.version,
            score=score.scale,
            value=score.value,
            state=score.state,
            answered=score.answered,
            of=score.of,
        )
        for (instrument, occasion), people in told.answers.items()
        for person, sheet in people.items()
        for score in made.scores[sheet.number]
    ]


def _withheld(made: _Made) -> tuple[Withheld, ...]:
    places = tuple(OCCASIONS.values())
    found = [Withheld(name, when, whole) for (name, when), whole in made.settled.waits.items()]
    return tuple(sorted(found, key=lambda one: (one.instrument, places.index(one.occasion))))


def _place_of(row: Row) -> tuple[str, str, str, int]:
    return row.person, row.instrument, row.score, tuple(OCCASIONS.values()).index(row.occasion)


def _coded(what: str, code: str, organisation: Organisation, study: str) -> str:
    """The same in every taking of one study, another in each study."""
    return coded("research", organisation.code, study, what, code, length=12)

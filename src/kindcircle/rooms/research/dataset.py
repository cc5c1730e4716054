"""The rows that a researcher may have: coded people who said yes, and their scores before, after and later.

Nothing that somebody wrote, no day, no group below 200 people, no answer to a single question. Whoever took their yes
back is not in the next rows. Gaps stay gaps. Who comes later stays out: rows hold the groups that had ended and the
people who had said yes at one moment, so that no two files differ by one group or by one person who came.
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.intake.consent_texts import asks_since, is_current, text_name
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.measures.queries import READ_TOGETHER
from kindcircle.rooms.research.errors import TooFewPeople
from kindcircle.rooms.research.leaving import coded
from kindcircle.spec.programmes import Programme
from kindcircle.spec.shorter import STANDS_IN

OCCASIONS = {
    Assignment.Occasion.BASELINE: "before",
    Assignment.Occasion.AFTER: "after",
    Assignment.Occasion.FOLLOW_UP: "later",
}

FEWEST_PEOPLE = 11
"""No published cell of health figures holds fewer than 11 (CMS cell size policy); a file of fewer is such a cell."""

FEWEST_GROUPS = 2
"""Of one group alone everybody who sat in it would know who is meant."""

FEWEST_ALIKE = 5
"""So many people at least, from two groups, share every combination of what others could know about them."""

GROUPS_FROM = 200
"""From so many people on, a coded group may stand beside each."""


@dataclass(frozen=True, slots=True)
class Person:
    """One person, once. What too few people would share is None for everybody."""

    code: str
    version: str | None
    finished: bool | None
    group: str | None


@dataclass(frozen=True, slots=True)
class Row:
    """One score of one person: occasion is "before", "after" or "later"; value is None where there may be none."""

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
class Dataset:
    """Everybody who said yes, with what they answered.

    groups     in how many groups they sat; known as a number even where no row names a group
    mean_size  people per group, as a mean over these people's groups
    left_out   had a place in one of these groups and have not said yes, or no more
    """

    programme: str
    people: tuple[Person, ...]
    rows: tuple[Row, ...]
    groups: int
    mean_size: float
    left_out: int


def dataset(organisation: Organisation, programme: str, *, study: str, as_of: datetime, by: Actor) -> Dataset:
    """The rows of one programme, from all its groups that had ended by this moment. Raises TooFewPeople.

    Somebody who did the programme twice is in it once, with the first group that ended.
    """
    require(by, Permission.RESEARCH_RELEASE, organisation)
    first = enough_people(organisation, programme, as_of=as_of)
    sizes = Counter(place.group_id for place in first.values())
    plans = _plans({place.group_id: place.group for place in first.values()})
    done = _finished(plans)
    with_groups = len(first) >= GROUPS_FROM
    codes = {user: _coded("person", place.user.code, organisation, study) for user, place in first.items()}
    sat = {codes[user]: place.group_id for user, place in first.items()}
    people = [
        Person(
            code=codes[user],
            version=place.group.programme_version,
            finished=done.get((place.group_id, user)),
            group=_coded("group", place.group.code, organisation, study) if with_groups else None,
        )
        for user, place in first.items()
    ]
    return Dataset(
        programme=programme,
        # By their codes, so that no order of seats or days shines through.
        people=tuple(sorted(coarse_enough(people, sat), key=lambda one: one.code)),
        rows=tuple(sorted(_rows(first, codes, plans), key=_place_of)),
        groups=len(sizes),
        mean_size=sum(sizes.values()) / len(sizes),
        left_out=_ended(organisation, programme, as_of).exclude(user_id__in=first).values("user").distinct().count(),
    )


def enough_people(organisation: Organisation, programme: str, *, as_of: datetime) -> dict[int, Membership]:
    """Everybody whose rows may go out, with their place. Raises TooFewPeople where they would tell who they are."""
    found = _people(organisation, programme, as_of, _willing(organisation, as_of))
    if not large_enough(found.values()):
        raise TooFewPeople(FEWEST_PEOPLE, FEWEST_GROUPS)
    return found


def new_since(
    organisation: Organisation, programme: str, *, as_of: datetime, earlier: datetime
) -> dict[int, Membership]:
    """Who would be in rows of this moment and in none of an earlier one: what two files laid side by side show."""
    before = _people(organisation, programme, earlier, _once_willing(organisation, earlier))
    now = _people(organisation, programme, as_of, _willing(organisation, as_of))
    return {user: place for user, place in now.items() if user not in before}


def large_enough(places: Collection[Membership]) -> bool:
    """Whether these people may stand as a file, or as the difference of two."""
    return len(places) >= FEWEST_PEOPLE and len({place.group_id for place in places}) >= FEWEST_GROUPS


def coarse_enough(people: Sequence[Person], sat: Mapping[str, int]) -> list[Person]:
    """Leave out what would single somebody out: first the version, then whether they finished, at last the group.

    sat  by code, in which group. Where no row names it, what the people of one group alone share would name it too.
    """
    found = list(people)
    if not _all_alike(found, sat):
        found = [replace(one, version=None) for one in found]
    if not _all_alike(found, sat):
        found = [replace(one, finished=None) for one in found]
    if not _all_alike(found, sat):
        found = [replace(one, group=None) for one in found]
    return found


def _all_alike(people: Sequence[Person], sat: Mapping[str, int]) -> bool:
    groups: dict[tuple[str | None, bool | None, str | None], list[int]] = {}
    for one in people:
        groups.setdefault((one.version, one.finished, one.group), []).append(sat[one.code])
    return all(
        len(some) >= FEWEST_ALIKE and (named is not None or len(set(some)) >= FEWEST_GROUPS)
        for (_version, _finished, named), some in groups.items()
    )


def _ended(organisation: Organisation, programme: str, as_of: datetime) -> QuerySet[Membership]:
    """The places of members in groups that had ended by then."""
    over = Group.objects.filter(
        organisation=organisation, programme=programme, state=Group.State.FINISHED, ending__finished_at__lte=as_of
    )
    return Membership.objects.filter(group__in=over, role=Membership.Role.MEMBER)


def _people(organisation: Organisation, programme: str, as_of: datetime, said_yes: set[int]) -> dict[int, Membership]:
    """Each of them with their place in the first group that ended, which no later group changes."""
    places = _ended(organisation, programme, as_of).select_related("user", "group")
    found: dict[int, Membership] = {}
    for place in places.order_by("group__ending__finished_at", "pk"):
        if place.user_id in said_yes:
            found.setdefault(place.user_id, place)
    return found


def _willing(organisation: Organisation, as_of: datetime) -> set[int]:
    """Whose yes to research was there by then and holds now, for the text as it stands."""
    name, since = text_name(), asks_since(organisation)
    rows = _yeses(organisation, as_of).filter(replaced_at=None, withdrawn_at=None)
    return {row.person_id for row in rows if is_current(row, name=name, since=since)}


def _once_willing(organisation: Organisation, as_of: datetime) -> set[int]:
    """Whose yes stood then, to whatever text, also where it was taken back or said anew since."""
    rows = _yeses(organisation, as_of).exclude(replaced_at__lte=as_of).exclude(withdrawn_at__lte=as_of)
    return set(rows.values_list("person_id", flat=True))


def _yeses(organisation: Organisation, as_of: datetime) -> QuerySet[Consent]:
    return Consent.objects.filter(person__organisation=organisation, kind=Consent.Kind.RESEARCH, signed_at__lte=as_of)


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


def _rows(first: dict[int, Membership], codes: dict[int, str], plans: Mapping[int, Programme]) -> list[Row]:
    """The last sheet of each occasion, of what everybody was asked before they began. The number that counts now.

    An occasion at which fewer than five people, or people of one group only, have answered is left out.
    """
    outcomes = {name for plan in plans.values() for name in plan.instruments("baseline")} - READ_TOGETHER
    # Who was asked at hours when nobody could talk has the shorter form, which is a form of its own.
    outcomes |= {shorter for name, shorter in STANDS_IN.items() if name in outcomes}
    scores = Score.objects.filter(
        response__assignment__group__in=plans,
        response__assignment__member__in=first,
        response__assignment__occasion__in=OCCASIONS,
        response__assignment__instrument__in=outcomes,
    )
    latest: dict[tuple[int, str, str, str], Row] = {}
    for score in scores.select_related("response__assignment").order_by("response__submitted_at", "pk"):
        sheet = score.response.assignment
        if first[sheet.member_id].group_id != sheet.group_id:
            continue
        occasion = OCCASIONS[Assignment.Occasion(sheet.occasion)]
        latest[(sheet.member_id, sheet.instrument, score.scale, occasion)] = Row(
            person=codes[sheet.member_id],
            occasion=occasion,
            instrument=sheet.instrument,
            instrument_version=score.rule.partition("@")[2],
            score=score.scale,
            value=score.value,
            state=score.state,
            answered=score.answered,
            of=score.of,
        )
    # Where only one group has come to its "later" yet, who has such rows would say who sat there.
    sat: dict[str, list[int]] = {}
    for member, when in {(member, when) for member, _sheet, _scale, when in latest}:
        sat.setdefault(when, []).append(first[member].group_id)
    shared = {when for when, groups in sat.items() if len(groups) >= FEWEST_ALIKE and len(set(groups)) >= FEWEST_GROUPS}
    return [row for row in latest.values() if row.occasion in shared]


def _place_of(row: Row) -> tuple[str, str, str, int]:
    return row.person, row.instrument, row.score, tuple(OCCASIONS.values()).index(row.occasion)


def _coded(what: str, code: str, organisation: Organisation, study: str) -> str:
    """The same in every taking of one study, another in each study."""
    return coded("research", organisation.code, study, what, code, length=12)

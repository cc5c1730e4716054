"""Ended groups of one programme, made up: several that can be shown, one too small, one that many left."""

from datetime import datetime, timedelta

from kindcircle.base.access import SYSTEM
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Attendance, Group, Membership
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.measures import asking
from kindcircle.rooms.measures.models import Assignment
from kindcircle.spec.instruments import load_instrument
from tests.rooms.research.finished import end, say_yes_to_research
from tests.rooms.research.test_report import answer
from tests.world import World, join, make_group, make_person

Pairs = list[tuple[int | None, int | None]]
"""Sums of self-compassion before and after, from 12 to 60; None where somebody did not answer."""


def kindness(world: World, person: User, total: int, occasion: str, *, typed_by: User | None = None) -> None:
    """A whole sheet of the main measure with this sum. typed_by: on paper, by somebody who leads."""
    one = load_instrument("scs-sf-12")
    reverse = one.headlines[0].reverse
    each, rest = divmod(total, 12)
    given = [each + (place < rest) for place in range(12)]
    answers = {
        item.id: 6 - value if number in reverse else value
        for number, (item, value) in enumerate(zip(one.scored_items, given, strict=True), start=1)
    }
    asked = asking.assign(
        member=person, group=world.group, instrument="scs-sf-12", occasion=occasion, by=SYSTEM,
        opens_at=world.at - timedelta(days=1), closes_at=world.at + timedelta(days=40),
    )  # fmt: skip
    measures.submit_response(
        assignment=asked, answers=answers, client_key=f"{occasion}-{person.code}", at=world.at,
        by=world.actor(typed_by or person),
        **({"by_staff": typed_by} if typed_by else {}),
    )  # fmt: skip


def ended(
    world: World,
    name: str,
    pairs: Pairs,
    *,
    left: frozenset[int] = frozenset(),
    away: dict[int, int] | None = None,
    yes: bool = True,
    worry: Pairs | None = None,
) -> Group:
    """A group of this name that is over.

    left  places of those who ended theirs early;  away  how many of the four meetings somebody missed, by place
    yes   whether they said yes to research;  worry  sums of worry before and after, for a second measure
    """
    group, gatherings = make_group(world.organisation, world.facilitators, at=world.at)
    Group.objects.filter(pk=group.pk).update(name=name)
    people = [make_person(world.organisation, f"Somebody {place}", at=world.at) for place in range(len(pairs))]
    there = World(
        at=world.at, organisation=world.organisation, organisation_lead=world.organisation_lead,
        safety_lead=world.safety_lead, group=group, facilitators=world.facilitators, members=people,
    )  # fmt: skip
    for place, person in enumerate(people):
        join(group, person, Membership.Role.MEMBER, at=world.at)
        if yes:
            say_yes_to_research(person, world)
        for when, occasion in enumerate(("baseline", "after")):
            if (total := pairs[place][when]) is not None:
                kindness(there, person, total, occasion)
            if worry and (other := worry[place][when]) is not None:
                answer(there, person, "gad-7", other, occasion)
        if place in left:
            Membership.objects.filter(group=group, user=person).update(left_at=world.at + timedelta(days=9))
    end(there, group)
    for place, missed in (away or {}).items():
        Attendance.objects.filter(user=people[place], gathering__in=gatherings[4 - missed :]).delete()
    group.refresh_from_db()
    return group


def close_sheets(world: World, *, at: datetime) -> None:
    """All sheets of this house have closed by then."""
    sheets = Assignment.objects.filter(group__organisation=world.organisation)
    sheets.update(opens_at=at - timedelta(days=60), closes_at=at - timedelta(days=1))


EIGHT: Pairs = [(28, 36), (31, 35), (24, 33), (33, 32), (29, 39), (36, 41), (30, 34), (26, 31)]
WORRY: Pairs = [(14, 8), (12, 12), (16, 9), (9, 10), (11, 4), (13, 13), (15, 11), (10, 6)]
TWELVE: Pairs = [*EIGHT, (27, 35), (35, 34), (22, 30), (31, 38)]
MANY_LEFT: Pairs = [(28, 33), (31, 33), (24, 30), (33, 31), (29, 34), (36, None), *[(30, None)] * 6]
THREE: Pairs = [(28, 40), (31, 44), (24, 39)]


def five_groups(world: World) -> None:
    """Two that stayed together, one of twelve, one that many left, and one of three people; a sixth still answers."""
    ended(world, "Birch", EIGHT, away={0: 1, 3: 2}, worry=WORRY)
    ended(world, "Rowan", TWELVE, away={1: 1, 9: 3})
    ended(world, "Alder", MANY_LEFT, left=frozenset(range(6, 12)), away=dict.fromkeys(range(6, 12), 3))
    ended(world, "Hazel", THREE)
    ended(world, "Willow", [(b + 1, a - 2) for b, a in EIGHT if b and a])

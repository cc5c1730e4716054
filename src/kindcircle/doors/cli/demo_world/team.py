"""Those who lead in the made-up house: what they bring, when they are on duty, who swaps and who steps in."""

from datetime import datetime, time, timedelta

from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.groups.actions import roles
from kindcircle.rooms.groups.models import Group, Invitation
from kindcircle.rooms.safety import rota
from kindcircle.rooms.team import credentials

OPENS, CLOSES = time(9), time(17)
DAY = timedelta(days=1)
COLLEAGUE = "Lior"
SOON = timedelta(days=165)
"""From the founding: what ends then ends some weeks from today, so that the demo shows what is said about it."""


def get_ready(house: House, *, at: datetime) -> None:
    """Before the first group: the rota covers the staffed hours, and both who lead have what they should."""
    by = house.acting(house.lead)
    for person, days in zip(house.facilitators, ((1, 2, 3), (4, 5)), strict=True):
        rota.put_on(
            organisation=house.organisation, person=person, weekdays=days, since=OPENS, until=CLOSES, by=by, at=at
        )
    for person in house.facilitators:
        _bring(house, person, tuple(credentials.EVERYBODY), at=at)
    colleague = house.welcome(COLLEAGUE, role=Invitation.Role.FACILITATOR, at=at)
    _bring(house, colleague, ("own-practice", "group-skills", "suicide-risk"), at=at)


def plan(house: House, group: Group, *, at: datetime) -> None:
    """The two swap from meeting to meeting; at the third one a colleague steps in for the second of them."""
    first, second = house.facilitators
    turns = roles.plan_of(group)
    pairs = roles.alternate(group, first=first, second=second)
    turns = roles.plan_roles(group=group, pairs=pairs, seen=roles.stamp(turns), by=house.guide, at=at)
    colleague = next(person for person in roles.may_stand_in(group) if person not in house.facilitators)
    third = [turn.gathering for turn in turns if turn.gathering.number == 3]
    roles.name_stand_in(gatherings=third, away=second, stand_in=colleague, by=house.acting(second), at=at)


def _bring(house: House, person: User, kinds: tuple[str, ...], *, at: datetime) -> None:
    for kind in kinds:
        until = (at + SOON).date() if kind == "safeguarding" and person == house.facilitators[1] else None
        row = credentials.keep(
            person=person,
            kind=kind,
            held_on=(at - 400 * DAY).date(),
            until=until,
            words="",
            by=house.acting(person),
            at=at,
        )
        credentials.see(credential=row, by=house.acting(house.lead), at=at + DAY)

"""Groups that have ended, with people who said yes to research and answered before and after."""

from datetime import timedelta

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import codes
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.ending.finishing import finish_group
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.intake.consent_texts import newest_facts, text_name
from kindcircle.rooms.intake.models import Consent
from tests.rooms.research.test_report import answer
from tests.world import NAMES, World, join, make_group, make_person, make_staff

BEFORE = [14, 12, 16, 9, 11, 13, 15, 10, 12, 17, 8, 14]
AFTER = [8, 12, 9, 10, 4, 13, None, 6, 11, 9, 8, 7]


def say_yes_to_research(person: User, world: World) -> Consent:
    """The second signature, under the text of today."""
    facts = newest_facts(world.organisation)
    consent = Consent(
        person=person, kind=Consent.Kind.RESEARCH, text=text_name(), facts_number=facts.number, signed_at=world.at
    )
    consent.sealed_signature = seals.SIGNATURE.seal("Their name", code=consent.code, holder=person)
    consent.save()
    return consent


def end(world: World, group: Group, *, absent: frozenset[int] = frozenset(), after: timedelta = timedelta(0)) -> None:
    """Every meeting was held and the group is over by now. Those with a number in `absent` came to none."""
    at = world.at + after
    members = list(Membership.objects.filter(group=group, role="member").select_related("user").order_by("seat"))
    for one in Gathering.objects.filter(group=group):
        opened, over = at - timedelta(hours=2), at - timedelta(hours=1)
        Gathering.objects.filter(pk=one.pk).update(state="closed", opened_at=opened, closed_at=over)
        for place, row in enumerate(members):
            if place not in absent:
                Attendance.objects.create(gathering=one, user=row.user, arrived_at=opened, left_at=over)
    finish_group(group=group, by=SYSTEM, at=at)


def two_groups(world: World, *, more: int = 6) -> list[User]:
    """The world's own group and a second one of `more` people: all said yes, both have ended."""
    other, _gatherings = make_group(world.organisation, world.facilitators, at=world.at)
    second = [make_person(world.organisation, NAMES[place], at=world.at) for place in range(more)]
    for person in second:
        join(other, person, Membership.Role.MEMBER, at=world.at)
    people = [*world.members, *second]
    for place, person in enumerate(people):
        say_yes_to_research(person, world)
        there = World(
            at=world.at, organisation=world.organisation, organisation_lead=world.organisation_lead,
            safety_lead=world.safety_lead, group=world.group if person in world.members else other,
        )  # fmt: skip
        for total, occasion in ((BEFORE[place % 12], "baseline"), (AFTER[place % 12], "after")):
            if total is not None:
                answer(there, person, "gad-7", total, occasion)
    end(world, world.group, absent=frozenset({0}))
    end(world, other)
    return people


def one_more_group(world: World, people: int, *, after: timedelta) -> Group:
    """It ended so long after; everybody in it says yes."""
    group, _gatherings = make_group(world.organisation, world.facilitators, at=world.at)
    for place in range(people):
        person = make_person(world.organisation, NAMES[place % len(NAMES)], at=world.at)
        join(group, person, Membership.Role.MEMBER, at=world.at)
        say_yes_to_research(person, world)
    end(world, group, after=after)
    return group


def second_lead(world: World) -> User:
    """Somebody else who leads the house."""
    return make_staff(
        world.organisation, f"Second {codes.new_code()[:4]}", StaffRole.Role.ORGANISATION_LEAD, at=world.at
    )

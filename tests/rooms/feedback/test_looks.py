"""What nobody looks at is proposed to be left out: after three occasions, never where safety hangs on it."""

from datetime import datetime, timedelta

import pytest

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.feedback.looks import looked, stopped_in, unseen_in, unseen_in_house
from kindcircle.rooms.feedback.models import LastLook
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.measures import asking
from kindcircle.rooms.measures.errors import AskedForSafety, NotInProgramme
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.queries import askable
from kindcircle.rooms.measures.stopping import ask_again, stop_asking
from tests.meetings import held
from tests.rooms.measures.sheets import bring_wording
from tests.world import World

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
Side = LastLook.Side
WCC = {f"wcc_{n}": 2 for n in range(1, 7)}


def answered(world: World, number: int, instrument: str = "wcc-6", answers: dict | None = None) -> datetime:
    """One member answers a questionnaire of the week after this meeting. When."""
    at = world.at + number * WEEK + 2 * HOUR
    sheet = asking.assign(
        member=world.member, group=world.group, instrument=instrument, occasion="weekly", by=SYSTEM,
        opens_at=at - HOUR, closes_at=at + HOUR, gathering=world.gatherings[number],
    )  # fmt: skip
    measures.submit_response(
        assignment=sheet, answers=answers or WCC, client_key=codes.new_code(), by=world.actor(world.member), at=at
    )
    return at


def proposed(world: World) -> list[tuple[str, int]]:
    found = unseen_in(world.group, by=world.actor(world.facilitator))
    return [(one.instrument, one.occasions) for one in found]


def test_three_occasions_without_a_look(world: World) -> None:
    first = answered(world, 0)
    answered(world, 1)
    assert proposed(world) == []
    last = answered(world, 2)
    assert proposed(world) == [("wcc-6", 3)]
    assert unseen_in(world.group, by=world.actor(world.facilitator))[0].since == first
    # One look from either side is enough, and counts for what had come in by then.
    for side in (Side.LEADING, Side.MEMBER):
        LastLook.objects.all().delete()
        looked(world.group, ["wcc-6"], side=side, at=last)
        assert proposed(world) == []
    answered(world, 3)
    assert proposed(world) == []
    looked(world.group, ["wcc-6"], side=Side.LEADING, at=first)
    LastLook.objects.filter(side=Side.MEMBER).delete()
    assert proposed(world) == [("wcc-6", 3)]


def test_several_people_on_one_occasion_are_one(world: World) -> None:
    held(world, world.gathering, world.members)
    for number in range(2):
        answered(world, number)
    for member in world.members[1:]:
        sheet = asking.assign(
            member=member, group=world.group, instrument="wcc-6", occasion="weekly", by=SYSTEM, opens_at=world.at,
            closes_at=world.at + 3 * HOUR, gathering=world.gathering,
        )  # fmt: skip
        measures.submit_response(
            assignment=sheet, answers=WCC, client_key=codes.new_code(), by=world.actor(member), at=world.at + HOUR
        )
    assert proposed(world) == []


def test_what_somebody_may_have_to_be_reached_after_is_never_proposed(world: World) -> None:
    for number in range(4):
        answered(world, number, "after-session", {"ease": 8, "fit": 8, "steadiness": 8})
    assert proposed(world) == []
    with pytest.raises(AskedForSafety):
        stop_asking(
            group=world.group, instrument="after-session", by=world.actor(world.facilitator), at=world.at + WEEK
        )


def test_a_yes_stops_what_is_to_come_and_keeps_what_was_answered(world: World) -> None:
    by = world.actor(world.organisation_lead)
    for number in range(3):
        answered(world, number)
    assert [one.group for one in unseen_in_house(world.organisation, by=by)] == [world.group]
    for _ in range(2):
        stop_asking(group=world.group, instrument="wcc-6", by=by, at=world.at + 3 * WEEK)
    assert AuditEntry.objects.filter(event="asking stopped", about_code=world.group.code).count() == 1
    assert proposed(world) == [] and Response.objects.filter(assignment__group=world.group).count() == 3
    given = Assignment.objects.filter(group=world.group, instrument="wcc-6")
    before = given.count()
    for number in range(2):
        held(world, world.gatherings[number], world.members)
        asking.assign_due(at=world.gatherings[number].starts_at + 2 * HOUR)
    assert given.count() == before, "nobody is given it after that"
    facilitator = world.actor(world.facilitator)
    assert [one.instrument for one in stopped_in(world.group, by=facilitator)] == ["wcc-6"]
    ask_again(group=world.group, instrument="wcc-6", by=facilitator, at=world.at + 3 * WEEK)
    asking.assign_due(at=world.gatherings[1].starts_at + 2 * HOUR)
    assert given.count() > before


def test_what_is_stopped_is_not_on_offer_either(world: World) -> None:
    bring_wording(world, "who-5")
    by = world.actor(world.facilitator)
    asking.ask_now(group=world.group, instrument="who-5", by=by, at=world.at)
    assert "who-5" in dict(askable(world.group))
    stop_asking(group=world.group, instrument="who-5", by=by, at=world.at)
    assert "who-5" not in dict(askable(world.group))
    with pytest.raises(NotInProgramme):
        asking.ask_now(group=world.group, instrument="who-5", by=by, at=world.at + WEEK)
    with pytest.raises(NotInProgramme):
        stop_asking(group=world.group, instrument="scs-sf-12", by=by, at=world.at)


def test_a_group_that_is_over_is_left_alone_and_others_are_nobody_s_business(world: World) -> None:
    for number in range(3):
        answered(world, number)
    lead = world.actor(world.organisation_lead)
    assert len(unseen_in_house(world.organisation, by=lead)) == 1
    Group.objects.filter(pk=world.group.pk).update(state=Group.State.FINISHED)
    world.group.refresh_from_db()
    assert unseen_in_house(world.organisation, by=lead) == []
    assert unseen_in(world.group, by=world.actor(world.facilitator)) == []
    for who in (world.member, world.safety_lead):
        with pytest.raises(NotFound):
            unseen_in(world.group, by=world.actor(who))
        with pytest.raises(NotFound):
            stop_asking(group=world.group, instrument="wcc-6", by=world.actor(who), at=world.at)

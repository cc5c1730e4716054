"""The finished group's page: honest figures for those who led it, and for nobody else."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Attendance, Gathering, Group
from kindcircle.spec.instruments import load_instrument
from tests.rooms.measures.sheets import send, sheet
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

WEEK = timedelta(weeks=1)
# Worry, from 0 to 21, before and after. None: not filled in.
BEFORE_AND_AFTER = [(14, 8), (12, 12), (16, 9), (9, 10), (11, 4), (13, 13), (15, None), (10, 6)]


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """Eight people, four meetings, a sheet before and after; one did not send the second."""
    world = make_world(at=clock.now() - 6 * WEEK)
    for gathering in world.gatherings:
        ends_at = gathering.starts_at + timedelta(hours=1)
        Gathering.objects.filter(pk=gathering.pk).update(
            state=Gathering.State.CLOSED, opened_at=gathering.starts_at, closed_at=ends_at
        )
        for member in world.members[: 8 if gathering.number < 3 else 6]:
            Attendance.objects.create(gathering=gathering, user=member, arrived_at=gathering.starts_at, left_at=ends_at)
    Group.objects.filter(pk=world.group.pk).update(state=Group.State.FINISHED)
    for member, pair in zip(world.members, BEFORE_AND_AFTER, strict=True):
        for occasion, total in zip(("baseline", "after"), pair, strict=True):
            if total is not None:
                one = sheet(world, "gad-7", member=member, occasion=occasion)
                send(world, one, spread(total), at=world.at + timedelta(hours=1))
    return world


def spread(total: int) -> dict[str, int]:
    """Seven answers that come to this sum."""
    items = [item.id for item in load_instrument("gad-7").scored_items]
    return {name: total // len(items) + (place < total % len(items)) for place, name in enumerate(items)}


def test_the_facilitator_reads_what_can_and_cannot_be_said(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator).open("/desk/").follow("Tuesday circle")
    assert ada.path == f"/desk/groups/{world.group.code}/report/"
    # Who came and the rule for having done the course; how many answered and how many are missing.
    for words in ("28 of 32", "7 of 8 people have both scores. Missing one or both: 1.", "95 % interval", "too few"):
        assert words in ada.text, words
    # Each person's line is unnamed, and the picture has its figures beside it.
    for name in ("Ines", "Tomas", "Wren", "Oluwa", "Mei", "Farid", "Greta", "Sani"):
        assert name not in ada.text
    assert "<svg" in ada.html and "<table" in ada.html
    assert AuditEntry.objects.filter(event=Event.REPORT_OPENED, about_code=world.group.code).count() == 1


def test_for_everybody_else_there_is_no_such_page(running_site: RunningSite, world: World) -> None:
    elsewhere = make_world(members=1)
    others = (
        *world.members[:2],
        world.safety_lead,
        world.organisation_lead,
        world.stranger(),
        elsewhere.facilitator,
        elsewhere.safety_lead,
        elsewhere.organisation_lead,
        elsewhere.member,
    )
    for person in others:
        answer = Visitor(running_site, person).open(f"/desk/groups/{world.group.code}/report/")
        assert answer.status == 404
        assert "interval" not in answer.text
    assert Visitor(running_site).open(f"/desk/groups/{world.group.code}/report/").path == "/account/login/"
    assert not AuditEntry.objects.filter(event=Event.REPORT_OPENED, about_code=world.group.code).exists()

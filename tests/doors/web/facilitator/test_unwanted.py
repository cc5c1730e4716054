"""Something unwanted is written down, sealed, seen by those who look after the group, and marked as over."""

import re

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.safety.models import AdverseEvent
from tests.doors.web.organisation.test_house import enter
from tests.world import World, make_world


@pytest.fixture
def desk(client, world: World):
    return enter(client, world.facilitator)


def given(world: World, **other: str) -> dict[str, str]:
    return {
        "member": world.member.code,
        "category": "sleep",
        "severity": "2",
        "related": "possible",
        "happened_on": world.at.date().isoformat(),
        "what": "CANARY-UNWANTED slept badly for three nights",
    } | other


def address(world: World) -> str:
    return f"/desk/groups/{world.group.code}/unwanted/"


def test_it_is_written_down_sealed_and_shown_to_those_who_look_after_the_group(desk, world):
    assert desk.post(address(world), given(world)).status_code == 302
    row = AdverseEvent.objects.filter(group=world.group).values().get()
    assert b"CANARY" not in bytes(row["sealed_what"])
    page = desk.get(address(world)).content.decode()
    assert "CANARY-UNWANTED" in page
    assert AuditEntry.objects.filter(event="adverse event opened", concerns=world.member.code).count() == 1


def test_sent_twice_it_is_one_and_another_thing_from_the_same_page_is_another(desk, world):
    html = desk.get(address(world)).content.decode()
    [key] = re.findall(r'name="key" value="([^"]+)"', html)
    for _twice in range(2):
        assert desk.post(address(world), given(world, key=key, severity="4")).status_code == 302
    assert AdverseEvent.objects.filter(group=world.group).count() == 1
    assert Delivery.objects.count() == 1
    assert AuditEntry.objects.filter(event="adverse event recorded", concerns=world.member.code).count() == 1
    # Gone back and changed: nothing that somebody writes down may be lost.
    for other in ({"category": "panic"}, {"what": "CANARY another night"}, {"severity": "5"}):
        desk.post(address(world), given(world, key=key, **{"severity": "4"} | other))
    assert AdverseEvent.objects.filter(group=world.group).count() == 4
    # What was refused comes back with the key it had.
    refused = desk.post(address(world), given(world, key="once-only", severity="9"))
    assert refused.status_code == 422 and 'name="key" value="once-only"' in refused.content.decode()


def test_a_serious_one_tells_the_safety_lead_without_a_word_of_it(desk, world):
    desk.post(address(world), given(world, severity="4"))
    assert Delivery.objects.get().user == world.safety_lead


def test_it_is_marked_as_over_once(desk, world):
    desk.post(address(world), given(world))
    event = AdverseEvent.objects.get()
    over = f"/desk/unwanted/{event.code}/over/"
    assert [desk.post(over).status_code, desk.post(over).status_code] == [302, 302]
    event.refresh_from_db()
    assert event.resolved_on is not None
    assert AuditEntry.objects.filter(event="adverse event ended").count() == 1


@pytest.mark.parametrize(
    "spoilt", [{"member": "nobody"}, {"severity": "9"}, {"happened_on": "soon"}, {"category": ""}, {"related": "x"}]
)
def test_what_is_unclear_is_answered_kindly_and_kept(desk, world, spoilt):
    answer = desk.post(address(world), given(world, **spoilt))
    assert answer.status_code == 422
    assert "CANARY-UNWANTED" in answer.content.decode()
    assert not AdverseEvent.objects.exists()


def test_nobody_else_finds_it(desk, client, world):
    desk.post(address(world), given(world))
    event = AdverseEvent.objects.get()
    other = make_world(at=world.at)
    for person in (world.member, world.organisation_lead, other.facilitator):
        enter(client, person)
        assert client.get(address(world)).status_code == 404
        assert client.post(f"/desk/unwanted/{event.code}/over/").status_code == 404

"""One tablet for a whole circle: let in by letters, handed round, locked after each, ended by those who lead."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Attendance, Membership
from kindcircle.rooms.live.models import Presence, Signal
from kindcircle.rooms.live.models_tablet import Tablet
from kindcircle.rooms.measures.models import Response
from tests.site import RunningSite
from tests.walks.device import Device
from tests.walks.visitor import Visitor
from tests.world import World, make_world


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=4, first_at=clock.now() + timedelta(minutes=5))


def seat(world: World, number: int) -> str:
    return Membership.objects.get(group=world.group, user=world.members[number]).code


def test_a_tablet_goes_round_and_keeps_nothing_of_anybody(running_site: RunningSite, world: World) -> None:
    ines, tomas, _wren, _mei = world.members
    gathering = world.gathering
    ada = Visitor(running_site, world.facilitators[0])
    desk = f"/desk/gatherings/{gathering.code}"
    ada.open(f"{desk}/lead/").press("Open in person")
    for number in (0, 1):
        ada.open(f"{desk}/lead/").press("Is here", which={"member": seat(world, number)})
    gathering.refresh_from_db()

    # Ada reads two lots of letters out. They work once.
    ada.open(f"{desk}/tablet/").press("Show letters for a tablet")
    letters = ada.text.partition("Then these letters:")[2].split()[0]
    assert letters not in ada.open(f"{desk}/tablet/").text
    tablet = Visitor(running_site).open("/join/").press("Go in", {"letters": gathering.short_code.lower()})
    tablet.press("Go in", {"letters": letters.lower()})
    assert tablet.path == f"/tablet/{gathering.code}/" and "Who has the tablet?" in tablet.text
    again = Visitor(running_site).open(f"/join/{gathering.short_code}/").press("Go in", {"letters": letters})
    assert again.status == 422 and "Please check them" in again.text

    # Only those who are here can be tapped, and the tablet opens nothing else.
    assert "Ines" in tablet.text and "Tomas" in tablet.text and "Wren" not in tablet.text
    for elsewhere in ("/today/", f"/gathering/{gathering.code}/", f"{desk}/lead/", "/desk/"):
        assert "/account/login/" in tablet.open(elsewhere).path
    tablet.open(f"/tablet/{gathering.code}/")

    # Ines taps her name, answers, and hands it on. Her page is not to be had any more.
    tablet.press("Ines")
    assert tablet.path == f"/gathering/{gathering.code}/" and "Done, hand it on" in tablet.text
    tablet.follow("How are you arriving?").press("Send", {"steadiness": "6"})
    sent = tablet.path
    assert "Saved" in tablet.text and Response.objects.filter(assignment__member=ines).count() == 1
    tablet.press("Done, hand it on")
    assert tablet.path == f"/tablet/{gathering.code}/"
    assert "/account/login/" in tablet.open(sent).path

    # Tomas has it next, and asks for somebody: it is his call and nobody else's.
    tablet.open(f"/tablet/{gathering.code}/").press("Tomas")
    with Device(tablet, gathering.code) as live:
        live.hears("opened")
        tablet.press("Please come")
    signal = Signal.objects.get(gathering=gathering)
    assert signal.user == tomas and signal.kind == Signal.Kind.COME
    # A tablet says nothing of where somebody's own device is.
    assert not Presence.objects.filter(gathering=gathering, user__in=[ines, tomas]).exists()
    assert Attendance.objects.filter(gathering=gathering).count() == 2

    # Ada ends it from her own page while Tomas still holds it: his page ends too.
    ada.open(f"{desk}/tablet/").press("End it")
    assert "/account/login/" in tablet.open(f"/gathering/{gathering.code}/").path
    assert "/account/login/" in tablet.open(f"/tablet/{gathering.code}/").path
    entries = AuditEntry.objects.filter(chain=world.organisation.code, about_kind="tablet").order_by("number")
    assert list(entries.values_list("event", "concerns")) == [
        ("letters for a tablet made", ""),
        ("tablet let in", ""),
        ("tablet lent", ines.code),
        ("tablet lent", tomas.code),
        ("tablet ended", ""),
    ]


def test_the_tablet_ends_with_the_meeting(running_site: RunningSite, world: World) -> None:
    gathering = world.gathering
    ada = Visitor(running_site, world.facilitators[0])
    desk = f"/desk/gatherings/{gathering.code}"
    assert "while the meeting is open" in ada.open(f"{desk}/tablet/").text
    ada.open(f"{desk}/lead/").press("Open in person")
    ada.open(f"{desk}/lead/").press("Is here", which={"member": seat(world, 0)})
    gathering.refresh_from_db()
    ada.open(f"{desk}/tablet/").press("Show letters for a tablet")
    letters = ada.text.partition("Then these letters:")[2].split()[0]
    tablet = Visitor(running_site).open(f"/join/{gathering.short_code}/").press("Go in", {"letters": letters})
    tablet.press("Ines")
    Tablet.objects.get(gathering=gathering)
    type(gathering).objects.filter(pk=gathering.pk).update(state="closed", closed_at=clock.now(), short_code=None)
    assert "/account/login/" in tablet.open(f"/gathering/{gathering.code}/").path
    assert "/account/login/" in tablet.open("/today/").path

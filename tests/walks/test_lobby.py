"""A meeting by screen: each says where they are, or does not; those who lead open it only when they have to.

Ines is at her sister's. Tomas would rather not say. Wren is on the bus. Oluwa uses the word he once agreed on.
"""

from datetime import timedelta

import pytest
from django.db.models import QuerySet

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.base.vault import seals
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups.models import Attendance, Gathering, Group
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live import whereabouts
from kindcircle.rooms.live.models import Presence
from kindcircle.rooms.live.models_whereabouts import Whereabouts
from kindcircle.rooms.preparing import actions as preparing
from tests.meetings import back
from tests.site import RunningSite
from tests.walks.device import Device
from tests.walks.visitor import Visitor
from tests.world import World, make_world

PLACE, NUMBER = "14 Amber Lane, Leeds", "07700 900 455"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    made = make_world(members=4, first_at=clock.now() + timedelta(minutes=5))
    Group.objects.filter(pk=made.group.pk).update(place="")
    return made


def contact(world: World, seat: int, **lines: str) -> None:
    person = world.members[seat]
    preparing.keep_contact(person=person, lines=lines, by=world.actor(person), at=clock.now())


def let(world: World, verb: str, **more: object) -> None:
    gathering = Gathering.objects.select_related("group__organisation").get(pk=world.gathering.pk)
    getattr(live, verb)(gathering=gathering, by=world.actor(world.facilitator), at=clock.now(), **more)


def told(world: World) -> QuerySet[Whereabouts]:
    return Whereabouts.objects.filter(gathering=world.gathering)


def came(world: World) -> set[int]:
    rows = Attendance.objects.filter(gathering=world.gathering, left_at=None)
    return set(rows.values_list("user_id", flat=True))


def test_where_somebody_is_from_the_lobby_to_the_worker_that_takes_it_away(
    running_site: RunningSite, world: World
) -> None:
    ines, tomas, wren, oluwa = world.members
    meeting = f"/gathering/{world.gathering.code}/"
    lead = f"/desk/gatherings/{world.gathering.code}/lead/"
    contact(world, 0, way=f"Ring me: {NUMBER}, evenings", person="My sister")
    contact(world, 3, word="Blue kettle")

    # Ines: one calm step, and her own number stands there already; nothing else does.
    phone = Visitor(running_site, ines).open(meeting)
    assert "How are you arriving?" not in phone.text and "Open the video room in a new tab" in phone.text
    phone.follow("Say where I am")
    form, _ = phone.form("Tell those who lead")
    assert ("number", NUMBER) in form.fields and ("place", "") in form.fields
    phone.press("Tell those who lead", {"how": "alone", "headphones": True})
    assert (
        phone.status == 422 and "where you are" in phone.text and 'name="headphones" value="yes" checked' in phone.html
    )
    phone.press("Tell those who lead", {"how": "alone", "place": PLACE, "contact": "no"})
    assert phone.path == meeting and "Thank you. That is all we need." in phone.text
    assert "How are you arriving?" in phone.text, "the next calm step, and only now"

    # Tomas says no, and is asked nothing more. Wren is on the bus, Oluwa is not alone in the room.
    shy = Visitor(running_site, tomas).open(meeting).follow("Say where I am").press("Not today, just let me in")
    assert shy.path == meeting and "Say where I am" not in shy.text
    bus = Visitor(running_site, wren).open(meeting).follow("Say where I am")
    bus.press("Tell those who lead", {"how": "out", "place": "the 42 bus"})
    assert "Please look at the road" in bus.text
    watched = Visitor(running_site, oluwa).open(meeting).follow("Say where I am")
    watched.press("Tell those who lead", {"how": "alone", "place": "blue kettle."})
    assert "Your seat is kept. This page waits with you." in watched.text
    for private in ("word", "kettle", "danger"):
        assert private not in watched.text.casefold()

    # Nothing of it can be read in the table, not even that a word was used.
    kept = b"".join(bytes(row.sealed_how) + bytes(row.sealed_lines) for row in told(world))
    assert not any(word in kept for word in (b"Amber", b"455", b"word", b"bus"))
    assert [row.waits for row in told(world).order_by("person_id")] == [False, False, True, True]

    # The door opens. Two come in; two wait where they said they would.
    let(world, "open_gathering", online=True)
    for one in (phone, shy, bus, watched):
        one.open(meeting)
    assert bus.path == watched.path == f"{meeting}lobby/"
    assert came(world) == {ines.pk, tomas.pk}
    assert "Open the video call in a new tab" in phone.text

    # Those who lead see how it is with each, and no address before they ask for it.
    ada = Visitor(running_site, world.facilitator).open(lead)
    for words in ("alone, told where", "did not want to say where", "on the way, waits", "used their word"):
        assert words in ada.text
    assert PLACE not in ada.html and NUMBER not in ada.html
    ada.follow("Where, and the number")
    assert PLACE in ada.text and "not today: please do not call them" in ada.text
    assert "tel:07700900455" in ada.html
    row = told(world).get(person=ines)
    [entry] = AuditEntry.objects.filter(chain=world.organisation.code, event=Event.WHEREABOUTS_OPENED)
    assert (entry.concerns, entry.about_code, entry.actor) == (ines.code, row.code, world.facilitator.code)
    assert seals.name_of(world.facilitator) in phone.open(f"{meeting}lobby/?again=1").text

    # For nobody else: not for members, not on the wall, not for who leads another group.
    stranger = make_world()
    for who in (tomas, ines, stranger.facilitator, world.safety_lead, world.organisation_lead):
        assert Visitor(running_site, who).open(f"/desk/where/{row.code}/").status == 404
    wall = ada.open(f"/desk/gatherings/{world.gathering.code}/wall/")
    assert "told where" not in wall.text and PLACE not in wall.html

    # Wren has got off and found a bench.
    bus.open(meeting).follow("I can come in now")
    bus.press("Tell those who lead", {"how": "alone", "place": "A bench by the canal"})
    assert bus.path == meeting and wren.pk in came(world)
    # Somebody comes into Ines's room.
    phone.open(meeting).follow("Somebody came in").press("Tell those who lead", {"how": "overheard"})
    assert "It is fine that somebody is near" in phone.text and ines.pk not in came(world)
    assert not whereabouts.own(world.gathering, by=world.actor(ines))[1], "nothing else is kept"  # type: ignore[index]
    assert phone.open(meeting).path == f"{meeting}lobby/"

    # Six hours after the close it is gone, and before that nobody opens it any more.
    let(world, "start_closing")
    let(world, "close")
    tick(at=clock.now() + timedelta(hours=5))
    assert told(world).count() == 4
    back(world.gathering, timedelta(hours=6, minutes=1))
    bench = told(world).get(person=wren)
    assert ada.open(f"/desk/where/{bench.code}/").status == 404
    tick(at=clock.now())
    assert not told(world).exists()
    assert AuditEntry.objects.filter(chain=world.organisation.code, event=Event.WHEREABOUTS_GONE).count() == 4
    assert Visitor(running_site, wren).open(f"{meeting}lobby/").path == meeting


def test_as_long_as_somebody_is_asked_for_it_stays(running_site: RunningSite, world: World) -> None:
    let(world, "open_gathering", online=True)
    Visitor(running_site, world.member).open(f"/gathering/{world.gathering.code}/lobby/").press(
        "Tell those who lead", {"how": "alone", "place": PLACE}
    )
    phone = Visitor(running_site, world.member).open(f"/gathering/{world.gathering.code}/")
    with Device(phone, world.gathering.code) as device:
        device.tap("come")
    let(world, "start_closing")
    let(world, "close")
    back(world.gathering, timedelta(hours=20))
    tick(at=clock.now())
    row = told(world).get()
    ada = Visitor(running_site, world.facilitator)
    assert PLACE in ada.open(f"/desk/where/{row.code}/").text


def test_two_minutes_of_silence_and_the_holder_is_asked_to_ring(running_site: RunningSite, world: World) -> None:
    let(world, "open_gathering", online=True)
    meeting, part = f"/gathering/{world.gathering.code}/", f"/desk/gatherings/{world.gathering.code}/lead/people/"
    Visitor(running_site, world.member).open(f"{meeting}lobby/").press(
        "Tell those who lead", {"how": "alone", "place": PLACE, "number": NUMBER}
    )
    Visitor(running_site, world.members[1]).open(meeting)
    ada = Visitor(running_site, world.facilitator)
    heard = Presence.objects.filter(gathering=world.gathering)
    heard.update(last_at=clock.now() - timedelta(seconds=110))
    assert "please ring" not in ada.open(part).text
    heard.update(last_at=clock.now() - timedelta(seconds=125))
    holder = seals.name_of(world.facilitators[1])
    assert f"Ines has dropped off for two minutes or more. {holder}, please ring." in ada.open(part).text
    assert NUMBER not in ada.html, "the number stands behind one tap, and the tap is on record"
    ada.follow("The number")
    assert NUMBER in ada.text
    # Nothing told: then the way to be reached that Tomas may have written down.
    assert ada.open(part).follow("How to reach them safely").status == 200


def test_where_there_is_a_room_too_it_is_a_second_thought(running_site: RunningSite, world: World) -> None:
    Group.objects.filter(pk=world.group.pk).update(place="Room 2")
    phone = Visitor(running_site, world.member).open(f"/gathering/{world.gathering.code}/")
    assert "How are you arriving?" in phone.text and "Not in the room today?" in phone.text
    assert phone.follow("Say where I am").text.count("Where you are") == 1


def test_in_a_room_nobody_is_asked_where_they_are(running_site: RunningSite, world: World) -> None:
    let(world, "open_gathering", online=False)
    meeting = f"/gathering/{world.gathering.code}/"
    phone = Visitor(running_site, world.member).open(meeting)
    assert "where I am" not in phone.text
    assert phone.open(f"{meeting}lobby/").path == meeting
    assert (
        "where: not told"
        not in Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/lead/").text
    )

"""One tablet for a whole circle: let in by letters, handed round, locked after each, ended by those who lead."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.doors.web.shared.help_page import write_help_page
from kindcircle.rooms.groups.models import Attendance, Membership
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live.models import Presence, Signal
from kindcircle.rooms.live.models_pairs import PairsAnswer
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

    assert "data-once" in tablet.html, "two fingers on two names open one page"
    # Only those who are here can be tapped, and the tablet opens nothing else: whatever is tried, the names come back.
    assert "Ines" in tablet.text and "Tomas" in tablet.text and "Wren" not in tablet.text
    for elsewhere in ("/", "/today/", f"/gathering/{gathering.code}/", f"{desk}/lead/", "/desk/"):
        assert tablet.open(elsewhere).path == f"/tablet/{gathering.code}/"

    # Ines taps her name, answers, and hands it on. Her page is not to be had any more.
    tablet.press("Ines")
    assert tablet.path == f"/gathering/{gathering.code}/" and "Done, hand it on" in tablet.text
    assert "Sign out" not in tablet.text, "that would end the tablet for everybody"
    assert "Done, hand it on" in tablet.open(f"/tablet/{gathering.code}/").text, "nor does going back in the browser"
    tablet.open(f"/gathering/{gathering.code}/")
    tablet.follow("How are you arriving?").press("Send", {"steadiness": "6"})
    sent = tablet.path
    assert "Saved" in tablet.text and Response.objects.filter(assignment__member=ines).count() == 1
    tablet.press("Done, hand it on")
    assert tablet.path == f"/tablet/{gathering.code}/"
    assert tablet.open(sent).path == f"/tablet/{gathering.code}/"

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

    ended = tablet.cookie()
    # Ada ends it from her own page while Tomas still holds it: his page ends too.
    ada.open(f"{desk}/tablet/").press("End it")
    assert "/account/login/" in tablet.open(f"/gathering/{gathering.code}/").path
    assert "/account/login/" in tablet.open(f"/tablet/{gathering.code}/").path
    # What a page that still lies open asks for is no page for signing in, inside the page.
    tablet.client.headers["HX-Request"] = "true"
    tablet.client.cookies.set("session", ended)
    assert tablet.open(f"/gathering/{gathering.code}/words").status == 401
    assert "Set-Cookie" not in tablet.answer.headers, "it could take away the session of whoever is next"
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


def let_in(running_site: RunningSite, world: World, *seats: int) -> Visitor:
    """A tablet in the open meeting, with these people marked as here."""
    gathering, ada = world.gathering, Visitor(running_site, world.facilitator)
    desk = f"/desk/gatherings/{gathering.code}"
    if gathering.state == gathering.State.PLANNED:
        ada.open(f"{desk}/lead/").press("Open in person")
    for number in seats:
        ada.open(f"{desk}/lead/").press("Is here", which={"member": seat(world, number)})
    gathering.refresh_from_db()
    ada.open(f"{desk}/tablet/").press("Show letters for a tablet")
    letters = ada.text.partition("Then these letters:")[2].split()[0]
    return Visitor(running_site).open(f"/join/{gathering.short_code}/").press("Go in", {"letters": letters})


def test_a_tablet_that_comes_round_again_tells_nothing_of_an_answer_that_asked_for_somebody(
    running_site: RunningSite, world: World
) -> None:
    tablet = let_in(running_site, world, 0)
    tablet.press("Ines")
    tablet.follow("How are you arriving?").press("Send", {"steadiness": "1"})
    done = tablet.path
    told = tablet.text
    assert "Help now" in told and tablet.open(done).text == told, "also when she looks once more"
    tablet.press("Done, hand it on").press("Ines")
    again = tablet.open(done)
    assert "Saved" in again.text and again.text != told and "Thank you. Your answers are kept safely." in again.text


def test_a_tablet_that_comes_round_again_does_not_say_who_would_rather_stay(running_site: RunningSite) -> None:
    world = make_world(members=4, at=clock.now() - timedelta(days=7) + timedelta(minutes=5))
    first, ada = world.gathering, world.actor(world.facilitator)
    live.open_gathering(gathering=first, online=False, by=ada, at=world.at)
    live.start_closing(gathering=first, by=ada, at=world.at + timedelta(minutes=50))
    live.close(gathering=first, by=ada, at=world.at + timedelta(minutes=60))
    world = replace(world, gatherings=world.gatherings[1:])
    tablet = let_in(running_site, world, 0, 1)
    live.ask_pairs(gathering=world.gathering, prompt="sharing", by=ada, at=clock.now())
    tablet.press("Ines")
    tablet.client.headers["HX-Request"] = "true"
    tablet.press("I would rather stay with a facilitator")
    del tablet.client.headers["HX-Request"]
    assert "somebody who leads is with you" in tablet.text, "while she has the tablet she sees that it was taken"
    tablet.open(f"/tablet/{world.gathering.code}/").press("Done, hand it on").press("Ines")
    for path in (f"/gathering/{world.gathering.code}/", f"/gathering/{world.gathering.code}/pairs"):
        assert "Both are welcome" in tablet.open(path).text and "somebody who leads is with you" not in tablet.text
    assert PairsAnswer.objects.get(gathering=world.gathering).said == PairsAnswer.Said.STAY


def test_help_now_on_a_lent_tablet_has_the_lock_of_all_its_pages(running_site: RunningSite, world: World) -> None:
    write_help_page()
    tablet = let_in(running_site, world, 0)
    assert "Done, hand it on" not in tablet.open("/help/").text, "in nobody's hands there is nothing to lock"
    tablet.open(f"/tablet/{world.gathering.code}/").press("Ines")
    tablet.follow("Help now")
    assert tablet.path == "/help/" and "People you can call" in tablet.text
    # As on all her pages: by her own tap, and by itself after a minute and a half without a touch.
    assert 'data-hand-on="90"' in tablet.html and "js/hand-on" in tablet.html and "Ines" not in tablet.text
    tablet.press("Done, hand it on")
    assert tablet.path == f"/tablet/{world.gathering.code}/"
    tablet.open("/help/").follow("Go to my page")
    assert tablet.path == f"/tablet/{world.gathering.code}/" and "Who has the tablet?" in tablet.text


def test_help_now_on_a_lent_tablet_outlives_the_database(running_site: RunningSite, world: World) -> None:
    write_help_page()
    tablet = let_in(running_site, world, 0).press("Ines")
    with running_site.database(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE safety_helpline RENAME TO safety_helpline_gone")
    try:
        tablet.open("/help/")
    finally:
        with running_site.database(), connection.cursor() as cursor:
            cursor.execute("ALTER TABLE safety_helpline_gone RENAME TO safety_helpline")
    assert tablet.status == 200 and "People you can call" in tablet.text

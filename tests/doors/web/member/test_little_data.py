"""Little data: what somebody chose holds, and who chose nothing is heard through their browser."""

import pytest
from django.test import Client

from kindcircle.base.lib import clock
from kindcircle.rooms.practice.own_way import Choice, Data, keep_own_way
from tests.doors.web.member.people import mid_course, signed_in
from tests.world import World

FEET = "/practice/p22-soles-of-the-feet/?seconds=60"
NOTICE = 'data-live="little-data">'
OFFER = 'data-does="hear" data-when="sound-offered" hidden>'


@pytest.fixture
def group(db) -> World:
    return mid_course(clock.now())


@pytest.fixture
def client(group: World) -> Client:
    return signed_in(group.member)


def choose(group: World, data: Data, **more: str) -> None:
    keep_own_way(Choice(data=data, **more), member=group.member, by=group.actor(group.member))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("chosen", "sent", "little"),
    [
        ("device", "", None),
        ("device", "off", None),
        ("device", "on", True),
        ("device", " On", True),
        ("little", "", True),
        ("all", "on", False),
        ("all", "", False),
    ],
)
def test_the_choice_comes_first_and_then_the_browser(client, group, chosen: Data, sent: str, little: bool | None):
    choose(group, chosen)
    page = client.get(FEET, headers={"Save-Data": sent} if sent else {})
    said = page.content.decode()
    assert page.context["facts"]["little"] is little
    assert (NOTICE in said) is (little is True)
    # Where neither says anything, the browser's own script may still know better; the offer waits there, unseen.
    assert (OFFER in said) is (little is not False)
    assert ("Remember this" in said) is (little is not True), "the form is one tap away instead"


def test_it_says_why_how_much_and_where_to_change_it(client, group):
    spares = {"Save-Data": "on"}
    page = client.get(FEET, headers=spares)
    said = page.content.decode()
    assert "This device asks for little data." in said and "The voice comes only when you tap for it." in said
    assert page.context["megabytes"] > 0 and f"Hear the voice, {page.context['megabytes']} MB" in said
    assert "#id_data_use" in said
    assert "This device asks for little data now." in client.get("/how-i-practise/", headers=spares).content.decode()
    choose(group, "little")
    assert "You asked for little data." in client.get(FEET).content.decode()


def test_without_a_sound_there_is_nothing_to_tap_for(client, group):
    choose(group, "little", voice="text")
    said = client.get(FEET).content.decode()
    assert "You asked for little data." in said
    assert "Hear the voice" not in said and "The voice comes only" not in said


def test_a_page_that_a_phone_kept_has_its_sound_already(client, group):
    choose(group, "little")
    kept = client.get("/practice/p22-soles-of-the-feet/to-keep/60/", headers={"Save-Data": "on"})
    assert kept.status_code == 200
    assert kept.context["facts"]["little"] is False and "Hear the voice" not in kept.content.decode()

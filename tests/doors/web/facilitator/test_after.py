"""The page after a meeting, saved by one and by two facilitators."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from kindcircle.rooms.groups import actions, queries
from kindcircle.rooms.groups.models import Attendance, Gathering
from tests.world import World, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def closed(db) -> World:
    world = make_world()
    by = world.actor(world.facilitator)
    actions.open_gathering(gathering=world.gathering, online=False, by=by, at=world.at)
    actions.record_arrival(gathering=world.gathering, user=world.member, at=world.at)
    actions.start_closing(gathering=world.gathering, by=by, at=world.at)
    actions.close_gathering(gathering=world.gathering, by=by, at=world.at + timedelta(hours=1))
    return world


def signed_in(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    return client


def opened(client: Client, url: str) -> dict[str, str]:
    """The page as a form: every box with what stands in it, and who is ticked."""
    page = client.get(url).content.decode()
    boxes = dict(re.findall(r'<input[^>]*name="((?:line|why)-[^"]+|seen_at)"[^>]*value="([^"]*)"', page))
    boxes |= dict.fromkeys(re.findall(r'name="(came-[^"]+)" checked', page), "on")
    boxes |= dict(re.findall(r'name="(step-[^"]+)" value="([^"]+)" checked', page))
    return boxes | {"note": re.search(r'name="note"[^>]*>([^<]*)<', page)[1]}


def test_two_who_write_at_once_lose_nothing(closed: World) -> None:
    gathering, member = closed.gathering, closed.members[1]
    url = f"/desk/gatherings/{gathering.code}/after/"
    one, two = signed_in(closed.facilitators[0]), signed_in(closed.facilitators[1])
    hers, his = opened(one, url), opened(two, url)
    hers |= {"note": "Warm and slow.", f"line-{member.code}": "was quiet", f"came-{member.code}": "on"}
    assert one.post(url, hers).status_code == 302
    his |= {"note": "Next time: more chairs.", f"line-{member.code}": "left early"}
    answer = two.post(url, his)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Warm and slow.\n\nNext time: more chairs." in page
    assert "was quiet / left early" in page
    assert Attendance.objects.filter(gathering=gathering, user=member).exists()
    kept = queries.notes_of(Gathering.objects.get(pk=gathering.pk), by=closed.actor(closed.facilitator))
    assert (kept.note, kept.lines) == ("Warm and slow.", {member.pk: "was quiet"})

    again = opened(two, url) | {"note": "Warm and slow. More chairs."}
    assert two.post(url, again).status_code == 302
    kept = queries.notes_of(Gathering.objects.get(pk=gathering.pk), by=closed.actor(closed.facilitator))
    assert kept.note == "Warm and slow. More chairs."


def test_the_back_button_and_a_second_sending_change_nothing(closed: World) -> None:
    url = f"/desk/gatherings/{closed.gathering.code}/after/"
    client = signed_in(closed.facilitator)
    words = opened(client, url) | {"note": "Warm and slow."}
    assert client.post(url, words).status_code == 302
    answer = client.post(url, words)
    assert answer.status_code == 409
    assert answer.content.decode().count("Warm and slow.") == 1


def test_a_strange_moment_in_the_hidden_field_is_no_crash(closed: World) -> None:
    url = f"/desk/gatherings/{closed.gathering.code}/after/"
    client = signed_in(closed.facilitator)
    for strange in ("yesterday", "2026-11-22", "9" * 500):
        assert client.post(url, {"note": "n", "seen_at": strange}).status_code in {302, 409}

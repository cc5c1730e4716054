"""What meetings showed a group has in common, at home: for those who were there, once, and never counted anew."""

from datetime import timedelta

import pytest
from django.test import Client

from kindcircle.base.lib import clock
from kindcircle.doors.web.shared.wall import wall_of
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live.models_words import Asked
from tests.world import World, join, make_person, make_world

pytestmark = pytest.mark.django_db
SHOWN = "Most of us know this."


@pytest.fixture
def world() -> World:
    """An open meeting with six people; the last two of eight stayed at home."""
    world = make_world(members=8, first_at=clock.now())
    ada = world.actor(world.facilitator)
    live.open_gathering(gathering=world.gathering, online=False, by=ada, at=clock.now())
    world.gathering.refresh_from_db()
    for member in world.members[:6]:
        live.arrive(gathering=world.gathering, by=world.actor(member), at=clock.now())
    return world


def ask(world: World, kind: str, prompt: str = "") -> Asked:
    ada = world.actor(world.facilitator)
    live.ask_words(gathering=world.gathering, kind=kind, prompt=prompt, by=ada, at=clock.now())
    return Asked.objects.filter(gathering=world.gathering).latest("pk")


def say(world: World, asked: Asked, said: list[str]) -> None:
    for member, text in zip(world.members, said, strict=False):
        live.say_word(gathering=world.gathering, words=asked.code, text=text, by=world.actor(member), at=clock.now())


def show(world: World, asked: Asked, *, read: bool) -> None:
    ada = world.actor(world.facilitator)
    if read:
        live.read_words(gathering=world.gathering, words=asked.code, by=ada, at=clock.now())
    live.show_words(gathering=world.gathering, words=asked.code, by=ada, at=clock.now())


def seen_by(world: World, number: int) -> str:
    told = wall_of(world.group, world.actor(world.members[number]))
    return " ".join(f"{one.says} {' '.join(one.words)}" for one in told)


def test_nothing_stands_there_before_it_is_shown_and_then_only_for_those_who_were_there(world: World) -> None:
    asked = ask(world, "felt", "only-one")
    say(world, asked, ["yes", "yes", "yes", "yes", "no"])
    assert seen_by(world, 0) == ""
    show(world, asked, read=False)
    assert SHOWN in seen_by(world, 0) and SHOWN in seen_by(world, 5)
    assert seen_by(world, 6) == seen_by(world, 7) == ""
    assert SHOWN in " ".join(one.says for one in wall_of(world.group, world.actor(world.facilitator)))
    newcomer = make_person(world.organisation, "Xenia", at=clock.now())
    join(world.group, newcomer, Membership.Role.MEMBER, at=clock.now())
    assert wall_of(world.group, world.actor(newcomer)) == []


def test_no_leaving_no_coming_and_no_late_answer_changes_what_was_told(world: World) -> None:
    asked = ask(world, "felt", "only-one")
    say(world, asked, ["yes", "yes", "yes", "yes", "no"])
    show(world, asked, read=False)
    before = seen_by(world, 0)
    Membership.objects.filter(user=world.members[1]).update(left_at=clock.now() + timedelta(seconds=1))
    assert seen_by(world, 0) == before and wall_of(world.group, world.actor(world.members[1])) == []


def test_unnamed_gifts_stand_there_until_their_giver_takes_them_back(world: World, client: Client) -> None:
    asked = ask(world, "line")
    say(world, asked, ["Amsel", "Drossel", "Fink", "Star", "Meise"])
    show(world, asked, read=True)
    for word in ("Amsel", "Drossel", "Fink", "Star", "Meise"):
        assert word in seen_by(world, 5) and word not in seen_by(world, 6)
    live.take_word_back(gathering=world.gathering, words=asked.code, by=world.actor(world.member), at=clock.now())
    assert "Amsel" not in seen_by(world, 5) and "Drossel" in seen_by(world, 5)
    client.force_login(world.members[5], backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get(f"/circle-words/{world.group.code}/").content.decode()
    assert "What we have in common" in page and "Drossel" in page and "Tomas" not in page

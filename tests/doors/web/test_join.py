"""The code on the wall: straight in, on any device, for those who belong and for nobody else."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from kindcircle.base.lib import clock
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.models import EntryPass
from tests.world import World, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


@pytest.fixture
def opened(world: World):
    return actions.open_gathering(
        gathering=world.gathering, online=False, by=world.actor(world.facilitator), at=clock.now()
    )


def letters_for(world: World, opened, member=None) -> str:
    by = world.actor(world.facilitator)
    return actions.make_entry_pass(gathering=opened, member=member or world.member, by=by, at=clock.now())


def test_a_signed_in_member_goes_straight_to_the_gathering(client, world, opened):
    client.force_login(world.member, backend=BACKEND)
    answer = client.post("/join/", {"letters": f" {opened.short_code[:3].lower()}-{opened.short_code[3:]} "})
    assert answer.headers["Location"] == f"/join/{opened.short_code}/"
    assert client.get(answer.headers["Location"]).headers["Location"] == f"/gathering/{opened.code}/"


def test_a_device_nobody_signed_in_on_goes_in_with_ones_own_letters(client, world, opened):
    answer = client.post(f"/join/{opened.short_code}/", {"letters": letters_for(world, opened)})
    assert answer.headers["Location"] == f"/gathering/{opened.code}/"
    assert int(client.session["_auth_user_id"]) == world.member.pk
    assert client.session["only_gathering"] == opened.pk


def test_a_visit_opens_this_gathering_and_nothing_else(client, world, opened):
    client.post(f"/join/{opened.short_code}/", {"letters": letters_for(world, opened)})
    assert client.get(f"/gathering/{opened.code}/").status_code == 200
    assert client.get(f"/gathering/{world.gatherings[1].code}/").status_code == 404
    for elsewhere in ("/today/", "/journal/", "/letters/", "/desk/", "/account/factors/"):
        assert client.get(elsewhere).status_code == 404


@pytest.mark.parametrize("spoil", ["wrong", "used", "late", "other group"])
def test_letters_that_do_not_fit_get_one_kind_answer(client, world, opened, spoil):
    letters = letters_for(world, opened)
    short_code = opened.short_code
    if spoil == "wrong":
        letters = "AAAAAA"
    if spoil == "used":
        actions.use_entry_pass(short_code=short_code, typed=letters, at=clock.now())
    if spoil == "late":
        EntryPass.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    if spoil == "other group":
        other = make_world(at=world.at)
        there = actions.open_gathering(
            gathering=other.gathering, online=False, by=other.actor(other.facilitator), at=clock.now()
        )
        short_code = there.short_code
    answer = client.post(f"/join/{short_code}/", {"letters": letters})
    assert answer.status_code == 422
    assert "Please check them" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_wrong_wall_code_is_answered_kindly_and_keeps_what_was_typed(client, db):
    answer = client.post("/join/", {"letters": "wrong1"})
    assert answer.status_code == 422
    assert "wrong1" in answer.content.decode()


def test_the_code_ends_with_the_gathering(client, world, opened):
    by = world.actor(world.facilitator)
    actions.start_closing(gathering=opened, by=by, at=clock.now())
    actions.close_gathering(gathering=opened, by=by, at=clock.now())
    assert client.get(f"/join/{opened.short_code}/").status_code == 404


def test_guessing_gets_slow(client, world, opened):
    answers = [client.post(f"/join/{opened.short_code}/", {"letters": "AAAAAA"}).status_code for _ in range(25)]
    assert answers[:20] == [422] * 20
    assert answers[-1] == 429


def test_a_new_pass_ends_the_older_one(world, opened):
    first = letters_for(world, opened)
    second = letters_for(world, opened)
    with pytest.raises(actions.places.CodeNotFound):
        actions.use_entry_pass(short_code=opened.short_code, typed=first, at=clock.now())
    assert actions.use_entry_pass(short_code=opened.short_code, typed=second, at=clock.now())[0] == world.member


def test_no_pass_is_made_for_somebody_outside_the_group(world, opened):
    with pytest.raises(actions.places.CodeNotFound):
        letters_for(world, opened, member=world.stranger())


def test_no_pass_is_made_for_a_facilitator(world, opened):
    with pytest.raises(actions.places.CodeNotFound):
        letters_for(world, opened, member=world.facilitators[1])


def test_a_whole_group_in_one_room_comes_in(client, world, opened):
    """They share one address. Right letters are no tries."""
    for _ in range(3):
        for member in world.members:
            assert client.post("/join/", {"letters": opened.short_code}).status_code == 302
            letters = letters_for(world, opened, member=member)
            assert client.post(f"/join/{opened.short_code}/", {"letters": letters}).status_code == 302
            client.logout()


def test_guessing_wall_codes_gets_slow_in_every_way(client, db):
    assert [client.post("/join/", {"letters": "AAAAAA"}).status_code for _ in range(10)] == [422] * 10
    assert [client.get("/join/AAAAAA/").status_code for _ in range(10)] == [404] * 10
    assert client.post("/join/", {"letters": "AAAAAA"}).status_code == 429
    assert client.get("/join/AAAAAA/").status_code == 429

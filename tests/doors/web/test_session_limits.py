"""A session ends by itself: after its hours, after a long silence, or because somebody ended all of them."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.people.sessions import HEARD, OPENED
from kindcircle.doors.sockets.admission import Asking, admit_all
from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def sign_in(client, user, *, opened: timedelta = timedelta(), heard: timedelta = timedelta()) -> None:
    """Signed in so long ago, and heard last so long ago."""
    client.force_login(user, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session[OPENED] = int((clock.now() - opened).timestamp())
    session[HEARD] = int((clock.now() - heard).timestamp())
    session.save()


def is_in(client) -> bool:
    """Whether the front door knows somebody: it leads on to a page of theirs."""
    return client.get("/").status_code == 302


@pytest.mark.parametrize(
    ("who", "hours", "still_in"),
    [("member", 11.9, True), ("member", 12, False), ("facilitator", 7.9, True), ("facilitator", 8, False)],
)
def test_the_hours_are_counted_from_the_sign_in(client, world: World, who, hours, still_in):
    sign_in(client, getattr(world, who), opened=timedelta(hours=hours), heard=timedelta(minutes=1))
    assert is_in(client) is still_in
    assert ("_auth_user_id" in client.session) is still_in


def test_being_busy_does_not_make_the_hours_longer(client, world):
    sign_in(client, world.member, opened=timedelta(hours=11), heard=timedelta(hours=1))
    assert is_in(client)
    session = client.session
    assert session[HEARD] > session[OPENED] + 10 * 3600
    session[OPENED] -= 3600
    session.save()
    assert not is_in(client)


@pytest.mark.parametrize(("hours", "still_in"), [(3.9, True), (4, False)])
def test_a_session_nobody_uses_ends(client, world, hours, still_in):
    sign_in(client, world.member, opened=timedelta(hours=5), heard=timedelta(hours=hours))
    assert is_in(client) is still_in


def test_ending_all_sessions_ends_the_earlier_ones_only(client, world):
    sign_in(client, world.member, opened=timedelta(minutes=5))
    assert is_in(client)
    world.member.sessions_valid_from = clock.now()
    world.member.save()
    assert not is_in(client)
    client.force_login(world.member, backend=BACKEND)
    assert is_in(client)


def test_a_session_without_a_beginning_is_over(client, world):
    sign_in(client, world.member)
    session = client.session
    del session[OPENED]
    session.save()
    assert not is_in(client)


def test_whoever_comes_back_too_late_signs_in_and_goes_on_where_they_were(client, world):
    sign_in(client, world.member, opened=timedelta(hours=13))
    assert client.get("/journal/").headers["Location"] == "/account/login/?next=%2Fjournal%2F"


def test_no_socket_opens_for_a_session_that_is_over(client, world):
    sign_in(client, world.member)
    key = client.session.session_key
    assert admit_all([Asking(key, world.gathering.code, to_wall=False)]) != [None]
    sign_in(client, world.member, opened=timedelta(hours=12))
    assert admit_all([Asking(client.session.session_key, world.gathering.code, to_wall=False)]) == [None]

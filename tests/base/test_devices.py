"""A device is told coarsely, a new kind of it once, and ending a session takes effect at once."""

from datetime import timedelta

import pytest
from django.test import Client

from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.messages import MESSAGES, Occasion
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.outbox.rule import Reader, judge
from kindcircle.base.outbox.wishes import Wish
from kindcircle.base.people import devices
from kindcircle.base.people.models_sign_in import SignIn
from kindcircle.doors.sockets.admission import Asking, admit_all, standing
from kindcircle.rooms.groups.models import Gathering
from tests.world import World

PHONE = "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"
IPHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1 Version/19.0 Mobile/15E1 Safari/604.1"
)
LAPTOP = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0 Safari/537.36 Edg/142.0"
IPAD = "Mozilla/5.0 (iPad; CPU OS 18_0 like Mac OS X) AppleWebKit/605.1 CriOS/142.0 Mobile/15E148 Safari/604.1"


@pytest.mark.parametrize(
    ("agent", "look"),
    [
        (PHONE, ("phone", "firefox")),
        (IPHONE, ("phone", "safari")),
        (LAPTOP, ("computer", "chrome")),
        (EDGE, ("computer", "edge")),
        (IPAD, ("tablet", "chrome")),
        ("Mozilla/5.0 (Linux; Android 15; SM-X210) SamsungBrowser/28 Chrome/130 Safari/537", ("tablet", "samsung")),
        ("", ("", "")),
        ("<script>" * 10_000, ("", "")),
    ],
)
def test_a_device_is_known_by_its_kind_and_its_browser(agent: str, look: tuple[str, str]) -> None:
    assert devices.look_of(agent) == look


def sign_in(world: World, agent: str) -> Client:
    """Through the demo's door, as a browser that says this of itself."""
    client = Client(headers={"User-Agent": agent})
    client.force_login(world.member, backend="allauth.account.auth_backends.AuthenticationBackend")
    row = SignIn.objects.order_by("-pk")[0]
    row.kind, row.browser = devices.look_of(agent)  # the test's own login brings no headers along
    row.save()
    return client


def is_in(client: Client) -> bool:
    return client.get("/").status_code == 302


@pytest.mark.django_db
def test_a_new_kind_of_device_is_told_once_and_by_a_mail_that_says_nothing(world: World) -> None:
    at, common = clock.now(), {"user": world.member, "visit": False}
    assert not devices.note(session_key="a", agent=PHONE, at=at, **common).is_new  # the first one is no news
    assert not devices.note(session_key="b", agent=PHONE, at=at, **common).is_new
    assert not devices.note(user=world.member, session_key="v", agent=LAPTOP, visit=True, at=at).is_new
    assert devices.note(session_key="c", agent=LAPTOP, at=at, **common).is_new
    assert not devices.note(session_key="d", agent=LAPTOP, at=at, **common).is_new
    assert devices.note(session_key="e", agent=LAPTOP, at=at + timedelta(days=91), **common).is_new is False
    by = world.actor(world.member)
    assert devices.unseen(world.member).count() == 1
    with pytest.raises(NotFound):
        devices.was_me(user=world.member, by=world.actor(world.facilitator), at=at)
    devices.was_me(user=world.member, by=by, at=at)
    assert not devices.unseen(world.member).exists()
    # What is old goes, with nobody's help.
    assert devices.forget_old(at=at + timedelta(days=90)) == 5
    words = f"{MESSAGES['new-sign-in'].subject} {MESSAGES['new-sign-in'].body}"
    assert "{link}" in words and not any(word in words.casefold() for word in ("group", "phone", "firefox", "circle"))


@pytest.mark.django_db
def test_the_door_itself_notices_and_sends(world: World, client: Client) -> None:
    devices.note(user=world.member, session_key="a", agent=PHONE, visit=False, at=clock.now())
    client.force_login(world.member, backend="allauth.account.auth_backends.AuthenticationBackend")
    [mail] = Delivery.objects.filter(kind="new-sign-in")
    assert mail.user == world.member
    row = SignIn.objects.get(session_key=client.session.session_key)
    assert row.is_new
    client.post("/lock/")
    row.refresh_from_db()
    assert row.session_key == ""


@pytest.mark.django_db
def test_ending_a_device_ends_its_pages_and_its_open_sockets_at_once(world: World) -> None:
    Gathering.objects.filter(pk=world.gathering.pk).update(state="open", opened_at=world.at)
    here, there, third = (sign_in(world, agent) for agent in (PHONE, LAPTOP, IPAD))
    [visitor] = admit_all([Asking(there.session.session_key, world.gathering.code, False)])
    assert visitor is not None
    by, at = world.actor(world.member), clock.now()
    found = devices.devices_of(world.member, here=here.session.session_key, staff=False, by=by, at=at)
    assert [one.here for one in found] == [True, False, False]
    with pytest.raises(NotFound):
        devices.devices_of(world.member, here=None, staff=False, by=world.actor(world.facilitator), at=at)

    row = SignIn.objects.get(session_key=there.session.session_key)
    with pytest.raises(NotFound):
        devices.end(sign_in=row, by=world.actor(world.members[1]), at=at)
    key = there.session.session_key
    devices.end(sign_in=row, by=by, at=at)
    assert is_in(here) and is_in(third) and not is_in(there)
    assert not standing([world.group.pk], [key], [world.gathering.pk]).holds(visitor)
    assert admit_all([Asking(key, world.gathering.code, False)]) == [None]

    assert devices.end_others(user=world.member, here=here.session.session_key, by=by, at=at) == 1
    assert is_in(here) and not is_in(third)


@pytest.mark.parametrize("kind", sorted(MESSAGES))
@pytest.mark.parametrize("hours", [1, 48])
def test_no_mail_at_all_means_none_of_any_kind(kind: str, hours: int) -> None:
    """Safety mail goes to staff alone, and is no choice of theirs; a member gets none of it in the first place."""
    at = clock.now()
    reader = Reader(wish=Wish(any_mail=False, nudges=True), zone="UTC")
    verdict = judge(kind, reader, useful_until=at + timedelta(hours=hours), at=at)
    if MESSAGES[kind].occasion == Occasion.SAFETY:
        assert verdict.go
    else:
        assert (verdict.why, verdict.until) == (Delivery.Why.NO_MAIL, None)

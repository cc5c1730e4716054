"""An invitation: one use, 72 hours, sealed name, the right place, and no trace of the address."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from kindcircle.base.lib import clock
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import AddressTaken, GroupFull
from kindcircle.rooms.groups.models import Invitation, Membership
from tests.world import World


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def invite(world: World, role: str = "member", **more):
    by = world.actor(world.facilitator if role == "member" else world.organisation_lead)
    group = world.group if role in {"member", "facilitator"} else None
    return actions.invite(
        role=role, organisation=world.organisation, group=group, name="Canary Name", by=by, at=clock.now(), **more
    )


@pytest.fixture
def small(world: World) -> World:
    """A group with a free seat."""
    Membership.objects.filter(user__in=world.members[-3:]).update(left_at=clock.now())
    return world


def test_a_member_takes_the_place_and_is_signed_in(client, small):
    _, secret = invite(small)
    assert "Canary Name" in client.get(f"/invitation/{secret}/").content.decode()
    answer = client.post(f"/invitation/{secret}/", {"name": "Ada", "email": "ada@example.org"})
    assert answer.status_code == 302
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert (seals.name_of(user), seals.address_of(user)) == ("Ada", "ada@example.org")
    assert Membership.objects.get(user=user).role == "member"


@pytest.mark.parametrize("spoil", ["used", "late", "wrong"])
def test_a_link_that_does_not_fit_gets_one_kind_answer(client, small, spoil):
    _, secret = invite(small)
    if spoil == "used":
        actions.accept_invitation(secret=secret, name="Ada", email="ada@example.org", at=clock.now())
    if spoil == "late":
        Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    if spoil == "wrong":
        secret = "w" * 43
    page = client.get(f"/invitation/{secret}/")
    assert page.status_code == 404
    assert "ask the person who sent it for a new one" in page.content.decode()


def test_an_address_that_is_taken_keeps_what_was_typed(client, small):
    taken = seals.address_of(small.member)
    _, secret = invite(small)
    answer = client.post(f"/invitation/{secret}/", {"name": "Ada Typed", "email": taken.upper()})
    assert answer.status_code == 422
    assert "Ada Typed" in answer.content.decode()
    assert Invitation.objects.get(used_at=None)
    with pytest.raises(AddressTaken):
        actions.accept_invitation(secret=secret, name="Ada", email=taken, at=clock.now())


def test_a_full_group_invites_nobody_more(world):
    with pytest.raises(GroupFull):
        for _ in range(12):
            invite(world)


def test_staff_get_their_role_and_are_led_to_a_second_key(client, world):
    _, secret = invite(world, "safety-lead")
    answer = client.post(f"/invitation/{secret}/", {"name": "Sam", "email": "sam@example.org"})
    assert answer.headers["Location"] == "/account/factors/"
    assert StaffRole.objects.get(user_id=client.session["_auth_user_id"]).role == "safety-lead"


def test_only_the_hash_of_the_secret_and_no_readable_name_is_kept(small):
    invitation, secret = invite(small)
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert secret not in str(row)
    assert b"Canary" not in bytes(row["sealed_name"])


def test_a_whole_group_takes_its_places_from_one_room(client, small):
    _, secret = invite(small)
    assert {client.get(f"/invitation/{secret}/").status_code for _ in range(40)} == {200}


def test_guessing_links_gets_slow(client, small):
    answers = [client.get(f"/invitation/{n:043}/").status_code for n in range(25)]
    assert answers == [404] * 20 + [429] * 5

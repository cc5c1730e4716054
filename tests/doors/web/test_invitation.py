"""An invitation: one use, 72 hours, sealed name, what is one's own behind it, and no trace of the address."""

from datetime import timedelta

import pytest
from django.core.cache import cache

from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import ReturnedMail
from kindcircle.base.people.models import StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import AddressTaken, ComesInAlone
from kindcircle.rooms.groups.models import Invitation, Membership
from tests.world import World


@pytest.fixture(autouse=True)
def fresh_limits():
    cache.clear()


def invite(world: World, role: str = "member", **more):
    """A member's link leads to a request that stands already; one for staff makes an account."""
    if role == "member":
        by = world.actor(world.facilitator)
        application, secret = actions.add_somebody(
            intake=world.group.intake, name="Canary Name", by=by, at=clock.now(), **more
        )
        return Invitation.objects.get(person=application.person), secret
    by = world.actor(world.organisation_lead)
    return actions.invite(role=role, organisation=world.organisation, name="Canary Name", by=by, at=clock.now())


def test_a_link_brings_somebody_to_what_they_asked_for_and_gives_no_place(client, world):
    _, secret = invite(world)
    assert "Canary Name" in client.get(f"/invitation/{secret}/").content.decode()
    answer = client.post(f"/invitation/{secret}/", {"name": "Ada", "email": "ada@example.org"})
    assert answer.status_code == 302
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert (seals.name_of(user), seals.address_of(user)) == ("Ada", "ada@example.org")
    assert user.applications.get().intake == world.group.intake
    assert not Membership.objects.filter(user=user).exists()
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/application/"


def test_somebody_without_an_address_comes_in_by_the_link_alone(client, world):
    _, secret = invite(world)
    assert client.post(f"/invitation/{secret}/", {"name": "Ada", "email": ""}).status_code == 302
    user = User.objects.get(pk=client.session["_auth_user_id"])
    assert seals.address_of(user) is None


def test_a_newer_link_ends_the_one_before(client, world):
    application, first = actions.add_somebody(
        intake=world.group.intake, name="Ada", by=world.actor(world.facilitator), at=clock.now()
    )
    _, second = actions.link_for(application=application, by=world.actor(world.facilitator), at=clock.now())
    assert client.get(f"/invitation/{first}/").status_code == 404
    assert client.get(f"/invitation/{second}/").status_code == 200


def test_nobody_makes_a_link_into_an_account_whose_owner_comes_in_alone(client, world):
    """Their journal lies there too: who comes in by a code to their own address is in nobody else's hands."""
    by = world.actor(world.facilitator)
    application, secret = actions.add_somebody(intake=world.group.intake, name="Ada", by=by, at=clock.now())
    client.post(f"/invitation/{secret}/", {"name": "Ada", "email": "ada@example.org"})
    application.refresh_from_db()
    with pytest.raises(ComesInAlone):
        actions.link_for(application=application, by=by, at=clock.now())
    # Where mail comes back, or there is no address, a link in person is the one way left.
    ReturnedMail.objects.create(user=application.person, at=clock.now())
    actions.link_for(application=application, by=by, at=clock.now())


@pytest.mark.parametrize("spoil", ["used", "late", "wrong"])
def test_a_link_that_does_not_fit_gets_one_kind_answer(client, world, spoil):
    _, secret = invite(world)
    if spoil == "used":
        actions.accept_invitation(secret=secret, name="Ada", email="ada@example.org", at=clock.now())
    if spoil == "late":
        Invitation.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    if spoil == "wrong":
        secret = "w" * 43
    page = client.get(f"/invitation/{secret}/")
    assert page.status_code == 404
    assert "ask the person who sent it for a new one" in page.content.decode()


def test_an_address_that_is_taken_keeps_what_was_typed(client, world):
    taken = seals.address_of(world.member)
    _, secret = invite(world)
    answer = client.post(f"/invitation/{secret}/", {"name": "Ada Typed", "email": taken.upper()})
    assert answer.status_code == 422
    assert "Ada Typed" in answer.content.decode()
    assert Invitation.objects.get(used_at=None)
    with pytest.raises(AddressTaken):
        actions.accept_invitation(secret=secret, name="Ada", email=taken, at=clock.now())


def test_staff_get_their_role_and_are_led_to_a_second_key(client, world):
    _, secret = invite(world, "safety-lead")
    answer = client.post(f"/invitation/{secret}/", {"name": "Sam", "email": "sam@example.org"})
    assert answer.headers["Location"] == "/account/factors/"
    assert StaffRole.objects.get(user_id=client.session["_auth_user_id"]).role == "safety-lead"


def test_only_the_hash_of_the_secret_and_no_readable_name_is_kept(world):
    invitation, secret = invite(world)
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert secret not in str(row)
    assert b"Canary" not in bytes(row["sealed_name"])


def test_a_whole_group_opens_its_links_in_one_room(client, world):
    _, secret = invite(world)
    assert {client.get(f"/invitation/{secret}/").status_code for _ in range(40)} == {200}


def test_guessing_links_gets_slow(client, world):
    answers = [client.get(f"/invitation/{n:043}/").status_code for n in range(25)]
    assert answers == [404] * 20 + [429] * 5

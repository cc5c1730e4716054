"""The demo's door opens for its own links on a demo site, and does not exist anywhere else."""

import pytest
from django.core import signing
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from kindcircle.base.access import Facts
from kindcircle.base.people.links import DEMO, demo_token
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared import site_state
from tests.world import World


def way_in(user: User) -> str:
    return reverse("demo-enter", kwargs={"token": demo_token(user)})


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True


def test_a_link_signs_in_the_person_it_was_made_for(demo: None, world: World, client: Client) -> None:
    answer = client.get(way_in(world.facilitator))
    assert answer.status_code == 302
    assert client.session["_auth_user_id"] == str(world.facilitator.pk)
    assert client.session["demo_door"] is True


def test_the_second_link_replaces_the_first_person(demo: None, world: World, client: Client) -> None:
    client.get(way_in(world.facilitator))
    client.get(way_in(world.member))
    assert client.session["_auth_user_id"] == str(world.member.pk)


def test_outside_a_demo_the_same_link_is_not_there(world: World, client: Client) -> None:
    assert client.get(way_in(world.facilitator)).status_code == 404
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize("token", ["nothing", "a:b:c"])
def test_a_token_that_is_not_ours_is_not_there(demo: None, db: None, client: Client, token: str) -> None:
    assert client.get(f"/demo/enter/{token}/").status_code == 404


def test_a_person_signed_for_another_door_stays_outside(demo: None, world: World, client: Client) -> None:
    token = signing.TimestampSigner(salt="another.door").sign(world.member.code)
    assert client.get(f"/demo/enter/{token}/").status_code == 404


def test_a_signed_code_of_nobody_is_not_there(demo: None, db: None, client: Client) -> None:
    assert client.get(f"/demo/enter/{signing.TimestampSigner(salt=DEMO).sign('nobody')}/").status_code == 404


def test_somebody_whose_account_is_closed_stays_outside(demo: None, world: World, client: Client) -> None:
    world.member.is_active = False
    world.member.save()
    assert client.get(way_in(world.member)).status_code == 404


def test_a_site_is_new_until_it_has_a_house(db: None) -> None:
    assert site_state.new_site() == Facts(states=frozenset({"new site"}))


def test_a_site_with_a_house_is_not_new(world: World) -> None:
    assert site_state.new_site() == Facts()


def test_a_demo_is_never_new(demo: None, db: None) -> None:
    assert site_state.new_site() == Facts()

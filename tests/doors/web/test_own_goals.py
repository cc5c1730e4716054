"""A goal that is rated again stays the goal it was: its words stand in the box, for the member alone."""

from datetime import timedelta

import pytest
from django.test import Client

from kindcircle.base.lib import codes
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.queries import answers_of
from tests.rooms.measures.sheets import sheet
from tests.world import World

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WORDS = "Sleep through a whole night again"


@pytest.fixture
def site(client: Client, world: World) -> Client:
    client.force_login(world.member, backend=BACKEND)
    return client


def goals(world: World, occasion: str) -> Assignment:
    return sheet(world, "goals", occasion=occasion, closes_at=world.at + timedelta(days=1))


def page_of(site: Client, assignment: Assignment) -> str:
    answer = site.get(f"/check/{assignment.code}/")
    assert answer.status_code == 200
    return answer.content.decode()


def send(site: Client, assignment: Assignment, **fields: str):
    return site.post(f"/check/{assignment.code}/", {"key": codes.new_code(), "asked": "yes"} | fields)


def test_the_goal_of_the_start_is_rated_again_halfway(site: Client, world: World) -> None:
    first = goals(world, "baseline")
    assert WORDS not in page_of(site, first)
    assert send(site, first, goal_1=WORDS, near_1="2").status_code == 303
    second = goals(world, "mid")
    page = page_of(site, second)
    assert f">{WORDS}</textarea>" in page
    assert "Next time your words stand here again." in page
    assert 'name="near_1" value="2" checked' not in page
    assert send(site, second, goal_1=WORDS, near_1="6").status_code == 303
    kept = Response.objects.get(assignment=second)
    assert [(one.scale, one.value) for one in kept.scores.filter(scale="near")] == [("near", 6)]


def test_a_goal_can_be_put_in_other_words(site: Client, world: World) -> None:
    first, second, third = (goals(world, occasion) for occasion in ("baseline", "mid", "post"))
    send(site, first, goal_1=WORDS, near_1="2")
    send(site, second, goal_1="Rest on Sundays", near_1="4")
    page = page_of(site, third)
    assert "Rest on Sundays" in page
    assert WORDS not in page
    earlier = Response.objects.get(assignment=first)
    assert answers_of(earlier, by=world.actor(world.member), at=world.at)["goal_1"] == WORDS


def test_nobody_else_meets_the_words_in_their_box(site: Client, world: World) -> None:
    send(site, goals(world, "baseline"), goal_1=WORDS, near_1="2")
    other = sheet(world, "goals", member=world.members[1], closes_at=world.at + timedelta(days=1))
    site.force_login(world.members[1], backend=BACKEND)
    assert WORDS not in page_of(site, other)

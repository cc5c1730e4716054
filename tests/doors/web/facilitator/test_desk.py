"""The desk, the group's page, the run-sheet and the invitation link, as the people who use them see them."""

import pytest

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.live import actions as live
from tests.world import World, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def desk(client, world: World):
    client.force_login(world.facilitator, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    return client


def test_home_has_one_card_per_group_with_what_comes_next(desk, world):
    page = desk.get("/desk/").content.decode()
    assert page.count("group-card") == 1
    assert world.group.name in page
    assert f"/desk/gatherings/{world.gathering.code}/" in page


def test_what_waits_is_named_and_linked(desk, world):
    live.open_gathering(gathering=world.gathering, online=False, by=world.actor(world.facilitator), at=clock.now())
    world.gathering.refresh_from_db()
    by = world.actor(world.member)
    live.send_signal(gathering=world.gathering, kind="come", client_key="k" * 22, by=by, at=clock.now())
    page = desk.get("/desk/").content.decode()
    assert "1 person may need you" in page
    assert "The meeting is open now" in page


def test_the_group_page_names_its_people_and_who_looks_after_them(desk, world):
    page = desk.get(f"/desk/groups/{world.group.code}/").content.decode()
    for name in ("Ines", "Sani"):
        assert name in page
    assert "no figure" in page or "seven days" in page


def test_the_run_sheet_has_minutes_words_gentler_ways_and_materials(desk, world):
    page = desk.get(f"/desk/gatherings/{world.gathering.code}/").content.decode()
    assert "0–4" in page and "56–60" in page
    assert "Gentler way" in page
    assert "What to bring" in page
    assert "Kind minimum:" in page


def test_an_invitation_link_is_shown_once_and_works(desk, world, client):
    Membership.objects.filter(user=world.members[0]).update(left_at=clock.now())
    answer = desk.post(f"/desk/groups/{world.group.code}/invite/", {"name": "Ada"})
    assert "/invitation/" in answer.content.decode()
    assert "/invitation/" not in desk.get(f"/desk/groups/{world.group.code}/invite/").content.decode()


def test_an_empty_name_is_answered_kindly(desk, world):
    answer = desk.post(f"/desk/groups/{world.group.code}/invite/", {"name": ""})
    assert answer.status_code == 422
    assert "Please write a name" in answer.content.decode()


def test_another_houses_facilitator_finds_none_of_it(client, world):
    other = make_world(at=world.at)
    client.force_login(other.facilitator, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    for address in (
        f"/desk/groups/{world.group.code}/",
        f"/desk/groups/{world.group.code}/invite/",
        f"/desk/groups/{world.group.code}/report/",
        f"/desk/gatherings/{world.gathering.code}/",
        f"/desk/gatherings/{world.gathering.code}/after/",
    ):
        answer = client.get(address)
        assert answer.status_code == 404
        assert world.group.name not in answer.content.decode()

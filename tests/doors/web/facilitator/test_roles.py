"""Who leads, handing over, papers and the rota: wrong input is answered kindly, and nothing typed is lost."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.rooms.groups import hand_over
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.safety.models_rota import Duty
from kindcircle.rooms.team.models import Credential, HandOver
from tests.world import World, make_staff, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@pytest.fixture
def world(db) -> World:
    return make_world(members=2, first_at=clock.now() + timedelta(days=2))


def enter(client, person):
    client.force_login(person, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    return client


def test_the_same_person_in_both_places_is_said_kindly_and_what_was_picked_stays(client, world: World):
    ada, bo = world.facilitators
    page = enter(client, ada).get(f"/desk/groups/{world.group.code}/roles/")
    given = {"do": "keep", "seen": page.context["seen"], "guide-2": bo.code, "holder-2": bo.code}
    answer = client.post(f"/desk/groups/{world.group.code}/roles/", given)
    assert answer.status_code == 422 and b"Guide and holder are two people." in answer.content
    row = answer.context["rows"][1]
    assert (row.guide, row.holder) == (bo.code, bo.code)
    assert Gathering.objects.get(pk=world.gatherings[1].pk).guide == ada


def test_a_plan_from_an_old_page_is_shown_anew(client, world: World):
    address = f"/desk/groups/{world.group.code}/roles/"
    seen = enter(client, world.facilitator).get(address).context["seen"]
    assert client.post(address, {"do": "swap", "seen": seen}).status_code == 303
    answer = client.post(address, {"do": "swap", "seen": seen})
    assert answer.status_code == 422 and b"The plan has changed meanwhile." in answer.content


@pytest.mark.parametrize(
    "given", [{}, {"away": "x", "meetings": ["y"], "stand_in": "z"}, {"meetings": "\0", "away": "\0", "stand_in": "\0"}]
)
def test_a_stand_in_form_with_anything_strange_in_it_changes_nothing(client, world: World, given: dict[str, str]):
    make_staff(world.organisation, "Cleo", "facilitator", at=world.at)
    answer = enter(client, world.facilitator).post(f"/desk/groups/{world.group.code}/stand-in/", given)
    assert answer.status_code == 422
    assert Gathering.objects.filter(group=world.group, guide=world.facilitator).count() == 4


def test_two_who_write_the_hand_over_both_keep_their_words(client, world: World):
    address = f"/desk/groups/{world.group.code}/hand-over/"
    enter(client, world.facilitator).get(address)
    by = world.actor(world.facilitators[1])
    hand_over.write(group=world.group, words={"mood": "Bo was first."}, seen_at=None, by=by, at=clock.now())
    answer = client.post(address, {"mood": "Ada, a moment later.", "seen": ""})
    page = answer.content.decode()
    assert answer.status_code == 422 and "A colleague has changed this page meanwhile." in page
    assert "Ada, a moment later." in page and "Bo was first." in page
    again = client.post(address, {"mood": "Both of us.", "seen": answer.context["form"]["seen"].value()})
    assert again.status_code == 303
    assert hand_over.written_for(world.group, by=by)[0]["mood"] == "Both of us."
    assert client.post(address, {"mood": "x", "seen": "not a time"}).status_code == 422
    assert HandOver.objects.count() == 1


def test_typed_words_are_words_and_never_a_page_of_their_own(client, world: World):
    address = f"/desk/groups/{world.group.code}/hand-over/"
    enter(client, world.facilitator).post(address, {"mood": "<script>x</script> {group} **b**", "seen": ""})
    page = client.get(address).content.decode()
    assert "<script>x" not in page and "{group}" in page


def test_a_paper_of_somebody_else_is_not_there(client, world: World):
    row = Credential.objects.filter(person=world.facilitators[1]).first()
    answer = enter(client, world.facilitator).post("/desk/care/papers/", {"do": "away", "paper": row.code})
    assert answer.status_code == 404 and Credential.objects.filter(pk=row.pk).exists()


@pytest.mark.parametrize(
    "given",
    [
        {"do": "week", "week-person": "x", "week-weekdays": ["9"], "week-since": "25:00", "week-until": ""},
        {"do": "away", "away-person": "", "away-first_on": "2027-01-09", "away-last_on": "soon"},
        {"do": "something else"},
    ],
)
def test_a_rota_form_with_anything_strange_in_it_changes_nothing(client, world: World, given):
    before = Duty.objects.count()
    answer = enter(client, world.organisation_lead).post("/organisation/rota/", given)
    assert answer.status_code == 422 and Duty.objects.count() == before


def test_those_who_lead_see_the_rota_and_do_not_keep_it(client, world: World):
    row = Duty.objects.filter(organisation=world.organisation).first()
    page = enter(client, world.facilitator).get("/organisation/rota/")
    assert page.status_code == 200 and b"Put them on the rota" not in page.content
    assert client.post("/organisation/rota/", {"do": "off-duty", "line": row.code}).status_code == 404
    other = make_world(members=1)
    foreign = Duty.objects.filter(organisation=other.organisation).first()
    lead = enter(client, world.organisation_lead)
    assert lead.post("/organisation/rota/", {"do": "off-duty", "line": foreign.code}).status_code == 404
    assert lead.post("/organisation/rota/", {"do": "off-duty", "line": row.code}).status_code == 303
    assert set(Duty.objects.filter(pk__in=(row.pk, foreign.pk))) == {foreign}

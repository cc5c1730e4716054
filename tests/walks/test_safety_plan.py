"""A few steps for the worst: written by somebody for themselves, on paper, and opened by others only when they ask."""

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock
from kindcircle.base.lib.codes import new_code
from kindcircle.rooms.preparing.models_safety_plan import SafetyPlan
from kindcircle.rooms.safety.actions import raise_alert
from kindcircle.rooms.safety.models import Alert
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

SIGNS, NIECE = "I stop opening the curtains", "Rosalind, who takes me swimming"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world()


def ask_for_a_person(world: World) -> Alert:
    return raise_alert(
        member=world.member, group=world.group, gathering=None, level="concern", rules=["item_9"],
        source=Ref("signal", new_code()), at=clock.now(),
    )  # fmt: skip


def test_it_is_its_owners_until_they_share_it_and_ask(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/support-plan/").follow("My safety plan")
    ines.press("Keep my plan", {"signs": SIGNS, "people": NIECE})
    assert "Kept." in ines.text and SIGNS in ines.html
    row = SafetyPlan.objects.get(person=world.member)
    assert SIGNS.encode() not in bytes(row.sealed_lines) and row.shared_at is None

    # On paper it opens with no net; the name of the file says nothing.
    ines.open("/safety-plan/paper/")
    assert ines.answer.content.startswith(b"%PDF") and "safety" not in ines.answer.headers["Content-Disposition"]
    assert "no-store" in ines.answer.headers["Cache-Control"]

    # Ada answers an alert: there are steps, and they are not hers to read.
    alert = ask_for_a_person(world)
    ada = Visitor(running_site, world.facilitator).open(f"/desk/alerts/{alert.code}/")
    assert "Their safety plan" not in ada.text
    assert ada.open(f"/desk/alerts/{alert.code}/plan/").status == 404

    # Ines shares them. Those who handle the alert read them, and Ines sees who.
    ines.open("/safety-plan/").press("They may open it then")
    assert "When you ask for a person, those who lead your group and the safety lead can open it." in ines.text
    ada.open(f"/desk/alerts/{alert.code}/").follow("Read their steps")
    assert SIGNS in ada.text and NIECE in ada.text
    lead = Visitor(running_site, world.safety_lead).open(f"/desk/alerts/{alert.code}/plan/")
    assert SIGNS in lead.text
    for somebody in (world.organisation_lead, make_world().safety_lead):
        assert Visitor(running_site, somebody).open(f"/desk/alerts/{alert.code}/plan/").status in (403, 404)
    assert "Ada" in ines.open("/safety-plan/").text

    # Once the matter is closed, it is shut again.
    ada.open(f"/desk/alerts/{alert.code}/").press("I am on it")
    ada.press("I reached them").press("Close", {"reason": "plan-agreed", "note": "We went down her steps."})
    assert "Their safety plan" not in ada.text and ada.open(f"/desk/alerts/{alert.code}/plan/").status == 404
    alert = ask_for_a_person(world)
    assert SIGNS in ada.open(f"/desk/alerts/{alert.code}/plan/").text

    # Taken back, it is shut at once; emptied, it is gone.
    ines.press("Take it back, mine alone")
    assert ada.open(f"/desk/alerts/{alert.code}/plan/").status == 404
    ines.open("/safety-plan/").press("Keep my plan", {"signs": "", "people": ""})
    assert not SafetyPlan.objects.filter(person=world.member).exists()


def test_nothing_typed_is_lost_and_nobody_else_sees_it(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open("/safety-plan/")
    too_long = "x" * 1300
    ines.press("Keep my plan", {"signs": too_long})
    assert ines.status == 422 and too_long in ines.html
    assert not SafetyPlan.objects.filter(person=world.member).exists()
    other = Visitor(running_site, make_world().member).open("/safety-plan/")
    assert "Only you can read this." in other.text and too_long not in other.html

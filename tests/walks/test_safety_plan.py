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


SHARE = {"/safety-plan/": "They may open it then", "/support-plan/": "Those who lead may see it"}
PLANS = [
    ("/safety-plan/", ("signs", "by-myself", "people")),
    ("/support-plan/", ("my-signs", "please-do", "my-people")),
]


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


@pytest.mark.parametrize(("path", "lines"), PLANS)
def test_two_pages_write_nothing_over_unseen_and_every_button_keeps_what_was_typed(
    running_site: RunningSite, world: World, path: str, lines: tuple[str, str, str]
) -> None:
    first, second, third = lines
    phone, laptop = (Visitor(running_site, world.member) for _ in range(2))
    # Shared from a page on which it was typed only just now: both at once.
    laptop.open(path)
    phone.open(path).press(SHARE[path], {first: "Written on the phone.", third: "A third line."})
    assert "You can take it back here." in phone.text and "Written on the phone." in phone.html

    # The laptop's page is from before. What it has stands beside what is newer, and nothing is written over.
    laptop.press("Keep my plan", {first: "Written on the laptop.", second: "Only here."})
    assert laptop.status == 409 and "Both stand here." in laptop.text
    for words in ("Written on the laptop.", "Only here.", "Written on the phone.", "A third line."):
        assert words in laptop.html
    assert "Kept on the other page: Written on the phone." in laptop.text
    assert "Only here." not in phone.open(path).html
    laptop.press("Keep my plan")
    shown = phone.open(path).html
    for words in ("Written on the laptop.", "Only here.", "A third line."):
        assert words in shown
    assert "Written on the phone." not in shown

    # An empty page from before erases nothing; taken back is at once, and what was typed with it is kept or shown.
    old = Visitor(running_site, world.member).open(path)
    phone.press("Keep my plan", {second: "Newer."})
    old.press("Take it back, mine alone", {second: "Older.", first: ""})
    assert old.status == 409 and "It is yours alone again." in old.text and "Newer." in old.text
    assert "Older." in old.html and "Older." not in phone.open(path).html
    assert "Take it back" not in phone.text and "Written on the laptop." in phone.html
    old.press("Keep my plan", {second: "Newer and older."})
    assert "Newer and older." in phone.open(path).html

    # With a line that is too long nothing is shared, and nothing typed is lost.
    phone.press(SHARE[path], {first: "x" * 1300})
    assert phone.status == 422 and "x" * 1300 in phone.html
    assert "Take it back" not in laptop.open(path).text and "Written on the laptop." in laptop.html
    # What goes for nothing shares nothing.
    laptop.press(SHARE[path], {first: "", second: "", third: ""})
    assert laptop.status == 409 and "still empty" in laptop.text
    assert "Newer and older." in phone.open(path).html


def test_a_safe_way_to_reach_me_is_not_written_over_unseen(running_site: RunningSite, world: World) -> None:
    phone, laptop = (Visitor(running_site, world.member).open("/safe-contact/") for _ in range(2))
    phone.press("Keep this", {"way": "By text.", "never": "My brother."})
    laptop.press("Keep this", {"way": "By mail."})
    assert laptop.status == 409 and "Kept on the other page: By text." in laptop.text and "By mail." in laptop.html
    assert "My brother." in laptop.html and "By text." in phone.open("/safe-contact/").html
    laptop.press("Keep this")
    assert "By mail." in phone.open("/safe-contact/").html and "My brother." in phone.html

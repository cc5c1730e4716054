"""A lottery and what comes of it: Odile plans it, Sam locks it, people say yes or no, Ada gives places."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.rooms.intake.models import Application
from kindcircle.rooms.intake.models_trial import Entrant, Trial
from kindcircle.rooms.measures.models import Assignment
from tests.rooms.research.trying import ITEM, answers, may_join, offer
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_group, make_world


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=1, at=clock.now() - timedelta(hours=6))


def plan() -> dict[str, str]:
    today = clock.now().date()
    return {
        "title": "Kind spring", "way": "seats", "seats": "4", "answer_by": f"{today + timedelta(days=5)}",
        "later_on": f"{today + timedelta(weeks=14)}", "words": "We compare because we do not know yet.",
        "measure": "illness-burden/burden", "weeks": "8", "margin": "2", "attend": "3",
    }  # fmt: skip


def test_a_lottery_from_plan_to_place(running_site: RunningSite, world: World) -> None:
    people = may_join(world, intake := offer(world), 9)
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/").follow("Trials")
    odile.follow("Plan a trial").press(
        "Ask for the lock", plan() | {"later_on": f"{clock.now().date()}", "colleague": world.safety_lead.code}
    )
    assert odile.status == 422 and "Something of this does not go together" in odile.text
    assert "We compare because we do not know yet." in odile.html
    odile.press("Ask for the lock", {"later_on": plan()["later_on"]})
    assert odile.status == 200 and "You set it up, so somebody else locks it." in odile.text
    page = odile.path
    # Nobody is asked before a second person has locked the plan.
    mia = Visitor(running_site, people[0].person).open("/application/")
    assert "chance decides" not in mia.text

    sam = Visitor(running_site, world.safety_lead).open("/desk/tasks/")
    sam.follow("Lock the plan of a trial").follow("Read it and decide")
    assert sam.path == page and "We compare because we do not know yet." in sam.text
    sam.press("Lock the plan")
    assert "9 no answer yet" in sam.text and "Draw now" in sam.text
    sam.press("Draw now")
    assert sam.status == 409 and "A draw needs more people than seats" in sam.text

    # Mia reads what it is, says yes, and answers the questions on the same errand.
    answer_first(mia)
    mia.open("/application/").follow("Read about it, and choose")
    assert "So far 9 may join, and there are 4 seats." in mia.text
    mia.press("Yes, put me in the draw")
    mia.follow("How heavy is it?")
    [sheet] = Assignment.objects.filter(member=people[0].person)
    assert sheet.code in mia.path
    mia.press("Send", {ITEM: "6"}) if "Send" in mia.text else mia.press("Done", {ITEM: "6"})
    assert "There is nothing more to do before the draw." in mia.open(f"/application/{people[0].code}/draw/").text
    for one in people[1:7]:
        Visitor(running_site, one.person).open(f"/application/{one.code}/draw/").press("Yes, put me in the draw")
        answers(world, one, Assignment.Occasion.BEFORE_DRAW, 5, at=clock.now())
    said_no = Visitor(running_site, people[7].person).open(f"/application/{people[7].code}/draw/")
    said_no.press("No, I start later")

    # For one of them waiting is not safe.
    ada = (
        Visitor(running_site, world.facilitator)
        .open(f"/desk/intakes/{intake.code}/")
        .follow("The draw over this offer")
    )
    ada.press("Keep outside", {"who": people[8].code})
    assert ada.status == 422 and "Please choose why this person must not wait." in ada.text
    ada.press("Keep outside", {"why": "risk"})
    assert "They are outside the draw, and may have a place now." in ada.text
    assert (
        "There is no draw for you"
        in Visitor(running_site, people[8].person).open(f"/application/{people[8].code}/draw/").text
    )

    odile.open(page)
    for words in ("7 ready to be drawn", "1 said no", "1 must not wait, outside the draw"):
        assert words in odile.text
    odile.press("Draw now")
    assert "4 of 7 people start now, the others later." in odile.text
    assert "the same result, to the last person" in odile.text
    trial = Trial.objects.get(intake=intake)
    assert trial.shown_secret in odile.text
    # The leads read codes; who they are stands with those who talk with them.
    for one in people:
        assert one.code not in odile.html and one.person.code not in odile.html

    # How people went through it stands there at once; no outcome does before everybody could answer.
    odile.follow("What came of it")
    for words in ("Outcomes are not opened yet.", "said no to the draw", "waiting would not be safe"):
        assert words in odile.text
    assert "Mean after" not in odile.text
    picture = Visitor(running_site, world.safety_lead).client.get(f"{running_site.url}{page}flow.svg")
    assert picture.headers["content-type"] == "image/svg+xml" and "Not drawn: 2" in picture.text
    for file in ("record.json", "report.pdf"):
        assert "Outcomes" not in odile.open(f"{page}{file}").text and odile.path == page
    sam.open(page)
    assert Trial.objects.get(pk=trial.pk).opened_at is None

    drawn = {one.application_id: one.arm for one in Entrant.objects.filter(trial=trial)}
    for one in people[:7]:
        seen = Visitor(running_site, one.person).open(f"/application/{one.code}/draw/").text
        assert ("You start now" in seen) == (drawn[one.pk] == "now")
        assert ("You start later" in seen) == (drawn[one.pk] == "later")
    assert "The draw was made without you." in said_no.open(f"/application/{people[7].code}/draw/").text

    # Each of the two has its group.
    now, _meetings = make_group(world.organisation, world.facilitators, at=clock.now() + timedelta(days=6), version="2")
    then, _meetings = make_group(
        world.organisation, world.facilitators, at=clock.now() + timedelta(weeks=15), version="2"
    )
    for group in (now, then):
        type(group).objects.filter(pk=group.pk).update(intake=intake)
    ada.open(f"/desk/intakes/{intake.code}/draw/")
    ada.press("Keep places for those who start later", {"group": now.code})
    assert "By the draw this person starts later" in ada.text
    ada.press("Keep places for those who start now", {"group": now.code})
    assert "4 places are kept." in ada.text
    # For one of those who wait it becomes unsafe.
    worse = next(one for one in people if drawn.get(one.pk) == "later")
    ada.press("Must not wait any more", {"why": "worse"})
    assert ada.status == 422 and "Please choose who it is." in ada.text
    ada.press("Must not wait any more", {"who": worse.code})
    assert "They need not wait any more, and may have a place now." in ada.text
    told = Visitor(running_site, worse.person).open(f"/application/{worse.code}/draw/").text
    assert "You need not wait any more" in told and "You start later" not in told
    ada.press("Keep places for those who start later", {"group": then.code})
    assert "3 places are kept." in ada.text

    # Eleven weeks on everybody could answer. Nobody did, and nothing is claimed, on the page as on paper.
    ago = timedelta(weeks=11)
    Trial.objects.filter(pk=trial.pk).update(
        asked_at=trial.asked_at - ago, decided_at=trial.decided_at - ago, drawn_at=trial.drawn_at - ago
    )
    odile.open(page).follow("What came of it")
    for words in ("No comparison can be given.", "What cannot be said", "Each arm needs at least five people"):
        assert words in odile.text
    paper = odile.client.get(f"{running_site.url}{page}report.pdf")
    assert paper.headers["content-type"] == "application/pdf" and paper.content.startswith(b"%PDF")
    assert Visitor(running_site, world.facilitator).open(f"{page}report.pdf").status == 404


def answer_first(visitor: Visitor) -> None:
    """Somebody reads the answer they were given before anything else is asked of them."""
    visitor.open("/application/").follow("Read our answer")


def test_only_the_leads_keep_a_trial_and_only_its_own_people_answer(running_site: RunningSite, world: World) -> None:
    [one, other] = may_join(world, intake := offer(world), 2)
    new = f"/organisation/trials/new/{intake.code}/"
    for person in (world.facilitator, world.member, one.person, make_world().organisation_lead):
        assert Visitor(running_site, person).open(new).status == 404
    assert Visitor(running_site, other.person).open(f"/application/{one.code}/draw/").status == 404
    assert Visitor(running_site, world.organisation_lead).open(f"/desk/intakes/{intake.code}/draw/").status == 404
    assert Application.objects.filter(intake=intake).count() == 2

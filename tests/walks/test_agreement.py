"""How a group comes to an agreement of its own, keeps it in sight, and mends what was not kept."""

import io

import pytest
from django.utils import timezone
from pypdf import PdfReader

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.agreements import starter
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.models_agreement import Agreement, LineProposal, Repair
from kindcircle.rooms.safety.models import Alert
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

LINE = "We wait until a Zaunkoenig has finished."
OTHER = "We come sober, and a Rotkehlchen may be late."
WHY = "It was close to line six, so we kept that one. Thank you for the thought."


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=3)


def at_desk(site: RunningSite, world: World) -> Visitor:
    """Ada, on the group's page about what was agreed on."""
    return Visitor(site, world.facilitator).open(f"/desk/groups/{world.group.code}/").follow("What we agreed on")


def at_list(site: RunningSite, world: World, number: int) -> Visitor:
    """A member on the page with the list, by the link from their own page."""
    return Visitor(site, world.members[number]).open("/today/").follow("How we treat each other")


def confirm(ada: Visitor, **words: str | bool) -> Visitor:
    ada.follow("Word the list together").press("Confirm this list", words)
    assert "Confirmed." in ada.text
    return ada


def test_a_group_words_its_own_list_and_everybody_is_asked(running_site: RunningSite, world: World) -> None:
    ines, tomas = (at_list(running_site, world, number) for number in (0, 1))
    assert "These lines are a start." in ines.text
    assert all(line.text in ines.text for line in starter())
    assert "Yes, this is fine" not in ines.text  # nothing is asked before there is a list of their own

    ines.follow("Propose a line").press("Send it", {"text": "   "})
    assert ines.status == 422
    assert "One short sentence is enough." in ines.text
    ines.press("Send it", {"text": LINE})
    assert ines.answer.history[0].status_code == 303
    assert "With your facilitators." in ines.text
    ines.follow("Propose a line").press("Send it", {"line": "come-clear-headed", "text": OTHER})
    assert LineProposal.objects.filter(group=world.group).count() == 2
    assert LINE not in tomas.open(tomas.path).html

    # Those who lead see who it was; one becomes a line, one is set aside with a reason.
    ada = Visitor(running_site, world.facilitator).open("/desk/")
    assert "2 proposals for the agreement" in ada.text
    ada.follow("2 proposals for the agreement")
    assert "Ines, on" in ada.text
    proposals = {one.line: one.code for one in LineProposal.objects.filter(group=world.group)}
    aside = f"/desk/proposals/{proposals['come-clear-headed']}/aside/"
    form, _button = next((form, button) for form in ada.page.forms if form.action == aside for button in form.buttons)
    mark = dict(form.fields)["csrfmiddlewaretoken"]
    ada.post(running_site.url + aside, {"csrfmiddlewaretoken": [mark], "reason": [""]})
    assert ada.status == 422
    assert "say why, in a kind sentence" in ada.text
    ada.post(running_site.url + aside, {"csrfmiddlewaretoken": [mark], "reason": [WHY]})
    assert "Set aside." in ada.text
    confirm(ada, **{f"take-{proposals['']}": True})
    assert "Version 1, confirmed on" in ada.text

    ines.open(f"/agreement/{world.group.code}/")
    assert WHY in ines.text
    assert "is in the list now" in ines.text
    tomas.open("/today/")
    assert "is it all right for you?" in tomas.text
    tomas.follow("How we treat each other")
    assert LINE in tomas.text
    assert "Ines" not in tomas.html

    # Not yet is as easy as yes, raises nothing, and is something to talk about for those who lead.
    tomas.press("Yes, this is fine")
    assert "You said yes" in tomas.text
    ines.press("Not yet, I want to talk about it")
    assert "find a moment to talk about it" in ines.text
    assert not Alert.objects.filter(group=world.group).exists()
    assert "is it all right for you?" not in tomas.open("/today/").text
    ada.open("/desk/").follow("1 person would like to talk about the agreement")
    assert "Would like to talk about it Ines" in ada.text
    assert "Said yes Tomas" in ada.text
    assert "Perhaps not seen yet Wren" in ada.text
    for page in (tomas, at_list(running_site, world, 2)):
        assert "Ines" not in page.open(f"/agreement/{world.group.code}/").html

    # The next version asks anew and says what is different.
    first = Agreement.objects.get(group=world.group)
    confirm(ada, **{"line-mind-the-time": "We mind the time, gently.", "line-come-clear-headed": ""})
    tomas.open(f"/agreement/{world.group.code}/")
    assert "What changed since you said yes" in tomas.text
    assert (
        "Before We mind the time, so that there is some for the quiet ones. Now We mind the time, gently." in tomas.text
    )
    assert "No longer in the list We come sober" in tomas.text
    assert "Is this all right for you?" in tomas.text
    assert (
        "Would like to talk about it nobody right now" in ada.open(f"/desk/groups/{world.group.code}/agreement/").text
    )
    assert Agreement.objects.get(pk=first.pk).sealed_lines == first.sealed_lines

    words = " ".join(
        PdfReader(io.BytesIO(tomas.follow("Print or keep it").answer.content)).pages[0].extract_text().split()
    )
    assert "Version 2" in words
    assert LINE in words

    # When the group has ended it is there to read, and asks nothing any more.
    Group.objects.filter(pk=world.group.pk).update(state=Group.State.FINISHED)
    tomas.open(f"/agreement/{world.group.code}/")
    assert "It stays here to read." in tomas.text
    assert LINE in tomas.text
    assert "Is this all right" not in tomas.text
    assert "Propose a line" not in tomas.text


def test_two_who_lead_never_write_over_each_other(running_site: RunningSite, world: World) -> None:
    ada, bo = (Visitor(running_site, one).open(f"/desk/groups/{world.group.code}/agreement/wording/")
               for one in world.facilitators)  # fmt: skip
    bo.press("Confirm this list", {"new-1": "We begin with tea."})
    ada.press("Confirm this list", {"new-1": "We end with a song."})
    assert ada.status == 409
    assert "has changed since this page was opened" in ada.text
    assert "We end with a song." in ada.html  # nothing typed is lost
    ada.press("Confirm this list")
    assert "Version 2" in ada.text
    assert "We begin with tea." in ada.text
    assert "We end with a song." in ada.text


def test_lines_that_keep_people_safe_stay(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator).open(f"/desk/groups/{world.group.code}/agreement/wording/")
    ada.press("Confirm this list", {"line-when-in-danger": " ", "new-1": "We laugh when we can."})
    assert ada.status == 422
    assert "This line keeps people safe, so it stays in." in ada.text
    assert "We laugh when we can." in ada.html
    assert not Agreement.objects.filter(group=world.group).exists()


def test_the_meeting_shows_it_and_a_breach_brings_the_whole_list_back(running_site: RunningSite, world: World) -> None:
    confirm(at_desk(running_site, world), **{"new-1": LINE})
    code = {one.number: one.code for one in world.gatherings}
    ada, ines = Visitor(running_site, world.facilitator), Visitor(running_site, world.member)

    def meeting(number: int) -> list[Visitor]:
        ada.open(f"/desk/gatherings/{code[number]}/lead/").press("Open in person")
        ada.press("Next: ", which={"step": "0"})
        pages = [ines.open(f"/gathering/{code[number]}/"), Visitor(running_site, world.facilitator)]
        pages[1].open(f"/desk/gatherings/{code[number]}/wall/")
        return [*pages, ada.open(f"/desk/gatherings/{code[number]}/lead/")]

    def close(number: int) -> None:
        ada.open(f"/desk/gatherings/{code[number]}/lead/").press("Begin the closing")
        ada.open(f"/desk/gatherings/{code[number]}/lead/").press("Close the meeting")
        assert Gathering.objects.get(code=code[number]).state == "closed"

    for page in meeting(1):
        assert LINE in page.text
        assert "Today we read the whole list." in page.text
        assert "data-folds-after" not in page.html
    ada.press("Next: ", which={"step": "1"})
    for page in (ines.open(ines.path), ada):
        assert LINE not in page.text  # the opening is over
    close(1)
    for page in meeting(2):
        assert LINE in page.text
        assert 'data-folds-after="20"' in page.html
        assert "whole list" not in page.text

    # Something was not kept. The steps say who does what, and the list is read whole next time.
    ada.open(f"/desk/groups/{world.group.code}/agreement/").follow("Note it and mend it")
    ada.press("Note it", {"line": "own-experience", "note": ""})
    assert ada.status == 422
    ada.press("Note it", {"line": "own-experience", "note": "Wren told Tomas what his Amsel means."})
    assert "The next meeting reads the whole list." in ada.text
    assert "Amsel" in ada.text
    today, who = timezone.localdate().isoformat(), world.facilitators[1].code
    ada.press("Save the steps", {"who-follow-up": who, "due-follow-up": today, "note-own-part": "I moved on too fast."})
    assert ada.path.startswith("/desk/repairs/")
    assert "I moved on too fast." in ada.html
    ada.open("/desk/")
    assert "A step of mending is due" in ada.text
    assert "1 of 7 steps done" in ada.follow("A step of mending is due").text
    repair = Repair.objects.get(group=world.group)
    assert b"Amsel" not in bytes(repair.sealed_note)
    assert "Amsel" not in ines.open(f"/agreement/{world.group.code}/").html
    assert Visitor(running_site, world.member).open(f"/desk/repairs/{repair.code}/").status == 404

    close(2)
    Gathering.objects.filter(group=world.group, number=4).update(starts_at=clock.now())
    ada.open(f"/desk/repairs/{repair.code}/").press("Close it", {"ending": "They spoke, and it is lighter."})
    assert ada.status == 422  # how it ended is still open
    ada.press("Close it", {"outcome": "mended"})
    assert "It is mended" in ada.text
    assert "They spoke, and it is lighter." in ada.text
    assert "A step of mending is due" not in ada.open("/desk/").text


def test_two_who_mend_at_once_keep_each_others_steps(running_site: RunningSite, world: World) -> None:
    confirm(at_desk(running_site, world))
    ada, bo = (Visitor(running_site, one) for one in world.facilitators)
    ada.open(f"/desk/groups/{world.group.code}/repairs/").press("Note it", {"line": "own-experience", "note": "Amsel"})
    bo.open(ada.path)
    page = ada.path
    bo.press("Save the steps", {"note-slow": "We paused.", "note-name": "Bo named it."})
    ada.press("Save the steps", {"note-own-part": "I moved on too fast.", "note-slow": "We breathed."})
    assert ada.status == 422
    assert "We paused." in ada.text and "We breathed." in ada.html and "I moved on too fast." in ada.html
    assert "Bo named it." in bo.open(page).html and "I moved on too fast." not in bo.html
    ada.press("Save the steps")
    assert ada.status == 200
    for kept in ("We breathed.", "I moved on too fast.", "Bo named it."):
        assert kept in bo.open(page).html


def test_nobody_else_gets_near_it(running_site: RunningSite, world: World) -> None:
    confirm(at_desk(running_site, world))
    other = make_world(members=1)
    for person in (other.member, other.facilitator, world.organisation_lead, world.safety_lead):
        for path in ("agreement/{}/", "agreement/{}/propose/", "desk/groups/{}/agreement/", "desk/groups/{}/repairs/",
                     "words/agreement/{}/list.pdf"):  # fmt: skip
            assert Visitor(running_site, person).open("/" + path.format(world.group.code)).status == 404

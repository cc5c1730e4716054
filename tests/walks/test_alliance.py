"""How we are together: a guess, eight lines, words for the group, a call, a step on the next run-sheet, and its log."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.alliance.models import Guess, Rating, Reading
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.intake.consent_texts import HAS_STUDY
from kindcircle.rooms.intake.models import Consent, ConsentFacts
from kindcircle.rooms.measures.models import Assignment
from tests.meetings import begins, held
from tests.rooms.measures.sheets import send
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

DAY = timedelta(days=1)
LINES = ("understood", "may_differ", "warmth", "learning", "fair", "frame", "belonging", "direction")
# By level: how each pair of lines is answered. The first person does not feel understood.
ANSWERS = [(4, 7, 8, 5), (8, 3, 9, 5), (9, 4, 8, 6), (7, 3, 8, 5), (8, 4, 9, 5), (9, 2, 9, 5), (8, 3, 8, 6)]
GUESS = {"guess-member_leader": "8", "guess-member_member": "8", "guess-leader_group": "5", "guess-member_group": "5"}


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """Two of four meetings are over, and since the second one a pulse waits on everybody's page."""
    world = make_world(at=clock.now() - 9 * DAY)
    Group.objects.filter(pk=world.group.pk).update(programme_version="2")
    world.group.refresh_from_db()
    begins(world.group, 1, clock.now() - 8 * DAY)
    for gathering in world.gatherings[:2]:
        held(world, gathering, world.members)
    tick(at=clock.now())
    return world


def pulse(world: World) -> list[Assignment]:
    rows = Assignment.objects.filter(group=world.group, instrument="alliance-pulse")
    return list(rows.select_related("member", "group__organisation").order_by("pk"))


def answer(world: World, sheet: Assignment, levels: tuple[int, ...]) -> None:
    answers = {line: levels[place // 2] for place, line in enumerate(LINES)}
    send(world, sheet, answers, at=clock.now())


def is_over(world: World) -> None:
    Assignment.objects.filter(pk__in=[one.pk for one in pulse(world)]).update(closes_at=clock.now())
    tick(at=clock.now())


def page_of(world: World) -> str:
    return f"/desk/groups/{world.group.code}/together/"


def desk(site: RunningSite, world: World, person: User) -> Visitor:
    return Visitor(site, person).open(page_of(world))


def test_a_guess_a_call_and_a_step_that_helped(running_site: RunningSite, world: World) -> None:
    sheets = pulse(world)
    assert {(one.gathering_id, one.occasion) for one in sheets} == {(world.gatherings[1].pk, "weekly")}
    assert len(sheets) == 8
    ines = Visitor(running_site, world.member).open(f"/check/{sheets[0].code}/")
    assert "Those who lead never see your numbers" in ines.text and "asked to call you" in ines.text
    for sheet, levels in zip(sheets, ANSWERS, strict=False):
        answer(world, sheet, levels)
    tick(at=clock.now())

    # Whom to call stands among the things to do, without a number; it names the person.
    ada = Visitor(running_site, world.facilitator).open("/desk/tasks/")
    assert "Call somebody: how is it with you who lead?" in ada.text and "Ines" in ada.text

    ada.open(f"/desk/groups/{world.group.code}/").follow("How we are together")
    assert "Your guess first" in ada.text and "in between" not in ada.text
    ada.press("Keep my guess", {"guess-member_leader": "8"})
    assert ada.status == 422 and "a number from 0 to 10 for each" in ada.text
    ada.press("Keep my guess", GUESS)
    assert "Your guess is kept." in ada.text and "The group can answer until" in ada.text
    bo = desk(running_site, world, world.facilitators[1])
    ada.press("Bring them together now")

    # Bo has said nothing yet: nothing is open to him, and Ada sees no guess but her own.
    bo.open(page_of(world))
    assert "Your guess first" in bo.text and "of 10" not in bo.text
    ada.open(page_of(world))
    for words in (
        "Each of them and you good: 6 or more of 10",
        "Among each other low: 4 or less of 10",
        "You guessed 8. They see it lower, by 4 or more.",
        "You guessed 5. They see it higher, by 1 or more.",
        "Each of them and the group in between: from 4 to 6 of 10",
        "You guessed 5. That is about where they are.",
        "One person answered low on the lines about you.",
    ):
        assert words in ada.text, words
    assert "What each of you guessed" not in ada.text
    for name in ("Ines", "Tomas", "Wren", "Oluwa", "Mei", "Farid", "Greta", "Sani"):
        assert name not in ada.text
    bo.press("I would rather not guess")
    assert "low: 4 or less of 10" in bo.text and "You guessed" not in bo.text
    assert "What each of you guessed" in ada.open(page_of(world)).text
    assert Guess.objects.filter(gathering=world.gatherings[1], member_leader=None).count() == 1

    # One step goes onto the next run-sheet, another among the things to do.
    ada.press("Put it on the next run-sheet", which={"what": "more-pairs"})
    assert "It stands on the run-sheet now: Meeting 3." in ada.text and "chosen by Ada" in ada.text
    third = Gathering.objects.get(group=world.group, number=3)
    assert "More talk in pairs" in ada.open(f"/desk/gatherings/{third.code}/").text
    ada.follow("Why, and what came of it").press("Done")
    assert "done, Ada" in ada.text
    ada.press("Make it a to-do", which={"what": "goal-review"})
    assert "Something that you chose for how you are together" in ada.open("/desk/tasks/").text
    ada.open(page_of(world)).press("Let it be")
    assert "let be, Ada" in ada.text
    assert "Something that you chose for how you are together" not in ada.open("/desk/tasks/").text

    # What comes too late changes nothing, and members see nothing of all this.
    before = list(Reading.objects.filter(gathering=world.gatherings[1]).values())
    Assignment.objects.filter(pk=sheets[7].pk).update(closes_at=clock.now() + DAY)
    answer(world, sheets[7], (0, 10, 0, 10))
    tick(at=clock.now())
    assert list(Reading.objects.filter(gathering=world.gatherings[1]).values()) == before
    assert Visitor(running_site, world.member).open(page_of(world)).status == 404


def test_with_four_answers_there_is_nothing_but_that(running_site: RunningSite, world: World) -> None:
    for sheet, levels in zip(pulse(world)[:4], ANSWERS, strict=False):
        answer(world, sheet, levels)
    ada = desk(running_site, world, world.facilitator).press("Keep my guess", GUESS)
    assert "Not enough people have answered yet." in ada.press("Bring them together now").text
    is_over(world)
    ada.open(page_of(world))
    assert ada.text.count("Fewer than five answered: read as heard.") == 4
    assert "You guessed" not in ada.text and "Put it on" not in ada.text and "of 10" not in ada.text


def test_before_the_first_time_the_page_names_only_the_meetings_that_ask_it(running_site: RunningSite) -> None:
    """The clinical group has another set half-way, and that one is no question about the group."""
    world = make_world(at=clock.now())
    Group.objects.filter(pk=world.group.pk).update(programme="compassionate-mind-group", programme_version="2")
    assert "Eight lines come around these meetings: 2, 7, 12." in desk(running_site, world, world.facilitator).text


def test_ratings_for_research_are_open_only_where_everybody_said_so(running_site: RunningSite, world: World) -> None:
    page = f"/each-other/{world.group.code}/"
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/together/")
    assert "Your consent text names no study" in odile.text and "Switch it on" not in odile.html
    facts = ConsentFacts.objects.get(organisation=world.organisation)
    ConsentFacts.objects.filter(pk=facts.pk).update(facts={**facts.facts, HAS_STUDY: "yes"})
    odile.open("/organisation/together/").press("Switch it on")
    assert "Switched on." in odile.text

    # Whoever has not said yes to research is asked nothing.
    tomas = Visitor(running_site, world.members[1]).open("/today/")
    assert "How I am towards the others" not in tomas.text
    assert "Nothing is asked here now." in tomas.open(page).text
    yes = Consent(person=world.member, kind=Consent.Kind.RESEARCH, text="consent-full@1", signed_at=clock.now())
    yes.sealed_signature = seals.SIGNATURE.seal("Ines", code=yes.code, holder=world.member)
    yes.save()
    ines = Visitor(running_site, world.member).open("/today/").follow("How I am towards the others")
    assert "Nobody in this house can read it" in ines.text and "Tomas gets what I mean." in ines.text
    place = Membership.objects.get(group=world.group, user=world.members[1])
    ines.press("Keep it for research", {f"{place.code}-warm": "9"})
    assert ines.status == 422 and "Please tick that you agree first" in ines.text
    ines.press("Keep it for research", {f"{place.code}-warm": "9", "agreed": True})
    assert "Kept, and locked." in ines.text
    assert Rating.objects.filter(rater__group=world.group).count() == 1
    assert "Switched off." in odile.press("Switch it off").text
    assert "Nothing is asked here now." in ines.open(page).text

"""The second half of a group's life, as its people live it: the middle, the goodbye, months later, and what stays."""

import io
import json
import zipfile
from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.rooms.ending import retention
from kindcircle.rooms.ending.models import CircleInvitation, Ending, KeptLine, ReviewNote
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.intake.models import Decision
from kindcircle.rooms.writing.models import JournalEntry
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_group, make_world

KEEP = "the quiet at the start, like a Schwan"
THANKS = "You laughed with me, Eisvogel."


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """Two meetings are behind this group, the second of four an hour ago."""
    world = make_world(members=6, first_at=clock.now() - timedelta(days=7, hours=2))
    for number in (1, 2):
        close(world, number)
    return world


def close(world: World, number: int) -> None:
    row = Gathering.objects.get(group=world.group, number=number)
    row.starts_at = min(row.starts_at, clock.now() - timedelta(hours=2))
    row.state, row.opened_at, row.closed_at = Gathering.State.CLOSED, row.starts_at, row.ends_at
    row.save()


def at_home(site: RunningSite, person: User) -> Visitor:
    return Visitor(site, person).open("/today/")


def at_desk(site: RunningSite, world: World) -> Visitor:
    return Visitor(site, world.facilitator).open(f"/desk/groups/{world.group.code}/")


def write_in_the_middle(site: RunningSite, person: User, **words: str | bool) -> Visitor:
    page = at_home(site, person).follow("The middle of our course").press("Put it with the others", words)
    assert "Nobody can see that it came from you" in page.text
    return page


def test_the_middle_is_heard_without_names_and_answered(running_site: RunningSite, world: World) -> None:
    ines = at_home(running_site, world.members[0]).follow("The middle of our course")
    ines.press("Put it with the others", {})
    assert ines.status == 422
    assert "One word in one box is enough." in ines.text
    ines.press("Put it with the others", {"keep": "x" * 301})
    assert ines.status == 422
    assert "x" * 301 in ines.html  # nothing that was typed is lost
    ines.press("Put it with the others", {"keep": KEEP})
    for person in world.members[1:5]:
        write_in_the_middle(running_site, person, need="more time")

    ada = at_desk(running_site, world)
    assert "The middle: bring the words together" in ada.text
    ada.follow("The middle: bring the words together")
    assert KEEP not in ada.html
    assert not any(number in ada.text for number in ("5 people", "4 people", "1 person"))
    ada.press("Bring them together now")
    assert KEEP in ada.text
    assert ada.text.count("more time") == 4
    assert not any(name in ada.text for name in ("Ines", "Tomas", "Wren"))
    assert not ReviewNote.objects.filter(review__group=world.group).exists()
    ada.press("Show it to the group", {"line-1": "We begin with three quiet minutes.", "line-3": "  "})

    late = at_home(running_site, world.members[5])
    assert "The middle of our course" not in late.text
    late.follow("You said, we did")
    assert "We begin with three quiet minutes." in late.text
    assert KEEP not in late.html
    assert "closed now" in late.open(f"/review/{world.group.code}/").text


def test_fewer_than_five_are_not_shown_and_not_kept(running_site: RunningSite, world: World) -> None:
    for person in world.members[:4]:
        write_in_the_middle(running_site, person, change=KEEP)
    ada = at_desk(running_site, world).follow("In the middle").press("Bring them together now")
    assert "We heard from some." in ada.text
    assert KEEP not in ada.html
    assert not ReviewNote.objects.filter(review__group=world.group).exists()


def test_goodbye_with_words_to_keep_a_letter_and_one_meeting_more(running_site: RunningSite, world: World) -> None:
    ines, tomas = at_home(running_site, world.members[0]), at_home(running_site, world.members[1])
    assert "2 meetings left, with the next one" in ines.text
    third = Gathering.objects.get(group=world.group, number=3)
    sheet = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{third.code}/")
    assert "After this one 1 meeting is left." in sheet.text

    # Ines would like some words; Tomas leaves her some, and a facilitator hands them on.
    assert "Ines" not in tomas.follow("2 meetings left").html
    ines.follow("2 meetings left").press("Yes, I would like some")
    ines.press("Keep these words", {"text": "I can pause."})
    assert "I can pause." in ines.text
    tomas.open(tomas.path)
    to = Membership.objects.get(group=world.group, user=world.members[0]).code
    tomas.press("Keep these words", {"text": THANKS, "to": to})
    assert "hand it on" in tomas.text
    assert THANKS not in ines.open(ines.path).html
    ada = at_desk(running_site, world).follow("1 parting word to hand on")
    assert "Tomas for Ines" in ada.text
    ada.press("Hand it on")
    assert THANKS in ines.open(ines.path).text
    assert "from Tomas" in ines.text
    assert THANKS not in tomas.open(tomas.path).html
    ada.press("Leave it on their page", {"text": "Your care for the others."})
    assert "from Ada" in ines.open(ines.path).text
    own = KeptLine.objects.get(to__user=world.members[0], author=world.members[0])
    form, _button = next(
        (form, button) for form in ines.page.forms if own.code in form.action for button in form.buttons
    )
    ines.post(running_site.url + form.action, {name: [value] for name, value in form.fields})
    assert "It is gone." in ines.text
    assert "I can pause." not in ines.text

    # A letter to all: our words, with a gap that only a person can fill.
    ada.follow("To the whole group")
    assert "Dear all of Tuesday circle" in ada.html
    ada.press("Give it")
    assert ada.status == 422
    assert "One gap is still open" in ada.text
    ada.press("Give it", {"text": "Dear all, you made room for one another."})
    assert "It is on their page." in ada.text
    assert "you made room for one another" in tomas.open(tomas.path).text

    for number in (3, 4):
        close(world, number)
    ada.open("/desk/").follow("finish the group").press("Finish the group")
    assert Group.objects.get(pk=world.group.pk).state == Group.State.FINISHED
    assert "One meeting more, in three months" in ada.text
    ada.press("Set this date", {"wall": ""})
    assert ada.status == 422
    ada.open(f"/desk/groups/{world.group.code}/ending/").press("Set this date")
    assert "Three months on:" in ada.text
    ada.follow("Run-sheet")
    assert "How it has been" in ada.text
    ines.open("/today/").follow("Parting words").press("I come")
    assert "We keep you a place." in ines.text
    assert "Ines" in ada.open(f"/desk/groups/{world.group.code}/ending/").text
    tomas.open("/today/").follow("Parting words").press("I would rather not")
    assert "a full answer" in tomas.text


def test_ones_own_words_are_taken_along_or_erased(running_site: RunningSite, world: World) -> None:
    ines = at_home(running_site, world.member)
    ines.open("/journal/new/day/").press("Save", {"feelings": "A Pirol sang at the bus stop."})
    assert JournalEntry.objects.filter(author=world.member).count() == 1
    for number in (3, 4):
        close(world, number)
    at_desk(running_site, world).follow("finish the group").press("Finish the group")

    ines.open("/today/").follow("What to keep, take along or erase")
    assert "1 entry" in ines.text
    ines.press("Take my words along")
    assert ines.answer.headers["content-type"] == "application/zip"
    packed = zipfile.ZipFile(io.BytesIO(ines.answer.content))
    assert "A Pirol sang" in packed.read("my-words.html").decode()
    assert "A Pirol sang" in json.loads(packed.read("my-words.json"))["journal"][0]["words"]
    ines.open("/my-words/").follow("Erase my private words").press("Erase them")
    assert "are gone" in ines.text
    assert not JournalEntry.objects.filter(author=world.member).exists()


def test_the_words_of_a_group_go_after_a_warning_unless_they_are_held(running_site: RunningSite, world: World) -> None:
    for person in world.members[:5]:
        write_in_the_middle(running_site, person, keep=KEEP)
    at_desk(running_site, world).follow("In the middle").press("Bring them together now")
    for number in (3, 4):
        close(world, number)
    at_desk(running_site, world).follow("finish the group").press("Finish the group")
    ending = Ending.objects.get(group=world.group)

    odile = Visitor(running_site, world.organisation_lead).open("/organisation/keeping/")
    odile.press("Keep these times", {"group_days": "9999"})
    assert odile.status == 422
    assert "Nothing can be kept for ever." in odile.text
    odile.open("/organisation/keeping/").press("Keep these times", {"group_days": "30"})
    assert "Kept." in odile.text
    near = ending.finished_at + timedelta(days=17)
    retention.run(at=near)
    assert "something will go soon" in at_home(running_site, world.member).text
    assert "What Tuesday circle wrote together: until" in at_home(running_site, world.member).open("/my-words/").text

    odile.open("/organisation/keeping/").follow("Hold it back")
    odile.press("Hold it back", {"reason": "", "until": "2999-01-01"})
    assert odile.status == 422
    until = (clock.now() + timedelta(days=60)).date().isoformat()
    odile.press("Hold it back", {"reason": "A complaint is looked into.", "until": until})
    assert "A complaint is looked into." in odile.text
    retention.run(at=near + timedelta(days=20))
    assert Ending.objects.get(pk=ending.pk).space_gone_at is None
    assert "the house holds everything" in at_home(running_site, world.member).open("/my-words/").text
    odile.press("Lift it")

    told = near + timedelta(days=21)
    retention.run(at=told)
    retention.run(at=told + timedelta(days=13))
    assert Ending.objects.get(pk=ending.pk).space_gone_at is None  # told anew: two weeks from then
    retention.run(at=told + timedelta(days=14, hours=1))
    assert Ending.objects.get(pk=ending.pk).space_gone_at is not None
    ada = Visitor(running_site, world.facilitator).open(f"/desk/groups/{world.group.code}/review/")
    assert KEEP not in ada.html
    assert at_home(running_site, world.member).status == 200


def test_an_open_circle_takes_in_whoever_would_like_to_come(running_site: RunningSite, world: World) -> None:
    for number in (3, 4):
        close(world, number)
    at_desk(running_site, world).follow("finish the group").press("Finish the group")
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/circles/")
    assert "There is no open circle yet." in odile.text
    circle, _dates = make_group(
        world.organisation, world.facilitators, at=clock.now(), first_at=clock.now() + timedelta(days=5),
        programme="circle-of-practice", gatherings=12,
    )  # fmt: skip
    odile.open("/organisation/circles/").press("Let them know", {})
    assert odile.status == 422
    odile.press("Let them know", {"group": True})
    assert "6 people hear of it." in odile.text
    odile.press("Let them know", {"group": True})
    assert "0 people hear of it." in odile.text  # nobody is asked twice

    ines = at_home(running_site, world.members[0]).follow("A circle to come back to")
    assert "Dear Ines" in ines.text
    ines.press("I would like to come")
    tomas = at_home(running_site, world.members[1]).follow("A circle to come back to").press("No, thank you")
    assert "Nobody asks again." in tomas.text
    assert "A circle to come back to" not in tomas.open("/today/").text
    ada = Visitor(running_site, world.facilitator).open("/desk/")
    ada.follow("1 person would like to come to the circle")
    assert "Ines" in ada.text
    assert "Tomas" not in ada.text
    ada.press("May come: sign it")
    place = Membership.objects.select_related("admission", "consent").get(group=circle, user=world.members[0])
    assert place.left_at is None
    assert place.admission is not None and place.admission.decided_by_id == world.facilitator.pk
    assert Decision.objects.filter(application__person=world.members[0]).count() == 2
    assert ines.open(f"/agreement/{circle.code}/").status == 200  # the circle has its own agreement
    assert CircleInvitation.objects.filter(circle=circle, answer="").count() == 4
    assert not KeptLine.objects.filter(to__group=circle).exists()

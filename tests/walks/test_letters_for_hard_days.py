"""Letters for hard days: closed until they are needed, met again some days apart, and there after the group is over."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.ending import finishing, retention
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.writing.models import Letter
from tests.site import RunningSite
from tests.walks.post import mails_for, words_of
from tests.walks.visitor import Visitor
from tests.world import World, make_world

WORDS = "I know this kind of day, Zaunkoenig. Make tea first. Then call Sam."
DAY = timedelta(days=1)


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=2)


def written(site: RunningSite, world: World, choice: dict[str, str], kind: str = "For a hard day") -> Visitor:
    """Ines, after sealing a letter of this kind on an easy day."""
    ines = Visitor(site, world.member).open("/letters/").follow(kind)
    ines.press("Seal", {"text": WORDS} | choice)
    assert "Your letter is closed now" in ines.text and "Only you can read this" in ines.text
    assert "Zaunkoenig" not in ines.html
    return ines


def the_letter(world: World) -> Letter:
    return Letter.objects.get(author=world.member)


def morning(world: World, letter: Letter, days: int = 0) -> datetime:
    day = (letter.again_on or letter.deliver_on) + timedelta(days=days)
    return datetime.combine(day, time(8), ZoneInfo(world.member.zone))


def test_a_letter_waits_closed_and_is_opened_on_the_hard_day_itself(running_site: RunningSite, world: World) -> None:
    ines = written(running_site, world, {})  # when I need it is what the page proposes
    letter = the_letter(world)
    assert (letter.kind, letter.when_needed) == ("hard-day", True)
    assert "It waits until you need it." in ines.text

    # Months go by. Nothing comes and nobody writes; nobody reads it, Ines least of all.
    tick(at=clock.now() + 200 * DAY, sheets=False)
    assert not mails_for(running_site, world.member)
    others = (world.members[1], *world.facilitators, world.safety_lead, world.organisation_lead)
    for person in (world.member, *others):
        assert Visitor(running_site, person).open(f"/letters/{letter.code}/").status == 404
    for person in others:
        other = Visitor(running_site, person)
        other.open("/hard-day/")
        assert "a letter for a day like this" not in other.text
        other.open(f"/letters/{letter.code}/needed/")
        assert other.status in (404, 405)

    # The hard day is here. The page for it has the letter, closed; one press opens it.
    ines.open("/hard-day/")
    assert "You wrote yourself a letter for a day like this" in ines.text and "Zaunkoenig" not in ines.html
    form, sent = ines.filled("Open my letter", {})
    ines.press("Open my letter")
    assert WORDS in ines.text
    ines.post(form.action, sent)  # a second press, of a hand that shakes
    assert WORDS in ines.text
    assert not mails_for(running_site, world.member)
    events = AuditEntry.objects.filter(about_code=letter.code).order_by("number").values_list("event", flat=True)
    assert list(events)[:3] == [Event.LETTER_SEALED, Event.LETTER_DELIVERED, Event.LETTER_OPENED]
    assert list(events).count(Event.LETTER_DELIVERED) == 1

    # On the next hard day it is there to be read again.
    assert WORDS in ines.open("/hard-day/").follow("Read it again").text


def test_a_letter_that_waits_can_be_taken_back_unread(running_site: RunningSite, world: World) -> None:
    ines = written(running_site, world, {})
    ines.open("/letters/").follow("Take it back").press("Take it back")
    assert "The letter is gone." in ines.text
    assert not Letter.objects.filter(author=world.member).exists()
    assert "a letter for a day like this" not in ines.open("/hard-day/").text


def test_it_comes_again_in_a_week_when_its_reader_likes_that_and_not_again_when_not(
    running_site: RunningSite, world: World
) -> None:
    ines = written(running_site, world, {"when": "fortnight"}, "From a kinder future")
    letter = the_letter(world)
    assert letter.kind == "future"
    tick(at=morning(world, letter), sheets=False)
    ines.open(f"/letters/{letter.code}/").press("In about a week")
    assert "It comes back on" in ines.text
    assert len(mails_for(running_site, world.member)) == 1  # of its first coming

    letter = the_letter(world)
    tick(at=morning(world, letter) - timedelta(minutes=1), sheets=False)
    assert "is here again" not in ines.open("/letters/").text
    for _twice in (1, 2):
        tick(at=morning(world, letter), sheets=False)
    assert "is here again" in ines.open("/letters/").text
    assert letter.code in ines.open("/today/").html
    # The second mail knows no more than the first.
    said = [words_of(mail).casefold() for mail in mails_for(running_site, world.member)]
    assert len(said) == 2
    for never in ("zaunkoenig", "letter", "again", "ines", "circle", letter.code.casefold()):
        assert all(never not in words for words in said)

    ines.open(f"/letters/{letter.code}/").press("Not again")
    assert "It does not come back by itself." in ines.text
    tick(at=morning(world, letter) + 100 * DAY, sheets=False)
    assert "is here again" not in ines.open("/letters/").text
    assert len(mails_for(running_site, world.member)) == 2


def test_one_line_stays_in_view_until_it_is_put_away(running_site: RunningSite, world: World) -> None:
    ines = written(running_site, world, {})
    ines.open("/letters/").press("Open it now")
    ines.follow("Choose a line").press("Keep this line")
    assert ines.status == 422 and "Please choose one of the lines" in ines.text
    ines.press("Keep this line", {"line": "Make tea first."})
    assert "Make tea first." in ines.text and "Zaunkoenig" not in ines.html
    assert b"tea" not in bytes(the_letter(world).sealed_line)
    assert "Make tea first." in ines.open("/hard-day/").text
    for person in (world.members[1], *world.facilitators):
        for page in ("/letters/", "/hard-day/", f"/letters/{the_letter(world).code}/line/"):
            assert "Make tea" not in Visitor(running_site, person).open(page).html
    ines.open("/letters/").press("Put this line away")
    assert "Make tea first." not in ines.html
    assert "Make tea first." not in ines.open("/hard-day/").html


def test_the_same_letter_is_there_once_after_two_tabs_two_presses_and_an_ended_session(
    running_site: RunningSite, world: World
) -> None:
    ines = Visitor(running_site, world.member)
    form, first = ines.open("/letters/new/hard-day/").filled("Seal", {"text": WORDS})
    _, second = ines.open("/letters/new/hard-day/").filled("Seal", {"text": WORDS})
    for sent in (first, first, second, first):
        ines.post(form.action, sent)
        assert "Your letter is closed now" in ines.text
    assert Letter.objects.filter(author=world.member).count() == 1

    # In another kind of letter the session ends while Ines writes: the words come back, and seal once.
    form, sent = ines.open("/letters/new/future/").filled("Seal", {"text": "Later, dear.", "when": "month"})
    Session.objects.filter(session_key=ines.cookie()).delete()
    ines.post(form.action, sent)
    assert ines.status == 401 and "Later, dear." in ines.text
    again = Visitor(running_site, world.member)
    for _twice in (1, 2):
        again.open("/letters/new/future/").press("Seal", {"text": "Later, dear.", "when": "month"})
    assert Letter.objects.filter(author=world.member, kind="future").count() == 1


@pytest.mark.parametrize("how", ["the programme is over", "she left"])
def test_a_letter_comes_long_after_the_end_to_whoever_wrote_it(
    running_site: RunningSite, world: World, how: str
) -> None:
    far = (clock.now() + 300 * DAY).date()
    ines = written(running_site, world, {"when": "own", "day": far.isoformat()}, "From a wise friend")
    letter = the_letter(world)
    if how == "she left":
        Membership.objects.filter(user=world.member).update(left_at=clock.now())
    else:
        Gathering.objects.filter(group=world.group).update(state=Gathering.State.CLOSED)
        finishing.finish_group(group=world.group, by=world.actor(world.facilitator), at=clock.now())
    # Everything private goes after its time. What is still on its way does not.
    for days in (70, 80, 100, 150, 250):
        retention.run(at=clock.now() + days * DAY)
    tick(at=morning(world, letter), sheets=False)
    assert len(mails_for(running_site, world.member)) >= 1
    assert "has arrived" in ines.open("/letters/").text
    assert WORDS in ines.open(f"/letters/{letter.code}/").text

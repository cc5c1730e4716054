"""A letter to oneself: written on a good day, sealed, gone, and back on the day that was chosen."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.sessions.models import Session
from django.utils import timezone

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.writing.models import Draft, JournalEntry, Letter
from tests.site import RunningSite
from tests.walks.post import mails_for, words_of
from tests.walks.visitor import Visitor
from tests.world import World, make_world

WORDS = "Dear me, you carried the Zaunkoenig home. Rest now."
DAY = timedelta(days=1)


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """A member who lives in Auckland, where the day begins long before the server's."""
    world = make_world(members=2)
    world.member.zone = "Pacific/Auckland"
    world.member.save(update_fields=["zone"])
    return world


def the_letter(world: World) -> Letter:
    return Letter.objects.get(author=world.member)


def their_day(world: World, letter: Letter) -> datetime:
    """The first instant of the letter's day, where its author lives."""
    return datetime.combine(letter.deliver_on, datetime.min.time(), ZoneInfo(world.member.zone))


def sealed(site: RunningSite, world: World) -> Visitor:
    """Ines at her phone, after sealing a letter for two weeks from now."""
    ines = Visitor(site, world.member).open("/letters/").follow("From a wise friend")
    ines.press("Seal", {"text": WORDS, "when": "fortnight"})
    assert "Sealed. Your letter comes back on" in ines.text
    return ines


def test_a_letter_comes_back_on_its_day_and_to_nobody_else(running_site: RunningSite, world: World) -> None:
    ines = sealed(running_site, world)
    letter = the_letter(world)
    local_day = timezone.localdate(clock.now(), ZoneInfo(world.member.zone))
    assert letter.deliver_on == local_day + 14 * DAY
    assert b"Zaunkoenig" not in bytes(letter.sealed_body)

    # Until its day nobody can open it: not its writer, not by guessing its address, not with any role.
    assert "Zaunkoenig" not in ines.html
    everybody = (
        world.member,
        world.members[1],
        *world.facilitators,
        world.safety_lead,
        world.organisation_lead,
        make_world(members=1).member,
    )
    for person in everybody:
        assert Visitor(running_site, person).open(f"/letters/{letter.code}/").status == 404

    # Before breakfast, by the clock of Auckland, nothing comes; at eight in the morning it is there, once.
    for early in (-1, 7 * 60 + 59):
        tick(at=their_day(world, letter) + timedelta(minutes=early), sheets=False)
        assert the_letter(world).delivered_at is None
    for _ in range(2):
        tick(at=their_day(world, letter) + timedelta(hours=8), sheets=False)
    arrived = the_letter(world)
    assert arrived.delivered_at is not None and arrived.opened_at is None

    # One mail says that something is waiting. What, and from whom, it does not know.
    (mail,) = mails_for(running_site, world.member)
    said = words_of(mail).casefold()
    for never in ("zaunkoenig", "letter", "ines", "dear", "circle", "tuesday", letter.code):
        assert never.casefold() not in said

    # Ines opens it. Nobody else ever does, and the page is kept by no cache.
    assert f"/letters/{letter.code}/" in ines.open("/letters/").html
    ines.open(f"/letters/{letter.code}/")
    assert WORDS in ines.text
    assert ines.answer.headers["Cache-Control"] == "no-store"
    assert the_letter(world).opened_at is not None
    for person in everybody[1:]:
        other = Visitor(running_site, person).open(f"/letters/{letter.code}/")
        assert other.status == 404 and "Zaunkoenig" not in other.html
    events = AuditEntry.objects.filter(about_code=letter.code).order_by("number").values_list("event", flat=True)
    assert list(events) == [Event.LETTER_SEALED, Event.LETTER_DELIVERED, Event.LETTER_OPENED]


def test_a_letter_can_be_taken_back_before_its_day_and_never_comes(running_site: RunningSite, world: World) -> None:
    ines = sealed(running_site, world)
    letter = the_letter(world)
    other = Visitor(running_site, world.members[1])
    assert other.open(f"/letters/{letter.code}/withdraw/").status == 404
    ines.open(f"/letters/{letter.code}/withdraw/").press("Take")
    assert "The letter is gone." in ines.text
    tick(at=their_day(world, letter) + DAY, sheets=False)
    assert ines.open(f"/letters/{letter.code}/").status == 404
    assert not mails_for(running_site, world.member)
    kept = Letter.objects.filter(pk=letter.pk).first()
    assert kept is None or not bytes(kept.sealed_body)


def test_a_letter_without_words_or_day_is_asked_for_again_with_everything_in_place(
    running_site: RunningSite, world: World
) -> None:
    ines = Visitor(running_site, world.member).open("/letters/new/")
    ines.press("Seal", {"text": WORDS})
    assert ines.status == 422 and WORDS in ines.html
    ines.press("Seal", {"text": WORDS, "day": "1999-12-31"})
    assert ines.status == 422 and WORDS in ines.html
    ines.press("Seal", {"text": "  ", "when": "month", "day": ""})
    assert ines.status == 422
    assert not Letter.objects.filter(author=world.member).exists()


def test_half_a_journal_survives_a_session_that_ended(running_site: RunningSite, world: World) -> None:
    """The phone lies on the table, the session ends; after signing in again the words stand there as before."""
    ines = Visitor(running_site, world.member).open("/journal/new/day/")
    form, sent = next(
        (form, {name: [value] for name, value in form.fields}) for form in ines.page.forms if "feelings" in form.names
    )
    draft = ines.client.post("/draft/journal/", data=sent | {"feelings": [WORDS]}, headers={"Origin": running_site.url})
    assert draft.status_code == 204
    assert all(b"Zaunkoenig" not in bytes(row.sealed_body) for row in Draft.objects.filter(author=world.member))

    # The session ends. Sending the form now loses nothing: the words come back, to copy or to find in the draft.
    Session.objects.filter(session_key=ines.cookie()).delete()
    ines.post(form.action or "/journal/new/day/", sent | {"feelings": [WORDS + " And more."]})
    assert ines.status >= 400 and f"{WORDS} And more." in ines.text
    assert not JournalEntry.objects.filter(author=world.member).exists()

    # Tomas, on the same phone, sees an empty page. Ines finds her words.
    assert "Zaunkoenig" not in Visitor(running_site, world.members[1]).open("/journal/new/day/").html
    again = Visitor(running_site, world.member).open("/journal/new/day/")
    assert WORDS in again.html
    again.press("Save")
    assert "Saved. Only you can read it." in again.text
    entry = JournalEntry.objects.get(author=world.member)
    assert b"Zaunkoenig" not in bytes(entry.sealed_body)
    assert "Zaunkoenig" not in again.open("/journal/new/day/").html
    assert WORDS in again.open(f"/journal/{entry.code}/").text
    for person in (world.members[1], *world.facilitators, world.safety_lead, world.organisation_lead):
        assert Visitor(running_site, person).open(f"/journal/{entry.code}/").status == 404


def test_two_open_tabs_keep_one_entry_each_and_lose_none(running_site: RunningSite, world: World) -> None:
    """The same form sent twice is one entry; two forms are two; the older draft does not overwrite the newer."""
    ines = Visitor(running_site, world.member).open("/journal/new/day/")
    form, first = ines.filled("Save", {"feelings": "one"})
    _, second = ines.open("/journal/new/day/").filled("Save", {"feelings": "two"})
    for sent in (first, first, second, second, first):
        ines.post("/journal/new/day/", sent)
        assert ines.status == 200
    assert JournalEntry.objects.filter(author=world.member).count() == 2
    assert form.method == "post"

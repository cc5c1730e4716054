"""Taking back in real browsers: what somebody no longer shares goes from the open pages of others within seconds."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.sharing import handfuls
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing.models import JournalEntry
from tests.browser.axe import found_by_axe
from tests.browser.helpers import DESK, PHONE, Visits
from tests.site import RunningSite
from tests.world import World, make_world

pytestmark = pytest.mark.browser
WORDS = "I was kind to my knees."
AT_ONCE = 5.0
"""Seconds in which it has to be gone."""


@pytest.fixture
def world(running_site: RunningSite) -> Iterator[World]:
    now = clock.now()
    with running_site.database():
        world = make_world(members=6, at=now - timedelta(days=3), first_at=now + timedelta(days=3))
    yield world


def entry_of(world: World, number: int = 0) -> JournalEntry:
    who = world.members[number]
    return writing.write_entry(
        text=WORDS, practice="p09-three-line-day", client_key=f"browser {who.code}", author=who, by=world.actor(who),
        at=clock.now(),
    )  # fmt: skip


def ten_minutes_pass(world: World) -> None:
    for row in Share.objects.filter(group=world.group):
        row.since, row.seen_from = row.since - timedelta(minutes=11), row.seen_from - timedelta(minutes=11)
        row.save()


def share(page: Page, entry: JournalEntry, step: str, words: str = WORDS, *, axe: bool = False) -> None:
    page.goto(f"/share/journal/{entry.code}/")
    assert page.get_by_role("radio", name="Only me").is_checked()
    page.get_by_label("The words to share").fill(words)
    page.get_by_role("radio", name=re.compile(f"^{step}")).check()
    page.get_by_role("button", name="Look first").click()
    expect(page.get_by_role("heading", name="This is how it would stand there")).to_be_visible()
    assert not axe or found_by_axe(page) == set()
    page.get_by_role("button", name="Yes, share it").click()
    expect(page.get_by_text("It has not gone yet.")).to_be_visible()


def test_taken_back_it_is_gone_from_every_open_page_within_seconds(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    with running_site.database():
        entry = entry_of(world)
    ines = visits.enter(world.member, f"/share/journal/{entry.code}/", bypass_csp=True, **PHONE)
    assert found_by_axe(ines) == set()
    share(ines, entry, "The group, with my name", axe=True)
    with running_site.database():
        ten_minutes_pass(world)
    circle = f"/circle-words/{world.group.code}/"
    desk = f"/desk/groups/{world.group.code}/shared/"
    tomas = visits.enter(world.members[1], circle, bypass_csp=True, **PHONE)
    wren = visits.enter(world.members[2], circle, bypass_csp=True, **DESK)
    ada = visits.enter(world.facilitator, desk, bypass_csp=True, **DESK)
    for page in (tomas, wren, ada):
        expect(page.get_by_text(WORDS)).to_be_visible()
        assert found_by_axe(page) == set()

    # A sign, and the page keeps the place where somebody is.
    sign = tomas.get_by_role("button", name="With you")
    sign.click()
    expect(sign).to_have_attribute("aria-pressed", "true")
    expect(sign).to_be_focused()
    ines.goto("/what-i-share/")
    expect(ines.get_by_text("A kind sign came")).to_be_visible()
    assert found_by_axe(ines) == set()
    expect(wren.get_by_role("button", name="With you")).to_have_attribute("aria-pressed", "false")

    ines.get_by_role("link", name="Change who reads it").click()
    assert found_by_axe(ines) == set()
    ines.get_by_role("button", name="Take it back").click()
    expect(ines.get_by_text("It is yours alone again")).to_be_visible()
    gone_at = time.monotonic() + AT_ONCE
    for page in (tomas, wren, ada):
        expect(page.get_by_text(WORDS)).to_have_count(0, timeout=max(1.0, (gone_at - time.monotonic()) * 1000))
    # And the way back in the browser brings nothing back.
    for page, path in ((tomas, circle), (ada, desk)):
        page.goto("/help/")
        page.go_back()
        assert WORDS not in page.content() and path in page.url


def test_what_those_who_lead_have_open_goes_too(visits: Visits, running_site: RunningSite, world: World) -> None:
    with running_site.database():
        entry = entry_of(world)
    ines = visits.enter(world.member, "/what-i-share/", **PHONE)
    share(ines, entry, "Those who lead")
    with running_site.database():
        ten_minutes_pass(world)
    ada = visits.enter(world.facilitator, f"/desk/groups/{world.group.code}/shared/", bypass_csp=True, **DESK)
    ada.get_by_role("link", name="Ines", exact=True).click()
    expect(ada.get_by_text(WORDS)).to_be_visible()
    assert found_by_axe(ada) == set()
    ines.goto("/what-i-share/")
    ines.get_by_role("button", name="Take it back").click()
    expect(ada.get_by_role("heading", name="This is no longer shared")).to_be_visible(timeout=AT_ONCE * 1000)
    assert WORDS not in ada.content()


def test_a_handful_goes_from_open_pages_when_one_of_four_takes_theirs_back(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    phones = [visits.enter(world.members[number], "/what-i-share/", **PHONE) for number in range(4)]
    with running_site.database():
        entries = [entry_of(world, number) for number in range(4)]
    for number, phone in enumerate(phones):
        share(phone, entries[number], "The group, without my name", f"Amsel {number}")
    with running_site.database():
        ten_minutes_pass(world)
        handfuls.gather_due(at=clock.now() + timedelta(days=1, minutes=30))
    reader = visits.enter(world.members[5], f"/circle-words/{world.group.code}/", **PHONE)
    for number in range(4):
        expect(reader.get_by_text(f"Amsel {number}")).to_be_visible()
    phones[2].goto("/what-i-share/")
    phones[2].get_by_role("button", name="Take it back").click()
    expect(reader.get_by_text("Amsel")).to_have_count(0, timeout=AT_ONCE * 1000)
    expect(reader.get_by_text("Nothing stands here now.")).to_be_visible()


def test_whoever_leaves_or_no_longer_leads_keeps_nothing_open(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    with running_site.database():
        entry = entry_of(world)
    ines = visits.enter(world.member, "/what-i-share/", **PHONE)
    share(ines, entry, "The group, with my name")
    with running_site.database():
        ten_minutes_pass(world)
    tomas = visits.enter(world.members[1], f"/circle-words/{world.group.code}/", **PHONE)
    bo = visits.enter(world.facilitators[1], f"/desk/groups/{world.group.code}/shared/", **DESK)
    for page in (tomas, bo):
        expect(page.get_by_text(WORDS)).to_be_visible()
    with running_site.database():
        gone = (world.members[1], world.facilitators[1])
        Membership.objects.filter(group=world.group, user__in=gone).update(left_at=clock.now())
    for page in (tomas, bo):
        expect(page.get_by_text(WORDS)).to_have_count(0, timeout=AT_ONCE * 1000)
        visits.seen[page].forget()  # the browser complains of the answer that it was right to get

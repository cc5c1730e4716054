"""Hostile texts in a real browser: nothing runs, nothing is asked of anybody, and the page keeps its shape."""

import json
from datetime import timedelta

import pytest
from playwright.sync_api import Page

from kindcircle.base.lib import clock, codes
from kindcircle.base.vault import seals
from kindcircle.rooms.conversations import actions as conversations
from kindcircle.rooms.conversations.actions import LONGEST
from kindcircle.rooms.conversations.models import Conversation
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.preparing import actions as preparing
from kindcircle.rooms.preparing.actions import LONGEST_LINE
from kindcircle.rooms.writing import actions as writing
from kindcircle.rooms.writing.models import JournalEntry, Letter
from tests.browser.helpers import PHONE, Visits
from tests.doors.web.member.people import mid_course
from tests.hostile import ODD, heaps
from tests.site import RunningSite
from tests.world import World

pytestmark = pytest.mark.browser

WATCH = "window.kindcircleHit = () => { window.wasHit = true; };"
AMISS = """() => ({
    hit: Boolean(window.wasHit),
    sideways: document.documentElement.scrollWidth - document.documentElement.clientWidth,
    strangers: [...document.querySelectorAll("main iframe, main object, main embed, main style, main base")].length,
    fields: [...document.querySelectorAll("[onerror], [onload], [onfocus], [onmouseover], [ontoggle]")].length,
})"""


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """Ines wrote all of them: in her journal, in letters, to those who lead, in her plan, and as her name."""
    world = mid_course(clock.now())
    me, by, at = world.member, world.actor(world.member), clock.now()
    own = {"author": me, "by": by, "at": at}
    for heap in heaps(writing.LONGEST - 100):
        words = json.dumps({"feelings": heap})
        writing.write_entry(text=words, practice="p09-three-line-day", client_key=codes.new_code(), **own)
        on = at.date() + timedelta(days=9)
        letter = writing.write_letter(text=heap, deliver_on=on, client_key=codes.new_code(), **own)
        Letter.objects.filter(pk=letter.pk).update(delivered_at=at)
    place = Membership.objects.select_related("user", "group__organisation").get(user=me)
    for number, heap in enumerate(heaps(LONGEST)):
        when = at - timedelta(hours=30 - number)
        if number < 20:
            conversations.write(place=place, text=heap, client_key=codes.new_code(), by=by, at=when)
    preparing.keep_plan(person=me, lines={"my-signs": next(heaps(LONGEST_LINE)), "my-people": ODD[4]}, by=by, at=at)
    preparing.share_plan(person=me, by=by, at=at)
    me.sealed_name = seals.NAME.seal('"><svg onload=kindcircleHit()>' + ODD[0], code=me.code, holder=me)
    me.save(update_fields=["sealed_name"])
    return world


def looked_at(page: Page, visits: Visits, path: str) -> list[str]:
    """What is amiss on one page."""
    visits.seen[page].forget()
    page.goto(path)
    page.wait_for_load_state("networkidle")
    found = page.evaluate(AMISS)
    amiss = [f"{path}: {name} {value}" for name, value in found.items() if value]
    seen = visits.seen[page]
    host = page.url.split("/")[2]
    return amiss + [f"{path}: {one}" for one in (*seen.complaints, *seen.strangers(host))]


def test_nothing_runs_and_no_page_bursts(visits: Visits, world: World) -> None:
    dialogs: list[str] = []
    amiss: list[str] = []
    member = visits.enter(world.member, "/today/", init=WATCH, **PHONE)
    lead = visits.enter(world.facilitator, "/desk/", init=WATCH, **PHONE)
    for page in (member, lead):
        page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    entries = JournalEntry.objects.filter(author=world.member).values_list("code", flat=True)
    letters = Letter.objects.filter(author=world.member).values_list("code", flat=True)
    talk = Conversation.objects.get(group=world.group)
    place = Membership.objects.get(user=world.member)
    own = [
        "/today/",
        "/journal/",
        "/letters/",
        "/support-plan/",
        "/hard-day/",
        f"/messages/{place.code}/",
        "/my-words/",
    ]
    own += [f"/journal/{code}/" for code in entries] + [f"/letters/{code}/" for code in letters]
    theirs = ["/desk/", f"/desk/groups/{world.group.code}/", f"/desk/messages/{talk.code}/"]
    for path in own:
        amiss += looked_at(member, visits, path)
    for path in theirs:
        amiss += looked_at(lead, visits, path)
    print(f"\n{len(own) + len(theirs)} pages, {len(entries)} entries and {len(letters)} letters of hostile texts")
    assert not dialogs and not amiss, amiss[:12]

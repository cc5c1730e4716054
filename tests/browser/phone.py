"""Somebody whose phone keeps the site: saying yes, and what they find of their words afterwards."""

import json
from collections import Counter
from typing import Any

from django.contrib.sessions.models import Session
from playwright.sync_api import Error, Page, expect

from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.rooms.writing import actions, own_key
from kindcircle.rooms.writing.models import Draft, JournalEntry
from tests.browser.helpers import Line, Visits, wait_until
from tests.own_key import locked_twice, proof_of
from tests.site import RunningSite
from tests.world import World

# Everything that a browser keeps of a site, as text; sealed values also as the bytes they are.
DUMP = """async () => {
  const found = [];
  for (const name of await caches.keys()) {
    const store = await caches.open(name);
    for (const asked of await store.keys()) {
      found.push(name, asked.url, await (await store.match(asked)).text());
    }
  }
  for (const { name } of await indexedDB.databases()) {
    const base = await new Promise((go) => {
      const asked = indexedDB.open(name);
      asked.onsuccess = () => go(asked.result);
    });
    for (const store of base.objectStoreNames) {
      const all = base.transaction(store).objectStore(store).getAll();
      await new Promise((go) => (all.onsuccess = go));
      const plain = (key, value) => value instanceof Uint8Array ? new TextDecoder("latin1").decode(value) : value;
      found.push(...all.result.map((one) => JSON.stringify(one, plain)));
      found.push(...all.result.filter((one) => one.sealed).map((one) => atob(one.sealed)));
    }
    base.close();
  }
  for (const store of [localStorage, sessionStorage]) found.push(JSON.stringify(store));
  return found;
}"""
HERE = """async () => [(await caches.keys()).length, (await indexedDB.databases()).length,
  (await navigator.serviceWorker.getRegistrations()).length]"""
WAITING = """async () => {
  if (!(await indexedDB.databases()).length) return 0;
  const base = await new Promise((go) => {
    const asked = indexedDB.open("kindcircle");
    asked.onsuccess = () => go(asked.result);
  });
  const all = base.transaction("parcels").objectStore("parcels").count();
  await new Promise((go) => (all.onsuccess = go));
  base.close();
  return all.result;
}"""


GONE = "Nobody can open them any more"
KEY = b"k" * 32
OTHERS = "Sealed words of somebody else wait here too."
MINE = "Some of your words wait here for a line."
ASKED = "Some of your words could not be sent."


def live(page: Page, name: str) -> Any:
    return page.locator(f"[data-live={name}]")


def say_yes(page: Page) -> None:
    page.goto("/phone/")
    page.get_by_role("button", name="Keep it on this phone").click()
    expect(live(page, "phone-said")).to_have_text("It is kept on this phone.", timeout=20_000)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")


def put_in_journal(page: Page, words: str) -> None:
    page.locator("#feelings").fill(words)
    page.get_by_role("button", name="Put it in my journal").click()


def write(page: Page, words: str) -> None:
    """On the page without a line, and told what became of it."""
    page.goto("/phone/write/")
    put_in_journal(page, words)
    expect(page.get_by_text("sealed. It comes to your journal when there is a line.")).to_be_visible()


def comes(page: Page, person: User, world: World, *, way_in: str = "") -> None:
    """They are here with a line, and what waited comes to their journal: the one word, once."""
    if way_in:
        page.goto(way_in)
    page.goto("/today/")
    wait_until(lambda: waiting(page) == 0, page, what="the words to come")
    assert [one["feelings"] for one in entries(person, world)] == ["Amsel"]


def kept_here(page: Page) -> list[int]:
    """How many stores, databases and workers there are."""
    found: list[int] = page.evaluate(HERE)
    return found


def waiting(page: Page) -> int:
    """How many parcels lie on this phone."""
    while True:
        try:
            found: int = page.evaluate(WAITING)
        except Error:  # the page fills itself anew in this moment
            page.wait_for_load_state()
        else:
            return found


def in_clear(page: Page, *words: str) -> list[str]:
    """Which of these lie in the browser where somebody could read them."""
    return [word for told in page.evaluate(DUMP) for word in words if word in told]


def entries(person: User, world: World) -> list[dict[str, str]]:
    rows = JournalEntry.objects.filter(author=person).order_by("written_at", "pk")
    return [json.loads(actions.open_entry(entry=row, by=world.actor(person))) for row in rows]


def draft(person: User, world: World, kind: str) -> dict[str, str]:
    return actions.open_draft(kind=kind, author=person, by=world.actor(person)).boxes


def how_often(person: User, world: World) -> Counter[str]:
    """Every word that this person finds in their journal and their drafts, and how often."""
    boxes = [*entries(person, world)]
    kinds = {one.kind.partition(" ")[0] for one in Draft.objects.filter(author=person)}
    boxes += [draft(person, world, kind) for kind in kinds]
    return Counter(word for box in boxes for text in box.values() for word in text.split())


def own_key_on(person: User, group: World) -> None:
    own_key.turn_on(
        code=codes.new_code(),
        keys=locked_twice(KEY, person=person.code),
        proof=proof_of(KEY),
        person=person,
        by=group.actor(person),
        at=clock.now(),
    )


def told(page: Page, state: str) -> None:
    line = page.locator("form[data-kind=journal] .draft-state")
    expect(line).to_have_text(line.get_attribute(f"data-say-{state}") or "-")


def signs_in(tab: Page, other: User, line: Line, site: RunningSite) -> None:
    """The session of whoever was here ends; somebody else comes, in this tab of the same browser."""
    Session.objects.all().delete()
    line.mend()
    tab.goto(site.entry_path(other))
    tab.goto("/today/")
    wait_until(lambda: kept_here(tab)[0] == 0, tab, what="the pages to go")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def left_words(page: Page, line: Line, other: User, site: RunningSite) -> None:
    """Somebody writes without a line; their session ends, and somebody else signs in on the same phone."""
    say_yes(page)
    line.cut()
    write(page, "Amsel")
    signs_in(page, other, line, site)


def without_a_line(page: Page, line: Line, visits: Visits) -> None:
    """The page is open from before, and words were written since that cannot go."""
    page.goto("/phone/")
    page.wait_for_load_state("networkidle")
    line.cut()
    tab = visits.page(page.context)
    write(tab, "Drossel")
    tab.close()
    press(page, "Take it off this phone")
    expect(live(page, "phone-said")).to_contain_text(ASKED)

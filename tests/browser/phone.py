"""Somebody whose phone keeps the site: saying yes, and what they find of their words afterwards."""

import json
from collections import Counter
from typing import Any

from playwright.sync_api import Error, Page, expect

from kindcircle.base.people.models import User
from kindcircle.rooms.writing import actions
from kindcircle.rooms.writing.models import Draft, JournalEntry
from tests.browser.helpers import wait_until
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

"""One's own key in a real browser: what is written under it never reaches the site, and comes back to its writer.

Every request of the browser is kept and searched, and so is everything the site has on its disk.
"""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote_plus
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from playwright.sync_api import Page, Request, expect

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.writing import actions, own_key
from kindcircle.rooms.writing.models import Draft, JournalEntry, Letter
from kindcircle.rooms.writing.models_own_key import OwnKey
from tests.browser.axe import found_by_axe, found_by_night
from tests.browser.helpers import DESK, PHONE, Visits, wait_until
from tests.own_key import lock_words, open_key, open_words
from tests.site import RunningSite
from tests.world import World, make_world

pytestmark = pytest.mark.browser

PASSPHRASE = "seven slow herons at noon"
WORD = "Schneeammer"  # a word that stands nowhere else; every text written here holds it
SECONDS = 30_000  # ms; the passphrase is made slow to try


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=2)


@dataclass
class Sent:
    """Everything a browser sent: addresses, headers and bodies."""

    all: list[str] = field(default_factory=list)

    def watch(self, page: Page) -> None:
        page.on("request", self._note)

    def _note(self, request: Request) -> None:
        body = request.post_data_buffer or b""
        self.all.append(f"{request.url}\n{json.dumps(request.headers)}\n{body.decode('utf-8', 'replace')}")

    def holds(self, word: str) -> list[str]:
        return [one.partition("\n")[0] for one in self.all if word in unquote_plus(one) or word in one]


def secure(visits: Visits, user: User, path: str, site: RunningSite, **options: object) -> tuple[Page, Sent]:
    """Somebody at a device of their own. Keys are made only on pages that a browser takes for safe: by name."""
    page = visits.enter(user, path, url=f"http://localhost:{site.port}", **options)
    page.set_default_timeout(SECONDS)
    sent = Sent()
    sent.watch(page)
    return page, sent


def turn_on(page: Page) -> str:
    """Walk through turning it on. Gives back the recovery code as it stood there to copy."""
    page.goto("/my-words/own-key/")
    page.get_by_role("link", name="Go on").click()
    page.get_by_label("I know that nobody can bring them back").check()
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Your passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Go on").click()
    groups = page.locator("[data-groups] li").all_inner_texts()
    assert len(groups) == 7 and all(len(group) == 4 for group in groups)
    page.get_by_role("button", name="I have it on paper").click()
    for box, number in zip(
        page.locator("[data-step=check] input").all(),
        page.locator("[data-step=check] [data-number]").all_inner_texts(),
        strict=True,
    ):
        box.fill(groups[int(number) - 1].lower())
    page.locator("[data-step=check]").get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Your own key is on.")).to_be_visible(timeout=SECONDS)
    return "-".join(groups)


def write_a_day(page: Page, words: str) -> None:
    page.goto("/journal/new/day/")
    page.get_by_role("textbox").first.fill(words)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("Saved. Only you can read it.")).to_be_visible(timeout=SECONDS)


def whole_disk(site: RunningSite) -> bytes:
    """What the site has: its database and what lies beside it, its logs, its mail."""
    heap = b"".join(file.read_bytes() for file in site.home.rglob("*") if file.is_file() and "static" not in file.parts)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace")
            for (table,) in cursor.fetchall():
                cursor.execute(f'SELECT t::text FROM "{table}" t')
                heap += "\n".join(row[0] for row in cursor.fetchall()).encode()
    return heap


def opened_by_the_site(person: User) -> list[str]:
    """All that the site itself can open of somebody's writing, with all of its own keys."""
    bodies = [
        seals.JOURNAL.open(e.sealed_body, code=e.code, holder=person)
        for e in JournalEntry.objects.filter(author=person).order_by("pk")
    ]
    bodies += [
        seals.LETTER.open(e.sealed_body, code=e.code, holder=person) for e in Letter.objects.filter(author=person)
    ]
    return bodies + [
        seals.DRAFT.open(e.sealed_body, code=e.code, holder=person) for e in Draft.objects.filter(author=person)
    ]


def test_what_is_written_under_ones_own_key_never_reaches_the_site(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    ines = world.member
    phone, sent = secure(visits, ines, "/journal/", running_site, **PHONE)
    code = turn_on(phone)
    assert sent.holds(PASSPHRASE) == [] and sent.holds("herons") == []
    assert sent.holds(code) == [] and sent.holds(code[:4]) == []

    # A draft is kept while she types, and finds its way back. It does not ask again: the key was opened this visit.
    phone.goto("/journal/new/day/")
    phone.get_by_role("textbox").first.fill(f"A {WORD} sat there, half")
    expect(phone.get_by_text("Kept as a draft.").first).to_be_visible()
    phone.reload()
    expect(phone.get_by_text("You began this before.")).to_be_visible()
    expect(phone.get_by_role("textbox").first).to_have_value(f"A {WORD} sat there, half")
    phone.get_by_role("textbox").first.fill(f"A {WORD} sat there.\n\nIt <b>stayed</b>.")
    phone.get_by_role("button", name="Save", exact=True).click()
    expect(phone.get_by_text("Saved. Only you can read it.")).to_be_visible()
    assert not Draft.objects.filter(author=ines).exists()

    # She reads it as she wrote it.
    phone.locator("main .list a").first.click()
    expect(phone.get_by_text("It <b>stayed</b>.")).to_be_visible()
    expect(phone.locator(".own-words p")).to_have_count(2)

    # Nothing of it went out, nothing of it is there, and the site's own keys open nothing of it.
    assert sent.all and sent.holds(WORD) == []
    assert WORD.encode() not in whole_disk(running_site)
    [body] = opened_by_the_site(ines)
    assert own_key.is_locked(body)
    assert visits.seen[phone].complaints == []

    # What the browser locked, other tools open with the passphrase and with the code: the format is what it says.
    entry = JournalEntry.objects.get(author=ines)
    by = actor_for(ines, strong=True)
    locks = own_key.locked_keys(OwnKey.objects.select_related("person").get(person=ines), by=by)
    for way, secret in (("passphrase", PASSPHRASE), ("code", code)):
        key = open_key(locks[way], way, secret, person=ines.code)
        words = open_words(key, body, kind="journal", code=entry.code, person=ines.code)
        assert list(json.loads(words).values()) == [f"A {WORD} sat there.\n\nIt <b>stayed</b>."]
    assert locks["passphrase"]["n"] == 2**17

    # And the other way round: the browser opens what other tools locked.
    there = {"kind": "journal", "code": entry.code, "person": ines.code}
    value = lock_words(key, json.dumps({"feelings": "Locked elsewhere: äöü 🌿"}, ensure_ascii=False), **there)
    entry.sealed_body = seals.JOURNAL.seal(value, code=entry.code, holder=ines)
    entry.save(update_fields=["sealed_body"])
    phone.goto(f"/journal/{entry.code}/")
    expect(phone.get_by_text("Locked elsewhere: äöü 🌿")).to_be_visible()


def test_a_letter_comes_back_on_a_new_device_by_the_code_on_paper(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    ines = world.member
    desk, sent = secure(visits, ines, "/letters/", running_site, **DESK)
    code = turn_on(desk)
    desk.goto("/letters/new/")
    desk.get_by_label("In two weeks").check()
    desk.locator("textarea").fill(f"Dear me, the {WORD} is back.")
    desk.get_by_role("button", name="Seal the letter").click()
    expect(desk.get_by_text("Your letter comes back on")).to_be_visible()
    assert sent.holds(WORD) == [] and WORD.encode() not in whole_disk(running_site)

    # The device is lost, with all that was on it. The letter's day comes.
    visits.leave()
    letter = Letter.objects.get(author=ines)
    day = datetime.combine(letter.deliver_on, datetime.min.time(), ZoneInfo(ines.zone))
    tick(at=day + timedelta(hours=9), sheets=False)
    letter.refresh_from_db()
    assert letter.delivered_at is not None

    # On a new one she has the paper, not the passphrase.
    phone, sent = secure(visits, ines, f"/letters/{letter.code}/", running_site, **PHONE)
    expect(phone.get_by_role("heading", name="Open it with your own key")).to_be_visible()
    phone.get_by_label("Your passphrase").fill("seven slow herons at moon")
    phone.get_by_role("button", name="Open", exact=True).click()
    expect(phone.get_by_text("That did not open it. Capital letters")).to_be_visible(timeout=SECONDS)
    phone.get_by_text("I do not have my passphrase").click()
    phone.get_by_label("Your recovery code").fill(code.replace("-", " ").lower())
    phone.get_by_role("button", name="Open with the code").click()
    expect(phone.get_by_text(f"Dear me, the {WORD} is back.")).to_be_visible(timeout=SECONDS)
    assert sent.holds(WORD) == [] and sent.holds("herons") == [] and sent.holds(code[:4]) == []

    # She chooses a new passphrase with it. The letter is not locked anew, and opens with the new one alone.
    before = bytes(letter.sealed_body)
    phone.goto("/my-words/own-key/change/passphrase/")
    phone.get_by_text("I do not have my passphrase").click()
    phone.locator("#own-code").fill(code)
    phone.get_by_role("button", name="Open with the code").click()
    phone.locator("#make-passphrase").fill("a different pond, much smaller")
    phone.get_by_role("button", name="Go on").click()
    expect(phone.get_by_text("Changed.")).to_be_visible(timeout=SECONDS)
    phone.get_by_role("button", name="Close it on this device").click()
    phone.goto(f"/letters/{letter.code}/")
    phone.get_by_label("Your passphrase").fill(PASSPHRASE)
    phone.get_by_role("button", name="Open", exact=True).click()
    expect(phone.get_by_text("That did not open it. Capital letters")).to_be_visible(timeout=SECONDS)
    phone.get_by_label("Your passphrase").fill("a different pond, much smaller")
    phone.get_by_role("button", name="Open", exact=True).click()
    expect(phone.get_by_text(f"Dear me, the {WORD} is back.")).to_be_visible(timeout=SECONDS)
    letter.refresh_from_db()
    assert bytes(letter.sealed_body) == before


@pytest.mark.parametrize("spoil", ["flipped", "from another page", "of another kind", "cut off", "another key"])
def test_a_value_that_was_tampered_with_is_said_so_kindly(
    visits: Visits, running_site: RunningSite, world: World, spoil: str
) -> None:
    ines = world.member
    phone, _ = secure(visits, ines, "/journal/", running_site, **PHONE)
    turn_on(phone)
    write_a_day(phone, f"First {WORD}")
    write_a_day(phone, f"Second {WORD}")
    first, second = JournalEntry.objects.filter(author=ines).order_by("pk")
    value, other = opened_by_the_site(ines)
    at = len(value) // 2
    bad = {
        "flipped": value[:at] + ("A" if value[at] != "A" else "B") + value[at + 1 :],
        "from another page": other,
        "of another kind": lock_words(bytes(32), "x", kind="letter", code=first.code, person=ines.code),
        "cut off": value[: -4 * 64],
        "another key": lock_words(bytes(32), "x", kind="journal", code=first.code, person=ines.code),
    }[spoil]
    first.sealed_body = seals.JOURNAL.seal(bad, code=first.code, holder=ines)
    first.save(update_fields=["sealed_body"])
    phone.goto(f"/journal/{first.code}/")
    expect(phone.get_by_text("This page does not open with your key.")).to_be_visible()
    assert WORD not in phone.locator("main").inner_text()
    phone.goto(f"/journal/{second.code}/")
    expect(phone.get_by_text(f"Second {WORD}")).to_be_visible()


def test_older_pages_are_locked_over_taken_along_and_handed_back(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    ines, now = world.member, clock.now()
    own = {"author": ines, "by": world.actor(ines), "at": now}
    old = json.dumps({"feelings": f"Long ago a {WORD}"})
    entry = actions.write_entry(text=old, practice="p09-three-line-day", client_key="old", **own)
    day = now.date() + timedelta(days=9)
    letter = actions.write_letter(text=f"Dear {WORD}", deliver_on=day, client_key="post", **own)
    actions.save_draft(kind="letter", box="text", text=f"half a {WORD}", page="x", version=0, **own)
    desk, sent = secure(visits, ines, "/journal/", running_site, accept_downloads=True, **DESK)
    turn_on(desk)
    expect(desk.get_by_text("3 pages are from before, and kept as they were.")).to_be_visible()

    # The line breaks in the middle: what is done is done, the rest is as it was, and she goes on from there.
    desk.get_by_role("link", name="Lock the older pages too").click()
    desk.route(f"**/pieces/letter/{letter.code}/", lambda route: route.abort())
    desk.get_by_role("button", name="Lock them now").click()
    expect(desk.get_by_text("This broke off. Nothing is lost")).to_be_visible()
    entry.refresh_from_db()
    letter.refresh_from_db()
    assert (entry.own_key, letter.own_key) == (True, False)
    desk.unroute(f"**/pieces/letter/{letter.code}/")
    desk.get_by_role("button", name="Lock them now").click()
    desk.wait_for_url("**/my-words/own-key/")
    assert own_key.pieces(ines, own_key=False) == []
    assert all(WORD not in body for body in opened_by_the_site(ines))
    assert sent.holds(WORD) == [], "words came down to be locked, and only locked ones went up"

    # A file to read, made on her device. The site's own archive has the locked values, with a sentence.
    desk.get_by_role("link", name="My words to read").click()
    with desk.expect_download() as downloading:
        desk.get_by_role("button", name="Make the file").click()
    text = downloading.value.path().read_text()
    assert f"Long ago a {WORD}" in text and f"Dear {WORD}" in text and f"half a {WORD}" in text
    assert sent.holds(WORD) == []

    # A draft from before is on its page again, and the letter's words are not shown before their day.
    desk.goto("/letters/new/")
    expect(desk.locator("textarea")).to_have_value(f"half a {WORD}")

    # Off again: everything is as it was, word for word.
    desk.goto("/my-words/own-key/off/")
    desk.get_by_role("button", name="Open all and turn it off").click()
    expect(desk.get_by_text("Your own key is off.")).to_be_visible(timeout=SECONDS)
    assert not OwnKey.objects.filter(person=ines).exists()
    assert opened_by_the_site(ines) == [old, f"Dear {WORD}", json.dumps({"text": f"half a {WORD}"})]


def test_a_page_that_was_open_since_before_cannot_slip_readable_words_in(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    ines = world.member
    phone, _ = secure(visits, ines, "/journal/", running_site, **PHONE)
    older = phone.context.new_page()
    older.goto("/journal/new/day/")
    turn_on(phone)
    older.get_by_role("textbox").first.fill("typed on the old page")
    older.get_by_role("button", name="Save", exact=True).click()
    expect(older.get_by_text("Your own key is on now. Your words are still here")).to_be_visible()
    assert not JournalEntry.objects.filter(author=ines).exists()
    older.get_by_role("button", name="Save", exact=True).click()
    expect(older.get_by_text("Saved. Only you can read it.")).to_be_visible(timeout=SECONDS)
    [body] = opened_by_the_site(ines)
    assert own_key.is_locked(body)


def test_leaving_shuts_the_key_and_a_new_visit_asks(visits: Visits, running_site: RunningSite, world: World) -> None:
    ines = world.member
    phone, _ = secure(visits, ines, "/journal/", running_site, **PHONE)
    turn_on(phone)
    write_a_day(phone, f"One {WORD}")
    entry = JournalEntry.objects.get(author=ines)
    phone.goto(f"/journal/{entry.code}/")
    expect(phone.get_by_text(f"One {WORD}")).to_be_visible()

    # As after a power cut: the session is over on the site, and the device could not clear anything.
    phone.context.clear_cookies()
    phone.goto(running_site.entry_path(ines))
    phone.goto(f"/journal/{entry.code}/")
    expect(phone.get_by_role("heading", name="Open it with your own key")).to_be_visible()
    assert WORD not in phone.locator("main").inner_text()
    left = phone.evaluate("async () => (await indexedDB.databases()).length")
    phone.get_by_label("Your passphrase").fill(PASSPHRASE)
    phone.get_by_role("button", name="Open", exact=True).click()
    expect(phone.get_by_text(f"One {WORD}")).to_be_visible(timeout=SECONDS)
    assert left <= 1

    # Leave this page: nothing of it stays in the browser's store.
    count = """() => new Promise((good) => {
        const asked = indexedDB.open('own-key', 1);
        asked.onupgradeneeded = () => asked.result.createObjectStore('own-key');
        asked.onsuccess = () => {
            const all = asked.result.transaction('own-key').objectStore('own-key').count();
            all.onsuccess = () => { asked.result.close(); good(all.result); };
        };
    })"""
    assert phone.evaluate(count) == 1
    phone.request.get("/leave/", max_redirects=0)
    phone.evaluate("document.dispatchEvent(new CustomEvent('kindcircle:save-now'))")
    wait_until(lambda: phone.evaluate(count) == 0, phone, what="an empty store")


def test_without_script_the_page_says_what_it_needs(visits: Visits, running_site: RunningSite, world: World) -> None:
    ines = world.member
    phone, _ = secure(visits, ines, "/journal/", running_site, **PHONE)
    turn_on(phone)
    write_a_day(phone, f"One {WORD}")
    visits.leave()
    plain, _ = secure(visits, ines, "/journal/new/day/", running_site, java_script_enabled=False, **PHONE)
    # Playwright turns scripts off too late for the parser to show <noscript>; that it stands there has to do.
    assert "this page needs JavaScript" in plain.content()
    assert not plain.locator("textarea").first.is_visible()
    assert plain.locator("form[data-own-key] textarea[name]").count() == 0, "nothing could be sent readable"
    plain.get_by_role("link", name="Help now").first.click()
    expect(plain.locator("h1")).to_be_visible()


def test_a_passkey_opens_it_where_the_device_has_one_and_can_be_taken_away(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    ines = world.member
    phone, _ = secure(visits, ines, "/journal/", running_site, **PHONE)
    line = phone.context.new_cdp_session(phone)
    line.send("WebAuthn.enable")
    keeper = {
        "protocol": "ctap2",
        "ctap2Version": "ctap2_1",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": True,
        "automaticPresenceSimulation": True,
        "hasPrf": True,
    }
    line.send("WebAuthn.addVirtualAuthenticator", {"options": keeper})
    turn_on(phone)
    write_a_day(phone, f"One {WORD}")
    entry = JournalEntry.objects.get(author=ines)
    phone.goto("/my-words/own-key/change/passkey/")
    phone.get_by_label("Your passphrase", exact=True).first.fill(PASSPHRASE)
    phone.get_by_role("button", name="Open", exact=True).click()
    phone.locator("[data-again]").click(timeout=SECONDS)
    expect(phone.get_by_text("Changed.")).to_be_visible(timeout=SECONDS)
    phone.get_by_role("button", name="Close it on this device").click()
    phone.goto(f"/journal/{entry.code}/")
    phone.get_by_role("button", name="Use my passkey").click()
    expect(phone.get_by_text(f"One {WORD}")).to_be_visible(timeout=SECONDS)

    phone.goto("/my-words/own-key/change/no-passkey/")
    phone.get_by_role("button", name="Use my passkey").click()
    expect(phone.get_by_text("Changed.")).to_be_visible(timeout=SECONDS)
    by = actor_for(ines, strong=True)
    row = OwnKey.objects.select_related("person").get(person=ines)
    assert set(own_key.locked_keys(row, by=by)) == {"passphrase", "code"}


@pytest.mark.parametrize("screen", ["phone", "desk"])
def test_every_step_can_be_used_by_everybody(
    visits: Visits, running_site: RunningSite, world: World, screen: str
) -> None:
    """axe on what only scripts bring to the screen, by day and by night."""
    ines, found = world.member, list[str]()
    options = {"bypass_csp": True, "reduced_motion": "reduce", **(PHONE if screen == "phone" else DESK)}
    page, _ = secure(visits, ines, "/journal/", running_site, **options)

    def look(where: str) -> None:
        page.emulate_media(color_scheme="light")
        found.extend(f"{where}: {one}" for one in sorted(found_by_axe(page) | found_by_night(page)))

    page.goto("/my-words/own-key/on/")
    expect(page.get_by_role("button", name="Begin")).to_be_visible()
    look("before")
    page.get_by_label("I know that nobody can bring them back").check()
    page.get_by_role("button", name="Begin").click()
    look("passphrase")
    page.get_by_label("Your passphrase").fill("password1234")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_text("Somebody could guess this one.")).to_be_visible()
    page.get_by_label("Your passphrase").fill(PASSPHRASE)
    page.get_by_role("button", name="Go on").click()
    look("code")
    page.get_by_role("button", name="I have it on paper").click()
    look("two groups")
    turn_on(page)
    look("on")
    write_a_day(page, "One")
    page.goto("/my-words/own-key/")
    page.get_by_role("button", name="Close it on this device").click()
    entry = JournalEntry.objects.get(author=ines)
    for path in (f"/journal/{entry.code}/", "/letters/new/", "/my-words/own-key/change/code/"):
        page.goto(path)
        expect(page.get_by_role("heading", name="Open it with your own key")).to_be_visible()
        expect(page.locator("#own-passphrase")).to_be_focused()
        page.get_by_text("I do not have my passphrase").click()
        look(path)
    for path in ("older", "off", "take", "anew"):
        page.goto(f"/my-words/own-key/{path}/")
        look(path)
    assert found == []


def test_sharing_one_page_opens_the_chosen_words_and_nothing_else(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    ines = world.member
    desk, sent = secure(visits, ines, "/journal/", running_site, **DESK)
    turn_on(desk)
    write_a_day(desk, f"To keep: {WORD}.\n\nTo give: the river was calm.")
    entry = JournalEntry.objects.get(author=ines)
    desk.goto(f"/share/journal/{entry.code}/")
    box = desk.locator("#words")
    desk.locator("input[name=step][value='']").check()
    desk.get_by_role("button", name="Look first").click()
    expect(desk.get_by_text("It stays yours alone.")).to_be_visible()
    assert sent.holds("river") == [], "what stays with her does not leave her device"
    desk.goto(f"/share/journal/{entry.code}/")
    expect(box).to_have_value(f"To keep: {WORD}.\n\nTo give: the river was calm.")
    box.fill("The river was calm.")
    desk.locator("input[name=step][value=leaders]").check()
    desk.get_by_role("button", name="Look first").click()
    desk.get_by_role("button", name="Yes, share it").click()
    expect(desk.get_by_text("It has not gone yet.").first).to_be_visible()
    share = Share.objects.get(author=ines)
    assert seals.SHARED.open(share.sealed_words, code=share.code, holder=ines) == "The river was calm."
    assert sent.holds(WORD) == [] and WORD.encode() not in whole_disk(running_site)
    [body] = opened_by_the_site(ines)
    assert own_key.is_locked(body)


def test_every_kind_of_entry_and_letter_is_locked_with_its_drawing_and_later_lines(
    visits: Visits, running_site: RunningSite, world: World
) -> None:
    ines = world.member
    desk, sent = secure(visits, ines, "/journal/", running_site, **DESK)
    turn_on(desk)
    for kind in ("day", "free"):
        desk.goto(f"/journal/new/{kind}/")
        for box in desk.locator("textarea[data-box]:visible").all():
            box.fill(f"{kind} and a {WORD}")
        desk.locator("#paper summary").click()
        desk.locator("[data-paper] button[data-shape]").first.click()
        desk.locator("#drawing_words").fill(f"how the {WORD} sat")
        expect(desk.locator(".draft-state", has_text="Kept as a draft.")).to_be_visible()
        # The draft comes back with its drawing.
        desk.reload()
        expect(desk.locator("#drawing_words")).to_have_value(f"how the {WORD} sat")
        expect(desk.locator("[data-paper-sheet] path")).to_have_count(1)
        desk.get_by_role("button", name="Save", exact=True).click()
        expect(desk.get_by_text("Saved. Only you can read it.")).to_be_visible()
    entry = JournalEntry.objects.filter(author=ines).order_by("-pk").first()
    assert entry is not None
    desk.goto(f"/journal/{entry.code}/")
    expect(desk.get_by_text(f"free and a {WORD}")).to_be_visible()
    expect(desk.locator("[data-drawing] path")).to_have_count(1)
    desk.locator("form[data-own-key=added] textarea").fill(f"The {WORD} came back.")
    desk.get_by_role("button", name="Add these lines").click()
    expect(desk.get_by_text(f"The {WORD} came back.")).to_be_visible()

    for path in ("/letters/new/", "/letters/new/future/", "/letters/new/hard-day/"):
        desk.goto(path)
        desk.locator("input[name=when]").first.check()
        desk.locator("textarea").fill(f"Dear {WORD}")
        desk.get_by_role("button", name="Seal the letter").click()
        expect(desk.get_by_role("heading", name="A letter to myself")).not_to_be_visible()
    letters = Letter.objects.filter(author=ines)
    assert {one.kind for one in letters} == set(Letter.Kind.values) and all(one.own_key for one in letters)
    assert all(own_key.is_locked(body) for body in opened_by_the_site(ines))
    assert sent.holds(WORD) == [] and WORD.encode() not in whole_disk(running_site)

    # Shut and opened again: one panel for a page that both shows and takes words.
    desk.goto("/my-words/own-key/")
    desk.get_by_role("button", name="Close it on this device").click()
    desk.goto(f"/journal/{entry.code}/")
    desk.get_by_label("Your passphrase", exact=True).fill(PASSPHRASE)
    desk.get_by_role("button", name="Open", exact=True).click()
    expect(desk.get_by_text(f"The {WORD} came back.")).to_be_visible(timeout=SECONDS)
    expect(desk.get_by_role("button", name="Add these lines")).to_be_visible()
    assert visits.seen[desk].complaints == []

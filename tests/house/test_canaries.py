"""A stolen disk shows no one's words: planted words are searched for in everything that is kept (TRUST T2).

Two whole houses are lived in through a real server process: every page that somebody may open is opened, every form
they may send is sent with words of its own, messages go out, two pages break. Then the raw bytes of the database, its
journals, the logs, the mail, the temporary files and the sessions are searched, in clear, in UTF-16, base64 and hex.
"""

import base64
import codecs
import json
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.urls import reverse

from kindcircle.base.lib import clock, codes
from kindcircle.base.vault import seals
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.writing.models import Draft, JournalEntry
from tests.conftest import HOME
from tests.house.matrix import cells
from tests.house.matrix_house import (
    CANARY,
    FACILITATOR,
    FELLOW,
    LEAD,
    MEMBER,
    NEIGHBOUR,
    OPERATOR,
    SAFETY,
    VISITOR,
    House,
    build_house,
)
from tests.site import RunningSite
from tests.world import make_world

READABLE = re.compile(
    r"(place|video link|address of a room) of .*|name of an imported file|words of a questionnaire|name of a passkey"
)
"""What is kept readable: where a group meets, a questionnaire's file and words, and what somebody calls a passkey."""

LIVES = (MEMBER, FELLOW, NEIGHBOUR, FACILITATOR, SAFETY, LEAD, OPERATOR, VISITOR)
# The last two end more than that: whoever left can open nothing that the search still needs.
ENDS_THE_SESSION = {"leave", "lock", "account_logout", "member:stop", "facilitator:leaving-new"}
TO = re.compile(rb"^To: .*(?:\n[ \t].*)*\n", re.M)


@dataclass(frozen=True)
class Found:
    """A planted word, where it was found, and in which form."""

    what: str
    where: str
    form: str


def hits(heap: bytes) -> Iterator[tuple[str, str]]:
    """Every planted word in these bytes, with the form it has there."""
    for match in CANARY.finditer(heap):
        yield match.group().lower().decode(), "in clear"
    for name in ("utf-16-le", "utf-16-be"):
        start = codecs.encode("canary", name)
        for match in re.finditer(re.escape(start), heap):
            yield heap[match.start() : match.start() + 28].decode(name, "replace").lower(), name
    for match in re.finditer(rb"63616e617279(?:[0-9a-f]{2}){8}", heap, re.I):
        yield bytes.fromhex(match.group().decode()).decode("ascii", "replace").lower(), "in hex"
    for before in range(3):
        yield from _base64_hits(heap, before)


def _base64_hits(heap: bytes, before: int) -> Iterator[tuple[str, str]]:
    """base64 of the word when so many bytes stand before it in its group of three."""
    whole = base64.b64encode(b"\0" * before + b"canary")
    skip = (before * 8 + 5) // 6  # letters that also hold bits of what stands before
    stable = whole[skip : (before + 6) * 8 // 6]
    for match in re.finditer(re.escape(stable), heap):
        start = match.start() - skip
        if start < 0:
            continue
        letters = heap[start : start + 24].translate(bytes.maketrans(b"-_", b"+/"))
        try:
            inside = base64.b64decode(letters[: len(letters) // 4 * 4])
        except ValueError:
            continue
        found = CANARY.search(inside)
        yield (found.group().lower().decode() if found else "canary", "in base64")


def search(house: House, places: dict[str, bytes]) -> set[Found]:
    """Every word of this house in these places."""
    return {
        Found(house.canaries[word][0], where, form)
        for where, heap in places.items()
        for word, form in hits(heap)
        if word in house.canaries
    }


def everything_kept() -> dict[str, bytes]:
    """All that would be on a stolen disk: every file of the home, and what the database tells of itself."""
    kept = {}
    with tempfile.TemporaryDirectory(dir=HOME.parent) as copy:
        # Copied by another process: to open and close the database's file in this one would drop SQLite's locks.
        subprocess.run(["cp", "-r", f"{HOME}/.", copy], check=True)
        for file in sorted(Path(copy).rglob("*")):
            if file.is_file():
                heap = file.read_bytes()
                # An address stands on the envelope, and nowhere else.
                kept[str(file.relative_to(copy))] = TO.sub(b"", heap) if file.parent.name == "mail" else heap
    kept["sessions, unpacked"] = repr([session.get_decoded() for session in Session.objects.all()]).encode()
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            name = connection.ops.quote_name(table)
            if connection.vendor == "postgresql":
                cursor.execute(f"SELECT t::text FROM {name} t")
            else:
                cursor.execute(f"SELECT * FROM {name}")
            rows = [tuple(bytes(v) if isinstance(v, memoryview) else v for v in row) for row in cursor.fetchall()]
        heap = b"\n".join(v if isinstance(v, bytes) else str(v).encode() for row in rows for v in row)
        kept[f"table {table}"] = heap
    return kept


@pytest.fixture
def home_site(running_site: RunningSite, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningSite]:
    """A server whose temporary files lie in the home too, where they are searched."""
    temporary = HOME / "tmp"
    temporary.mkdir(exist_ok=True)
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    running_site.stop()
    running_site.start()
    yield running_site
    monkeypatch.undo()
    running_site.stop()
    running_site.start()


@pytest.fixture
def house(home_site: RunningSite) -> House:
    return build_house(clock.now())


def visit(site: RunningSite, house: House, name: str) -> int:
    """Open every page this person may open, and send every form they may send."""
    somebody = house.people[name]
    browser = somebody.browser()
    key = browser.cookies.get(settings.SESSION_COOKIE_NAME)
    client = site.client(cookies={settings.SESSION_COOKIE_NAME: key.value} if key else None)
    client.follow_redirects = False
    client.get("/join/")
    mark = {"X-CSRFToken": client.cookies[settings.CSRF_COOKIE_NAME]}
    visits = 0
    for cell in cells(house):
        may = cell.page.takes(cell.method) and name in cell.page.may(cell.about, cell.method)
        if not may or cell.method not in ("GET", "POST") or cell.name in ENDS_THE_SESSION:
            continue
        sent = {"data": cell.form, "headers": mark} if cell.method == "POST" else {}
        answer = client.request(cell.method, cell.path, **sent)
        assert answer.status_code < 500, f"{cell}\n{site.said()[-2000:]}"
        visits += 1
    return visits


def break_two_pages(site: RunningSite, house: House) -> None:
    """A text that does not open, and one that opens to something no program expected."""
    member = house.things["seat 1"]
    entry = house.things["journal entry"]
    JournalEntry.objects.filter(pk=entry.pk).update(sealed_body=seals.JOURNAL.seal("x", code="y", holder=member))
    draft = Draft.objects.get_or_create(
        author=member, kind="letter", defaults={"code": codes.new_code(), "sealed_body": b"", "saved_at": house.at}
    )[0]
    nonsense = json.dumps([house.plant("words that break a page", MEMBER)])
    draft.sealed_body = seals.DRAFT.seal(nonsense, code=draft.code, holder=member)
    draft.save()
    key = house.people[MEMBER].browser().cookies[settings.SESSION_COOKIE_NAME].value
    client = site.client(cookies={settings.SESSION_COOKIE_NAME: key})
    for address in (reverse("member:journal-entry", args=[entry.code]), reverse("member:letter-new")):
        answer = client.get(address)
        assert answer.status_code == 500, address
        assert house.strange_words(answer.content, VISITOR) == []


def ask_for_a_code(site: RunningSite, house: House) -> None:
    """Somebody signs in by mail: a message with a code leaves for a planted address."""
    client = site.client()
    client.get("/account/login/")
    mark = {"X-CSRFToken": client.cookies[settings.CSRF_COOKIE_NAME]}
    address = seals.address_of(house.things["seat 1"])
    assert client.post("/account/login/", data={"login": address}, headers=mark).status_code == 200


@pytest.mark.slow
def test_nothing_that_is_kept_shows_a_word(
    home_site: RunningSite, house: House, settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    visits = sum(visit(home_site, house, name) for name in LIVES)
    break_two_pages(home_site, house)
    ask_for_a_code(home_site, house)
    for _ in range(3):
        tick(at=clock.now())
    mails = _wait_for_mails()

    kept = everything_kept() | {"what this process said": caplog.text.encode()}
    found = search(house, kept)
    leaks = {one for one in found if not READABLE.fullmatch(one.what)}
    print(
        f"\n{len(house.canaries)} planted words, {visits} visits, {len(mails)} mails; searched "
        f"{sum(map(len, kept.values())) / 1e6:.0f} MB in {len(kept)} places; {len(leaks)} found"
    )
    assert not leaks, "\n".join(sorted(map(str, leaks)))

    # The very same search finds what is readable on purpose, so it would have found the rest.
    where = {one.where for one in found}
    assert "table groups_group" in where
    if connection.vendor == "sqlite":
        assert any(name.startswith("data/kindcircle.sqlite3") for name in where)
    addresses = [word for word, (what, _) in house.canaries.items() if what.startswith("address")]
    assert any(word.encode() in mail for mail in mails for word in addresses), "no mail reached a planted address"
    assert any("unexpected" in line for line in home_site.said().splitlines()), "no page broke"


def _wait_for_mails() -> list[bytes]:
    """What left the house. The sign-in code is sent from a thread of the server."""
    for _ in range(50):
        mails = [file.read_bytes() for file in (HOME / "mail").glob("*")]
        if any(b"Your code" in mail for mail in mails):
            return mails
        time.sleep(0.1)
    raise AssertionError("the mail with the sign-in code did not come")


FORMS = {
    "in clear": lambda word: word.encode(),
    "in clear, loud": lambda word: word.upper().encode(),
    "utf-16-le": lambda word: word.encode("utf-16-le"),
    "utf-16-be": lambda word: word.encode("utf-16-be"),
    "in hex": lambda word: word.encode().hex().encode(),
    "in base64": lambda word: base64.b64encode(word.encode()),
    "in base64, one on": lambda word: base64.b64encode(f"x{word}xx".encode()),
    "in base64, two on": lambda word: base64.urlsafe_b64encode(f"xy{word}\xff".encode()),
}


@pytest.mark.parametrize("form", FORMS)
def test_the_search_finds_a_word_in_every_form(form: str) -> None:
    house = House(at=clock.now())
    word = house.plant("a word in the wrong place")
    heap = b"\x00 junk " + FORMS[form](word) + b" more junk \xff"
    assert {one.what for one in search(house, {"a file": heap})} == {"a word in the wrong place"}
    assert search(house, {"a file": heap.replace(FORMS[form](word)[2:6], b"....")}) == set()


def test_the_search_finds_a_word_in_a_mail_but_lets_the_envelope_be() -> None:
    house = House(at=clock.now())
    word = house.plant("an address")
    mail = f"Subject: A reminder\nTo: {word}@example.org\nDate: x\n\nHello\n".encode()
    assert search(house, {"mail": TO.sub(b"", mail)}) == set()
    for wrong in (f"Subject: {word}\n", f"From: {word}@example.org\n", f"\n\nDear {word}\n"):
        assert search(house, {"mail": TO.sub(b"", mail + wrong.encode())}) != set()


def test_a_word_written_unsealed_is_found_in_the_raw_database(running_site: RunningSite) -> None:
    house = House(at=clock.now())
    word = house.plant("a name in the wrong column")
    world = make_world()
    world.group.name = word
    world.group.save()
    found = search(house, everything_kept())
    assert {one.what for one in found} == {"a name in the wrong column"}
    if connection.vendor == "sqlite":
        assert {Path(one.where).parts[0] for one in found} >= {"data"}

"""Hostile texts in every sealed text of two houses, and every page of everybody: each is only ever text.

They are put past every form, into the rows themselves: what a page may rely on is its own care. Then everybody opens
every page and every file that is theirs.
"""

import csv
import io
import json
import re
import secrets
from collections import Counter
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.db import DatabaseError, transaction
from django.db.models import CharField, TextField

from kindcircle.base.vault import keys
from kindcircle.base.vault.models import DataKey
from kindcircle.base.vault.seals import CODE, VERSION
from kindcircle.rooms.ending.sealed_texts import PLACES, Place
from tests.hostile import vectors, what_ran
from tests.house.matrix import Doors, cells
from tests.house.matrix_house import CANARY, FACILITATOR, FELLOW, LEAD, MEMBER, NEIGHBOUR, SAFETY, WAITING, House

READERS = (MEMBER, FELLOW, NEIGHBOUR, FACILITATOR, SAFETY, LEAD, WAITING)
TEXTS = [one.replace("\n", " ").replace("\r", " ") for one in vectors()]
ALL_OF_THEM = " ".join(TEXTS)
NAMES = {("people.User", "sealed_name"), ("groups.Invitation", "sealed_name")}
AT_A_NAME = 12
"""A name stands many times on a page: each holds so many texts, the next name the next ones."""

NO_WORDS = {
    ("people.User", "sealed_email"), ("reminders.AddressChange", "sealed_address"), ("vault.BoxKey", "sealed_private"),
}  # fmt: skip
"""Addresses and a key: what is none is refused where it comes in."""

SAFE_NAME = re.compile(r'attachment; filename="[A-Za-z0-9._-]+"')
START, NONCE = len(VERSION) + CODE, 12


def _behind(thing: Any, add: str) -> Any:
    """The same, with hostile texts behind each planted word, however deep it lies."""
    if isinstance(thing, dict):
        return {name: _behind(one, add) for name, one in thing.items()}
    if isinstance(thing, list):
        return [_behind(one, add) for one in thing]
    return f"{thing} {add}" if isinstance(thing, str) and CANARY.search(thing.encode()) else thing


def _spoilt(text: str, add: str) -> str:
    try:
        found = json.loads(text)
    except ValueError:
        found = None
    return json.dumps(_behind(found, add)) if isinstance(found, dict | list) else _behind(text, add)


def _spoil_row(place: Place, row: Any, key: DataKey, add: str) -> bool:
    """Open by the row's own key, spoil, seal again as the house itself would."""
    value = bytes(getattr(row, place.field))
    bound = f"1|{place.seal_of(row).kind}|{place.code(row)}|{key.holder}".encode()
    cipher = AESGCM(keys.unwrap(key))
    padded = cipher.decrypt(value[START : START + NONCE], value[START + NONCE :], bound)
    text = padded[4 : 4 + int.from_bytes(padded[:4], "big")].decode()
    after = _spoilt(text, add)
    if after == text:
        return False
    raw, nonce = after.encode(), secrets.token_bytes(NONCE)
    sealed = value[:START] + nonce + cipher.encrypt(nonce, len(raw).to_bytes(4, "big") + raw, bound)
    return _put(place.model, row, place.field, sealed)


def _put(model: Any, row: Any, field: str, value: Any) -> bool:
    """Whether the row took it: what the database itself never lets change keeps its own words."""
    try:
        with transaction.atomic():
            model._default_manager.filter(pk=row.pk).update(**{field: value})
    except DatabaseError:  # the same rule has another name in each database
        return False
    return True


@pytest.fixture(scope="module")
def spoilt(house: House) -> Counter[str]:
    """How many rows of each field hold hostile texts now."""
    counted: Counter[str] = Counter()
    by_code = {key.code: key for key in DataKey.objects.select_related("wrapped_by")}
    turn = 0
    for place in PLACES:
        for row in place.model._default_manager.all() if (place.label, place.field) not in NO_WORDS else ():
            value = bytes(getattr(row, place.field) or b"")
            add = ALL_OF_THEM
            if (place.label, place.field) in NAMES:
                add = " ".join(TEXTS[turn : turn + AT_A_NAME])
                turn = (turn + AT_A_NAME) % len(TEXTS)
            if value and _spoil_row(place, row, by_code[value[1:START].decode()], add):
                counted[f"{place.label}.{place.field}"] += 1
    for model in apps.get_models():
        if not model.__module__.startswith("kindcircle."):
            continue
        for field in model._meta.concrete_fields:
            if (
                isinstance(field, CharField | TextField)
                and not field.choices
                and field.name not in ("email", "video_link")
            ):
                turn = _spoil_column(model, field, turn, counted)
    return counted


def _spoil_column(model: Any, field: Any, turn: int, counted: Counter[str]) -> int:
    """What is kept readable: as many of the texts as there is room for."""
    for row in model._default_manager.filter(**{f"{field.name}__contains": "canary"}):
        text = getattr(row, field.name)
        room = (field.max_length or 20_000) - len(text) - 1
        for one in TEXTS[turn:] + TEXTS[:turn]:
            if len(one) <= room:
                text, room, turn = f"{text} {one}", room - len(one) - 1, (turn + 1) % len(TEXTS)
            if room < 20:
                break
        counted[f"{model._meta.label}.{field.name}"] += _put(model, row, field.name, text)
    return turn


def test_they_lie_in_every_kind_of_text(spoilt: Counter[str]) -> None:
    print(f"\n{len(TEXTS)} texts in {sum(spoilt.values())} rows of {len(spoilt)} fields")
    assert len(TEXTS) > 1_000
    assert {
        "writing.JournalEntry.sealed_body",
        "writing.Letter.sealed_body",
        "conversations.Message.sealed_words",
    } <= set(spoilt)
    assert len(spoilt) >= 40


@pytest.mark.parametrize("reader", READERS)
def test_whoever_reads_them_reads_text(house: House, spoilt: Counter[str], reader: str) -> None:
    doors = Doors(house, house.people[reader])
    seen: Counter[str] = Counter()
    amiss = []
    for cell in cells(house):
        if cell.method != "GET" or not cell.page.takes("GET"):
            continue
        answer = doors.knock(cell)
        if answer.status != 200:
            # Words that are longer or stranger than any form takes may be refused kindly; they never break a page.
            assert answer.status < 500, f"{reader}: {cell} broke with {answer.status}"
            continue
        kind = answer.response.headers.get("Content-Type", "").partition(";")[0]
        body = answer.body.decode("utf-8", "replace")
        if kind == "text/html":
            seen["pages"] += 1
            seen["pages with them"] += "kindcircleHit" in body
            amiss += [f"{cell}: {what}" for what in what_ran(body)]
        elif kind == "text/csv":
            seen["tables"] += 1
            amiss += [
                f"{cell}: a formula"
                for row in csv.reader(io.StringIO(body))
                for one in row
                if one[:1] in "=@\t" and one
            ]
        elif kind == "text/calendar":
            seen["calendars"] += 1
            amiss += [
                f"{cell}: a line of its own" for line in body.splitlines() if line.startswith("SUMMARY:kindcircleHit")
            ]
        headers = dict(answer.response.headers)
        if SAFE_NAME.fullmatch(headers.get("Content-Disposition", "")):
            del headers["Content-Disposition"]  # what somebody called their file, and nothing but letters of it
        if "kindcircleHit" in repr(headers):
            amiss.append(f"{cell}: in its headers")
    print(f"\n{reader}: {dict(seen)}")
    assert not amiss, amiss[:10]
    assert seen["pages"] >= 10

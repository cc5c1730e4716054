"""JSON that somebody brings: read within bounds, and refused in plain words when it is not what it should be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from kindcircle.spec.documents.errors import DocumentError, EmptyFile, NotJson, TooLarge, WrongEncoding
from kindcircle.spec.documents.table import LARGEST

DEEPEST = 60
"""How many brackets may stand inside one another. A questionnaire with ten groups in groups needs half of it."""

Record = dict[str, Any]
"""A JSON object whose values have yet to be looked at."""


def read_json(data: bytes) -> Record:
    """The object in a file. NotJson when it is anything else, TooLarge when it is too big or too deep."""
    if len(data) > LARGEST:
        raise TooLarge(f"This file is larger than {LARGEST // 1_000_000} MB.")
    if not data.strip():
        raise EmptyFile("This file is empty.")
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise WrongEncoding("This file holds letters that are not in UTF-8. Please save it in UTF-8.") from None
    if deepest(text) > DEEPEST:
        raise TooLarge("Too many brackets stand inside one another in this file.")
    try:
        found = json.loads(text, object_pairs_hook=_once, parse_constant=_no_such_number)
    except json.JSONDecodeError as error:
        raise NotJson(
            "This file breaks off or holds a typing mistake: JSON cannot be read here.", row=error.lineno
        ) from None
    except DocumentError:
        raise
    except (ValueError, RecursionError):
        raise NotJson("This file holds a number that is too long to be one.") from None
    if not isinstance(found, dict):
        raise NotJson("This file should begin with a curly bracket and name what it holds.")
    return found


def deepest(text: str) -> int:
    """The most brackets open at once, strings left aside. Counted first, because the parser itself would fall."""
    depth = most = 0
    inside = skip = False
    for letter in text:
        if skip:
            skip = False
        elif letter == '"':
            inside = not inside
        elif inside:
            skip = letter == "\\"
        elif letter in "[{":
            depth += 1
            most = max(most, depth)
        elif letter in "]}":
            depth -= 1
    return most


def _once(pairs: list[tuple[str, Any]]) -> Record:
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(name for name in found if sum(name == key for key, _ in pairs) > 1)
        raise NotJson(f"“{twice[:40]}” stands twice in the same place, so it is not clear which one counts.")
    return found


def _no_such_number(word: str) -> None:
    raise NotJson(f"“{word}” is not a number.")


def text_of(record: Record, name: str) -> str:
    """The words under a name, or nothing."""
    value = record.get(name)
    return value.strip() if isinstance(value, str) else ""


def records_of(record: Record, name: str) -> Iterator[Record]:
    """The objects in the list under a name. NotJson when something else stands there."""
    value = record.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise NotJson(f"Under “{name}” there should be a list of entries.")
    yield from value


def record_of(record: Record, name: str) -> Record:
    """The object under a name, or an empty one. NotJson when something else stands there."""
    value = record.get(name, {})
    if not isinstance(value, dict):
        raise NotJson(f"Under “{name}” there should be an entry with names and values.")
    return value

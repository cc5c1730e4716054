"""Whose names stand in a note: so that one person's note never speaks of somebody else by name.

Looked for are the name a person chose and each of its parts, in any case and with or without accents, also as a
possessive; and its first letters where a dot follows. A name that is an everyday word too, such as Will or Rose, counts
in capitals only. One letter alone counts as a first letter does. Nicknames are not known here: people look, too.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

_EVERYDAY = (
    "an art autumn bill bo chance chase dawn do drew faith frank grace grant guy hope in jay joy june april august may "
    "mark mine my no pat pearl ray rich river rob rose sky so star sue summer sunny will"
)
EVERYDAY = frozenset(_EVERYDAY.split())
"""Names that are also words or months that any note may need."""

_POSSESSIVE = r"(?:['’][sS]?)?(?!\w)"
_JOINS = re.compile(r"[\s\-·]+")


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a text: from where to where, and the words as they stand there."""

    start: int
    end: int
    words: str


def names_in(text: str, others: Iterable[str], *, own: str = "") -> list[Found]:
    """Where the names of others stand in a text, in order. What is part of somebody's own name too is left alone."""
    folded, places = _folded(text)
    mine = set(_parts(own)) | {_joined(own)}
    found: list[Found] = []
    for name in others:
        for pattern in _patterns(name, frozenset(mine)):
            for match in pattern.finditer(folded):
                start, end = places[match.start()], places[match.end() - 1] + 1
                found.append(Found(start, end, text[start:end]))
    return _apart(found)


def without_names(text: str, found: Iterable[Found], instead: str) -> str:
    """The text with other words in these places. A possessive stays one; a sentence keeps its capital and end."""
    for one in sorted(found, key=lambda one: one.start, reverse=True):
        before = text[: one.start].rstrip()
        words = instead[:1].upper() + instead[1:] if not before or before[-1] in ".!?" else instead
        if re.search(r"['’][sS]?$", one.words):
            words += "’s"
        elif one.words.endswith(".") and re.match(r"\s*(?:$|[A-Z])", text[one.end :]):
            words += "."
        text = text[: one.start] + words + text[one.end :]
    return text


def _apart(found: list[Found]) -> list[Found]:
    """Longest first where places overlap, such as a whole name and one of its parts; then in order."""
    kept: list[Found] = []
    for one in sorted(set(found), key=lambda one: (one.start - one.end, one.start)):
        if all(one.end <= other.start or one.start >= other.end for other in kept):
            kept.append(one)
    return sorted(kept, key=lambda one: one.start)


def _folded(text: str) -> tuple[str, list[int]]:
    """The text without accents, and for each of its letters the place it had."""
    letters: list[str] = []
    places: list[int] = []
    for place, letter in enumerate(text):
        for plain in unicodedata.normalize("NFKD", letter):
            if not unicodedata.combining(plain):
                letters.append(plain)
                places.append(place)
    return "".join(letters), places


def _joined(name: str) -> str:
    return " ".join(_JOINS.split(_folded(name)[0].strip())).casefold()


def _parts(name: str) -> list[str]:
    return [part.strip(".,'’") for part in _joined(name).split()]


@lru_cache(maxsize=512)
def _patterns(name: str, mine: frozenset[str]) -> tuple[re.Pattern[str], ...]:
    parts = [part for part in _parts(name) if part]
    if not parts or _joined(name) in mine:
        return ()
    patterns = []
    if len(parts) > 1:
        whole = r"[\s\-·]+".join(re.escape(part) for part in parts)
        patterns.append(re.compile(rf"(?<!\w){whole}{_POSSESSIVE}", re.I))
    for part in parts:
        if part in mine:
            continue
        if part.upper() == part.lower():
            # A script without capitals, often without spaces too: found also within a run of letters.
            patterns.append(re.compile(re.escape(part)))
            continue
        if len(part) < 2:
            continue
        if part in EVERYDAY:
            either = "|".join(re.escape(form) for form in (part.title(), part.upper()))
            patterns.append(re.compile(rf"(?<!\w)(?:{either}){_POSSESSIVE}"))
        else:
            patterns.append(re.compile(rf"(?<!\w){re.escape(part)}{_POSSESSIVE}", re.I))
    own_letters = {part[0] for part in mine if part}
    if parts[0][0] not in own_letters:
        letters = r"\.\s?".join(re.escape(part[0].upper()) for part in parts)
        first = re.escape(parts[0][0].upper())
        patterns.append(re.compile(rf"(?<!\w)(?:{letters}|{first})\.(?!\w)"))
    return tuple(patterns)

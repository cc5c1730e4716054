"""What the gate says: a rule, a place as a person would say it, what is wrong there, and how to mend it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kindcircle.spec.gate.rules import RULES
from kindcircle.spec.texts import ContentError


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (`error`) or to look at (`warning`), and exactly where it is."""

    level: Literal["error", "warning"]
    file: str
    place: str
    message: str
    rule: str

    @property
    def mend(self) -> str:
        """How to mend it, for somebody who writes and does not program."""
        return RULES[self.rule].mend

    @property
    def where(self) -> str:
        """The place as a person would say it: "session 3, slot 'practice-a', the gentler practice"."""
        return spoken(self.file, self.place)


def finding(rule: str, file: str, place: str, message: str) -> Finding:
    """A finding at the level its rule has."""
    return Finding(RULES[rule].level, file, place, message, rule)


def refused(error: ContentError, folder: Path) -> Iterator[Finding]:
    """A file that cannot be read as what it should be: one finding for each fault in it."""
    for one in (error, *error.others):
        file = one.file.relative_to(folder) if one.file.is_relative_to(folder) else one.file
        for place, message in one.problems:
            rule = next((rule for rule, says in _REFUSALS if re.search(says, message)), "file.value")
            yield finding(rule, file.as_posix(), place, message)


# What the models say when they refuse, and the rule each belongs to.
_REFUSALS = (
    (
        "languages.complete",
        r"(?:items|labels|notes) lack |must have a text for|there in every language|English has to be",
    ),
    ("file.unknown-field", r"not known here"),
    ("file.missing-field", r"this field is missing"),
    ("file.not-there", r"no such file"),
    (
        "file.format",
        r"not valid YAML|front matter|cannot be read|written twice|named fields|not plain text or a number",
    ),
    ("file.name", r"unlike|does not begin with its number|not a name a content file|file in the same folder|lies at"),
    ("session.bookends", r"a session (?:opens|closes|has one opening)"),
    ("slot.too-full", r"of practice do not fit"),
    ("slot.gentler-missing", r"needs a gentler alternative|needs an easier practice"),
    ("session.depth", r"asks deeper"),
    ("file.sum", r"adds? up|lasts \d+ minutes|days after the first|counts a different number|are numbered"),
    ("practice.way-missing", r"needs no_breath words|when it is left out"),
)

_PARTS = {
    "practice": "its practice",
    "gentler": "the gentler practice",
    "ground_first": "the grounding at its start",
    "then": "its second practice",
    "prompt": "what members are asked",
}
_ONES = {
    "agenda": "part",
    "exits": "way out",
    "cautions": "caution",
    "safety": "safety note",
    "not_now": "line of 'not now'",
    "measures": "line of the measures",
    "credits": "line of the credits",
    "claims": "claim",
    "usual": "usual practice",
    "sources": "source",
    "steps": "step",
    "items": "item",
}


def spoken(file: str, place: str) -> str:
    """A file and a place in it, in words: "session 3, slot 'practice-a'" or "the 8-minute length, step 4"."""
    said = []
    if session := re.search(r"/session-(\d+)\.yaml$", file):
        said.append(f"session {session.group(1)}")
    said += _in_words(place)
    return ", ".join(said)


def _in_words(place: str) -> Iterator[str]:
    if " " in place or not place:
        yield from [place] if place else []
        return
    parts = place.split(".")
    while parts:
        part = parts.pop(0)
        following = parts[0] if parts else ""
        if part == "agenda" and following and not following.isdigit():
            yield f"slot '{parts.pop(0)}'"
        elif part == "durations" and following.isdigit():
            seconds = int(parts.pop(0))
            yield f"the {in_time(seconds)} length" if seconds >= 20 else f"length {seconds + 1}"
        elif following.isdigit() and part in _ONES:
            yield f"{_ONES[part]} {int(parts.pop(0)) + 1}"
        else:
            yield _PARTS.get(part, part)


def in_time(seconds: int) -> str:
    """A length as people say it: "20-second", "3-minute", "2.5-minute"."""
    return f"{seconds / 60:g}-minute" if seconds % 30 == 0 and seconds >= 60 else f"{seconds}-second"

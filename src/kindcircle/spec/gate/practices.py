"""Rules for practices: pace, other ways through, easier practices, names of lengths, sources."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kindcircle.spec.gate.findings import Finding, finding
from kindcircle.spec.gate.shelf import Shelf
from kindcircle.spec.gate.shelf import practices as practices_of
from kindcircle.spec.gate.wording import DRAFT, wording
from kindcircle.spec.passages import practice_passages
from kindcircle.spec.practices import LEVELS, Length, Practice, Step, Zone
from kindcircle.spec.readability import words
from kindcircle.spec.unwanted import INVITATION
from kindcircle.spec.ways import WAY_FOR, Topic, asks, mentions

LONGEST_QUIET = 60
LONGEST_WRITING = 150
SPOKEN_PER_SECOND = 2.0
FASTEST_PER_SECOND = 2.6
SAME_LENGTH = 1.2
YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")

_SAID: dict[Topic, str] = {
    "breath": "breath",
    "touch": "touch",
    "standing": "standing, walking or lying down",
    "pictures": "inner pictures",
    "writing": "writing",
}
_BODY: dict[Zone, str] = {
    "feet": "foot|feet|soles?|toes?|heels?",
    "legs": "legs?|thighs?|calf|calves|shins?",
    "pelvis": "pelvis|hips?|groin",
    "belly": "belly|stomach|tummy",
    "back": "back|spine",
    "chest": "chest|heart|ribs?",
    "shoulders": "shoulders?",
    "arms": "arms?|elbows?",
    "hands": "hands?|fingers?|palms?",
    "neck": "neck|throat",
    "face": "face|cheeks?|jaw|mouth|brow|forehead",
    "head": "head|scalp|crown",
}


def practices(shelf: Shelf) -> Iterator[Finding]:
    """Everything the gate finds in the practices of a folder."""
    for one in practices_of(shelf):
        if isinstance(one, Finding):
            yield one
            continue
        file, practice = one
        yield from wording(file, practice_passages(practice))
        yield from _easier(file, practice, shelf)
        yield from _sources(file, practice)
        yield from _names(file, practice)
        for length in practice.durations:
            yield from _pace(file, length)
            for number, step in enumerate(length.steps):
                yield from _ways(file, f"durations.{length.seconds}.steps.{number}", step)


def _ways(file: str, place: str, step: Step) -> Iterator[Finding]:
    """Whoever leaves out breath, touch, standing, inner pictures or writing hears another way, free of all of them."""
    for topic, said in asks(step).items():
        if WAY_FOR[topic] not in step.ways:
            message = f"asks for {_SAID[topic]} ('{said}') and has no {WAY_FOR[topic]}"
            yield finding("practice.way-missing", file, place, message)
    for way, text in (*step.ways.items(), ("zone_skipped", step.zone_skipped)):
        for topic, said in mentions(text or "").items():
            if topic != "writing" or way == "low_literacy":
                message = f"{way} speaks of {_SAID[topic]} ('{said}')"
                yield finding("practice.way-not-free", file, f"{place}.{way}", message)
    if step.zone and step.zone_skipped:
        named = re.search(
            rf"\b(?:your|the|each|both) (?:left |right |upper |lower )?(?:{_BODY[step.zone]})\b(?! of (?:the|your) )",
            step.zone_skipped,
            flags=re.IGNORECASE,
        )
        if named:
            message = f"zone_skipped names the part it leaves out ('{named.group()}')"
            yield finding("practice.way-not-free", file, f"{place}.zone_skipped", message)


def _pace(file: str, length: Length) -> Iterator[Finding]:
    """Words fit their time, no quiet is longer than a minute, and each way through invites."""
    place = f"durations.{length.seconds}"
    for number, step in enumerate(length.steps):
        here = f"{place}.steps.{number}"
        for said in (step.say, *step.ways.values(), step.zone_skipped):
            if said and len(words(said)) > step.seconds * FASTEST_PER_SECOND:
                message = f"{len(words(said))} words are too many for {step.seconds} seconds"
                yield finding("practice.too-fast", file, here, message)
        quiet = step.seconds - len(words(step.say)) / SPOKEN_PER_SECOND
        limit = LONGEST_WRITING if step.kind == "write" else LONGEST_QUIET
        if quiet > limit or (step.kind == "silence" and step.seconds > LONGEST_QUIET):
            yield finding("practice.too-quiet", file, here, f"is quiet for more than {limit} seconds; add a line")
    said = " ".join(step.say for step in length.steps)
    if length.seconds >= LONGEST_QUIET and not INVITATION.search(said):
        yield finding("practice.no-invitation", file, place, "gives orders only; invite at least once ('if you like')")


def _easier(file: str, practice: Practice, shelf: Shelf) -> Iterator[Finding]:
    name = practice.easier.practice
    if name is None:
        return
    for easier in shelf.named_practice(file, "easier.practice", name):
        if isinstance(easier, Finding):
            yield easier
        elif LEVELS[easier.backdraft] > LEVELS[practice.backdraft]:
            message = f"{easier.id} stirs more than {practice.id}"
            yield finding("practice.easier-stirs", file, "easier.practice", message)


def _sources(file: str, practice: Practice) -> Iterator[Finding]:
    for text in (practice.evidence.line, *practice.evidence.sources):
        if "?" in DRAFT.sub("", text):
            yield finding("text.unchecked", file, "evidence", "holds a fact marked with ?; check it or leave it out")
    if not any(YEAR.search(source) for source in practice.evidence.sources):
        yield finding("practice.source-year", file, "evidence.sources", "no source has a year")


def _names(file: str, practice: Practice) -> Iterator[Finding]:
    """A length that is another thing, and not just longer, says what it is."""
    for length, why in _other_in_kind(practice):
        if length.name is None:
            yield finding("practice.length-name", file, f"durations.{length.seconds}", f"{why}, and has no name")
    named = [length.name for length in practice.durations if length.name]
    if len(set(named)) != len(named):
        yield finding("practice.length-name", file, "durations", "two lengths have the same name")


def _other_in_kind(practice: Practice) -> Iterator[tuple[Length, str]]:
    lengths = practice.durations
    writing = [any(step.kind == "write" for step in length.steps) for length in lengths]
    for number, length in enumerate(lengths):
        beside = [one for one in lengths if one is not length]
        shorter = lengths[:number]
        if any(max(one.seconds, length.seconds) < SAME_LENGTH * min(one.seconds, length.seconds) for one in beside):
            yield length, "is about as long as another"
        elif length.open_circle and shorter and not shorter[-1].open_circle:
            yield length, "may be used in an open circle, where the shorter one may not"
        elif any(writing) and not writing[number]:
            yield length, "asks for no writing, where others do"

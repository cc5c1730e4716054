"""A site's own words to plant mistakes in: a finished programme of five weeks, a practice, a handout and a page."""

import re
from collections.abc import Callable
from pathlib import Path

from kindcircle.spec import skeleton
from kindcircle.spec.gate import Finding, check

PROGRAMME = "programmes/five-weeks/1"
FRAME = f"{PROGRAMME}/programme.yaml"
CUP = "practices/p90-slow-cup.md"
CARD = "handouts/our-card.md"
PAGE = "library/our-page.md"

_CARD = """---
id: our-card
version: "1"
title: Our card
audience: member
purpose: A card to keep near.
---
Feel the ground. Look round the room. You could rest for a little.
"""
_PAGE = """---
id: our-page
version: "1"
title: Our page
order: 90
summary: What a kind word can do.
minutes: 2
audience: member
claims:
  - text: Kind words to oneself went with less low mood in many studies.
    strength: some-support
    sources: ["Ferrari et al. (2019). Mindfulness 10, 1455."]
practices: [p90-slow-cup]
related: []
---
A kind word can be a small thing. You could try one today.
"""


def session(number: int) -> str:
    return f"{PROGRAMME}/session-{number}.yaml"


def write(folder: Path, *, weeks: int = 5) -> Path:
    """Everything, finished: no hint is left between brackets, and the gate has nothing to say but that it is new."""
    files = skeleton.programme_files("five-weeks", "Five weeks", weeks=weeks, minutes=75)
    name, practice = skeleton.practice_file("slow-cup", "Slow cup", folder=folder)
    assert name == CUP
    second = session(2)
    files[second] = re.sub(r"\[hard-day-card.*?\]", "[our-card]", files[second])
    for file, text in (files | {CUP: practice, CARD: _CARD, PAGE: _PAGE}).items():
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(re.sub(r"\[\[.*?\]\]", "This is ours.", text), encoding="utf-8")
    return folder


def plant(folder: Path, file: str, old: str, new: str) -> None:
    """Replace words in a file, once. The words have to be there."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{file} no longer holds {old!r}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def put(folder: Path, number: int, slot: str, part: str, use: str | None) -> None:
    """Put another practice into a slot of a session, or take the line out."""
    path = folder / session(number)
    before, mark, after = path.read_text(encoding="utf-8").partition(f"  - id: {slot}\n")
    assert mark, f"session {number} has no slot {slot}"
    block, following, rest = re.match(r"(.*?)(\n  (?:- id:|#)|\ntalk:)(.*)", after, flags=re.DOTALL).groups()  # type: ignore[union-attr]
    line = f"\n    {part}: {{{use}}}" if use else ""
    changed, count = re.subn(rf"\n    {part}: {{.*}}", line, block)
    if not count:
        changed = block + line
    path.write_text(before + mark + changed + following + rest, encoding="utf-8")


def errors(folder: Path) -> list[Finding]:
    return [finding for finding in check(folder) if finding.level == "error"]


# Edits: each is made to a folder when its turn comes ---------------------------------------------

Edit = Callable[[Path], None]
GROUND = "practice: p22-soles-of-the-feet, seconds: 180"
LETTER = "practice: p06-letter-from-a-wise-friend, version: '2', seconds: 480"
PAUSE = "practice: p01-three-part-pause, version: '2', seconds: 180"


def words(file: str, old: str, new: str) -> Edit:
    return lambda folder: plant(folder, file, old, new)


def stay(say: str, more: str = "") -> Edit:
    """Other words for the third step of the practice, and other ways below it."""
    return words(
        CUP, "say: You could stay with it for a little. What do you notice? This is ours.", f"say: {say}{more}"
    )


def way(name: str, said: str) -> str:
    return f"\n        {name}: {said}"


def both(*edits: Edit) -> Edit:
    def edit(folder: Path) -> None:
        for one in edits:
            one(folder)

    return edit


def use(number: int, slot: str, part: str, practice: str | None) -> Edit:
    return lambda folder: put(folder, number, slot, part, practice)


def handout(number: int, name: str, other: str) -> Edit:
    """Another handout in place of one that a session gives out, in whichever version it names."""

    def edit(folder: Path) -> None:
        path = folder / session(number)
        text, count = re.subn(rf"{name}(?:@\d+)?", other, path.read_text(encoding="utf-8"))
        assert count, f"session {number} does not give out {name}"
        path.write_text(text, encoding="utf-8")

    return edit


def stirring(number: int, practice: str, *, ground: str | None = GROUND) -> Edit:
    """A practice that stirs a lot in a session, with grounding after it unless that is left out."""
    return both(use(number, "practice-a", "practice", practice), use(number, "sharing", "ground_first", ground))


def add(file: str, text: str) -> Edit:
    def edit(folder: Path) -> None:
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        (folder / file).write_text(text, encoding="utf-8")

    return edit


def add_length(*seconds: int, kind: str = "say", name: str = "") -> Edit:
    """One more length of the practice, in steps of these seconds, with the name given."""
    named = f"\n    name: {name}" if name else ""
    box = "\n        prompt: cup\n        low_literacy: Say it out loud." if kind == "write" else ""
    said = "If you like, look round and find one thing that is pleasant to see. Rest with it for a little."
    steps = "".join(
        f"      - seconds: {one}\n        purpose: rest\n        kind: {kind}\n        say: {said}{box}\n"
        for one in seconds
    )
    length = f"  - seconds: {sum(seconds)}{named}\n    steps:\n{steps}"
    return words(CUP, "---\n## How to lead it", f"{length}---\n## How to lead it")


def found(folder: Path, rule: str) -> list[Finding]:
    return [finding for finding in check(folder) if finding.rule == rule]

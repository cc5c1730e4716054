"""A site's own words to plant mistakes in: a finished programme of five weeks, a practice, a handout and a page."""

import re
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

"""Practices: what is said, when, and for whom it is adapted.

A practice is one Markdown file. Its front matter holds the facts and, for each length, timed steps
whose seconds add up exactly; its body holds notes for the guide. The words that are spoken live only
in the steps, so that what people hear and when they hear it cannot drift apart.
"""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from pydantic import Field, StringConstraints, model_validator

from kindcircle.spec.texts import (
    SHIPPED,
    ContentError,
    Slug,
    Strict,
    Version,
    Words,
    build,
    inside,
    parse_front_matter,
    read_file,
)

StepKind = Literal["say", "silence", "breath", "bell", "write"]
Variant = Literal["usual", "no_breath", "eyes_open"]
Backdraft = Literal["low", "medium", "high"]
Element = Literal[
    "self-kindness",
    "common-humanity",
    "mindfulness",
    "soothing",
    "compassion-to-others",
    "compassion-from-others",
    "fierce-self-compassion",
    "grounding",
]

LEVELS: dict[Backdraft, int] = {"low": 0, "medium": 1, "high": 2}
"""Backdraft levels in order, to compare a practice with its gentler alternative."""


class Step(Strict):
    """One stretch of a practice: how long, what for, and the words shown and read out.

    Silence and bell steps carry words too, so that nobody depends on hearing. The two alternatives
    replace `say` for a member who asked for no breath focus, or for eyes open.
    """

    seconds: Annotated[int, Field(ge=3, le=600)]
    purpose: Words
    kind: StepKind
    say: Words
    no_breath: Words | None = None
    eyes_open: Words | None = None
    prompt: Slug | None = None

    @model_validator(mode="after")
    def _breath_has_another_way(self) -> Step:
        if self.kind == "breath" and self.no_breath is None:
            raise ValueError("a breath step needs no_breath words, so nobody has to follow the breath")
        if (self.prompt is not None) and self.kind != "write":
            raise ValueError("only a write step can open a writing prompt")
        return self


class Length(Strict):
    """One way through a practice, from first word to last, in seconds."""

    seconds: Annotated[int, Field(ge=20, le=3600)]
    steps: Annotated[tuple[Step, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _adds_up(self) -> Length:
        total = sum(step.seconds for step in self.steps)
        if total != self.seconds:
            raise ValueError(f"steps add up to {total} seconds, not {self.seconds}")
        return self


class Easier(Strict):
    """What to offer when this is too much right now. `practice` is None only where words are enough."""

    practice: Slug | None = None
    words: Words


class Evidence(Strict):
    """What is known, in one honest line, and where that comes from."""

    line: Words
    sources: Annotated[tuple[Words, ...], Field(min_length=1)]


class AccessVariants(Strict):
    """The same practice for different bodies and lives. All are written out; none is left to guess."""

    no_touch: Words
    no_breath: Words
    eyes_open: Words
    seated: Words
    hard_of_hearing: Words
    low_vision: Words
    low_literacy: Words


class Prompt(Strict):
    """One box to write in: what is asked, and a little help."""

    id: Slug
    prompt: Words
    help: Words


class Practice(Strict):
    """One practice, in every length we offer.

    `difficulty` is the most a chosen hard thing may hurt, 0 to 10, and never above 3; None where the
    practice brings up nothing hard. `before` and `after` are shown to members; `guide` is for the guide.
    """

    id: Annotated[str, StringConstraints(pattern=r"^p[0-9]{2}-[a-z0-9]+(-[a-z0-9]+)*$")]
    number: Annotated[str, StringConstraints(pattern=r"^P[0-9]{2}$")]
    version: Version
    title: Words
    purpose: Words
    elements: Annotated[tuple[Element, ...], Field(min_length=1)]
    kind: Literal["formal", "informal"]
    settings: Annotated[tuple[Literal["solo", "pair", "group"], ...], Field(min_length=1)]
    posture: Annotated[tuple[Literal["any", "seat", "lie", "stand"], ...], Field(min_length=1)]
    backdraft: Backdraft
    difficulty: Annotated[int, Field(ge=1, le=3)] | None = None
    easier: Easier
    cautions: Annotated[tuple[Words, ...], Field(min_length=1)]
    exits: Annotated[tuple[Words, ...], Field(min_length=3)]
    evidence: Evidence
    access: AccessVariants
    prompts: tuple[Prompt, ...] = ()
    before: Words
    after: Words
    ending: Words
    durations: Annotated[tuple[Length, ...], Field(min_length=1)]
    guide: Words

    @model_validator(mode="after")
    def _holds_together(self) -> Practice:
        if not self.id.startswith(self.number.lower() + "-"):
            raise ValueError(f"id {self.id!r} does not begin with its number {self.number}")
        if any(a.seconds >= b.seconds for a, b in pairwise(self.durations)):
            raise ValueError("lengths must be listed from short to long, each once")
        if self.backdraft != "low" and self.easier.practice is None:
            raise ValueError("a practice that can stir people up needs an easier practice to go to")
        if self.easier.practice == self.id:
            raise ValueError("a practice cannot be its own easier alternative")
        prompt_ids = [prompt.id for prompt in self.prompts]
        if len(set(prompt_ids)) != len(prompt_ids):
            raise ValueError("two writing prompts share an id")
        used = {step.prompt for length in self.durations for step in length.steps if step.prompt}
        if used - set(prompt_ids):
            raise ValueError(f"no such writing prompt: {', '.join(sorted(used - set(prompt_ids)))}")
        return self

    def length(self, seconds: int) -> Length:
        """The way through that lasts exactly `seconds`. LookupError names the lengths there are."""
        for length in self.durations:
            if length.seconds == seconds:
                return length
        there = ", ".join(str(length.seconds) for length in self.durations)
        raise LookupError(f"{self.id} has no length of {seconds} seconds; it has {there}")

    @property
    def shortest(self) -> Length:
        return self.durations[0]


class Cue(TypedDict):
    """One instant of a running practice. `at` and `ms` are whole milliseconds from its start."""

    at: int
    kind: Literal["bell", "say", "silence", "breath", "write", "end"]
    text: str
    no_breath: str | None
    eyes_open: str | None
    ms: int


def cues(practice: Practice, seconds: int, variant: Variant = "usual") -> list[Cue]:
    """What every device shows, and when: one cue per step, then `end` at the full length.

    The first cue is at 0 and times only rise. `variant` chooses which words stand in `text`; both
    alternatives travel with every cue, so that one member can change without asking anyone.
    Without breath a breath cue becomes a silence cue, so that no breathing shape is drawn either.
    LookupError when the practice has no such length.
    """
    timeline: list[Cue] = []
    at = 0
    for step in practice.length(seconds).steps:
        other = {"usual": None, "no_breath": step.no_breath, "eyes_open": step.eyes_open}[variant]
        cue = Cue(
            at=at,
            kind="silence" if step.kind == "breath" and variant == "no_breath" else step.kind,
            text=other or step.say,
            no_breath=step.no_breath,
            eyes_open=step.eyes_open,
            ms=step.seconds * 1000,
        )
        timeline.append(cue)
        at += cue["ms"]
    timeline.append(Cue(at=at, kind="end", text=practice.ending, no_breath=None, eyes_open=None, ms=0))
    return timeline


def load_practice(practice_id: str, version: str | int = "1", *, folder: Path = SHIPPED) -> Practice:
    """One practice by id and version; programmes pin the version, so a later one changes nothing.

    Version 1 is `<id>.md`; a later version is `<id>.v<version>.md` beside it. ContentError if absent.
    """
    name = practice_id if str(version) == "1" else f"{practice_id}.v{version}"
    file = inside(folder, "practices", f"{name}.md")
    practice = _read_practice(file)
    if (practice.id, practice.version) != (practice_id, str(version)):
        raise ContentError(file, [("id", f"is {practice.id!r} version {practice.version}, unlike the file name")])
    return practice


def practice_files(folder: Path) -> list[tuple[str, str]]:
    """(id, version) of every practice file in a folder, as its name says, in order."""
    found: list[tuple[str, str]] = []
    for file in (folder / "practices").glob("*.md"):
        name, _, version = file.stem.partition(".v")
        found.append((name, version or "1"))
    return sorted(found, key=lambda one: (one[0], int(one[1]) if one[1].isdigit() else 0))


def all_practices(*, folder: Path = SHIPPED) -> tuple[Practice, ...]:
    """Every practice in its newest version, by number."""
    newest = dict(practice_files(folder))
    return tuple(load_practice(name, version, folder=folder) for name, version in newest.items())


@cache
def _read_practice(file: Path) -> Practice:
    raw, body = parse_front_matter(read_file(file), file)
    return build(Practice, raw | {"guide": body}, file)

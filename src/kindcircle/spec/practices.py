"""Practices: what is said, when, and for whom it is adapted.

A practice is one Markdown file. Its front matter holds the facts and, for each length, timed steps
whose seconds add up exactly; its body holds notes for the guide. The words that are spoken live only
in the steps, so that what people hear and when they hear it cannot drift apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, TypedDict

from pydantic import Field, StringConstraints, model_validator

from kindcircle.spec.shelves import file_name, kept, load_each, newest_on_shelves, on_a_shelf, versions
from kindcircle.spec.texts import (
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
Way = Literal["no_touch", "no_breath", "seated", "eyes_open", "low_literacy"]
Zone = Literal["feet", "legs", "pelvis", "belly", "back", "chest", "shoulders", "arms", "hands", "neck", "face", "head"]
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

WAYS: tuple[Way, ...] = ("no_touch", "no_breath", "seated", "eyes_open", "low_literacy")
"""Ways a member may ask for, in the order in which they are served. Each text serves whoever asked for any of them."""

LEVELS: dict[Backdraft, int] = {"low": 0, "medium": 1, "high": 2}
"""Backdraft levels in order, to compare a practice with its gentler alternative."""


class Step(Strict):
    """One stretch of a practice: how long, what for, and the words shown and read out.

    Silence and bell steps carry words too, so that nobody depends on hearing. Each way that is written
    replaces `say` for a member who asked for it: no touch, no breath focus, seated, eyes open, no
    writing. `zone` is the part of the body a step visits; `zone_skipped` stands in when a member leaves
    that part out.
    """

    seconds: Annotated[int, Field(ge=3, le=600)]
    purpose: Words
    kind: StepKind
    say: Words
    no_touch: Words | None = None
    no_breath: Words | None = None
    seated: Words | None = None
    eyes_open: Words | None = None
    low_literacy: Words | None = None
    zone: Zone | None = None
    zone_skipped: Words | None = None
    prompt: Slug | None = None

    @property
    def ways(self) -> dict[Way, str]:
        """The other ways that are written for this step, in the order in which they are served."""
        found = {way: getattr(self, way) for way in WAYS}
        return {way: words for way, words in found.items() if words}

    @model_validator(mode="after")
    def _holds_together(self) -> Step:
        if self.kind == "breath" and self.no_breath is None:
            raise ValueError("a breath step needs no_breath words, so nobody has to follow the breath")
        if (self.prompt is not None) and self.kind != "write":
            raise ValueError("only a write step can open a writing prompt")
        if (self.zone is None) != (self.zone_skipped is None):
            raise ValueError("a step that visits a part of the body says what to do when it is left out")
        return self


class Length(Strict):
    """One way through a practice, from first word to last, in seconds.

    `name` says what this length is when it differs in kind. `open_circle` lets it into a circle that
    anyone may join without a talk beforehand.
    """

    seconds: Annotated[int, Field(ge=20, le=3600)]
    name: Words | None = None
    open_circle: bool = False
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
    practice brings up nothing hard. `leader` says who may lead it, `from_session` the first session of
    any programme in which it may come. `before` and `after` are shown to members; `guide` is for the guide.
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
    leader: Literal["anyone", "clinician"] = "anyone"
    from_session: Annotated[int, Field(ge=1, le=52)] | None = None
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


class Visit(TypedDict):
    """A part of the body that a cue visits, and the words for whoever leaves it out."""

    name: Zone
    skipped: str


class Cue(TypedDict):
    """One instant of a running practice. `at` and `ms` are whole milliseconds from its start.

    `ways` holds the words of the other ways that are written for it; `zone` the part of the body, if any.
    """

    at: int
    kind: Literal["bell", "say", "silence", "breath", "write", "end"]
    text: str
    ways: dict[Way, str]
    zone: Visit | None
    ms: int


@dataclass(frozen=True, slots=True)
class Needs:
    """What somebody asked for, for themselves: other ways, and parts of the body to leave out."""

    ways: frozenset[Way] = frozenset()
    zones: frozenset[Zone] = frozenset()

    def words(self, step: Step) -> str:
        """What this person hears in this step: a part left out comes first, then the ways in their order."""
        if step.zone in self.zones and step.zone_skipped:
            return step.zone_skipped
        return next((words for way, words in step.ways.items() if way in self.ways), step.say)


USUAL = Needs()


def cues(practice: Practice, seconds: int, needs: Needs = USUAL) -> list[Cue]:
    """What every device shows, and when: one cue per step, then `end` at the full length.

    The first cue is at 0 and times only rise. `needs` chooses which words stand in `text`; all
    other ways travel with every cue, so that one member can change without asking anyone.
    Without breath a breath cue becomes a silence cue, so that no breathing shape is drawn either.
    LookupError when the practice has no such length.
    """
    timeline: list[Cue] = []
    at = 0
    for step in practice.length(seconds).steps:
        cue = Cue(
            at=at,
            kind="silence" if step.kind == "breath" and "no_breath" in needs.ways else step.kind,
            text=needs.words(step),
            ways=step.ways,
            zone=Visit(name=step.zone, skipped=step.zone_skipped) if step.zone and step.zone_skipped else None,
            ms=step.seconds * 1000,
        )
        timeline.append(cue)
        at += cue["ms"]
    timeline.append(Cue(at=at, kind="end", text=practice.ending, ways={}, zone=None, ms=0))
    return timeline


def load_practice(practice_id: str, version: str | int = "1", *, folder: Path | None = None) -> Practice:
    """One practice by id and version; programmes pin the version, so a later one changes nothing.

    Version 1 is `<id>.md`; a later version is `<id>.v<version>.md` beside it. Without a folder every
    shelf of the site is searched. ContentError if absent.
    """
    shelf = on_a_shelf(folder, "practices", practice_id, str(version))
    file = inside(shelf, "practices", file_name(practice_id, version))
    practice = _read_practice(file)
    if (practice.id, practice.version) != (practice_id, str(version)):
        raise ContentError(file, [("id", f"is {practice.id!r} version {practice.version}, unlike the file name")])
    return practice


def newest_practice(practice_id: str, *, folder: Path | None = None) -> Practice:
    """A practice as it is told today. ContentError when there is none."""
    shelf, version = newest_on_shelves(folder, "practices").get(practice_id, (folder, "1"))
    return load_practice(practice_id, version, folder=shelf)


def practice_files(folder: Path) -> list[tuple[str, str]]:
    """(id, version) of every practice file in a folder, as its name says, in order."""
    return versions(folder, "practices")


def all_practices(*, folder: Path | None = None) -> tuple[Practice, ...]:
    """Every practice in its newest version, by number."""
    return tuple(
        load_each(folder, "practices", lambda name, version, at: load_practice(name, version, folder=at), ContentError)
    )


@kept
def _read_practice(file: Path) -> Practice:
    raw, body = parse_front_matter(read_file(file), file)
    return build(Practice, raw | {"guide": body}, file)

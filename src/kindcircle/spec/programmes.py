"""Programmes: sessions minute by minute, with scripts, gentler alternatives, home practice and measures.

A programme lives in `programmes/<id>/<version>/`: one `programme.yaml` that lists a file for each
session and, beside them, each session's talk and handout. A group pins one version; a released
version never changes.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kindcircle.spec.frame import Completion as Completion
from kindcircle.spec.frame import MeasureTime as MeasureTime
from kindcircle.spec.frame import Size as Size
from kindcircle.spec.practices import Practice, load_practice
from kindcircle.spec.shelves import SHIPPED, in_order, is_there, kept, shelves
from kindcircle.spec.texts import (
    ContentError,
    HandoutName,
    Slug,
    Strict,
    Version,
    Words,
    at_home,
    build,
    inside,
    parse_yaml,
    read_file,
)

SlotKind = Literal["open", "checkin", "teach", "practice", "exercise", "sharing", "rest", "home", "close"]
OPENING = "p47-arriving-together"
CLOSING = "p48-leaving-gently"

Minutes = Annotated[int, Field(ge=1, le=240)]


class PracticeUse(Strict):
    """A practice, in one version and one length."""

    practice: Slug
    version: Version = "1"
    seconds: Annotated[int, Field(ge=20, le=3600)]

    def load(self, *, folder: Path | None = None) -> Practice:
        """The practice itself."""
        return load_practice(self.practice, self.version, folder=folder)


class Sharing(Strict):
    """What members are asked, and how deep that goes: 0 presence only to 5 headline of a deep hurt."""

    text: Words
    depth: Annotated[int, Field(ge=0, le=5)]
    mode: Literal["round", "popcorn", "pairs", "silent-text"] = "round"


class Slot(Strict):
    """One stretch of the run-sheet, in minutes.

    `script` is what the guide may say; `holder` is for the one who watches. `ground_first` opens the
    slot with grounding, for the slot that follows a practice that can stir people up; `then` is a second
    practice in the same slot. An exercise is done together and is not in the catalogue of practices; it
    keeps a gentler practice ready too.
    """

    id: Slug
    kind: SlotKind
    title: Words
    minutes: Minutes
    practice: PracticeUse | None = None
    gentler: PracticeUse | None = None
    ground_first: PracticeUse | None = None
    then: PracticeUse | None = None
    script: Words
    holder: Words | None = None
    online: Words | None = None
    in_person: Words | None = None
    materials: tuple[Words, ...] = ()
    handouts: tuple[HandoutName, ...] = ()
    prompt: Sharing | None = None

    @property
    def locked(self) -> bool:
        """Opening and closing are bookends: they can be shortened, never removed."""
        return self.kind in ("open", "close")

    @property
    def uses(self) -> tuple[PracticeUse, ...]:
        """Every practice that may be led in this slot, in the order in which they would come."""
        return tuple(use for use in (self.ground_first, self.practice, self.gentler, self.then) if use)

    @model_validator(mode="after")
    def _holds_together(self) -> Slot:
        if self.kind in ("open", "practice", "close") and self.practice is None:
            raise ValueError("this slot needs a practice")
        if self.kind == "exercise" and self.practice is not None:
            raise ValueError("an exercise has no practice of its own; put a practice that follows in 'then'")
        if self.kind in ("practice", "exercise") and self.gentler is None:
            raise ValueError("this slot needs a gentler alternative")
        if self.gentler is not None and self.practice is None and self.kind != "exercise":
            raise ValueError("a gentler alternative needs a practice beside it")
        around = sum(use.seconds for use in (self.ground_first, self.then) if use)
        for use in (self.practice, self.gentler):
            seconds = around + (use.seconds if use else 0)
            if seconds > self.minutes * 60:
                raise ValueError(f"{seconds} seconds of practice do not fit in {self.minutes} minutes")
        return self


class Talk(Strict):
    """A short teaching: the guide's script and the one-page handout, both Markdown, read from files."""

    title: Words
    script_file: Words
    handout_file: Words
    handout_title: Words
    script: Words
    handout: Words


class HomeOption(Strict):
    """One thing to try at home, and how often. An invitation, never a duty."""

    words: Words
    how_often: Words
    times_a_week: Annotated[int, Field(ge=1, le=28)]
    practice: PracticeUse


class HomePractice(Strict):
    """This week at home: the kind minimum for a hard week, the usual, and one to reach for at need."""

    minimum: HomeOption
    usual: Annotated[tuple[HomeOption, ...], Field(min_length=1)]
    at_need: PracticeUse | None = None


class Rest(Strict):
    """An optional rest that any group may take, and the slot its minutes come from."""

    at_minute: Minutes
    minutes: Minutes
    from_slot: Slug
    words: Words


class Session(Strict):
    """One meeting of the programme, whole.

    `label` is what members call it when that is not its number, such as "Retreat"; `days_after` counts
    from the session before; a session that does not count is left out of the rule of completion.
    """

    number: Annotated[int, Field(ge=1, le=52)]
    label: Words | None = None
    days_after: Annotated[int, Field(ge=1, le=60)] = 7
    counts: bool = True
    theme: Words
    aim: Words
    minutes: Minutes
    max_depth: Annotated[int, Field(ge=0, le=5)]
    agenda: Annotated[tuple[Slot, ...], Field(min_length=3)]
    rest: Rest | None = None
    talk: Talk
    home: HomePractice
    safety: Annotated[tuple[Words, ...], Field(min_length=1)]

    def slot(self, slot_id: str) -> Slot:
        """One slot by id. LookupError when there is none."""
        for slot in self.agenda:
            if slot.id == slot_id:
                return slot
        raise LookupError(f"session {self.number} has no slot {slot_id!r}")

    def begins_at(self, slot_id: str) -> int:
        """The minute at which a slot begins, counted from the start of the session."""
        index = self.agenda.index(self.slot(slot_id))
        return sum(slot.minutes for slot in self.agenda[:index])

    @model_validator(mode="after")
    def _holds_together(self) -> Session:
        total = sum(slot.minutes for slot in self.agenda)
        if total != self.minutes:
            raise ValueError(f"agenda adds up to {total} minutes, not {self.minutes}")
        ids = [slot.id for slot in self.agenda]
        if len(set(ids)) != len(ids):
            raise ValueError("two slots share an id")
        first, last = self.agenda[0], self.agenda[-1]
        kinds = [slot.kind for slot in self.agenda]
        if first.kind != "open" or first.practice is None or first.practice.practice != OPENING:
            raise ValueError(f"a session opens with {OPENING}")
        if last.kind != "close" or last.practice is None or last.practice.practice != CLOSING:
            raise ValueError(f"a session closes with {CLOSING}; closing can never be removed")
        if kinds.count("open") != 1 or kinds.count("close") != 1:
            raise ValueError("a session has one opening and one closing")
        for slot in self.agenda:
            if slot.prompt is not None and slot.prompt.depth > self.max_depth:
                raise ValueError(f"slot {slot.id} asks deeper ({slot.prompt.depth}) than {self.max_depth}")
        if self.rest is not None:
            if self.rest.from_slot not in ids:
                raise ValueError(f"rest takes its minutes from {self.rest.from_slot!r}, which is not a slot")
            if self.rest.minutes >= self.slot(self.rest.from_slot).minutes:
                raise ValueError("rest would use up the whole slot it takes its minutes from")
        return self


class Programme(Strict):
    """A whole programme in one pinned version.

    `form` tells a closed group, whose members stay the same, from an open circle that anyone may join on
    the day. `led_by` says who leads it; what only a clinician may lead is allowed nowhere else.
    """

    id: Slug
    version: Version
    title: Words
    subtitle: Words
    for_whom: Words
    not_now: Annotated[tuple[Words, ...], Field(min_length=1)]
    facilitators: Words
    form: Literal["closed", "open"] = "closed"
    led_by: Literal["facilitator", "clinician", "peer"] = "facilitator"
    weeks: Annotated[int, Field(ge=1, le=52)]
    session_minutes: Minutes
    size: Size
    completion: Completion
    depth_note: Words
    safety: Annotated[tuple[Words, ...], Field(min_length=1)]
    credits: Annotated[tuple[Words, ...], Field(min_length=1)]
    measures: Annotated[tuple[MeasureTime, ...], Field(min_length=1)]
    sessions: Annotated[tuple[Session, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> Programme:
        numbers = [session.number for session in self.sessions]
        if numbers != list(range(1, len(numbers) + 1)):
            raise ValueError(f"sessions are numbered {numbers}, expected 1 to {len(numbers)}")
        for session in self.sessions:
            if session.minutes != self.session_minutes and session.label is None:
                raise ValueError(f"session {session.number} lasts {session.minutes} minutes")
        days = sum(session.days_after for session in self.sessions[1:])
        if not (self.weeks - 1) * 7 <= days < self.weeks * 7:
            raise ValueError(f"the last session comes {days} days after the first; that is not {self.weeks} weeks")
        if self.completion.of != sum(session.counts for session in self.sessions):
            raise ValueError("the completion rule counts a different number of sessions")
        for time in self.measures:
            if set(time.sessions or ()) - set(numbers):
                raise ValueError("measures name a session that is not there")
        return self

    def begins_after(self, number: int) -> int:
        """Days from the first session to this one: 0 for the first."""
        return sum(session.days_after for session in self.sessions[1:number])

    def session(self, number: int) -> Session:
        """One session by its number, from 1. LookupError when there is none."""
        for session in self.sessions:
            if session.number == number:
                return session
        raise LookupError(f"{self.id} has no session {number}")

    def instruments(self, occasion: str, moment: str | None = None, session: int | None = None) -> tuple[str, ...]:
        """Instrument ids asked at an occasion, in order, each once."""
        asked = [
            name
            for time in self.measures
            if time.occasion == occasion
            and time.moment == moment
            and (session is None or time.sessions is None or session in time.sessions)
            for name in time.instruments
        ]
        return tuple(dict.fromkeys(asked))

    def around(self, moment: str, session: int) -> tuple[str, ...]:
        """What is asked before, after or between sessions: each time, and in the ones in the middle that are named."""
        asked = (*self.instruments("session", moment, session), *self.instruments("mid", moment, session))
        return tuple(dict.fromkeys(asked))


def load_programme(programme_id: str, version: str | int, *, folder: Path | None = None) -> Programme:
    """One programme in exactly the version asked for. ContentError when it is absent or at fault.

    Without a folder every shelf of the site is searched.
    """
    parts = ("programmes", programme_id, str(version))
    shelf = next((one for one in shelves(folder) if is_there(one.joinpath(*parts))), folder or SHIPPED)
    home = inside(shelf, *parts)
    programme = _read_programme(home)
    if (programme.id, programme.version) != (programme_id, str(version)):
        message = f"is {programme.id!r} version {programme.version}, unlike its folder"
        raise ContentError(home / "programme.yaml", [("id", message)])
    return programme


def programme_files(folder: Path) -> list[tuple[str, str]]:
    """(id, version) of every programme folder, oldest version first."""
    found = [(file.parent.parent.name, file.parent.name) for file in (folder / "programmes").glob("*/*/programme.yaml")]
    return sorted(found, key=in_order)


def all_programmes(*, folder: Path | None = None) -> tuple[Programme, ...]:
    """Every programme that can be opened, drafts too, in every version: ids in order, oldest version first.

    A folder that is named is read whole, and a fault in it is a ContentError.
    """
    found: list[Programme] = []
    for shelf in shelves(folder):
        for name, version in programme_files(shelf):
            try:
                found.append(load_programme(name, version, folder=shelf))
            except ContentError:
                if folder is not None or shelf == SHIPPED:
                    raise
    return tuple(found)


@kept
def _read_programme(home: Path) -> Programme:
    file = at_home(home, home / "programme.yaml")
    raw = parse_yaml(read_file(file), file)
    names = raw.get("sessions")
    if isinstance(names, list):
        sessions, refused = [], []
        for name in names:
            try:
                sessions.append(_read_session(home, name, file))
            except ContentError as error:
                refused.append(error)
        if refused:
            first, *more = refused
            raise ContentError(first.file, first.problems, (*more, *_frame_faults(raw, file)))
        raw["sessions"] = sessions
    return build(Programme, raw, file)


def _frame_faults(raw: dict[str, object], file: Path) -> list[ContentError]:
    """What is wrong with the frame besides its sessions, which are reported by themselves."""
    try:
        build(Programme, raw | {"sessions": []}, file)
    except ContentError as error:
        own = [problem for problem in error.problems if problem[0] != "sessions"]
        return [ContentError(file, own)] if own else []
    return []


def _read_session(folder: Path, name: object, programme: Path) -> dict[str, object]:
    """One session's fields, checked by themselves first so that a fault names the session's own file."""
    file = _beside(folder, name, ".yaml", programme, "sessions")
    raw = parse_yaml(read_file(file), file)
    talk = raw.get("talk")
    if isinstance(talk, dict):
        for part in ("script", "handout"):
            if part in talk:
                raise ContentError(file, [(f"talk.{part}", "belongs in its own Markdown file")])
            if f"{part}_file" in talk:
                text = _beside(folder, talk[f"{part}_file"], ".md", file, f"talk.{part}_file")
                talk[part] = read_file(text).strip()
    build(Session, raw, file)
    return raw


def _beside(folder: Path, name: object, suffix: str, file: Path, place: str) -> Path:
    """A file in the same folder, and nowhere else."""
    if not isinstance(name, str) or Path(name).name != name or not name.endswith(suffix):
        raise ContentError(file, [(place, f"names a {suffix} file in the same folder")])
    return at_home(folder, folder / name)

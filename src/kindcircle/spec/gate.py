"""The content gate: what every programme, practice, handout and question must be before people meet it.

Models refuse what is malformed; the gate then looks at meaning: references, pace, reading grade,
wording, safety of the sequence, and that released texts are as they were. It prints nothing and
changes nothing; it answers with findings.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal, TypeVar

from kindcircle.spec.instruments import read_definition
from kindcircle.spec.library import load_library
from kindcircle.spec.passages import (
    Audience,
    Passage,
    handout_passages,
    library_passages,
    practice_passages,
    programme_passages,
    questionnaire_passages,
    safety_passages,
    session_passages,
)
from kindcircle.spec.practices import LEVELS, Length, Practice, load_practice, practice_files
from kindcircle.spec.programmes import (
    PracticeUse,
    Programme,
    Session,
    Slot,
    load_programme,
    programme_files,
)
from kindcircle.spec.readability import grade, longest_sentence, words
from kindcircle.spec.released import altered, unreleased
from kindcircle.spec.safety import load_member_texts
from kindcircle.spec.shelves import file_name, versions
from kindcircle.spec.texts import SHIPPED, ContentError, load_handout
from kindcircle.spec.unwanted import INVITATION, UNSURE, unwanted_in

HIGHEST_GRADE: dict[Audience, float] = {"crisis": 4.0, "member": 6.0, "guide": 8.0}
GRADED_WORDS = 20
LONG_SENTENCE = 20
LONGEST_QUIET = 60
LONGEST_WRITING = 150
SPOKEN_PER_SECOND = 2.0
FASTEST_PER_SECOND = 2.6

YEAR = re.compile(r"\b(?:19|20)[0-9]{2}\b")

FoundT = TypeVar("FoundT")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to mend (`error`) or to look at (`warning`), and exactly where it is."""

    level: Literal["error", "warning"]
    file: str
    place: str
    message: str


def check(folder: Path = SHIPPED) -> list[Finding]:
    """Everything the gate finds in a content folder, in order of file and place; empty when all is well.

    A site's folder may use practices, handouts and questionnaires that ship with the package.
    """
    rooms = (_practices, _handouts, _library, _programmes, _questionnaires, _safety, _release)
    found = chain.from_iterable(look(folder) for look in rooms)
    return sorted(set(found), key=lambda one: (one.level, one.file, one.place, one.message))


# What each kind of file must be ---------------------------------------------------------------


def _practices(folder: Path) -> Iterator[Finding]:
    for name, version in practice_files(folder):
        file = f"practices/{name}.md" if version == "1" else f"practices/{name}.v{version}.md"
        try:
            practice = load_practice(name, version, folder=folder)
        except ContentError as error:
            yield from _refused(error, folder)
            continue
        yield from _wording(file, practice_passages(practice))
        yield from _easier(file, practice, folder)
        for length in practice.durations:
            yield from _pace(file, length)
        for text in (practice.evidence.line, *practice.evidence.sources):
            if "?" in text:
                yield Finding("error", file, "evidence", "holds a fact marked with ?; check it or leave it out")


def _handouts(folder: Path) -> Iterator[Finding]:
    for path in sorted((folder / "handouts").glob("*.md")):
        file = f"handouts/{path.name}"
        try:
            handout = load_handout(path.stem, folder=folder)
        except ContentError as error:
            yield from _refused(error, folder)
            continue
        yield from _wording(file, handout_passages(handout))


def _library(folder: Path) -> Iterator[Finding]:
    """Each claim has a source with a year, each practice and page it names is there, and no two stand in one place."""
    taken: dict[int, str] = {}
    for name, version in versions(folder, "library"):
        file = f"library/{file_name(name, version)}"
        try:
            page = load_library(name, version, folder=folder)
        except ContentError as error:
            yield from _refused(error, folder)
            continue
        yield from _wording(file, library_passages(page))
        for number, claim in enumerate(page.claims):
            for text in (claim.text, *claim.sources):
                if "?" in text:
                    message = "holds a fact marked with ?; check it or leave it out"
                    yield Finding("error", file, f"claims.{number}", message)
            if not all(YEAR.search(source) for source in claim.sources):
                yield Finding("error", file, f"claims.{number}.sources", "names a source without a year")
        for practice in page.practices:
            if _find(lambda at, name=practice: load_practice(name, folder=at), folder) is None:  # type: ignore[misc]
                yield Finding("error", file, "practices", f"there is no practice {practice!r}")
        for other in page.related:
            if _find(lambda at, name=other: load_library(name, folder=at), folder) is None:  # type: ignore[misc]
                yield Finding("error", file, "related", f"there is no page {other!r}")
        if taken.setdefault(page.order, name) != name:
            yield Finding("error", file, "order", f"{page.order} is the place of {taken[page.order]!r} already")


def _programmes(folder: Path) -> Iterator[Finding]:
    for name, version in programme_files(folder):
        home = f"programmes/{name}/{version}"
        try:
            programme = load_programme(name, version, folder=folder)
        except ContentError as error:
            yield from _refused(error, folder)
            continue
        file = f"{home}/programme.yaml"
        yield from _wording(file, programme_passages(programme))
        yield from _instruments(file, programme, folder)
        for session in programme.sessions:
            where = f"{home}/session-{session.number}.yaml"
            yield from _wording(where, session_passages(session))
            yield from _session(where, session, programme, folder)
        used = {"programme.yaml", *(f"session-{session.number}.yaml" for session in programme.sessions)}
        used |= {name for session in programme.sessions for name in _talk_files(session)}
        for path in sorted((folder / home).iterdir()):
            if path.name not in used:
                yield Finding("error", f"{home}/{path.name}", "", "is not part of the programme beside it")


def _questionnaires(folder: Path) -> Iterator[Finding]:
    """Every definition can be used; where the words are our own, they read as easily as the rest."""
    for path in sorted((folder / "instruments").glob("*/*.yaml")):
        try:
            definition = read_definition(path)
        except ContentError as error:
            yield from _refused(error, folder)
            continue
        if definition.licence.kind == "original":
            yield from _wording(path.relative_to(folder).as_posix(), questionnaire_passages(definition))


def _safety(folder: Path) -> Iterator[Finding]:
    """What people read after an answer that matters has to be the easiest of all."""
    for path in sorted((folder / "safety").glob("member-texts-*.yaml")):
        try:
            texts = load_member_texts(int(path.stem.rpartition("-")[2]), folder=folder)
        except ContentError as error:
            yield from _refused(error, folder)
            continue
        yield from _wording(f"safety/{path.name}", safety_passages(texts))


def _release(folder: Path) -> Iterator[Finding]:
    try:
        for name in altered(folder):
            yield Finding("error", name, "", "was released and has changed since; put it back and make a new version")
        for name in unreleased(folder):
            message = "is new; when it is final, run 'kindcircle content release'"
            yield Finding("warning", name, "", message)
    except ContentError as error:
        yield from _refused(error, folder)


# Rules --------------------------------------------------------------------------------------------


def _session(file: str, session: Session, programme: Programme, folder: Path) -> Iterator[Finding]:
    deepest = deepest_sharing(session.number)
    if session.max_depth > deepest:
        message = f"sharing may go to level {deepest} in session {session.number}, not {session.max_depth}"
        yield Finding("error", file, "max_depth", message)
    for index, slot in enumerate(session.agenda):
        place = f"agenda.{slot.id}"
        after = session.agenda[index + 1] if index + 1 < len(session.agenda) else None
        yield from _slot(file, place, slot, folder)
        yield from _stirring(file, place, slot, after, session, programme, folder)
        for name in slot.handouts:
            if _find(lambda at, name=name: load_handout(name, folder=at), folder) is None:  # type: ignore[misc]
                yield Finding("error", file, f"{place}.handouts", f"there is no handout {name!r}")
    home = session.home
    for use in (home.minimum.practice, *(option.practice for option in home.usual), home.at_need):
        yield from _use(file, "home", use, folder)


def _slot(file: str, place: str, slot: Slot, folder: Path) -> Iterator[Finding]:
    for part, use in (
        ("practice", slot.practice),
        ("gentler", slot.gentler),
        ("ground_first", slot.ground_first),
    ):
        yield from _use(file, f"{place}.{part}", use, folder)
    practice, gentler = _practice(slot.practice, folder), _practice(slot.gentler, folder)
    if practice and gentler and LEVELS[gentler.backdraft] > LEVELS[practice.backdraft]:
        message = f"{gentler.id} stirs more than {practice.id}"
        yield Finding("error", file, f"{place}.gentler", message)
    if slot.practice is not None and slot.practice == slot.gentler:
        yield Finding("error", file, f"{place}.gentler", "is the same as the practice it should ease")


def _stirring(
    file: str,
    place: str,
    slot: Slot,
    after: Slot | None,
    session: Session,
    programme: Programme,
    folder: Path,
) -> Iterator[Finding]:
    """A practice that stirs a lot comes late enough, and grounding for 2 to 5 minutes follows it."""
    practice = _practice(slot.practice, folder)
    if practice is None or practice.backdraft != "high":
        return
    earliest = 3 if programme.weeks <= 6 else 4
    if session.number < earliest:
        yield Finding("error", file, f"{place}.practice", f"{practice.id} comes in session {earliest} or later")
    ground = after.ground_first if after else None
    grounding = _practice(ground, folder)
    if ground is None or grounding is None or "grounding" not in grounding.elements:
        message = f"the slot after {practice.id} begins with grounding (ground_first)"
        yield Finding("error", file, place, message)
    elif not 120 <= ground.seconds <= 300:
        yield Finding("error", file, place, "grounding after it lasts two to five minutes")


def deepest_sharing(session_number: int) -> int:
    """The deepest level a prompt may ask for: 2 in the first session, 3 in the next two, then 4."""
    return {1: 2, 2: 3, 3: 3}.get(session_number, 4)


def _use(file: str, place: str, use: PracticeUse | None, folder: Path) -> Iterator[Finding]:
    if use is None:
        return
    practice = _practice(use, folder)
    if practice is None:
        yield Finding("error", file, place, f"there is no practice {use.practice!r} version {use.version}")
        return
    try:
        practice.length(use.seconds)
    except LookupError as error:
        yield Finding("error", file, place, str(error.args[0]))


def _easier(file: str, practice: Practice, folder: Path) -> Iterator[Finding]:
    name = practice.easier.practice
    if name is None:
        return
    easier = _find(lambda at: load_practice(name, folder=at), folder)
    if easier is None:
        yield Finding("error", file, "easier.practice", f"there is no practice {name!r}")
    elif LEVELS[easier.backdraft] > LEVELS[practice.backdraft]:
        yield Finding("error", file, "easier.practice", f"{easier.id} stirs more than {practice.id}")


def _pace(file: str, length: Length) -> Iterator[Finding]:
    """Words fit their time, no quiet is longer than a minute, and each way through invites."""
    place = f"durations.{length.seconds}"
    for number, step in enumerate(length.steps):
        here = f"{place}.steps.{number}"
        for said in (step.say, *step.ways.values(), step.zone_skipped):
            if said and len(words(said)) > step.seconds * FASTEST_PER_SECOND:
                message = f"{len(words(said))} words are too many for {step.seconds} seconds"
                yield Finding("error", file, here, message)
        quiet = step.seconds - len(words(step.say)) / SPOKEN_PER_SECOND
        limit = LONGEST_WRITING if step.kind == "write" else LONGEST_QUIET
        if quiet > limit or (step.kind == "silence" and step.seconds > LONGEST_QUIET):
            yield Finding("error", file, here, f"is quiet for more than {limit} seconds; add a line")
    said = " ".join(step.say for step in length.steps)
    if length.seconds >= LONGEST_QUIET and not INVITATION.search(said):
        yield Finding("error", file, place, "gives orders only; invite at least once ('if you like')")


def _instruments(file: str, programme: Programme, folder: Path) -> Iterator[Finding]:
    shelves = [at / "instruments" for at in (folder, SHIPPED) if (at / "instruments").is_dir()]
    if not shelves:
        return
    for number, time in enumerate(programme.measures):
        for name in time.instruments:
            if not any((shelf / name).is_dir() for shelf in shelves):
                message = f"there is no questionnaire {name!r}"
                yield Finding("error", file, f"measures.{number}", message)
            elif time.occasion in ("baseline", "post") and not _has_main_score(name, shelves):
                message = f"{name!r} has no one main score, so a report cannot set before beside after"
                yield Finding("error", file, f"measures.{number}", message)


def _has_main_score(name: str, shelves: Iterable[Path]) -> bool:
    """Whether every version has a total with a range. A file that cannot be read is reported under its own name."""
    for path in (path for shelf in shelves for path in (shelf / name).glob("*.yaml")):
        try:
            total = read_definition(path).total
        except ContentError:
            continue
        if total is None or total.range is None:
            return False
    return True


def _wording(file: str, passages: Iterable[Passage]) -> Iterator[Finding]:
    """Reading grade, sentence length, unwanted words and unchecked facts.

    Short texts are graded together, since a grade means little below twenty words.
    """
    short: dict[Audience, list[str]] = {audience: [] for audience in HIGHEST_GRADE}
    for passage in passages:
        for written, reason in unwanted_in(passage.text):
            yield Finding("error", file, passage.place, f"says '{written}': {reason}")
        if UNSURE.search(passage.text):
            yield Finding("error", file, passage.place, "holds a fact marked (?); check it or leave it out")
        count, sentence = longest_sentence(passage.text)
        if count > LONG_SENTENCE:
            message = f"a sentence of {count} words; could it be two? '{sentence}'"
            yield Finding("warning", file, passage.place, message)
        if len(words(passage.text)) >= GRADED_WORDS:
            yield from _grade(file, passage.place, passage.text, passage.audience)
        elif words(passage.text):
            short[passage.audience].append(passage.text)
    for audience, texts in short.items():
        if texts:
            yield from _grade(file, f"short texts for the {audience}, together", "\n\n".join(texts), audience)


def _grade(file: str, place: str, text: str, audience: Audience) -> Iterator[Finding]:
    reached, highest = grade(text), HIGHEST_GRADE[audience]
    if reached > highest:
        message = f"reads at grade {reached:.1f}; {highest:.0f} is the most for a {audience}"
        yield Finding("error", file, place, message)


# Finding things -----------------------------------------------------------------------------------


def _practice(use: PracticeUse | None, folder: Path) -> Practice | None:
    return None if use is None else _find(lambda at: use.load(folder=at), folder)


def _find(load: Callable[[Path], FoundT], folder: Path) -> FoundT | None:
    """What `load` finds in the folder itself, else among what ships; None when in neither."""
    for at in (folder, SHIPPED):
        try:
            return load(at)
        except ContentError:
            continue
    return None


def _talk_files(session: Session) -> tuple[str, str]:
    return session.talk.script_file, session.talk.handout_file


def _refused(error: ContentError, folder: Path) -> Iterator[Finding]:
    file = error.file.relative_to(folder) if error.file.is_relative_to(folder) else error.file
    for place, message in error.problems:
        yield Finding("error", file.as_posix(), place, message)

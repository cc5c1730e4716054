"""Rules for handouts, the library, questionnaires of our own, and what is read after an answer that matters."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from kindcircle.spec.definition import Definition
from kindcircle.spec.felt import NEVER_ASKED, load_questions
from kindcircle.spec.gate.findings import Finding, finding, refused
from kindcircle.spec.gate.practices import YEAR
from kindcircle.spec.gate.shelf import Shelf
from kindcircle.spec.gate.wording import wording
from kindcircle.spec.helplines import load_emergency_numbers
from kindcircle.spec.instruments import read_definition
from kindcircle.spec.library import Page, load_library
from kindcircle.spec.norms import load_norms
from kindcircle.spec.passages import (
    felt_passages,
    handout_passages,
    library_passages,
    questionnaire_passages,
    safety_passages,
)
from kindcircle.spec.safety import load_ladder, load_member_texts
from kindcircle.spec.slots import load_slots
from kindcircle.spec.texts import ContentError, load_handout
from kindcircle.spec.watch import load_watch

LOADERS: dict[str, Callable[..., object]] = {
    "safety/ladder": load_ladder,
    "safety/watch": load_watch,
    "helplines/emergency": load_emergency_numbers,
    "norms/norms": load_norms,
    "slots/slots": load_slots,
}


def handouts(shelf: Shelf) -> Iterator[Finding]:
    """Everything the gate finds in the handouts of a folder."""
    for one in shelf.texts("handouts", lambda name, version: load_handout(name, version, folder=shelf.folder)):
        if isinstance(one, Finding):
            yield one
        else:
            yield from wording(one[0], handout_passages(one[1]))


def library(shelf: Shelf) -> Iterator[Finding]:
    """Each claim has sources with a year, what a page names is there, and no two pages stand in one place."""
    taken: dict[int, str] = {}
    for one in shelf.texts("library", lambda name, version: load_library(name, version, folder=shelf.folder)):
        if isinstance(one, Finding):
            yield one
            continue
        file, page = one
        yield from wording(file, library_passages(page))
        yield from _claims(file, page)
        for name in page.practices:
            found = shelf.named_practice(file, "practices", name)
            yield from (one for one in found if isinstance(one, Finding))
        for name in page.related:
            yield from shelf.named_page(file, "related", name)
        if taken.setdefault(page.order, page.id) != page.id:
            message = f"{page.order} is the place of {taken[page.order]!r} already"
            yield finding("library.order", file, "order", message)


def _claims(file: str, page: Page) -> Iterator[Finding]:
    for number, claim in enumerate(page.claims):
        place = f"claims.{number}"
        if any("?" in text for text in (claim.text, *claim.sources)):
            yield finding("text.unchecked", file, place, "holds a fact marked with ?; check it or leave it out")
        if not all(YEAR.search(source) for source in claim.sources):
            yield finding("library.source-year", file, f"{place}.sources", "names a source without a year")


def questionnaires(shelf: Shelf) -> Iterator[Finding]:
    """Every definition can be used; where the words are our own, they read easily."""
    newest: dict[str, tuple[tuple[int, ...], str, Definition]] = {}
    bound: dict[str, Definition] = {}
    for path in sorted((shelf.folder / "instruments").glob("*/*.yaml")):
        file = path.relative_to(shelf.folder).as_posix()
        if not shelf.wants(file):
            continue
        try:
            definition = read_definition(path)
        except ContentError as error:
            yield from refused(error, shelf.folder)
            continue
        age = tuple(int(part) for part in definition.version.split("."))
        if definition.id not in newest or age > newest[definition.id][0]:
            newest[definition.id] = (age, file, definition)
        if file not in shelf.listed:
            bound[file] = definition
    bound |= {file: definition for _, file, definition in newest.values()}
    for file, definition in sorted(bound.items()):
        if definition.licence.kind == "original":
            yield from wording(file, questionnaire_passages(definition))


def safety(shelf: Shelf) -> Iterator[Finding]:
    """What people read after an answer that matters has to be the easiest of all, and there in every language."""
    files = {int(path.stem.rpartition("-")[2]): path for path in _member_texts(shelf.folder)}
    gathered: dict[str, set[str]] = defaultdict(set)
    for version, path in sorted(files.items()):
        file = f"safety/{path.name}"
        if not shelf.wants(file):
            continue
        try:
            texts = load_member_texts(version, folder=shelf.folder)
        except ContentError as error:
            yield from refused(error, shelf.folder)
            continue
        if version == max(files) or file not in shelf.listed:
            yield from wording(file, safety_passages(texts))
        gathered[file] = set(texts.languages)
    # A language people were once given is not taken from them by a later version.
    before: set[str] = set()
    for file, languages in gathered.items():
        for lost in sorted(before - languages):
            yield finding("languages.complete", file, "languages", f"an earlier version also speaks {lost}")
        before |= languages


def felt(shelf: Shelf) -> Iterator[Finding]:
    """Questions that a whole group answers read easily, keep their words, and never touch what must not be counted."""
    before: dict[str, str] = {}
    for path in sorted((shelf.folder / "felt").glob("*")):
        file = path.relative_to(shelf.folder).as_posix()
        name, _, version = path.stem.rpartition("-")
        if not shelf.wants(file):
            continue
        if name != "questions" or not version.isdigit() or path.suffix != ".yaml":
            yield finding("file.stray", file, "", "is no text that is read here")
            continue
        try:
            asked = load_questions(int(version), folder=shelf.folder)
        except ContentError as error:
            yield from refused(error, shelf.folder)
            continue
        yield from wording(file, felt_passages(asked))
        for question in asked.questions:
            if said := NEVER_ASKED.search(question.text):
                yield finding("felt.never-asked", file, question.id, f"speaks of '{said.group()}'")
            if before.setdefault(question.id, question.text) != question.text:
                yield finding("felt.same-words", file, question.id, "had other words in an earlier version")


def plans(shelf: Shelf) -> Iterator[Finding]:
    """Timings of an alert, numbers to call, norms and slots can be used; nothing else lies beside them."""
    kept = sorted({name.partition("/")[0] for name in LOADERS})
    for path in sorted(path for name in kept for path in (shelf.folder / name).glob("*")):
        file = path.relative_to(shelf.folder).as_posix()
        name, _, version = path.stem.rpartition("-")
        if not shelf.wants(file) or name == "member-texts":
            continue
        load = LOADERS.get(f"{path.parent.name}/{name}")
        if load is None or not version.isdigit() or path.suffix != ".yaml":
            yield finding("file.stray", file, "", "is no text that is read here")
            continue
        try:
            load(int(version), folder=shelf.folder)
        except ContentError as error:
            yield from refused(error, shelf.folder)


def _member_texts(folder: Path) -> list[Path]:
    return [path for path in (folder / "safety").glob("member-texts-*.yaml") if path.stem.rpartition("-")[2].isdigit()]

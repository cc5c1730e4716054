"""Every sentence is ours: no run of eight words is shared with the notes this was built from.

The notes lie beside the repository on the machines of those who have them. Facts come from there, with their
citations; words do not.
"""

import os
import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from kindcircle.spec.instruments import read_definition
from kindcircle.spec.passages import questionnaire_passages
from kindcircle.spec.slots import load_slots
from kindcircle.spec.texts import SHIPPED

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", REPOSITORY.parent / "shared" / "reference"))
NOTES = REFERENCE.parent
RUN = 8

KINDS = ("practices", "programmes", "handouts", "library", "safety", "helplines", "felt")
PAGES = ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "docs", "src/kindcircle")

# Code, formulas, marks of a page and of a template: where these stand, nothing is said.
NO_SENTENCE = re.compile(r"```[\s\S]*?```|`[^`\n]*`|\{\{.*?\}\}|<[^>]*>|^.*(?: = |[A-Z]_\w).*$", flags=re.MULTILINE)

# What may be shared, and why.
EXCEPTIONS = {
    # A promise to members in the first version of a practice. Released, so it cannot change; version 2 says it anew.
    "nobody is watching this page if you need someone now",
    # A question of our own questionnaire, first written in the notes for it. Released, so it cannot change.
    "how well did today fit what you need",
    # A formula.
    "2 n 1 1 r2 degrees of freedom",
    # What Kindcircle is, in one line, on every first page of the project.
    "run a group self compassion programme in person or online and know honestly whether it helps",
}

pytestmark = pytest.mark.skipif(
    not list(NOTES.glob("*.md")), reason="the reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)


def words_of(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text.lower().replace("’", "'"))
    return re.findall(r"[a-z0-9']+", "".join(sign for sign in plain if not unicodedata.combining(sign)))


def runs(text: str) -> set[str]:
    """Every run of eight words. One with a year in it is a citation, which has to be as it is."""
    said = words_of(text)
    found = (" ".join(said[start : start + RUN]) for start in range(len(said) - RUN + 1))
    return {run for run in found if not re.search(r"\b(?:19|20)[0-9]{2}\b", run)}


@pytest.fixture(scope="module")
def noted() -> set[str]:
    """Every run of eight words in the notes, but those that may be shared."""
    found: set[str] = set()
    for file in (*NOTES.glob("*.md"), *REFERENCE.rglob("*.md")):
        found |= runs(file.read_text(encoding="utf-8", errors="replace"))
    for shared in EXCEPTIONS:
        found -= runs(shared)
    return found


def texts() -> Iterator[tuple[str, str]]:
    """Every content file, and the words of our own questionnaires."""
    for kind in KINDS:
        for file in sorted((SHIPPED / kind).rglob("*")):
            if file.suffix in (".md", ".yaml"):
                yield file.relative_to(SHIPPED).as_posix(), file.read_text(encoding="utf-8")
    for file in sorted((SHIPPED / "instruments").glob("*/*.yaml")):
        definition = read_definition(file)
        if definition.licence.kind == "original":
            said = "\n".join(passage.text for passage in questionnaire_passages(definition))
            yield file.relative_to(SHIPPED).as_posix(), said
    for one in load_slots().slots:
        yield f"slots, {one.id}", f"{one.why}\n{one.could}"


def pages() -> Iterator[tuple[str, str]]:
    """What people read about the project and on its pages. Code and formulas are no sentences."""
    for place in PAGES:
        path = REPOSITORY / place
        for file in [path] if path.is_file() else sorted((*path.rglob("*.md"), *path.rglob("*.html"))):
            if file.is_relative_to(SHIPPED):
                continue
            yield file.relative_to(REPOSITORY).as_posix(), NO_SENTENCE.sub(" \n", file.read_text(encoding="utf-8"))


def shared(found: Iterator[tuple[str, str]], noted: set[str]) -> list[str]:
    return [f"{name}: {run}" for name, text in found for run in sorted(runs(text) & noted)]


def test_the_notes_are_read(noted: set[str]) -> None:
    assert len(noted) > 10_000


def test_no_run_of_eight_words_in_the_content_comes_from_the_notes(noted: set[str]) -> None:
    assert shared(texts(), noted) == []


def test_nor_in_what_people_read_about_the_project(noted: set[str]) -> None:
    assert shared(pages(), noted) == []


def test_a_shared_sentence_would_be_found(noted: set[str]) -> None:
    run = sorted(noted)[len(noted) // 2]
    assert shared(iter([("planted.md", f"And so it is. {run.upper()}, they say.")]), noted) == [f"planted.md: {run}"]


def test_each_exception_is_still_needed() -> None:
    everything = " ".join(" ".join(words_of(text)) for _, text in (*texts(), *pages()))
    assert [exception for exception in EXCEPTIONS if exception not in everything] == []

"""Nobody is called a risk (hazard H05): no page, mail, export or text of ours grades how much danger somebody is in.

A label is believed, in both directions. What is said names what to do; only a talk tells how somebody is.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from kindcircle.spec.shelves import SHIPPED

SOURCE = SHIPPED.parent
GRADE = r"(?:no|low|lower|lowest|medium|middle|moderate|mild|high|higher|highest|severe|serious|elevated|increased"
GRADE += r"|raised|acute|imminent|significant|minimal|negligible)"
LABELS = re.compile(
    rf"\b{GRADE}[\s_-]+(?:suicide[\s_-]+|suicidal[\s_-]+)?risk\b"
    r"|\brisk[\s_-]+(?:score|level|group|rating|class|category|band|grade|flag|label|tier|profile|stratification)s?\b"
    r"|\b(?:suicide|suicidality|self-harm)[\s_-]+(?:risk|score|level|grade)\b"
    r"|\b(?:is|are|patient|patients|member|members|person|people)[\s_]+(?:at|of)[\s_]+risk\b"
    r"|\brisk(?:y)?[\s_-]+(?:patient|member|person|people|participant|case)s?\b"
    r"|\bhigh[\s_-]risk\b|\blow[\s_-]risk\b",
    re.IGNORECASE,
)
NAMES = {"suicide-risk"}
"""Names in code that no reader ever sees: the course on talking about suicide."""


THE_LIST = "spec/unwanted.py"
"""What the content check looks for itself."""


def labels_in(text: str) -> list[str]:
    return [found.group() for found in LABELS.finditer(" ".join(text.split())) if found.group() not in NAMES]


def strings_of(source: str) -> Iterator[str]:
    """Every string of a module but its docstrings, and what stands between the gaps of an f-string."""
    tree = ast.parse(source)
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.value


def texts() -> Iterator[tuple[str, str]]:
    """Where it stands, and the words: modules, templates, scripts, style sheets, content and whatever else is text."""
    for file in sorted(SOURCE.rglob("*")):
        where = str(file.relative_to(SOURCE))
        if not file.is_file() or "__pycache__" in file.parts or file.suffix not in WORDY or where == THE_LIST:
            continue
        text = file.read_text(encoding="utf-8")
        if file.suffix == ".py":
            for words in strings_of(text):
                yield where, words
        else:
            yield where, text


WORDY = {".py", ".html", ".txt", ".js", ".css", ".md", ".yaml", ".yml", ".typ", ".json", ".csv", ".po", ".r", ".R"}


def test_no_text_of_ours_grades_a_person() -> None:
    looked, found, kinds = 0, [], set()
    for where, words in texts():
        looked += 1
        kinds.add(where.rpartition(".")[2])
        found += [f"{where}: {label}" for label in labels_in(words)]
    assert looked > 5000 and {"py", "html", "js", "md", "yaml", "typ"} <= kinds, (looked, kinds)
    assert not found, "\n".join(sorted(set(found)))


@pytest.mark.parametrize(
    "planted",
    [
        "This member is at HIGH RISK.", "low-risk", "Risk score: 7", "risk_level", "moderate suicide risk",
        "two people at risk", "an at-once\n elevated   risk", "Risk category", "suicide risk", "high risk patient",
    ],
)  # fmt: skip
def test_each_way_to_say_it_is_noticed(planted: str) -> None:
    assert labels_in(planted)
    [*_, said] = strings_of(f'"""A page."""\ndef view():\n    """Shows it."""\n    return _({planted!r})\n')
    assert labels_in(said)


@pytest.mark.parametrize(
    "plain",
    ["With a risk of falls, do the seated way.", "brisk score", "a daily risk", "at this level, stay with them"],
)
def test_plain_words_may_stay(plain: str) -> None:
    assert not labels_in(plain)


def test_docstrings_are_for_those_who_read_the_code() -> None:
    assert list(strings_of('"""high risk"""\nclass A:\n    """low risk"""\n')) == []
    assert any(labels_in(words) for words in strings_of('said = f"{name}: high risk"'))


def test_published_bands_are_shown_to_nobody() -> None:
    """A form's own grades ("severe") are keys of its arithmetic: no page turns one into words."""
    assert not [
        str(file.relative_to(SOURCE))
        for folder in ("doors", "paper")
        for file in sorted((SOURCE / folder).rglob("*"))
        if isinstance(file, Path) and file.suffix in (".html", ".typ") and ".band" in file.read_text(encoding="utf-8")
    ]

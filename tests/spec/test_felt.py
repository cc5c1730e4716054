"""The questions that a whole group answers: enough of them, easy to say yes to in front of nobody, and none hurts."""

from pathlib import Path

import pytest

from kindcircle.spec.felt import NEVER_ASKED, load_questions, questions
from kindcircle.spec.texts import ContentError


def test_there_are_a_dozen_and_none_speaks_of_what_must_not_be_counted() -> None:
    asked = questions()
    assert 10 <= len(asked) <= 12
    assert len(set(asked.values())) == len(asked)
    assert [text for text in asked.values() if NEVER_ASKED.search(text)] == []


@pytest.mark.parametrize(
    "text",
    [
        "Have you thought of suicide?",
        "Have you wished not to wake up?",
        "Have you wanted to die?",
        "Have you harmed yourself?",
        "Have you been hurt by somebody at home?",
        "Have you been beaten?",
        "Have you lived through a trauma?",
        "Have you had flashbacks?",
    ],
)
def test_such_a_question_is_noticed(text: str) -> None:
    assert NEVER_ASKED.search(text)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("text: Tell us what you felt.", "text"),
        ("text: Have you felt small? And why?", "text"),
        ("id: two\n    text: Have you felt small?\n  - id: two\n    text: Have you felt odd?", "share an id"),
    ],
)
def test_only_plain_yes_or_no_questions_can_stand_there(tmp_path: Path, line: str, why: str) -> None:
    (tmp_path / "felt").mkdir()
    file = tmp_path / "felt" / "questions-1.yaml"
    first = line if line.startswith("id") else f"id: one\n    {line}"
    file.write_text(f"schema_version: 1\nid: questions\nversion: 1\nquestions:\n  - {first}\n", encoding="utf-8")
    with pytest.raises(ContentError, match=why):
        load_questions(folder=tmp_path)


def test_the_file_says_its_own_version(tmp_path: Path) -> None:
    (tmp_path / "felt").mkdir()
    words = "schema_version: 1\nid: questions\nversion: 1\nquestions:\n  - {id: one, text: Have you felt small?}\n"
    (tmp_path / "felt" / "questions-2.yaml").write_text(words, encoding="utf-8")
    with pytest.raises(ContentError, match="named 2"):
        load_questions(2, folder=tmp_path)

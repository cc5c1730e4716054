"""Have you felt this: the yes-or-no questions that show a group how much of it is human."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import ContentError, Slug, Strict, Words, build, parse_yaml, read_file

NEVER_ASKED = re.compile(
    r"\b(?:suicid\w*|kill\w*|die[ds]?|dying|dead|death|alive|(?:end|take|took) (?:my|your) (?:own )?life"
    r"|harm\w*|hurt(?:ing)? (?:yourself|by)|cut(?:ting)? (?:yourself|your)|overdos\w*|wake up"
    r"|abus\w*|violen\w*|beat(?:en|ing)?|rap(?:e|ed|ist)|assault\w*|molest\w*|touch\w*|hit|slap\w*"
    r"|trauma\w*|flashbacks?|nightmares?|ptsd)\b",
    flags=re.IGNORECASE,
)
"""What a question that a whole group answers never speaks of: whoever has to say yes to that should not be counted."""


class Question(Strict):
    """One question. Its id keeps its words for good."""

    id: Slug
    text: Annotated[Words, StringConstraints(pattern=r"^Have you [^?]+\?$", max_length=120)]


class Questions(Strict):
    """All questions of one version."""

    schema_version: Literal[1]
    id: Literal["questions"]
    version: Annotated[int, Field(ge=1)]
    questions: Annotated[tuple[Question, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Questions:
        if len({one.id for one in self.questions}) != len(self.questions):
            raise ValueError("two questions share an id")
        return self


@cache
def load_questions(version: int = 1, *, folder: Path = SHIPPED) -> Questions:
    """The questions in one version. ContentError when the file is missing or does not hold."""
    file = folder / "felt" / f"questions-{version}.yaml"
    found = build(Questions, parse_yaml(read_file(file), file), file)
    if found.version != version:
        raise ContentError(file, [("version", f"is {found.version} but the file is named {version}")])
    return found


def questions() -> dict[str, str]:
    """What may be asked, by id, in order."""
    return {one.id: one.text for one in load_questions().questions}

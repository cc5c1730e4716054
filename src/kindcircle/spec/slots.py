"""Questionnaires without a form here: why there is none, what a house can do, and what to take instead.

A slot is said out loud rather than left out, so that nobody looks for the form or types its words in unasked.
"""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kindcircle.spec.parts import Code
from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import ContentError, Slug, Strict, Words, build, inside, parse_yaml, read_file

Reason = Literal["restricted", "paid", "keys_unknown", "not_a_questionnaire"]


class Slot(Strict):
    """One questionnaire that has no form here.

    `items` and `answers`: how many questions, and the lowest and highest answer, where both are known.
    """

    id: Slug
    name: Words
    measures: Words
    outcome_areas: Annotated[tuple[Words, ...], Field(min_length=1)]
    respondent: Literal["member", "facilitator", "device"]
    items: Annotated[int, Field(ge=1)] | None
    answers: tuple[int, int] | None
    reason: Reason
    why: Words
    could: Words
    instead: tuple[Slug, ...]
    source: Words
    doi: Words | None
    codes: tuple[Code, ...] = ()
    unconfirmed: tuple[Words, ...]


class Slots(Strict):
    """All slots of one version."""

    schema_version: Literal[1]
    id: Literal["slots"]
    version: Annotated[int, Field(ge=1)]
    slots: Annotated[tuple[Slot, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_once(self) -> Slots:
        twice = sorted(name for name, n in Counter(one.id for one in self.slots).items() if n > 1)
        if twice:
            raise ValueError(f"listed twice: {', '.join(twice)}")
        for one in self.slots:
            if one.answers is not None and not one.answers[0] < one.answers[1]:
                raise ValueError(f"{one.id}: the lowest answer comes first")
        return self


@cache
def load_slots(version: int = 1, *, folder: Path = SHIPPED) -> Slots:
    """The slots in one version. ContentError when the file is missing or does not hold."""
    file = inside(folder, "slots", f"slots-{version}.yaml")
    found = build(Slots, parse_yaml(read_file(file), file), file)
    if found.version != version:
        raise ContentError(file, [("version", f"is {found.version} but the file is named {version}")])
    return found


def slot(instrument: str) -> Slot | None:
    """Why this questionnaire has no form here; None when nothing is known of it."""
    return next((one for one in load_slots().slots if one.id == instrument), None)

"""A published shorter form that stands in where a question could not be talked about the same day.

The two are different forms: each is scored by its own rules, and no line over time joins them. Questions are matched by
the code that both forms carry, never by their place.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import UnknownInstrument, load_instrument
from kindcircle.spec.scoring import Answer

STANDS_IN = {"phq-9": "phq-8"}
"""Which form leaves out just what needs a talk the same day. Where there is none, that question is left blank."""


def same_day(one: Definition) -> set[int]:
    """Questions after which somebody has to talk with the person the same day (CLINICAL_BRIEF 5.4)."""
    return {rule.item for rule in one.safety if rule.level == "concern"}


def shorter_of(one: Definition, *, site: Path | None = None) -> Definition | None:
    """The form without those questions, if its authors made one."""
    name = STANDS_IN.get(one.id)
    if name is None:
        return None
    try:
        shorter = load_instrument(name, site=site)
    except UnknownInstrument:
        return None
    there = {_code(item.codes) for item in one.items if item.number not in same_day(one)}
    return shorter if all(_code(item.codes) in there for item in shorter.items) else None


def asked_by_both(one: Definition, shorter: Definition) -> dict[str, str]:
    """The questions of the longer form that the shorter one asks too: id there by id here."""
    theirs = {_code(item.codes): item.id for item in shorter.items}
    return {item.id: theirs[_code(item.codes)] for item in one.items if _code(item.codes) in theirs}


def as_shorter(one: Definition, shorter: Definition, answers: Mapping[str, Answer]) -> dict[str, Answer]:
    """What was answered, as answers to the shorter form."""
    return {there: answers[here] for here, there in asked_by_both(one, shorter).items() if here in answers}


def _code(codes: tuple[object, ...]) -> object:
    """What both forms call a question; a question without a code is like no other."""
    return codes[0] if codes else object()

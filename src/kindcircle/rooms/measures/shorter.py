"""At hours in which nobody could talk about a question the same day, its shorter form is asked and counted instead."""

from collections.abc import Mapping
from pathlib import Path

from django.conf import settings

from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import definition_of, given_definition
from kindcircle.spec.definition import Definition
from kindcircle.spec.scoring import Answer
from kindcircle.spec.shorter import as_shorter, same_day, shorter_of


def shorter_form(assignment: Assignment) -> Definition | None:
    """What can stand in for this sheet, unless this person was asked for that one too on the same occasion."""
    site: Path | None = settings.SITE_CONTENT
    shorter = shorter_of(given_definition(assignment), site=site)
    if shorter is None:
        return None
    asked = Assignment.objects.filter(
        member=assignment.member_id, group=assignment.group_id, intake=assignment.intake_id,
        gathering=assignment.gathering_id, occasion=assignment.occasion, instrument=shorter.id,
    )  # fmt: skip
    return None if asked.exclude(pk=assignment.pk).exists() else shorter


def as_asked(
    assignment: Assignment, answers: Mapping[str, Answer], *, left_out: bool
) -> tuple[Definition, dict[str, Answer]]:
    """Which form these answers are of, and the answers in its own names.

    left_out  the page did not show what needs a talk the same day. An answer to it that came all the same counts.
    """
    one = given_definition(assignment)
    kept = dict(answers)
    if not left_out or any(answers.get(one.item(number).id) is not None for number in same_day(one)):
        return one, kept
    shorter = shorter_form(assignment)
    return (one, kept) if shorter is None else (shorter, as_shorter(one, shorter, answers))


def put_in_place(assignment: Assignment, one: Definition) -> None:
    """From now on this sheet is the shorter form, and says for which it stands. Inside the caller's transaction."""
    if one.id == assignment.instrument:
        return
    assignment.in_place_of = definition_of(assignment).rule
    assignment.instrument, assignment.version = one.id, one.version
    assignment.save(update_fields=["in_place_of", "instrument", "version"])

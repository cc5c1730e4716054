"""An answer is kept as it is given, and one that asks for a person is heard at once, before the sheet is sent."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.lib.errors import Invalid
from kindcircle.rooms.measures.actions import screen_sheet
from kindcircle.rooms.measures.drafts import Line, lines_of, says_nothing, seal_lines
from kindcircle.rooms.measures.errors import AlreadyAnswered, AnsweredElsewhere, NoLongerOpen, NotOpenYet
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.models_draft import AnswerDraft
from kindcircle.rooms.measures.queries import given_definition, given_in
from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import read_answer
from kindcircle.spec.scoring import Answer


def keep_answers(
    *,
    assignment: Assignment,
    typed: Mapping[str, str],
    page: str,
    by: Actor,
    at: datetime,
    order: int | None = None,
    seen: int | None = None,
) -> None:
    """Keep these answers in the draft; both that and telling a person where one asks for it, or neither.

    page   the open page that sends them (its form's key)
    order  grows on each page, so that a request that was overtaken never brings back an older answer; None counts
    seen   a whole page is kept, filled from the draft's version by then: nothing newer is written over. None where
           each answer was given just now
    What is turned away is heard, too. Raises AlreadyAnswered, NotOpenYet, NoLongerOpen, Invalid; and AnsweredElsewhere
    once the rest is kept, where another page has newer answers than this one, and other ones.
    """
    require(by, Permission.ASSIGNMENT_ANSWER, assignment)
    one = given_definition(assignment)
    said = _read(one, typed)
    try:
        newer = _keep(assignment, one, typed, said, page=page, by=by, at=at, order=order, seen=seen)
    except (AlreadyAnswered, NotOpenYet, NoLongerOpen):
        screen_sheet(assignment=assignment, answers=said, at=at)
        raise
    if newer is not None:
        raise newer


def _keep(
    assignment: Assignment,
    one: Definition,
    typed: Mapping[str, str],
    said: Mapping[str, Answer],
    *,
    page: str,
    by: Actor,
    at: datetime,
    order: int | None,
    seen: int | None,
) -> AnsweredElsewhere | None:
    """Keep it; and what stands there newer and different from this page, if anything does."""
    with transaction.atomic():
        Assignment.objects.select_for_update(no_key=True).only("pk").get(pk=assignment.pk)
        sent = Response.objects.filter(assignment=assignment).first()
        if sent is not None and sent.client_key == page and _is_in(sent, said):
            return None  # a last answer that overtook the page's own sending: it is safe already
        if sent is not None:
            raise AlreadyAnswered
        if at < assignment.opens_at:
            raise NotOpenYet
        if at >= assignment.closes_at:
            raise NoLongerOpen
        draft = AnswerDraft.objects.filter(assignment=assignment).first() or AnswerDraft(assignment=assignment)
        # From the clock, so that a draft that went and was begun anew does not count from one again.
        draft.version = max((draft.version or 0) + 1, milliseconds(at))
        draft.saved_at = at
        lines, newer = lines_of(draft, assignment), {}
        for item, text in typed.items():
            there = lines.get(item)
            if there is not None and seen is not None and _stays(there, one, item, said[item], page, seen, by):
                if not says_nothing(one, item, said[item]):
                    newer[item] = there.text
                continue
            before = there.order if there is not None and there.page == page else 0
            if order is None or before <= order:
                lines[item] = Line(text, page, order or before, draft.version)
        seal_lines(draft, lines, assignment)
        draft.save()
        answers = {item: read_answer(one, item, line.text) for item, line in lines.items()}
        screen_sheet(assignment=assignment, answers={**answers, **said}, at=at)
    return AnsweredElsewhere(newer, draft.version) if newer else None


def _stays(there: Line, one: Definition, item: str, said: Answer, page: str, seen: int, by: Actor) -> bool:
    """Whether what another page answered stays, as the page that is kept has never shown it.

    A shared tablet never shows it: what somebody chose on it counts, and what they left untouched takes nothing back.
    """
    if there.page == page or read_answer(one, item, there.text) == said:
        return False
    if by.tablet_of is not None:
        return says_nothing(one, item, said)
    return there.version > seen


def _is_in(sent: Response, said: Mapping[str, Answer]) -> bool:
    given = given_in(sent)
    return all(given.get(item) == answer for item, answer in said.items())


def _read(one: Definition, typed: Mapping[str, str]) -> dict[str, Answer]:
    """Only what somebody can have answered is kept."""
    try:
        return {item: read_answer(one, item, text) for item, text in typed.items()}
    except (ValueError, LookupError):
        raise Invalid from None

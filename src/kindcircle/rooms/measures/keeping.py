"""An answer is kept as it is given, and one that asks for a person is heard at once, before the sheet is sent."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.lib.errors import Invalid
from kindcircle.rooms.measures.actions import screen_sheet
from kindcircle.rooms.measures.drafts import Line, lines_of, seal_lines
from kindcircle.rooms.measures.errors import AlreadyAnswered, NoLongerOpen, NotOpenYet
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.models_draft import AnswerDraft
from kindcircle.rooms.measures.queries import given_definition
from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import read_answer


def keep_answers(
    *, assignment: Assignment, typed: Mapping[str, str], page: str, by: Actor, at: datetime, order: int | None = None
) -> None:
    """Keep these answers in the draft; both that and telling a person where one asks for it, or neither.

    page   the open page that sends them (its form's key)
    order  grows on each page, so that a request that was overtaken never brings back an older answer; None counts
    Raises AlreadyAnswered, NotOpenYet, NoLongerOpen, Invalid.
    """
    require(by, Permission.ASSIGNMENT_ANSWER, assignment)
    one = given_definition(assignment)
    _readable(one, typed)
    with transaction.atomic():
        Assignment.objects.select_for_update(no_key=True).only("pk").get(pk=assignment.pk)
        sent = Response.objects.filter(assignment=assignment).first()
        if sent is not None and sent.client_key == page:
            return  # a last answer that overtook the page's own sending: it is safe already
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
        lines = lines_of(draft, assignment)
        for item, text in typed.items():
            there = lines.get(item)
            before = there.order if there is not None and there.page == page else 0
            if order is None or before <= order:
                lines[item] = Line(text, page, order or before, draft.version)
        seal_lines(draft, lines, assignment)
        draft.save()
        answers = {item: read_answer(one, item, line.text) for item, line in lines.items()}
        screen_sheet(assignment=assignment, answers=answers, at=at)


def _readable(one: Definition, typed: Mapping[str, str]) -> None:
    """Only what somebody can have answered is kept."""
    for item, text in typed.items():
        try:
            read_answer(one, item, text)
        except (ValueError, LookupError):
            raise Invalid from None

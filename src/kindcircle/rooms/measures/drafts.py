"""Answers that are given and not sent yet, sealed.

Two pages may be open at once, such as on a phone and a laptop. Of each question the newer answer counts, and a sheet is
not sent while another page has answered something that the sending one has never seen.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.measures.errors import AnsweredElsewhere
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.models_draft import AnswerDraft
from kindcircle.rooms.measures.queries import definition_of
from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import read_answer
from kindcircle.spec.parts import Text, Tick
from kindcircle.spec.scoring import Answer


@dataclass(frozen=True, slots=True)
class Kept:
    """A draft, opened: what was chosen or typed by item id, "" where somebody left a line blank on purpose.

    Version 0 means that there is none.
    """

    typed: Mapping[str, str]
    version: int


NOTHING = Kept({}, 0)


@dataclass(frozen=True, slots=True)
class Line:
    """One answer as typed, the open page it came from, its number on that page, and the draft's version by then."""

    text: str
    page: str
    order: int
    version: int


def open_draft(*, assignment: Assignment, by: Actor, page: str | None = None) -> Kept:
    """What somebody answered so far on this sheet, on whichever device; or only what came from one open page."""
    require(by, Permission.ASSIGNMENT_ANSWER, assignment)
    draft = AnswerDraft.objects.filter(assignment=assignment).first()
    if draft is None:
        return NOTHING
    lines = lines_of(draft, assignment)
    return Kept({item: line.text for item, line in lines.items() if page in (None, line.page)}, draft.version)


def filled_up(assignment: Assignment, answers: Mapping[str, Answer], *, page: str) -> dict[str, Answer]:
    """What was given on a shared tablet, with what this person answered elsewhere for each line untouched there.

    A tablet shows nothing from elsewhere, so an empty box on it takes nothing back but what its own page had kept.
    """
    draft = AnswerDraft.objects.filter(assignment=assignment).first()
    if draft is None:
        return dict(answers)
    one = definition_of(assignment)
    lines = lines_of(draft, assignment).items()
    there = {item: read_answer(one, item, line.text) for item, line in lines if line.page != page}
    return {**answers, **there, **{item: said for item, said in answers.items() if not says_nothing(one, item, said)}}


def says_nothing(one: Definition, item: str, answer: Answer) -> bool:
    """A box without words or without a tick: so it stands on every page on which nobody touched it."""
    kind = one.response(next(line for line in one.items if line.id == item))
    return (isinstance(kind, Text) and not answer) or (isinstance(kind, Tick) and answer == 0)


def finish(assignment: Assignment, answers: Mapping[str, Answer], *, page: str, seen: int | None) -> None:
    """The sheet is sent, in the caller's transaction, and its draft goes.

    seen is the draft's version when the sending page was opened; None where no page shows drafts, such as paper.
    Raises AnsweredElsewhere when another page has answered something since that this one sends differently.
    """
    draft = AnswerDraft.objects.filter(assignment=assignment).first()
    if draft is None:
        return
    if seen is not None:
        one = definition_of(assignment)
        newer = {
            item: line.text
            for item, line in lines_of(draft, assignment).items()
            if line.page != page and line.version > seen and read_answer(one, item, line.text) != answers.get(item)
        }
        if newer:
            raise AnsweredElsewhere(newer, draft.version)
    draft.delete()


def forget_due(*, at: datetime) -> int:
    """Drafts of sheets that have closed or were sent, and of people who left, go. Returns how many."""
    still_there = Membership.objects.filter(
        user=OuterRef("assignment__member"), group=OuterRef("assignment__group"), left_at=None
    )
    over = Q(assignment__closes_at__lte=at) | Q(assignment__response__isnull=False)
    gone = AnswerDraft.objects.annotate(there=Exists(still_there)).filter(
        over | Q(assignment__group__isnull=False, there=False)
    )
    return gone.delete()[0]


def seal_lines(draft: AnswerDraft, lines: Mapping[str, Line], assignment: Assignment) -> None:
    """Put the answers into the draft, under the member's own key."""
    parts = {item: [line.text, line.page, line.order, line.version] for item, line in lines.items()}
    sealed = seals.ANSWER_DRAFT.seal(json.dumps(parts), code=draft.code, holder=assignment.member)
    draft.sealed_answers = sealed


def lines_of(draft: AnswerDraft, assignment: Assignment) -> dict[str, Line]:
    """The answers of a draft by item id; none while it is new."""
    if not draft.sealed_answers:
        return {}
    kept = json.loads(seals.ANSWER_DRAFT.open(draft.sealed_answers, code=draft.code, holder=assignment.member))
    return {item: Line(*parts) for item, parts in kept.items()}

"""Checks on paper: cards to print before a meeting, and what stood on them typed in after it, marked as such."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper as on_paper
from kindcircle.doors.web.shared.questions import Question, question, read
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.paper import cards as words_of_cards
from kindcircle.rooms.groups.models import Attendance, Gathering
from kindcircle.rooms.groups.queries import meeting_name, programme_of
from kindcircle.rooms.measures import paper as room
from kindcircle.rooms.measures import paper_twice as twice
from kindcircle.rooms.measures.attending import correct_attendance
from kindcircle.rooms.measures.errors import AlreadyAnswered, AnswersNotClear, WordingMissing
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.models_paper import PaperSheet
from kindcircle.rooms.measures.queries import definition, definition_of, given_definition, sheets, words_for
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_answers import SHEET
from kindcircle.rooms.safety.queries import alert_about
from kindcircle.rooms.safety.states import UNSEEN
from kindcircle.spec.definition import Definition
from kindcircle.spec.safety import positive
from kindcircle.spec.scoring import Answer

GATHERINGS = Gathering.objects.select_related("group__organisation")
SHEETS = sheets()
State = Gathering.State


@page(Permission.PAPER_ENTER, about=GATHERINGS)
def paper(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Who sent which check, whose card was typed in and by whom, and which are missing. No answer is shown."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    people = room.people_of(gathering, by=actor, at=at)
    staff = {user.pk: user for one in people for card in one.cards for user in _staff_of(card)}
    names = seals.names_of([*(one.member for one in people), *staff.values()])
    context = {
        "gathering": gathering,
        "group": gathering.group,
        "meeting": meeting_name(gathering),
        "closed": gathering.state == State.CLOSED,
        "people": [
            {
                "name": names[one.member.pk],
                "came": one.came,
                "cards": [_shown(card, names, actor.user_id) for card in one.cards],
            }
            for one in people
        ],
    }
    return render(request, "facilitator/paper.html", context)


@page(Permission.PAPER_ENTER, about=SHEETS, methods=("GET", "POST"))
def enter(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """One person's card, typed in by one and again by another. An answer that asks for a person is heard at once."""
    if assignment.group is None:
        raise NotFound
    card = twice.card_of(assignment)
    step = _step_of(card, request.actor.user_id)  # type: ignore[attr-defined]
    if request.method == "GET":
        return _entering(request, assignment, card, step)
    do = request.POST.get("do", "")
    try:
        if do == "alone" and card is not None:
            twice.settle_alone(card=card, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
            messages.success(request, _("Saved as typed in once, with your name."))
            return on_to("facilitator:paper", twice.meeting_of(assignment).code)
        if do == "agree" and card is not None:
            return _agree(request, assignment, card, step)
        return _type_in(request, assignment, card, step)
    except KindError as problem:
        if not problem.sentence:
            raise
        # Somebody else was there meanwhile: the page shows how it stands now.
        card = twice.card_of(assignment)
        step = _step_of(card, request.actor.user_id)  # type: ignore[attr-defined]
        return _entering(
            request, assignment, card, step, typed=request.POST, error=_already(problem), status=problem.status,
            heard=_heard(assignment, request),
        )  # fmt: skip


def _type_in(request: HttpRequest, assignment: Assignment, card: PaperSheet | None, step: str) -> HttpResponse:
    answers, errors = read(given_definition(assignment), request.POST)
    if not errors:
        try:
            response = twice.type_in(
                assignment=assignment,
                answers=answers,
                client_key=key_of(request),
                by=request.actor,  # type: ignore[attr-defined]
                at=clock.now(),
            )
        except AnswersNotClear as problem:
            errors = problem.by_item
        else:
            return _saved(request, assignment, response)
    return _entering(request, assignment, card, step, typed=request.POST, errors=errors, status=422)


def _agree(request: HttpRequest, assignment: Assignment, card: PaperSheet, step: str) -> HttpResponse:
    """For each line that differed: as the first read it, as the second did, or neither."""
    by = request.actor  # type: ignore[attr-defined]
    typed, errors = read(definition_of(assignment), request.POST)
    settled = {}
    for line in twice.differences(card, by=by):
        chosen = request.POST.get(f"d-{line.item}")
        if chosen == "other" and line.item in errors:
            return _entering(request, assignment, card, step, typed=request.POST, errors=errors, status=422)
        if chosen in ("first", "second", "other"):
            settled[line.item] = {"first": line.first, "second": line.second, "other": typed.get(line.item)}[chosen]
    response = twice.agree(card=card, settled=settled, by=by, at=clock.now())
    return _saved(request, assignment, response)


def _step_of(card: PaperSheet | None, me: int | None) -> str:
    """What this person can do with this card now."""
    if card is None:
        return "first"
    if card.second_by_id is None:
        return "waits" if card.first_by_id == me else "second"
    return "compare" if me in (card.first_by_id, card.second_by_id) else "others"


def _entering(
    request: HttpRequest,
    assignment: Assignment,
    card: PaperSheet | None,
    step: str,
    *,
    typed: Any = None,
    errors: dict[str, str] | None = None,
    error: str = "",
    status: int = 200,
    heard: Alert | None = None,
) -> HttpResponse:
    """The card as it stands now. heard: the alert about what was typed, where it does not count."""
    one, typed, errors = definition_of(assignment), typed or {}, errors or {}
    actor, gathering = request.actor, twice.meeting_of(assignment)  # type: ignore[attr-defined]
    questions = _questions(assignment, one, typed, errors)
    people = [user for user in (card.first_by, card.second_by) if user] if card else []
    names = seals.names_of([assignment.member, *{user.pk: user for user in people}.values()])
    context = {
        "assignment": assignment,
        "gathering": gathering,
        "name": names[assignment.member_id],
        "words": _words(assignment),
        "questions": questions,
        "errors": errors,
        "error": error,
        "heard": heard,
        "key": key_of(request) if request.method == "POST" else codes.new_code(),
        "step": step,
        "blank": _("Left blank on the card"),
        "kept": getattr(assignment, "response", None),
        "first_by": names.get(card.first_by_id, "") if card else "",
        "missed": step == "first"
        and assignment.gathering is not None
        and gathering.state == State.CLOSED
        and not _came(gathering, assignment.member),
    }
    if step == "compare" and card is not None:
        context |= {
            "second_by": names[card.second_by_id or 0],
            "lines": _lines(twice.differences(card, by=actor), questions, typed),
        }
    return render(request, "facilitator/paper_enter.html", context, status=status)


def _lines(found: list[twice.Difference], questions: list[Question], typed: Any) -> list[dict[str, Any]]:
    """What the two read, side by side, in the words of the sheet."""
    by_id = {one.id: one for one in questions}
    return [
        {
            "question": by_id[line.item],
            "alone": [by_id[line.item]],
            "first": _said(by_id[line.item], line.first),
            "second": _said(by_id[line.item], line.second),
            "chosen": typed.get(f"d-{line.item}", ""),
        }
        for line in found
        if line.item in by_id
    ]


@page(Permission.PAPER_ENTER, about=GATHERINGS)
def cards(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """The two checks as cards for whoever has no device: four to a sheet, arriving in front, leaving on the back."""
    group, pages = gathering.group, []
    plan = programme_of(group)
    for moment in ("before", "after"):
        for name in plan.around(moment, gathering.number):
            one = definition(name)
            words = words_for(group.organisation, one, request.LANGUAGE_CODE)  # type: ignore[attr-defined]
            if words is not None and words_of_cards.fits(one):
                pages.append(words_of_cards.Side(one, words))
    if not pages:
        raise WordingMissing
    return on_paper("cards", words_of_cards.cards(pages, meeting_name(gathering)), _("cards"))


def _shown(card: room.Card, names: dict[int, str], me: int | None) -> dict[str, Any]:
    response, paper = card.response, card.paper
    twice_typed = response is not None and paper is not None and paper.settled_at and paper.second_by_id
    return {
        "sheet": card.assignment,
        "title": _words(card.assignment).title,
        "response": response,
        "typed_by": names[response.by_staff_id] if response and response.by_staff_id else "",
        "again_by": names[paper.second_by_id] if paper and twice_typed and paper.second_by_id else "",
        "first_by": names[paper.first_by_id] if paper else "",
        "step": _step_of(paper, me),
    }


def _staff_of(card: room.Card) -> list[User]:
    found = [card.response.by_staff if card.response else None]
    if card.paper is not None:
        found += [card.paper.first_by, card.paper.second_by]
    return [user for user in found if user is not None]


def _words(assignment: Assignment) -> Any:
    words = words_for(assignment.house, definition_of(assignment), assignment.member.language)
    if words is None:
        raise WordingMissing
    return words


def _said(question: Question, answer: Answer) -> str:
    """One answer as it reads on the card."""
    return replace(question, value="" if answer is None else str(answer), blank=answer is None).said


def _questions(assignment: Assignment, one: Definition, typed: Any, errors: dict[str, str]) -> list[Question]:
    words = _words(assignment)
    return [question(one, item, words, typed, errors) for item in one.items if item.text_key in words.items]


def _already(problem: KindError) -> str:
    """What stands there stays: nobody types over what somebody sent."""
    if isinstance(problem, AlreadyAnswered):
        return _("This check was answered before, and that stays. What you typed was not kept.")
    return problem.sentence


def _heard(assignment: Assignment, request: HttpRequest) -> Alert | None:
    """The alert that waits because of what was typed, although it does not count."""
    one = given_definition(assignment)
    if not positive(one, read(one, request.POST)[0]):
        return None
    alert = alert_about(Ref(SHEET, assignment.code))
    return alert if alert is not None and alert.state in UNSEEN else None


def _came(gathering: Gathering, member: User) -> bool:
    return Attendance.objects.filter(gathering=gathering, user=member).exists()


def _saved(request: HttpRequest, assignment: Assignment, response: Response | None) -> HttpResponse:
    by, gathering = request.actor, assignment.gathering  # type: ignore[attr-defined]
    if "came" in request.POST and gathering is not None and gathering.state == State.CLOSED:
        correct_attendance(gathering=gathering, member=assignment.member, came=True, by=by, at=clock.now())
    alert = alert_about(Ref(SHEET, assignment.code))
    if alert is not None and alert.state in UNSEEN:
        messages.warning(request, _("Saved. Something on this card asks to be looked at. It waits here."))
        return on_to("facilitator:alert", alert.code)
    card = twice.card_of(assignment)
    if card is not None and card.second_by_id is not None:
        messages.info(request, _("You two read some lines in different ways. Please look at the card once more."))
        return on_to("facilitator:paper-enter", assignment.code)
    if response is None:
        messages.success(request, _("Saved. Now a second person types it in, without seeing what you typed."))
    else:
        messages.success(request, _("Saved, with your name as the one who typed it in."))
    return on_to("facilitator:paper", twice.meeting_of(assignment).code)

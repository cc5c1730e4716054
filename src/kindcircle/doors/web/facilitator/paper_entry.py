"""Checks on paper: cards to print before a meeting, and what stood on them typed in after it, marked as such."""

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
from kindcircle.doors.web.shared.questions import question, read
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.paper import cards as words_of_cards
from kindcircle.rooms.groups.models import Attendance, Gathering
from kindcircle.rooms.groups.queries import meeting_name, programme_of
from kindcircle.rooms.measures import paper as room
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.attending import correct_attendance
from kindcircle.rooms.measures.errors import AlreadyAnswered, AnswersNotClear, WordingMissing
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import SHEET, definition, definition_of, sheets, words_for
from kindcircle.rooms.safety.queries import alert_about
from kindcircle.spec.definition import Definition

GATHERINGS = Gathering.objects.select_related("group__organisation")
SHEETS = sheets()
State = Gathering.State


@page(Permission.PAPER_ENTER, about=GATHERINGS)
def paper(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Who sent which check, whose card was typed in and by whom, and which are missing. No answer is shown."""
    people = room.people_of(gathering, by=request.actor)  # type: ignore[attr-defined]
    typed = [card.response.by_staff for one in people for card in one.cards if card.response and card.response.by_staff]
    names = seals.names_of([*(one.member for one in people), *{user.pk: user for user in typed}.values()])
    context = {
        "gathering": gathering,
        "group": gathering.group,
        "meeting": meeting_name(gathering),
        "closed": gathering.state == State.CLOSED,
        "people": [
            {"name": names[one.member.pk], "came": one.came, "cards": [_shown(card, names) for card in one.cards]}
            for one in people
        ],
    }
    return render(request, "facilitator/paper.html", context)


@page(Permission.PAPER_ENTER, about=SHEETS, methods=("GET", "POST"))
def enter(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """One person's card, typed in. An answer that asks for a person is heard just as if they had sent it themselves."""
    gathering = assignment.gathering
    if gathering is None or assignment.occasion not in room.ON_PAPER:
        raise NotFound
    by, at, error = request.actor, clock.now(), ""  # type: ignore[attr-defined]
    one, key, status = definition_of(assignment), codes.new_code(), 200
    typed: Any = request.POST if request.method == "POST" else {}
    errors: dict[str, str] = {}
    if request.method == "POST":
        answers, errors = read(one, request.POST)
        key = key_of(request)
        if not errors:
            try:
                staff = User.objects.get(code=by.code)
                submit_response(assignment=assignment, answers=answers, client_key=key, by=by, at=at, by_staff=staff)
            except AnswersNotClear as problem:
                errors = problem.by_item
            except KindError as problem:
                if not problem.sentence:
                    raise
                error, status = _already(problem), problem.status
            else:
                return _saved(request, assignment, gathering, alert_about(Ref(SHEET, assignment.code)))
    context = {
        "assignment": assignment,
        "gathering": gathering,
        "name": seals.name_of(assignment.member),
        "words": _words(assignment),
        "questions": _questions(assignment, one, typed, errors),
        "errors": errors,
        "error": error,
        "key": key,
        "missed": gathering.state == State.CLOSED and not _came(gathering, assignment.member),
        "kept": getattr(assignment, "response", None),
    }
    return render(request, "facilitator/paper_enter.html", context, status=422 if errors else status)


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


def _shown(card: room.Card, names: dict[int, str]) -> dict[str, Any]:
    staff = card.response.by_staff_id if card.response else None
    return {
        "sheet": card.assignment,
        "title": _words(card.assignment).title,
        "response": card.response,
        "typed_by": names[staff] if staff else "",
    }


def _words(assignment: Assignment) -> Any:
    words = words_for(assignment.house, definition_of(assignment), assignment.member.language)
    if words is None:
        raise WordingMissing
    return words


def _questions(assignment: Assignment, one: Definition, typed: Any, errors: dict[str, str]) -> list[Any]:
    words = _words(assignment)
    return [question(one, item, words, typed, errors) for item in one.items if item.text_key in words.items]


def _already(problem: KindError) -> str:
    """What stands there stays: nobody types over what somebody sent."""
    if isinstance(problem, AlreadyAnswered):
        return _("This check was answered before, and that stays. What you typed was not kept.")
    return problem.sentence


def _came(gathering: Gathering, member: User) -> bool:
    return Attendance.objects.filter(gathering=gathering, user=member).exists()


def _saved(request: HttpRequest, assignment: Assignment, gathering: Gathering, alert: Any) -> HttpResponse:
    by = request.actor  # type: ignore[attr-defined]
    if "came" in request.POST and gathering.state == State.CLOSED:
        correct_attendance(gathering=gathering, member=assignment.member, came=True, by=by, at=clock.now())
    if alert is not None:
        messages.warning(request, _("Saved. This card asks for a person. The owner is told, and it waits here."))
        return on_to("facilitator:alert", alert.code)
    messages.success(request, _("Saved, with your name as the one who typed it in."))
    return on_to("facilitator:paper", gathering.code)

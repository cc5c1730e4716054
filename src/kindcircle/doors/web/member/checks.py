"""A member fills in a sheet: asked in the words of its definition, sent once, and answered at once when it matters."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.member import check_steps
from kindcircle.doors.web.member.check_words import (
    can_look_today,
    helped,
    hours_of,
    how_far,
    moment_of,
    promise_of,
    worth_asking_again,
)
from kindcircle.doors.web.member.sending import version_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.questions import question, read
from kindcircle.doors.web.shared.sending import LONGEST_KEY, on_to
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.carried import carried_words
from kindcircle.rooms.measures.drafts import Kept, open_draft, says_nothing
from kindcircle.rooms.measures.errors import (
    AlreadyAnswered,
    AnsweredElsewhere,
    AnswersNotClear,
    NoLongerOpen,
    NotOpenYet,
    WordingMissing,
)
from kindcircle.rooms.measures.keeping import keep_answers
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import (
    READ_TOGETHER,
    given_definition,
    next_sheet,
    sheets,
    words_for,
)
from kindcircle.rooms.measures.shorter import shorter_form
from kindcircle.spec.instruments import read_answer
from kindcircle.spec.safety import positive
from kindcircle.spec.shorter import asked_by_both, same_day

SHEETS = sheets()
ANSWERED = "answered_check"
"""On a shared tablet: the sheet after which help stands there, for as long as the same hands have it."""
NOT_KEPT = (AlreadyAnswered, NoLongerOpen, NotOpenYet)


@page(Permission.ASSIGNMENT_ANSWER, about=SHEETS, methods=("GET", "POST"))
def check(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """The sheet itself, with what was answered before on any device. Sending it twice keeps one, the first."""
    at = clock.now()
    if request.method == "POST":
        return _send(request, assignment, at)
    if hasattr(assignment, "response"):
        return redirect("member:check-done", code=assignment.code)
    if at < assignment.opens_at:
        raise NotOpenYet
    if at >= assignment.closes_at:
        raise NoLongerOpen
    key = page_key(request, assignment)
    draft = draft_for(request, assignment, key)
    typed = {**carried_words(assignment, by=request.actor, at=at), **draft.typed}  # type: ignore[attr-defined]
    context = context_of(request, assignment, at, key=key, typed=typed)
    context |= {"version": draft.version, "kept": bool(draft.typed)}
    context["help"] = help_now(request, assignment, draft.typed, at)
    if check_steps.wanted(request):
        return check_steps.ask(request, context, draft)
    return render(request, "member/check.html", context)


@page(Permission.ASSIGNMENT_ANSWER, about=SHEETS)
def check_done(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """Saved: said only of what is in the database. After an answer that matters, help stands here at once."""
    response = getattr(assignment, "response", None)
    if response is None:
        return redirect("member:check", code=assignment.code)
    at = clock.now()
    # A tablet that came round again, to whoever tapped this name, tells nothing of what was answered before.
    told_now = not shared_tablet(request) or request.session.get(ANSWERED) == assignment.code
    context: dict[str, object] = {
        "assignment": assignment,
        "meeting": _open_meeting(assignment),
        "next": next_sheet(assignment, by=request.actor, at=at),  # type: ignore[attr-defined]
    }
    if response.by_staff is not None:
        context["typed_by"] = seals.name_of(response.by_staff)
    if told_now:
        context |= helped(assignment, at=at, given_at=response.submitted_at)
    return render(request, "member/check_done.html", context)


def shared_tablet(request: HttpRequest) -> bool:
    """Whether this device goes from hand to hand: it shows nothing that came from elsewhere."""
    return request.actor.tablet_of is not None  # type: ignore[attr-defined]


def page_key(request: HttpRequest, assignment: Assignment) -> str:
    """The key of the page that is about to be shown: a new one, or on a tablet one for as long as somebody has it."""
    if not shared_tablet(request):
        return codes.new_code()
    kept: str = request.session.setdefault(f"sheet:{assignment.code}", codes.new_code())
    return kept


def draft_for(request: HttpRequest, assignment: Assignment, key: str) -> Kept:
    """What this page begins with. On a shared tablet only what the same hands have tapped in just now."""
    by = request.actor  # type: ignore[attr-defined]
    return open_draft(assignment=assignment, by=by, page=key if shared_tablet(request) else None)


def help_now(request: HttpRequest, assignment: Assignment, typed: Mapping[str, str], at: datetime) -> dict[str, object]:
    """What stands beside an answer that asks for a person, before the sheet is sent. It is about these answers only."""
    one = given_definition(assignment)
    if not typed or (shared_tablet(request) and not positive(one, read(one, typed)[0])):
        return {}
    return helped(assignment, at=at)


def context_of(
    request: HttpRequest,
    assignment: Assignment,
    at: datetime,
    *,
    key: str,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Everything that a page with these questions shows."""
    one = given_definition(assignment)
    words = words_for(assignment.house, one, assignment.member.language)
    if words is None:
        raise WordingMissing
    promised, errors = promise_of(assignment, at), errors or {}
    asked = [item for item in one.items if item.text_key in words.items]
    shorter = None
    if not can_look_today(promised, at):
        # What was answered already stays: somebody was told of it then.
        asked = [item for item in asked if item.number not in same_day(one) or item.id in typed]
        left_out = len(asked) < sum(item.text_key in words.items for item in one.items)
        shorter = shorter_form(assignment) if left_out else None
    if shorter is not None:
        in_both = asked_by_both(one, shorter)
        asked = [item for item in asked if item.id in in_both]
    questions = [question(one, item, words, typed, errors) for item in asked]
    return {
        "assignment": assignment,
        "name": seals.name_of(assignment.member),
        "words": words,
        "title": shorter.name if shorter else words.title,
        "shorter": shorter.name if shorter else "",
        "minutes": (shorter or one).administration.minutes,
        "questions": questions,
        "how_far": how_far(questions) if typed else "",
        "blank": _("Leave blank"),
        "errors": errors,
        "left_out": len(asked) < sum(item.text_key in words.items for item in one.items),
        "own_words": bool(one.wording.languages),
        "read_together": assignment.instrument in READ_TOGETHER,
        "watched": bool(one.safety),
        "hours": hours_of(promised),
        "in_touch_by": moment_of(promised.by, promised.zone),
        "key": key,
        "kept": bool(typed),
        "meeting": _open_meeting(assignment),
    }


def ask_again(
    request: HttpRequest,
    assignment: Assignment,
    at: datetime,
    *,
    typed: Mapping[str, str],
    errors: Mapping[str, str] | None = None,
    here: Mapping[str, str] | None = None,
    **more: object,
) -> HttpResponse:
    """The same page with everything that was given, and what needs another look.

    here  what this page had where newer answers stand now
    """
    key = request.POST.get("key", "")
    context = context_of(request, assignment, at, key=key, typed=typed, errors=errors)
    if here:
        of_this_page = context_of(request, assignment, at, key=key, typed=here)["questions"]
        context["here"] = [(one.ask, one.said) for one in of_this_page if one.id in here]
    context |= {"version": version_of(request), "kept": False, "how_far": "", "asked_before": "asked" in typed} | more
    context["help"] = help_now(request, assignment, typed, at)
    return render(request, "member/check.html", context, status=422 if errors else 200)


def answered_elsewhere(
    request: HttpRequest, assignment: Assignment, at: datetime, *, typed: Mapping[str, str], error: AnsweredElsewhere
) -> HttpResponse:
    """The newer answers stand there, and beside them what this page had, so that nobody has to remember their words."""
    one = given_definition(assignment)
    here = {item: text for item, text in typed.items() if item in error.newer}
    here = {item: text for item, text in here.items() if not says_nothing(one, item, read_answer(one, item, text))}
    return ask_again(
        request, assignment, at, typed={**typed, **error.newer}, version=error.version, elsewhere=error.sentence,
        here=here,
    )  # fmt: skip


def _send(request: HttpRequest, assignment: Assignment, at: datetime) -> HttpResponse:
    one, typed = given_definition(assignment), request.POST.dict()
    answers, errors = read(one, typed)
    if errors:
        keep_meanwhile(request, assignment, {item: typed[item] for item in answers if item in typed}, at)
        return ask_again(request, assignment, at, typed=typed, errors=errors)
    hits = positive(one, answers)
    # Whoever asks for a person is asked nothing more.
    if "asked" not in typed and not hits and not hasattr(assignment, "response"):
        left_blank = worth_asking_again(one, answers, _empty(request, assignment, at, typed), assignment, at)
        if left_blank:
            keep_meanwhile(request, assignment, {item: typed[item] for item in answers if item in typed}, at)
            return ask_again(request, assignment, at, typed=typed, once_more=left_blank, asked_before=True)
    try:
        submit_response(
            assignment=assignment,
            answers=answers,
            client_key=typed.get("key", ""),
            by=request.actor,  # type: ignore[attr-defined]
            at=at,
            # A tablet shows nothing from elsewhere, so what stands on it is what counts.
            seen=None if shared_tablet(request) else version_of(request),
            left_out=_left_out(request, assignment, at),
        )
    except AnswersNotClear as error:
        return ask_again(request, assignment, at, typed=typed, errors=error.by_item)
    except AnsweredElsewhere as error:
        keep_meanwhile(request, assignment, {item: typed[item] for item in answers if item in typed}, at)
        return answered_elsewhere(request, assignment, at, typed=typed, error=error)
    except NOT_KEPT as error:
        return not_kept(request, assignment, error, hits=bool(hits), at=at)
    if shared_tablet(request):
        request.session[ANSWERED] = assignment.code if hits else ""
    return on_to("member:check-done", assignment.code)


def _left_out(request: HttpRequest, assignment: Assignment, at: datetime) -> bool:
    """Whether the page that was sent did not ask what needs a talk the same day."""
    one = given_definition(assignment)
    told = {*request.POST, *request.POST.getlist("shown")}
    if told & {one.item(number).id for number in same_day(one)}:
        return False
    return "left_out" in request.POST or not can_look_today(promise_of(assignment, at), at)


def keep_meanwhile(request: HttpRequest, assignment: Assignment, typed: Mapping[str, str], at: datetime) -> None:
    """The sheet comes back to be looked at once more: what was given is kept, and heard, before that."""
    with suppress(KindError):
        keep_answers(
            assignment=assignment,
            typed=typed,
            page=request.POST.get("key", "")[:LONGEST_KEY],
            by=request.actor,  # type: ignore[attr-defined]
            at=at,
            seen=version_of(request),
        )


def _empty(request: HttpRequest, assignment: Assignment, at: datetime, typed: Mapping[str, str]) -> int:
    """How many of the lines that count were not reached."""
    counted = {item.id for item in given_definition(assignment).scored_items}
    questions = context_of(request, assignment, at, key="", typed=typed)["questions"]
    return sum(one.id in counted and one.is_line and not one.value and not one.blank for one in questions)


def not_kept(
    request: HttpRequest, assignment: Assignment, error: KindError, *, hits: bool, at: datetime
) -> HttpResponse:
    """These answers were not kept. Where they asked for a person, that was heard, and help stands here at once."""
    context = {
        "assignment": assignment,
        "sentence": error.sentence,
        "meeting": _open_meeting(assignment),
        "saved_before": hasattr(assignment, "response"),
    }
    if hits:
        context |= helped(assignment, at=at, given_at=at)
    return render(request, "member/check_not_kept.html", context, status=error.status)


def _open_meeting(assignment: Assignment) -> Gathering | None:
    """The gathering this sheet belongs to or was opened in, while it is still going on."""
    for gathering in (assignment.room, assignment.gathering):
        if gathering is not None and gathering.state in (Gathering.State.OPEN, Gathering.State.CLOSING):
            return gathering
    return None

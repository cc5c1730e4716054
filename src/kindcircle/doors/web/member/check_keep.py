"""Each answer is kept as it is given; and how somebody would like to be asked."""

from collections.abc import Iterator
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.doors.web.member import check_steps
from kindcircle.doors.web.member.check_words import helped
from kindcircle.doors.web.member.checks import (
    NOT_KEPT,
    SHEETS,
    answered_elsewhere,
    ask_again,
    context_of,
    draft_for,
    help_now,
    keep_meanwhile,
    not_kept,
)
from kindcircle.doors.web.member.sending import version_of
from kindcircle.doors.web.shared.live_page import by_script
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.questions import read
from kindcircle.doors.web.shared.sending import SeeOther, key_of, on_to
from kindcircle.rooms.measures.errors import AnsweredElsewhere
from kindcircle.rooms.measures.keeping import keep_answers
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import given_definition
from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Likert, Scale, Tick
from kindcircle.spec.safety import positive


@page(Permission.ASSIGNMENT_ANSWER, about=SHEETS, methods=("POST",))
def keep(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """Keep what came: one answer as static/js/sheet.js sends it, or the whole page by a button. Then say so truly."""
    at, one = clock.now(), given_definition(assignment)
    typed = dict(_given(one, request))
    answers, errors = read(one, typed)
    hits = positive(one, answers)
    below = hits[0].item_id if hits else ""
    well = {item: text for item, text in typed.items() if item not in errors}
    if errors and not by_script(request):
        keep_meanwhile(request, assignment, well, at)
        return ask_again(request, assignment, at, typed=typed, errors=errors)
    try:
        keep_answers(
            assignment=assignment,
            typed=well,
            page=key_of(request),
            order=_order(request),
            by=request.actor,  # type: ignore[attr-defined]
            at=at,
            # The script sends what was given just now, a button everything that stands on the page. What had to wait
            # in the page, such as for signing in again, comes with the page's version too.
            seen=None if by_script(request) and "version" not in request.POST else version_of(request),
        )
    except AnsweredElsewhere as error:
        if by_script(request):
            waited = _("You answered this on another page meanwhile, and that stays. Send shows you both.")
            return _refused(request, assignment, at, waited, 422, below=below)
        return answered_elsewhere(request, assignment, at, typed=typed, error=error)
    except KindError as error:
        if by_script(request):
            return _refused(request, assignment, at, error.sentence, error.status, below=below, given_at=at)
        if not isinstance(error, NOT_KEPT):
            raise
        return not_kept(request, assignment, error, hits=bool(hits), at=at)
    if errors:
        return _refused(request, assignment, at, next(iter(errors.values())), 422, below=below)
    if by_script(request):
        return _kept(request, assignment, at, below=below)
    return _on(request, assignment, told=bool(hits))


@page(Permission.ASSIGNMENT_ANSWER, about=SHEETS, methods=("POST",))
def ask_like_this(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """One question at a time, or all of them on one page; remembered for them."""
    check_steps.wish(request, one_by_one=request.POST.get("one_by_one") == "yes")
    return on_to("member:check", assignment.code)


def _kept(request: HttpRequest, assignment: Assignment, at: datetime, *, below: str) -> HttpResponse:
    """For the script: how far it is kept, and help where one of these answers asked for a person.

    below: the question that asked for them, where help is to stand; "" for none.
    """
    key = key_of(request)
    typed = draft_for(request, assignment, key).typed
    context = context_of(request, assignment, at, key=key, typed=typed)
    context |= {"help": help_now(request, assignment, typed, at) if below else {}, "below": below}
    return render(request, "member/_check_kept.html", context)


def _refused(
    request: HttpRequest,
    assignment: Assignment,
    at: datetime,
    sentence: str,
    status: int,
    *,
    below: str,
    given_at: datetime | None = None,
) -> HttpResponse:
    """For the script: why something was not kept, and help where it asked for a person all the same.

    given_at  when this was said, where none of it was kept: numbers to call stand there, also where somebody looked
              after the same before.
    """
    context = {
        "assignment": assignment,
        "sentence": sentence,
        "help": helped(assignment, at=at, given_at=given_at) if below else {},
        "below": below,
    }
    return render(request, "member/_check_kept.html", context, status=status)


def _on(request: HttpRequest, assignment: Assignment, *, told: bool) -> HttpResponse:
    """Where the button led: the next question, the one before, or away until later."""
    go, line = request.POST.get("go", ""), request.POST.get("line", "")
    if go in ("next", "back", "blank") and line.isascii() and line.isdigit() and len(line) < 4:
        number = int(line) + (-1 if go == "back" else 1)
        where = reverse("member:check", args=[assignment.code])
        return SeeOther(f"{where}?line={number}{'&told=1' if told else ''}#main")
    if told:
        return on_to("member:check", assignment.code)  # help stands there
    until = date_format(localtime(assignment.closes_at), "l j F, H:i")
    messages.success(request, _("Kept. You can go on with it on any device until %(until)s.") % {"until": until})
    return redirect("home")


def _given(one: Definition, request: HttpRequest) -> Iterator[tuple[str, str]]:
    """What came, by item id. A tick that was shown and is not there was taken out; a line may be left blank."""
    shown, blank = set(request.POST.getlist("shown")), request.POST.get("go") == "blank"
    for item in one.items:
        kind = one.response(item)
        if blank and item.id in shown and isinstance(kind, Likert | Scale):
            yield item.id, ""
        elif item.id in request.POST:
            yield item.id, request.POST[item.id]
        elif item.id in shown and isinstance(kind, Tick):
            yield item.id, "0"


def _order(request: HttpRequest) -> int | None:
    """The number that the page's script gave to this request; a button that was pressed needs none."""
    text = request.POST.get("order", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None

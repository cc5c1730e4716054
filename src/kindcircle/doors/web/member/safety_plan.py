"""My safety plan: a few steps for the hardest moments, mine alone until I share it, and on paper for any moment."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.own_lines import as_kept, come_back, keep_lines, typed_in
from kindcircle.doors.web.member.sending import gives_words_back
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper as on_paper
from kindcircle.doors.web.shared.safety_plan_words import STEPS
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.paper import personal
from kindcircle.rooms.preparing import queries
from kindcircle.rooms.preparing.parts import SAFETY_LINES
from kindcircle.rooms.preparing.plans import SAFETY
from kindcircle.rooms.safety.queries import help_lines


@gives_words_back(*SAFETY_LINES)
@page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
def safety_plan(request: HttpRequest) -> HttpResponse:
    """Write it, share it, take it back, and see who opened it. The numbers of the house stand beside it."""
    person, by = person_of(request), request.actor  # type: ignore[attr-defined]
    typed, back = typed_in(request, SAFETY_LINES), None
    if request.method == "POST":
        try:
            return _change(request, person, typed)
        except KindError as problem:
            back = come_back(request, typed, problem)
    plan = queries.own_plan(person, by=by, kind=SAFETY)
    now = back or as_kept(plan.lines)
    context = {
        "boxes": [
            (number, one, now.words.get(one.id, ""), now.newer.get(one.id)) for number, one in enumerate(STEPS, 1)
        ],
        "plan": plan,
        "seen": now.seen,
        "error": now.error,
        "opened": queries.opened_by_others(person, Event.SAFETY_PLAN_OPENED, by=by),
        "lines": help_lines(person.organisation, at=clock.now()),
    }
    return render(request, "member/safety_plan.html", context, status=now.status)


@page(Permission.ACCOUNT_USE)
def safety_plan_paper(request: HttpRequest) -> HttpResponse:
    """The plan as PDF, with the numbers of the house. Under a file name that says nothing."""
    person = person_of(request)
    plan = queries.own_plan(person, by=request.actor, kind=SAFETY)  # type: ignore[attr-defined]
    lines = [(str(one.ask), plan.lines[one.id]) for one in STEPS if one.id in plan.lines]
    numbers = [f"{one.name}: {one.number}" for one in help_lines(person.organisation, at=clock.now())]
    if numbers:
        lines.append((_("Numbers"), "\n".join(numbers)))
    return on_paper("handout", personal.support_plan(_("My plan"), "", lines), _("my page"), keep=False)


def _change(request: HttpRequest, person: User, typed: dict[str, str]) -> SeeOther:
    kept, do = keep_lines(request, person, SAFETY, typed), request.POST.get("do")
    if do == "share":
        messages.success(request, _("If you ask for a person, they can open it. You can take it back here."))
    elif do != "take-back":
        messages.success(request, _("Kept.") if kept else _("It is empty now. Nothing is kept."))
    return on_to("member:safety-plan")

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
from kindcircle.doors.web.member.sending import gives_words_back
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper as on_paper
from kindcircle.doors.web.shared.safety_plan_words import STEPS
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.paper import personal
from kindcircle.rooms.preparing import actions, queries
from kindcircle.rooms.preparing.parts import SAFETY_LINES
from kindcircle.rooms.preparing.plans import SAFETY
from kindcircle.rooms.safety.queries import help_lines


@gives_words_back(*SAFETY_LINES)
@page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
def safety_plan(request: HttpRequest) -> HttpResponse:
    """Write it, share it, take it back, and see who opened it. The numbers of the house stand beside it."""
    person, by = person_of(request), request.actor  # type: ignore[attr-defined]
    do, error = request.POST.get("do", "keep"), ""
    typed = {name: request.POST.get(name, "").replace("\0", "") for name in SAFETY_LINES}
    if request.method == "POST":
        try:
            return _change(request, person, do, typed)
        except KindError as problem:
            error = problem.sentence
    plan = queries.own_plan(person, by=by, kind=SAFETY)
    shown = typed if error and do == "keep" else plan.lines
    context = {
        "boxes": [(number, one, shown.get(one.id, "")) for number, one in enumerate(STEPS, 1)],
        "plan": plan,
        "error": error,
        "opened": queries.opened_by_others(person, Event.SAFETY_PLAN_OPENED, by=by),
        "lines": help_lines(person.organisation, at=clock.now()),
    }
    return render(request, "member/safety_plan.html", context, status=422 if error else 200)


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


def _change(request: HttpRequest, person: User, do: str, typed: dict[str, str]) -> SeeOther:
    own = {"person": person, "by": request.actor, "at": clock.now(), "kind": SAFETY}  # type: ignore[attr-defined]
    if do == "share":
        actions.share_plan(**own)
        messages.success(request, _("If you ask for a person, they can open it. You can take it back here."))
    elif do == "take-back":
        actions.take_plan_back(**own)
        messages.success(request, _("It is yours alone again."))
    else:
        kept = actions.keep_plan(lines=typed, **own)
        messages.success(request, _("Kept.") if kept else _("It is empty now. Nothing is kept."))
    return on_to("member:safety-plan")

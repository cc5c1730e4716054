"""My support plan, mine alone until I share it; and a safe way to reach me, for those who lead."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.own_lines import as_kept, come_back, keep_lines, typed_in
from kindcircle.doors.web.member.sending import gives_words_back
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.plan_words import asks
from kindcircle.doors.web.shared.printed import paper as on_paper
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.paper import personal
from kindcircle.rooms.preparing import actions, queries
from kindcircle.rooms.preparing.actions import LONGEST_LINE
from kindcircle.rooms.preparing.parts import CONTACT_LINES, plan_lines, plan_text
from kindcircle.rooms.preparing.plans import SUPPORT


@gives_words_back("my-signs", "quiet-signs", "my-anchor", "please-do", "please-do-not", "hard-topics", "body-needs")
@page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
def support_plan(request: HttpRequest) -> HttpResponse:
    """Write it, share it, take it back, and see who opened it."""
    person, by = person_of(request), request.actor  # type: ignore[attr-defined]
    typed, back = typed_in(request, plan_lines()), None
    if request.method == "POST":
        try:
            return _change(request, person, typed)
        except KindError as problem:
            back = come_back(request, typed, problem)
    plan = queries.own_plan(person, by=by)
    now = back or as_kept(plan.lines)
    context: dict[str, Any] = {
        "boxes": [(one, now.words.get(one.id, ""), now.newer.get(one.id)) for one in asks()],
        "plan": plan,
        "seen": now.seen,
        "error": now.error,
        "about": as_html(plan_text().text),
        "opened": queries.opened_by_others(person, Event.SUPPORT_PLAN_OPENED, by=by),
        "longest": LONGEST_LINE,
    }
    return render(request, "member/support_plan.html", context, status=now.status)


@page(Permission.ACCOUNT_USE)
def support_plan_paper(request: HttpRequest) -> HttpResponse:
    """The plan as PDF, to keep where no screen is needed. Under a file name that says nothing."""
    plan = queries.own_plan(person_of(request), by=request.actor)  # type: ignore[attr-defined]
    lines = [(one.ask, plan.lines[one.id]) for one in asks() if one.id in plan.lines]
    return on_paper("handout", personal.support_plan(plan_text().title, "", lines), _("my page"), keep=False)


@dataclass(frozen=True, slots=True)
class Ask:
    """One line of the page about reaching somebody."""

    id: str
    ask: str | Promise
    help: str | Promise = ""


CONTACT = (
    Ask(
        "way",
        gettext_lazy("Which way is safe?"),
        gettext_lazy("By phone, text or mail, and to which number or address."),
    ),
    Ask("hours", gettext_lazy("At which hours?"), gettext_lazy("And when never.")),
    Ask("call-me", gettext_lazy("What name may we use?"), gettext_lazy("Or what we say we are calling about.")),
    Ask("message", gettext_lazy("May we leave a message?"), gettext_lazy("On a machine, or with somebody at home.")),
    Ask(
        "person",
        gettext_lazy("Somebody we may call if we worry about you"),
        gettext_lazy("A name, and who they are to you."),
    ),
    Ask("number", gettext_lazy("How to reach them")),
    Ask("about", gettext_lazy("What about, and what not"), gettext_lazy("Do they know that you come here?")),
    Ask("never", gettext_lazy("Somebody we must never call, or never tell")),
    Ask(
        "word",
        gettext_lazy("Your word, if you cannot speak freely"),
        gettext_lazy(
            "A plain word. Write it in any box before a meeting by screen: we ask nothing more, and nobody rings."
        ),
    ),
)
assert tuple(one.id for one in CONTACT) == CONTACT_LINES


@gives_words_back(*CONTACT_LINES)
@page(Permission.ACCOUNT_USE, methods=("GET", "POST"))
def safe_contact(request: HttpRequest) -> HttpResponse:
    """How to reach me without harm. Those who lead can open it, and I see who did."""
    person, by, back = person_of(request), request.actor, None  # type: ignore[attr-defined]
    typed = typed_in(request, CONTACT_LINES)
    if request.method == "POST":
        try:
            seen = request.POST.get("seen")
            kept = actions.keep_contact(person=person, lines=typed, by=by, at=clock.now(), seen=seen)
        except KindError as problem:
            back = come_back(request, typed, problem)
        else:
            words = _("Kept. Those who lead your group can open it, and you see here who did.")
            messages.success(request, words if kept else _("It is empty now. Nothing is kept."))
            return on_to("member:safe-contact")
    contact = queries.own_contact(person, by=by)
    now = back or as_kept(contact.lines)
    context = {
        "boxes": [(one, now.words.get(one.id, ""), now.newer.get(one.id)) for one in CONTACT],
        "contact": contact,
        "seen": now.seen,
        "error": now.error,
        "opened": queries.opened_by_others(person, Event.SAFE_CONTACT_OPENED, by=by),
    }
    return render(request, "member/safe_contact.html", context, status=now.status)


def _change(request: HttpRequest, person: User, typed: dict[str, str]) -> SeeOther:
    kept, do = keep_lines(request, person, SUPPORT, typed), request.POST.get("do")
    if do == "share":
        messages.success(request, _("Those who lead your group can see it now. You can take it back here."))
    elif do != "take-back":
        messages.success(request, _("Kept.") if kept else _("It is empty now. Nothing is kept."))
    return on_to("member:support-plan")

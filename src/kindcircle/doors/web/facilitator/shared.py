"""What members let those who lead read, what the whole group reads, and reading first where that is turned on."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.doors.web.shared.shared_words import SIGNS, circle_shown
from kindcircle.doors.web.shared.wall import wall_of
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.sharing import queries, review, warmth
from kindcircle.rooms.sharing.review import After

GROUPS = Group.objects.select_related("organisation")

CHANGED = {
    "on": _("Changed. It holds for what is shared from now on."),
    "off": _("Changed. Words without a name that wait, and that you have not read, are let in with that."),
}

LET_IN = {
    After.DONE: _("The group can read it, as it is."),
    After.MORE_WAIT: _("Let in. It goes with the others, once you have answered all of them."),
    After.ALL_ANSWERED: _("All are answered. What you let in appears to the group in the morning, all together."),
    After.TOO_FEW: _(
        "All are answered. Words of fewer than four people are left, so the group sees none of them now, and nor do "
        "you. They may come along with others later."
    ),
}
"""How it is with the others, once one of them was answered."""


@page(Permission.SHARED_OPEN, about=GROUPS)
def shared(request: HttpRequest, group: Group) -> HttpResponse:
    """Who shares something with those who lead, none of it opened; and the circle of words, as the group sees it."""
    context = _context(request, group)
    if request.headers.get("HX-Request"):
        if request.GET.get("seen") == context["shared_seen"]:
            return HttpResponse(status=live_page.NOTHING_NEW)
        _note(request, group, _named(context))
        return render(request, "facilitator/_shared.html", context)
    return _whole(request, group, context)


@page(Permission.SHARED_OPEN, about=GROUPS)
def item(request: HttpRequest, group: Group, item: str) -> HttpResponse:
    """One of them, opened; and gone from here within seconds once it is taken back."""
    asked = bool(request.headers.get("HX-Request"))
    try:
        found = queries.for_one_leader(group, item[:30], by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    except NotFound:
        if not asked:
            raise
        return render(request, "facilitator/_shared_item.html", {"group": group, "item": None})
    context = {"group": group, "item": found, "signs": list(SIGNS.items())}
    context["seen"] = live_page.mark([found.code, found.words, found.name, found.sign])
    if asked and request.GET.get("seen") == context["seen"]:
        return HttpResponse(status=live_page.NOTHING_NEW)
    # Also what a page asks for by itself is written down, unless it was told that nothing is new.
    _note(request, group, [found.code])
    return render(request, "facilitator/_shared_item.html" if asked else "facilitator/shared_item.html", context)


@page(Permission.SHARED_OPEN, about=GROUPS, methods=("POST",))
def sign(request: HttpRequest, group: Group) -> HttpResponse:
    """A kind sign from one of those who lead."""
    code, sent = request.POST.get("share", "")[:30], request.POST.get("sign", "")[:20]
    warmth.send(group=group, share=code, sign=sent, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    if request.POST.get("on") == "item":
        return on_to("facilitator:shared-item", group.code, code)
    if request.headers.get("HX-Request"):
        context = _context(request, group)
        _note(request, group, _named(context))
        return render(request, "facilitator/_shared.html", context)
    return on_to("facilitator:shared", group.code)


@page(Permission.SHARING_KEEP, about=GROUPS, methods=("POST",))
def read_first(request: HttpRequest, group: Group) -> HttpResponse:
    """Turn reading first on or off, let something in, or give it back with a kind line."""
    do, code, by, at = request.POST.get("do"), request.POST.get("share", "")[:30], request.actor, clock.now()  # type: ignore[attr-defined]
    line = request.POST.get("line", "")
    try:
        if do in ("on", "off"):
            review.set_reviews(group=group, reviews=do == "on", by=by, at=at)
            messages.success(request, CHANGED[do])
        elif do == "in":
            after = review.let_in(group=group, share=code, by=by, at=at)
            messages.success(request, LET_IN[after])
        elif do == "back":
            after = review.give_back(group=group, share=code, line=line, by=by, at=at)
            messages.success(request, _("Given back, with your line. Only whoever wrote it reads that."))
            if after in (After.ALL_ANSWERED, After.TOO_FEW):
                messages.success(request, LET_IN[after])
    except KindError as problem:
        context = _context(request, group) | {"error": problem.sentence, "typed": {"code": code, "line": line}}
        # Where there is no box for it any more, what was typed stands with the reason, to be copied.
        context["unsent"] = line.strip() if do == "back" and code not in _open(context) else ""
        return _whole(request, group, context, status=problem.status)
    return on_to("facilitator:shared", group.code)


def _whole(request: HttpRequest, group: Group, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """The page. What stands on it with a name is opened by that, and its writers can see so."""
    by = request.actor  # type: ignore[attr-defined]
    _note(request, group, _named(context))
    return render(request, "facilitator/shared.html", context | {"wall": wall_of(group, by)}, status=status)


def _open(context: dict[str, Any]) -> set[str]:
    """What can be answered on the page."""
    return {one.code for some in (context["waiting"], *context["together"]) for one in some if not one.let_in}


def _named(context: dict[str, Any]) -> list[str]:
    return [one.code for one in (*context["named"], *context["waiting"]) if one.name]


def _note(request: HttpRequest, group: Group, codes: list[str]) -> None:
    queries.note_opened(group, codes, by=request.actor, at=clock.now())  # type: ignore[attr-defined]


def _context(request: HttpRequest, group: Group) -> dict[str, Any]:
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    leaders = [(row.code, name) for row, name in queries.for_leaders(group, by=by, at=at)]
    waiting = queries.to_review(group, by=by, at=at)
    together = queries.to_review_together(group, by=by, at=at)
    soon = queries.appears_in_the_morning(group, by=by, at=at)
    circle = circle_shown(queries.circle(group, by=by, at=at))
    to_read = [(one.code, one.words, one.name, one.let_in) for some in (waiting, *together) for one in some]
    seen = live_page.mark([circle["circle_seen"], leaders, to_read, soon])
    return {
        "group": group, "leaders": leaders, "waiting": waiting, "together": together, "soon": soon,
        "reviews": queries.reviews(group),
        "shared_seen": seen, "sends": "facilitator:shared-sign", "longest": review.LONGEST_LINE, **circle,
    }  # fmt: skip

"""Ten minutes in the middle: what to keep, what to change, what one needs. Without a name, and every box optional."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Conflict, Invalid, KindError
from kindcircle.doors.web.member.sending import gives_words_back
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.ending import reviews
from kindcircle.rooms.ending.reviews import BOXES, LONGEST, Own
from kindcircle.rooms.groups.models import Group

GROUPS = Group.objects.select_related("organisation")


@gives_words_back(*BOXES)
@page(Permission.REVIEW_WRITE, about=GROUPS, methods=("GET", "POST"))
def review(request: HttpRequest, group: Group) -> HttpResponse:
    """The three boxes and the practices; later, what those who lead answered."""
    by = request.actor  # type: ignore[attr-defined]
    if request.method != "POST":
        return _show(request, group, reviews.own_note(group, member=request.user, by=by))  # type: ignore[arg-type]
    typed = Own(
        {box: request.POST.get(box, "") for box in BOXES},
        {one.id: request.POST.get(f"practice-{one.id}", "") for one in reviews.practices_so_far(group)},
    )
    try:
        reviews.write_note(
            group=group,
            words=typed.words,
            practices=typed.practices,
            member=request.user,  # type: ignore[arg-type]
            by=by,
            at=clock.now(),
        )
    except (Conflict, Invalid) as error:
        return _show(request, group, typed, error=error)
    messages.success(request, _("Thank you. Nobody can see that it came from you, or that you wrote at all."))
    return on_to("member:review", group.code)


def _show(request: HttpRequest, group: Group, own: Own, error: KindError | None = None) -> HttpResponse:
    by = request.actor  # type: ignore[attr-defined]
    practices: list[dict[str, Any]] = [
        {"id": one.id, "title": one.title, "wish": own.practices.get(one.id, "")}
        for one in reviews.practices_so_far(group)
    ]
    context = {
        "group": group,
        "is_open": reviews.is_open(group),
        "own": own,
        "boxes": [
            ("keep", _("Keep"), _("What is good as it is?"), own.words.get("keep", "")),
            ("change", _("Change"), _("What could be in another way?"), own.words.get("change", "")),
            ("need", _("Need"), _("What do you need from the group, or from us?"), own.words.get("need", "")),
        ],
        "practices": practices,
        "answer": reviews.answer_to(group, by=by),
        "longest": LONGEST,
        "error": error.sentence if error else "",
    }
    return render(request, "member/review.html", context, status=error.status if error else 200)

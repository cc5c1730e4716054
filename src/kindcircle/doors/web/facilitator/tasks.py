"""What waits for whoever is signed in: soonest first, and each with the page where it is done and how it ended."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.frame import HOUSE, base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.doors.web.shared.task_words import OUTCOMES, shown
from kindcircle.rooms.tasks import actions, queries
from kindcircle.rooms.tasks.models import Task

LATELY = timedelta(days=14)


@page(Permission.TASK_LIST)
def tasks(request: HttpRequest) -> HttpResponse:
    """Everything that waits for this person, and what was done in the last two weeks."""
    by, now = request.actor, clock.now()  # type: ignore[attr-defined]
    context = {
        "waiting": shown(queries.waiting_for(by), at=now),
        "done": shown(queries.done_lately(by, since=now - LATELY), at=now),
    }
    return render(request, "facilitator/tasks.html", context | _frame(request))


@page(Permission.TASK_DO, about=queries.tasks(), methods=("GET", "POST"))
def task(request: HttpRequest, task: Task) -> HttpResponse:
    """One thing to do: why it is here, where it is done, and how it ended."""
    by, now, error = request.actor, clock.now(), None  # type: ignore[attr-defined]
    outcome, note = request.POST.get("outcome", ""), request.POST.get("note", "")
    if request.method == "POST":
        try:
            actions.finish(task=task, outcome=outcome, note=note, by=by, at=now)
        except KindError as problem:
            if not problem.sentence:
                raise
            error = problem
        else:
            messages.success(request, _("Thank you. It is off the list."))
            return on_to("facilitator:tasks")
    row = queries.tasks().get(pk=task.pk)
    [one] = shown([row], at=now)
    context = {
        "one": one,
        "task": row,
        "outcomes": OUTCOMES,
        "outcome": outcome,
        "note": note,
        "longest": actions.LONGEST,
        "kept_note": actions.note_of(row, by=by),
        "done_by": seals.name_of(row.done_by) if row.done_by else "",
        "sentence": error.sentence if error else "",
    }
    return render(request, "facilitator/task.html", context | _frame(request), status=error.status if error else 200)


def _frame(request: HttpRequest) -> dict[str, str]:
    base = base_for(request.actor)  # type: ignore[attr-defined]
    return {"base": base, "nav": "organisation/_nav.html" if base == HOUSE else "facilitator/_nav.html"}

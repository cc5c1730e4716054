"""The reminder before a meeting: look over what members will read, and see whom no mail reaches."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups import queries
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.reminders import words
from kindcircle.rooms.reminders.errors import WordsChanged
from kindcircle.rooms.reminders.reaching import not_reached

GATHERINGS = Gathering.objects.select_related("group__organisation")
LONGEST = 4000


@page(Permission.REMINDER_KEEP, about=GATHERINGS, methods=("GET", "POST"))
def reminder(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Confirm the draft as it is, change it, or take it back. None of these sends anything or moves a date."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    problem, typed = "", request.POST.get("words", "")[:LONGEST]
    if request.method == "POST":
        show = request.POST.get("do", "show") == "show"
        try:
            words.keep_words(
                gathering=gathering, words=typed, show=show, seen=request.POST.get("seen", ""), by=actor, at=at
            )
        except WordsChanged as error:
            problem = error.sentence
        else:
            said = (
                _("Confirmed. Members see these words now.") if show else _("Kept as a draft. Members do not see it.")
            )
            messages.success(request, said)
            return on_to("facilitator:reminder", gathering.code)
    draft = words.draft_of(gathering, by=actor)
    people = not_reached(gathering, by=actor, at=at)
    names = seals.names_of(people)
    context = {
        "gathering": gathering,
        "group": gathering.group,
        "meeting": queries.meeting_name(gathering),
        "draft": draft,
        "words": f"{draft.words}\n\n{typed}" if problem and typed.strip() != draft.words.strip() else draft.words,
        "problem": problem,
        "open": gathering.state == Gathering.State.PLANNED,
        "not_reached": sorted(names.values()),
        "longest": LONGEST,
    }
    return render(request, "facilitator/reminder.html", context, status=409 if problem else 200)

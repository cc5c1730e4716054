"""Who came, who caught up and who was missed; the note after a missed meeting; and catching up, written down."""

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.conversations import absence_notes
from kindcircle.rooms.conversations.actions import LONGEST
from kindcircle.rooms.groups import actions, queries
from kindcircle.rooms.groups.absences import absences, belonged, cells, misses_running, waiting_notes
from kindcircle.rooms.groups.errors import NoteHow
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.models_absence import Absence, CatchUp

GROUPS = Group.objects.select_related("organisation")
USUAL_MINUTES = 12


@page(Permission.GROUP_SEE, about=GROUPS)
def attendance(request: HttpRequest, group: Group) -> HttpResponse:
    """Everybody by every meeting that was held. Who left stays in the picture."""
    held = list(queries.gatherings_of(group).filter(state=Gathering.State.CLOSED))
    found = cells(group, held)
    places = list(queries.places(group))
    everyone = [place for place in places if any(found[place.pk, one.pk].state for one in held)]
    names = seals.names_of([place.user for place in places])
    context = {
        "group": group,
        "held": [(one, queries.meeting_name(one)) for one in held],
        "rows": [
            {"name": names[place.user_id], "place": place, "cells": [found[place.pk, one.pk] for one in held]}
            for place in everyone
        ],
        "totals": [_totals([found[place.pk, one.pk].state for place in everyone]) for one in held],
        "waiting": [(one, names[one.place.user_id]) for one in waiting_notes(group).order_by("noticed_at", "pk")],
    }
    return render(request, "facilitator/attendance.html", context)


@page(Permission.GATHERING_RECORD, about=absences(), methods=("GET", "POST"))
def absence(request: HttpRequest, absence: Absence) -> HttpResponse:
    """One missed meeting of one person: the note to look over and send, and what they caught up on."""
    if request.method != "POST":
        return _show(request, absence)
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    step = request.POST.get("step", "")
    try:
        if step == "send":
            absence_notes.send(absence=absence, text=request.POST.get("text", ""), by=by, at=at)
            messages.success(request, _("Sent. It waits on their own page; a mail says only that something is there."))
        elif step == "let-be":
            actions.let_note_be(absence=absence, by=by, at=at)
            messages.success(request, _("Fine. No note goes out."))
        elif step == "take-away":
            actions.take_away_catch_up(absence=absence, by=by, at=at)
            messages.success(request, _("Taken away."))
        else:
            _catch_up(request, absence)
            messages.success(request, _("Noted as caught up."))
    except KindError as error:
        if not error.sentence:
            raise
        return _show(request, absence, error=error)
    return on_to("facilitator:absence", absence.code)


def _catch_up(request: HttpRequest, absence: Absence) -> None:
    given = request.POST
    today = clock.now().astimezone(ZoneInfo(absence.gathering.group.zone)).date()
    try:
        held_on, minutes = date.fromisoformat(given.get("held_on", "")), int(given.get("minutes", ""))
    except ValueError:
        raise NoteHow from None
    actions.note_catch_up(
        absence=absence, held_on=held_on, minutes=minutes, how=given.get("how", ""), today=today,
        by=request.actor, at=clock.now(),  # type: ignore[attr-defined]
    )  # fmt: skip


def _show(request: HttpRequest, absence: Absence, *, error: KindError | None = None) -> HttpResponse:
    by, given = request.actor, request.POST  # type: ignore[attr-defined]
    row = absences().get(pk=absence.pk)
    open_ = row.holds and not (row.sent_at or row.let_be_at or row.place.left_at)
    typed = given.get("text", "")
    if open_ and not typed:
        typed = absence_notes.draft(row, by=by)
    caught_up = CatchUp.objects.filter(gathering=row.gathering, place=row.place).first()
    today = clock.now().astimezone(ZoneInfo(row.gathering.group.zone)).date()
    context: dict[str, Any] = {
        "absence": row,
        "group": row.gathering.group,
        "name": seals.name_of(row.place.user),
        "meeting": queries.meeting_name(row.gathering),
        "in_a_row": misses_running(row),
        "open": open_,
        "text": typed,
        "longest": LONGEST,
        "was_member": belonged(row.place, row.gathering),
        "sent_by": seals.name_of(row.sent_by) if row.sent_by else "",
        "let_be_by": seals.name_of(row.let_be_by) if row.let_be_by else "",
        "caught_up": caught_up,
        "hows": CatchUp.How.choices,
        "how": given.get("how", caught_up.how if caught_up else ""),
        "held_on": given.get("held_on", (caught_up.held_on if caught_up else today).isoformat()),
        "minutes": given.get("minutes", caught_up.minutes if caught_up else USUAL_MINUTES),
        "sentence": error.sentence if error else "",
        "step": given.get("step", ""),
    }
    return render(request, "facilitator/absence.html", context, status=error.status if error else 200)


def _totals(states: list[str]) -> dict[str, int]:
    return {"came": states.count("came"), "caught_up": states.count("caught-up"), "of": sum(map(bool, states))}

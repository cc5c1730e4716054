"""More people than seats: what a draw is, a free yes or no to it, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.intake.models import Application
from kindcircle.rooms.intake.models_trial import Trial
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import OpenSheet, definition, open_assignments
from kindcircle.rooms.research import draw

APPLICATIONS = Application.objects.select_related("intake__organisation", "person")
OF_A_DRAW = (Assignment.Occasion.BEFORE_DRAW, Assignment.Occasion.AFTER_DRAW)


@dataclass(frozen=True, slots=True)
class Draw:
    """How somebody's request stands towards a draw, for their own pages."""

    trial: Trial
    stands: str
    people: int  # who may join, so far or when it was drawn
    taken_back: bool
    early: bool  # after the draw waiting got unsafe: nothing of it holds them back any more

    @property
    def waits(self) -> bool:
        """There is nothing to do about a place before the draw."""
        return self.stands in ("asked", "no", "sheet", "ready")

    @property
    def begins_later(self) -> bool:
        return self.stands in ("later", "not-drawn") and not self.early


def draw_of(application: Application, at: datetime) -> Draw | None:
    """The draw that this request is part of; None where there is none, or where it must not wait for it."""
    found = draw.own_place(application, at=at)
    if found is None or found[1].stands == "outside":
        return None
    trial, place = found
    back = place.entrant is not None and place.entrant.taken_back_at is not None
    early = place.entrant is not None and bool(place.entrant.early)
    return Draw(trial, place.stands, len(draw.places(trial, at=at)), back, early)


@page(Permission.APPLICATION_OWN, about=APPLICATIONS, methods=("GET", "POST"))
def own_draw(request: HttpRequest, application: Application) -> HttpResponse:
    """Read in peace, and say yes or no. Until the draw they may think again; after it, ask that we compare no more."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            match request.POST.get("do"):
                case "yes" | "no" as said:
                    draw.answer(application=application, yes=said == "yes", by=by, at=at)
                    if said == "yes":
                        messages.success(request, _("Thank you. You are in the draw once the questions are answered."))
                    else:
                        messages.success(request, _("That is fine. You are not in the draw."))
                case "back":
                    draw.take_back(application=application, by=by, at=at)
                    messages.success(request, _("Your answers are not compared any more. Your place stays as it is."))
                case _:
                    raise NotFound
        except KindError as error:
            if isinstance(error, NotFound):
                raise
            messages.warning(request, error.sentence)
        return on_to("application-draw", application.code)
    found = draw_of(application, at)
    sheets = sheets_of_a_draw(open_assignments(by, at))
    context = {
        "application": application,
        "draw": found,
        "trial": found.trial if found else None,
        "minutes": _minutes(found.trial) if found else "",
        "sheet": sheets[0] if sheets else None,
    }
    return render(request, "member/application_draw.html", context)


def sheets_of_a_draw(sheets: list[OpenSheet]) -> list[OpenSheet]:
    """Those of them that are asked around a draw."""
    return [sheet for sheet in sheets if sheet.occasion in OF_A_DRAW]


def _minutes(trial: Trial) -> str:
    n = round(definition(trial.instrument, trial.version).administration.minutes)
    return ngettext("%(n)s minute", "%(n)s minutes", n) % {"n": n}

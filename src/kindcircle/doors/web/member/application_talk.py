"""Choosing a time for the talk, and taking it into one's own calendar."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups import calendars
from kindcircle.rooms.groups.talk_times import entry_for
from kindcircle.rooms.intake.actions import talks
from kindcircle.rooms.intake.errors import TimeTaken
from kindcircle.rooms.intake.models import Application, TalkTime
from kindcircle.spec.documents.calendar import calendar_file

APPLICATIONS = Application.objects.select_related("intake__organisation", "person")
TIMES = TalkTime.objects.select_related("intake__organisation", "application__person", "screener")


@page(Permission.APPLICATION_OWN, about=APPLICATIONS, methods=("GET", "POST"))
def talk(request: HttpRequest, application: Application) -> HttpResponse:
    """The times that are free, on the person's own clock. One tap takes one; another tap moves it."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    error: KindError | None = None
    if request.method == "POST":
        try:
            if request.POST.get("do") == "free":
                talks.free(application=application, by=by, at=at)
                messages.success(request, _("The time is free again. You can choose another one."))
                return on_to("application-talk", application.code)
            wanted = TIMES.filter(
                code=request.POST.get("time", "").replace("\0", ""), intake=application.intake
            ).first()
            if wanted is None:
                raise TimeTaken
            talks.book(application=application, talk_time=wanted, by=by, at=at)
            messages.success(request, _("This time is yours."))
            return on_to("application")
        except KindError as one:
            if not one.sentence:
                raise
            error = one
    times = list(TIMES.filter(intake=application.intake, application=None, starts_at__gt=at).order_by("starts_at")[:60])
    names = seals.names_of([one.screener for one in times])
    zone = application.person.zone or application.intake.zone
    context = {
        "application": application,
        "times": [(one, names[one.screener_id]) for one in times],
        "mine": TIMES.filter(application=application).first(),
        "zone": zone,
        "house_zone": application.intake.zone if application.intake.zone != zone else "",
        "error": error.sentence if error else "",
    }
    return render(request, "member/application_talk.html", context, status=error.status if error else 200)


@page(Permission.TALK_NOTE_DOWN, about=TIMES)
def in_calendar(request: HttpRequest, talk_time: TalkTime) -> HttpResponse:
    """The time as a file for one's own calendar, for either of the two. It says only the word they chose."""
    me = User.objects.get(code=request.actor.code)  # type: ignore[attr-defined]
    link = calendars.saved_calendar(me)
    return HttpResponse(
        calendar_file([entry_for(talk_time, link)], name=str(link.get_title_display())),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="date.ics"', "X-Robots-Tag": "noindex"},
    )

"""What calendars fetch: times, and the words that a person chose. Nothing here is a page."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.tries import count_wrong, stop_asking, stop_guessing
from kindcircle.rooms.groups import calendars
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.models_calendar import CalendarLink
from kindcircle.spec.documents.calendar import Entry, calendar_file

GATHERINGS = Gathering.objects.select_related("group")


@page(Permission.DOOR_USE)
def feed(request: HttpRequest, secret: str) -> HttpResponse:
    """Somebody's calendar, for whoever holds its link. A wrong, renewed and switched-off link look the same."""
    slower = _("This was asked for too often. Please try again in a while.")
    link = calendars.link_behind(secret)
    if link is None:
        # Only who is wrong has to wait: big calendars ask for everybody's links from a handful of addresses.
        stop_guessing(request, "calendar", slower)
        count_wrong(request, "calendar")
        raise NotFound(_("This calendar link is not in use. The page “My calendar” shows the one that is."))
    stop_asking(request, "calendar-feed", slower, key=link.code)
    return _file(calendars.entries_of(link, at=clock.now()), link, "calendar")


@page(Permission.GATHERING_NOTE_DOWN, about=GATHERINGS)
def meeting(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """One meeting, to put into a calendar by hand."""
    me = User.objects.get(pk=request.actor.user_id)  # type: ignore[attr-defined]
    link = calendars.saved_calendar(me)
    response = _file([calendars.entry_of(gathering, link)], link, "date")
    response["Content-Disposition"] = 'attachment; filename="date.ics"'
    return response


def _file(entries: list[Entry], link: CalendarLink, name: str) -> HttpResponse:
    return HttpResponse(
        calendar_file(entries, name=str(link.get_title_display())),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'inline; filename="{name}.ics"', "X-Robots-Tag": "noindex"},
    )

"""One person's notes alone, meeting by meeting: to read, and as PDF once no name of anybody else stands in them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.printed import paper
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.paper.notes import Meeting, person_notes
from kindcircle.rooms.care import notes as care
from kindcircle.rooms.care.errors import NamesToLookAt
from kindcircle.rooms.groups import queries
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live.queries_steadying import looked_after_in

PLACES = Membership.objects.select_related("group__organisation", "user").filter(role=Membership.Role.MEMBER)


@page(Permission.NOTES_EXPORT, about=PLACES)
def notes(request: HttpRequest, place: Membership) -> HttpResponse:
    """What was noted about one person, and where a name of somebody else may still stand in it."""
    found = care.person_notes(place, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    cared = looked_after_in(place, by=request.actor)  # type: ignore[attr-defined]
    meetings = [
        {
            "note": one,
            "cared": one.gathering.pk in cared,
            "name": queries.meeting_name(one.gathering),
            "when": _when(one.gathering),
            "came": _came(one),
            "words": "”, “".join(dict.fromkeys((*one.to_look_at[0], *one.to_look_at[1]))),
        }
        for one in found
    ]
    context = {
        "group": place.group,
        "place": place,
        "name": seals.name_of(place.user),
        "meetings": meetings,
        "look": any(one["words"] for one in meetings),
    }
    return render(request, "facilitator/notes.html", context)


@page(Permission.NOTES_EXPORT, about=PLACES)
def notes_paper(request: HttpRequest, place: Membership) -> HttpResponse:
    """The same as PDF. As long as somebody else may be named, it leads to where that can be looked at."""
    now = clock.now()
    try:
        found = care.notes_to_keep(place, by=request.actor, at=now)  # type: ignore[attr-defined]
    except NamesToLookAt:
        return on_to("facilitator:notes", place.code)
    words = person_notes(
        seals.name_of(place.user),
        place.group.name,
        queries.programme_of(place.group).title,
        date_format(timezone.localtime(now), "j F Y"),
        [
            Meeting(
                title=queries.meeting_name(one.gathering),
                when=_when(one.gathering),
                came=_came(one),
                shared=one.shared,
                line=one.line,
            )
            for one in found
        ],
    )
    # No name in the file's name: it stands in lists of downloads.
    return paper("note", words, _("notes %(seat)s") % {"seat": place.seat}, keep=False)


def _when(gathering: Gathering) -> str:
    begins = timezone.localtime(gathering.opened_at or gathering.starts_at)
    return f"{date_format(begins, 'l j F Y')}, {time_format(begins, 'H:i')}"


def _came(one: care.MeetingNote) -> str:
    """Whether they came, and for how long, without a word of blame. Caught up is said apart."""
    came, made_up = one.came, one.caught_up
    if came is None and made_up is not None:
        day = date_format(made_up.held_on, "j F")
        words = ngettext(
            "not this time; caught up on %(day)s, %(n)s minute",
            "not this time; caught up on %(day)s, %(n)s minutes",
            made_up.minutes,
        )
        return words % {"day": day, "n": made_up.minutes}
    if came is None:
        return _("not this time")
    arrived = time_format(timezone.localtime(came.arrived_at), "H:i")
    if came.left_at is None or came.minutes is None:
        return _("from %(arrived)s") % {"arrived": arrived}
    left = time_format(timezone.localtime(came.left_at), "H:i")
    words = ngettext("%(arrived)s to %(left)s, %(n)s minute", "%(arrived)s to %(left)s, %(n)s minutes", came.minutes)
    return words % {"arrived": arrived, "left": left, "n": came.minutes}

"""A member's own answers over time: a list of measures, and each with its line, its table and its words."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError
from kindcircle.doors.web.member.course_words import Shown, name_of, said_of, shown
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.sending import gives_words_back
from kindcircle.doors.web.shared.errors import words_back
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, key_of
from kindcircle.rooms.conversations.actions import write
from kindcircle.rooms.conversations.errors import SentBefore
from kindcircle.rooms.conversations.queries import member_places
from kindcircle.rooms.feedback.looks import looked
from kindcircle.rooms.feedback.models import LastLook
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.measures.course import Line, own_course, own_courses


@page(Permission.OWN_COURSE_SEE)
def courses(request: HttpRequest) -> HttpResponse:
    """Every measure that this person has answered, group by group, each with its one sentence."""
    found = own_courses(person_of(request), by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    for one in found:
        looked(one.place.group, [line.definition.id for line in one.lines], side=LastLook.Side.MEMBER, at=clock.now())
    groups = [(one.place, [_listed(line) for line in one.lines]) for one in found]
    return render(request, "member/course.html", {"groups": groups})


@gives_words_back("text")
@page(Permission.OWN_COURSE_OPEN, about=member_places(), methods=("GET", "POST"))
def course(request: HttpRequest, place: Membership) -> HttpResponse:
    """One measure of one group; without one, all of that group. What is sent goes to those who lead."""
    line_id = request.POST.get("measure") or request.GET.get("measure", "")
    lines = own_course(place, by=request.actor, at=clock.now()).lines  # type: ignore[attr-defined]
    line = next((one for one in lines if one.id == line_id), None)
    opened = lines if line is None else [line]
    looked(place.group, [one.definition.id for one in opened], side=LastLook.Side.MEMBER, at=clock.now())
    if line is None:
        text = request.POST.get("text", "")
        if text.strip():
            return words_back(
                request, [text], why=_("There is no such sheet of yours, so it was not sent."), status=404
            )
        return render(
            request, "member/course.html", {"groups": [(place, [_listed(one) for one in lines])], "of": place}
        )
    chosen = request.GET.get("study", "")
    found = shown(line, study=int(chosen) if chosen.isdecimal() and len(chosen) < 3 else 0)
    if request.method != "POST":
        return _show(request, place, found)
    text, key = request.POST.get("text", "").strip(), key_of(request)
    if place.left_at is not None:
        return words_back(request, [text], why=_("You are no longer in this group, so it was not sent."), status=409)
    try:
        write(
            place=place,
            text=text,
            heading=_heading(line),
            client_key=key,
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except KindError as error:
        # What was sent with this key stays as it was; other words need a key of their own.
        key = codes.new_code() if isinstance(error, SentBefore) else key
        return _show(request, place, found, text=text, key=key, error=error)
    messages.success(request, _("Sent. Those who lead can read it, and you can read it among your messages."))
    return SeeOther(f"{reverse('member:course', args=[place.code])}?measure={line.id}")


def _heading(line: Line) -> str:
    """Which sheet it is about, for those who lead."""
    return _("About my answers over time, “%(name)s”: this does not fit me.") % {"name": name_of(line)}


def _show(
    request: HttpRequest,
    place: Membership,
    found: Shown,
    *,
    text: str = "",
    key: str = "",
    error: KindError | None = None,
) -> HttpResponse:
    context = {
        "place": place,
        "shown": found,
        "present": place.left_at is None,
        "text": text,
        "key": key or codes.new_code(),
        "error": error.sentence if error else "",
    }
    return render(request, "member/course_line.html", context, status=error.status if error else 200)


def _listed(line: Line) -> dict[str, object]:
    return {"line": line, "name": name_of(line), "sentence": said_of(line)[0]}

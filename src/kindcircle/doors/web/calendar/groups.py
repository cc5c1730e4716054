"""The dates of a group, for those who lead it or the house: looked at, and those to come moved, after a preview."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.doors.web.shared.where import WhereForm, start_with
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import DatesChanged
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.public_days import public_day
from kindcircle.rooms.groups.queries import gatherings_of, meeting_name
from kindcircle.rooms.groups.venues import where_of
from kindcircle.rooms.measures.moving import move_gathering
from kindcircle.spec.dates import wall_clock

GROUPS = Group.objects.select_related("organisation")
GATHERINGS = Gathering.objects.select_related("group__organisation")
TYPED = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]


@dataclass(frozen=True, slots=True)
class Row:
    """One meeting as the list of dates shows it."""

    gathering: Gathering
    name: str
    wall: datetime
    public: str
    everywhere: bool

    @property
    def can_move(self) -> bool:
        return self.gathering.state == Gathering.State.PLANNED


@page(Permission.GATHERING_MOVE, about=GROUPS)
def dates(request: HttpRequest, group: Group) -> HttpResponse:
    """All dates of a group, held and to come."""
    rows = [_row(one) for one in gatherings_of(group)]
    context = {"base": base_for(request.actor), "group": group, "rows": rows}  # type: ignore[attr-defined]
    return render(request, "calendar/dates.html", context)


class MoveForm(WhereForm):
    """Where one meeting is to go, alone or with all later ones."""

    wall = forms.DateTimeField(
        label=gettext_lazy("New day and time"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=TYPED,
        error_messages={"invalid": gettext_lazy("Please give a date and a time, such as 2027-01-19 18:00.")},
    )
    scope = forms.ChoiceField(
        label=gettext_lazy("Which meetings"),
        choices=[("one", gettext_lazy("Only this one")), ("after", gettext_lazy("This one and all after it"))],
        widget=forms.RadioSelect,
        initial="one",
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("On the clock of"),
        help_text=gettext_lazy("Only if the whole group now lives by another clock."),
        choices=[(zone, zone) for zone in sorted(available_timezones())],
    )

    def wish(self) -> actions.Wish:
        given, there = self.cleaned_data, self.where
        return actions.Wish(
            wall=given["wall"].replace(tzinfo=None),
            zone=given["zone"],
            place=there.place,
            video_link=there.video_link,
            all_after=given["scope"] == "after",
            room=there.room,
            video_room=there.video_room,
        )


@page(Permission.GATHERING_MOVE, about=GATHERINGS, methods=("GET", "POST"))
def move(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Say where to, look at what would change, then change it."""
    row, at = _row(gathering), clock.now()
    start = {"wall": row.wall, "zone": gathering.group.zone} | start_with(where_of(gathering))
    form = MoveForm(gathering.group.organisation, request.POST or None, initial=start)
    preview: actions.Preview | None = None
    if request.method == "POST" and form.is_valid():
        about = {"gathering": gathering, "wish": form.wish(), "by": request.actor, "at": at}  # type: ignore[attr-defined]
        try:
            if request.POST.get("do") == "move":
                done = move_gathering(seen=request.POST.get("seen", ""), **about)
                messages.success(request, _told(done))
                return on_to("calendar:dates", gathering.group.code)
            if request.POST.get("do") != "back":
                preview = actions.preview_move(**about)
        except DatesChanged as error:
            form.add_error(None, error.sentence)
            preview = actions.preview_move(**about)
        except KindError as error:
            form.add_error(None, error.sentence)
    context: dict[str, Any] = {
        "base": base_for(request.actor),  # type: ignore[attr-defined]
        "group": gathering.group,
        "row": row,
        "form": form,
        "preview": preview,
        "there": form.where if form.is_bound and form.is_valid() else None,
    }
    return render(request, "calendar/move.html", context, status=422 if form.errors else 200)


def _row(gathering: Gathering) -> Row:
    wall = wall_clock(gathering.starts_at, gathering.group.zone)
    public, everywhere = public_day(wall.date(), gathering.group.organisation.country)
    return Row(gathering, meeting_name(gathering), wall, public, everywhere)


def _told(done: actions.Preview) -> str:
    """What has happened, for the person who did it."""
    if not done.any:
        return _("Nothing had to change. The dates are as you asked.")
    moved = sum(change.any for change in done.changes)
    words = ngettext("%(n)s meeting changed.", "%(n)s meetings changed.", moved) % {"n": moved}
    told = ngettext("%(n)s person gets one short message.", "%(n)s people each get one short message.", done.people) % {
        "n": done.people
    }
    return f"{words} {told}"

"""Ten minutes of those who led, right after a meeting: one page for both, each line signed, and what is still open."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.feedback import last_result
from kindcircle.doors.web.facilitator.still_open import still_open, task_day
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.care.own_check import own_check
from kindcircle.rooms.groups.errors import NotOpen
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.queries import meeting_name, places, present_places
from kindcircle.rooms.live import debrief as room
from kindcircle.rooms.live.debrief import LONGEST, Part
from kindcircle.rooms.live.models_debrief import DebriefLine

GATHERINGS = Gathering.objects.select_related("group__organisation")
LINES = DebriefLine.objects.select_related("gathering__group__organisation", "written_by", "member")
PARTS = {
    Part.SAW: (gettext_lazy("What we saw"), gettext_lazy("One thing that you saw, heard or felt")),
    Part.CONTACT: (gettext_lazy("Whom we get in touch with"), gettext_lazy("Why, in a few words")),
    Part.CHANGE: (gettext_lazy("What we change next time"), gettext_lazy("One thing to do differently")),
}


CHOOSE = {"required": gettext_lazy("Please choose somebody.")}


def _words(part: Part) -> forms.CharField:
    return forms.CharField(
        label=PARTS[part][1],
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        required=part != Part.CONTACT,
        error_messages={"required": gettext_lazy("Please write a few words.")},
    )


class LineForm(forms.Form):
    """One line: what somebody saw, or what to change."""

    def __init__(self, part: str, _people: "_People", data: Any = None, **more: Any) -> None:
        super().__init__(data, auto_id=f"{part}-%s", **more)
        self.fields["words"] = _words(Part(part))

    def said(self) -> dict[str, Any]:
        """For the room, once it is valid."""
        return dict(self.cleaned_data)


class ContactForm(LineForm):
    """With whom to get in touch, who does it, by which day, and why."""

    member = forms.ChoiceField(label=gettext_lazy("With whom"), error_messages=CHOOSE)
    owner = forms.ChoiceField(label=gettext_lazy("Who does it"), error_messages=CHOOSE)
    due_on = forms.DateField(
        label=gettext_lazy("By which day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "invalid": gettext_lazy("Please give a day, such as 2027-01-19."),
            "required": gettext_lazy("Please give a day."),
        },
    )

    def __init__(self, part: str, people: "_People", data: Any = None, **more: Any) -> None:
        super().__init__(part, people, data, **more)
        self.people = people
        for name, some in (("member", people.members), ("owner", people.leading)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)  # declared above
            field.choices = [("", _("Please choose"))] + [(code, people.names[user.pk]) for code, user in some.items()]

    def said(self) -> dict[str, Any]:
        given = super().said()
        people = {"member": self.people.members, "owner": self.people.leading}
        return given | {name: some.get(given[name]) for name, some in people.items()}


@page(Permission.GATHERING_RECORD, about=GATHERINGS, methods=("GET", "POST"))
def debrief(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """The page. Every line is sent by itself, so that nobody ever writes over the other."""
    if gathering.state != Gathering.State.CLOSED:
        raise NotOpen(_("This opens when the meeting has been closed."))
    by, at, do = request.actor, clock.now(), request.POST.get("do", "")  # type: ignore[attr-defined]
    people, key = _People(gathering), codes.new_code()
    first = {"owner": by.code, "due_on": _today(gathering) + timedelta(days=1)}
    asked = {part: _form(part, people, initial=first) for part in PARTS}
    left = still_open(gathering, by=by)
    if do == "done" and (not left or "seen" in request.POST):
        room.say_done(gathering=gathering, by=by, at=at)
        messages.success(request, _("Thank you. This meeting is talked over."))
        return on_to("facilitator:debrief", gathering.code)
    if do in Part.values:
        part, key = Part(do), key_of(request)
        form = asked[part] = _form(part, people, request.POST)
        if form.is_valid():
            try:
                room.write_line(gathering=gathering, part=part, client_key=key, by=by, at=at, **form.said())
            except KindError as error:
                if not error.sentence:
                    raise
                form.add_error(None, error.sentence)
            else:
                messages.success(request, _("Written down."))
                return on_to("facilitator:debrief", gathering.code)
    lines = room.lines_of(gathering, by=by)
    done = room.done(gathering)
    context = {
        "gathering": gathering,
        "group": gathering.group,
        "meeting": meeting_name(gathering),
        "parts": [
            {"id": part, "title": title, "form": asked[part], "lines": _shown(part, lines, gathering)}
            for part, (title, _ask) in PARTS.items()
        ],
        "key": key,
        "last_result": last_result(gathering, by=by),
        "left": left,
        "asks_once_more": do == "done",
        "done": done,
        "done_by": seals.name_of(done.done_by) if done else "",
        "own": own_check(gathering, by=by),
    }
    refused = any(form.errors for form in asked.values())
    return render(request, "facilitator/debrief.html", context, status=422 if refused else 200)


@page(Permission.DEBRIEF_TAKE_BACK, about=LINES, methods=("POST",))
def away(request: HttpRequest, line: DebriefLine) -> HttpResponse:
    """One's own line goes, and what waited because of it."""
    room.take_back(line=line, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("It is taken away."))
    return on_to("facilitator:debrief", line.gathering.code)


class _People:
    """Who can be named on this page: everybody who is or was a member, and those who lead now."""

    def __init__(self, gathering: Gathering) -> None:
        self.members = {place.user.code: place.user for place in places(gathering.group)}
        leading = present_places(gathering.group, Membership.Role.FACILITATOR)
        self.leading = {place.user.code: place.user for place in leading}
        self.names = seals.names_of([*self.members.values(), *self.leading.values()])


def _form(part: str, people: _People, data: Any = None, **more: Any) -> LineForm:
    return (ContactForm if part == Part.CONTACT else LineForm)(part, people, data, **more)


def _shown(part: str, lines: list[room.Line], gathering: Gathering) -> list[tuple[room.Line, date | None]]:
    return [(line, task_day(line, gathering)) for line in lines if line.row.part == part]


def _today(gathering: Gathering) -> date:
    return timezone.localtime(clock.now(), ZoneInfo(gathering.group.zone)).date()

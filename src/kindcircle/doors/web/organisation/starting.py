"""Starting a group: what, where and with whom; then all its dates, looked over before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.capacity_words import Shown, shown
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of
from kindcircle.doors.web.shared.weekly import slot_words
from kindcircle.doors.web.shared.where import WhereForm
from kindcircle.rooms.forming import actions as forming
from kindcircle.rooms.forming.models import ProposedGroup
from kindcircle.rooms.groups.errors import SamePersonTwice, no_place
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.groups.queries import session_name
from kindcircle.rooms.groups.series import Slot, lay_out, look_over, put_off
from kindcircle.rooms.measures.capacity import capacity_of
from kindcircle.rooms.safety import cohorts
from kindcircle.rooms.safety.gate import SAYS, lacking, require_ready
from kindcircle.rooms.team.credentials import Missing, is_strict, missing_of
from kindcircle.spec.catalogue import startable
from kindcircle.spec.dates import instant, wall_clock
from kindcircle.spec.programmes import Programme, load_programme

TYPED = ["%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
NOT_A_TIME = gettext_lazy("Please give a date and a time, such as 2027-01-19 18:00.")
SKIP = "skip-"


class GroupForm(WhereForm):
    """A new group: what, when, where, and the two people who answer for it."""

    name = forms.CharField(label=gettext_lazy("Name of the group"), max_length=80)
    programme = forms.ChoiceField(label=gettext_lazy("Programme"))
    first_at = forms.DateTimeField(
        label=gettext_lazy("First meeting"),
        help_text=gettext_lazy("Date and time on the clock of the place. You see all the others next."),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        input_formats=TYPED,
        error_messages={"invalid": NOT_A_TIME},
    )
    zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), choices=[(zone, zone) for zone in sorted(available_timezones())]
    )
    owner = forms.ChoiceField(label=gettext_lazy("Leads it, and sees alerts first"))
    backup = forms.ChoiceField(label=gettext_lazy("Leads it too, and sees alerts next"))

    def __init__(self, house: Organisation, *args: Any, **kwargs: Any) -> None:
        super().__init__(house, *args, **kwargs)
        self._choices("programme", _programmes())
        here = User.objects.filter(organisation=house, is_active=True)
        people = list(here.filter(staff_roles__role=StaffRole.Role.FACILITATOR))
        names = seals.names_of(people)
        choices = [("", _("Please choose"))] + [(user.code, names[user.pk]) for user in people]
        self._choices("owner", choices)
        self._choices("backup", choices)

    def _choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # declared above
        field.choices = choices

    def clean(self) -> dict[str, object]:
        given = super().clean() or {}
        if not any(given.get(name) for name in ("room", "place", "video_room", "video_link")):
            self.add_error("room" if "room" in self.fields else "place", no_place().sentence)
        if given.get("owner") and given.get("owner") == given.get("backup"):
            self.add_error("backup", SamePersonTwice().sentence)
        return given


class FormedForm(GroupForm):
    """The same for a group that is formed already: its programme, its time of the week and its people are chosen."""

    def __init__(self, proposed: ProposedGroup, *args: Any, **kwargs: Any) -> None:
        super().__init__(proposed.intake.organisation, *args, **kwargs)
        self.slot = proposed.slot
        plan = load_programme(proposed.intake.programme, proposed.intake.programme_version)
        self._choices("programme", [(f"{plan.id}/{plan.version}", plan.title)])

    def clean_first_at(self) -> datetime:
        first = self.cleaned_data["first_at"]
        if (first.isoweekday(), first.time()) != (self.slot.weekday, self.slot.starts):
            words = _("These people can come on %(when)s. Another time needs other people.")
            raise forms.ValidationError(words % {"when": slot_words(self.slot)})
        return first  # type: ignore[no-any-return]


def _as_formed(proposed: ProposedGroup, *, at: datetime) -> dict[str, object]:
    """The first page as it is filled in for a group that is formed."""
    intake, slot = proposed.intake, proposed.slot
    day = max(intake.starts_about or date.min, wall_clock(at, intake.zone).date() + timedelta(days=7))
    day += timedelta(days=(slot.weekday - day.isoweekday()) % 7)
    return {
        "name": _("%(name)s, %(when)s") % {"name": intake.name[:50], "when": slot_words(slot)},
        "programme": f"{intake.programme}/{intake.programme_version}",
        "first_at": datetime.combine(day, slot.starts),
        "zone": intake.zone,
        "place": intake.place,
    }


def _programmes() -> list[tuple[str, str]]:
    """The programmes a group may start with, each in its newest version first."""
    plans = startable()
    newest = {plan.id: plan.version for plan in plans}
    older = _("{title} (earlier version {version})")
    fresh = [(f"{plan.id}/{plan.version}", plan.title) for plan in plans if newest[plan.id] == plan.version]
    return fresh + [
        (f"{plan.id}/{plan.version}", older.format(title=plan.title, version=plan.version))
        for plan in plans
        if newest[plan.id] != plan.version
    ]


class DatesForm(forms.Form):
    """Each date as it is now; every one may be changed."""

    def __init__(self, plan: Programme, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for session in plan.sessions:
            self.fields[f"when_{session.number}"] = forms.DateTimeField(
                label=_("%(name)s: day and time") % {"name": session_name(plan, session.number)},
                widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
                input_formats=TYPED,
                error_messages={"invalid": NOT_A_TIME},
            )

    @property
    def walls(self) -> list[datetime]:
        return [self.cleaned_data[name].replace(tzinfo=None) for name in self.fields]


@dataclass(frozen=True, slots=True)
class Line:
    """One date on the page: its box, and what is to be said about it."""

    field: forms.BoundField
    slot: Slot


@page(Permission.GROUP_START, methods=("GET", "POST"))
def start_group(request: HttpRequest) -> HttpResponse:
    """First what and where; then all dates, each to be moved or skipped; then the group is there."""
    house = house_of(request)
    form = GroupForm(house, request.POST or None, initial={"zone": house.zone})
    return _steps(request, house, form)


FORMED = ProposedGroup.objects.select_related("intake__organisation", "slot")


@page(Permission.GROUP_FORM, about=FORMED, methods=("GET", "POST"))
def start_formed(request: HttpRequest, proposed: ProposedGroup) -> HttpResponse:
    """The same steps for a group that was formed from people who asked to come; each of them gets a place kept."""
    form = FormedForm(proposed, request.POST or None, initial=_as_formed(proposed, at=clock.now()))
    return _steps(request, proposed.intake.organisation, form, proposed)


def _steps(
    request: HttpRequest, house: Organisation, form: GroupForm, proposed: ProposedGroup | None = None
) -> HttpResponse:
    at = clock.now()
    do = request.POST.get("do", "look")
    if request.method != "POST" or not form.is_valid() or do == "back":
        return _first_page(request, house, form, status=422 if form.errors else 200)
    try:
        require_ready(house, at=at)
    except KindError as error:
        form.add_error(None, error.sentence)
        return _first_page(request, house, form, status=422)
    given, there = form.cleaned_data, form.where
    plan = load_programme(*given["programme"].split("/"))
    people = [User.objects.get(code=given[name], organisation=house) for name in ("owner", "backup")]
    if do == "look":
        typed = DatesForm(plan, _boxes(lay_out(plan, given["first_at"].replace(tzinfo=None))))
    else:
        typed = DatesForm(plan, request.POST)
    if not typed.is_valid():
        return _dates_page(request, form, typed, [], status=422)
    walls = typed.walls
    skipped = do.removeprefix(SKIP)
    if do.startswith(SKIP) and skipped.isascii() and skipped.isdigit():
        walls = put_off(walls, int(skipped))
    elif do == "start":
        try:
            answer = _begin(
                request,
                proposed,
                organisation=house,
                name=given["name"],
                programme=plan.id,
                programme_version=plan.version,
                zone=given["zone"],
                first_at=instant(walls[0], given["zone"]),
                walls=walls,
                owner=people[0],
                backup=people[1],
                place=there.place,
                video_link=there.video_link,
                room=there.room,
                video_room=there.video_room,
                key=key_of(request),
                reason=request.POST.get("reason", ""),
                by=request.actor,  # type: ignore[attr-defined]
                at=at,
            )
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            return answer
    slots = look_over(
        plan,
        walls,
        zone=given["zone"],
        country=house.country,
        facilitators=people,
        at=at,
        where=there,
        organisation_id=house.pk,
    )
    seats = _too_small(there.room, plan)
    forecast = shown(capacity_of(plan, house, seats=plan.size.max, at=at))
    typed = DatesForm(plan, _boxes(walls))
    status = 422 if form.errors else 200
    return _dates_page(request, form, typed, slots, small=seats, forecast=forecast, status=status)


def _begin(request: HttpRequest, proposed: ProposedGroup | None, **group: Any) -> HttpResponse:
    """The group is there, and with it the places of those for whom it was formed."""
    if proposed is None:
        started = cohorts.start_group(**group)
        words = _("%(name)s is ready. Its facilitators can invite people now.") % {"name": started.name}
        messages.success(request, words)
        return redirect("organisation:home")
    del group["organisation"]
    started, kept, left = forming.start(proposed=proposed, **group)
    words = ngettext(
        "%(name)s is ready, and a place in it is kept for %(n)s person.",
        "%(name)s is ready, and a place in it is kept for %(n)s people.",
        len(kept),
    )
    messages.success(request, words % {"name": started.name, "n": len(kept)})
    names = seals.names_of([application.person for application, _why in left])
    for application, why in left:
        messages.warning(request, f"{names[application.person_id]}: {why}")
    return redirect("facilitator:form-groups", code=proposed.intake.code)


def _too_small(room: Venue | None, plan: Programme) -> str:
    """Said before anybody is invited: a full group would not fit in, with the two who lead it."""
    coming = plan.size.max + 2
    if room is None or room.holds is None or room.holds >= coming:
        return ""
    return _("%(room)s holds %(n)s people. A full group is %(all)s, with the two who lead it.") % {
        "room": room.name,
        "n": room.holds,
        "all": coming,
    }


def _missing(form: GroupForm) -> list[Missing]:
    """What the two who are picked do not have; said before the group starts, not afterwards."""
    picked = [form.cleaned_data[name] for name in ("owner", "backup")]
    people = User.objects.filter(code__in=picked).select_related("organisation").order_by("pk")
    return missing_of(list(people), at=clock.now())


def _boxes(walls: Sequence[datetime]) -> dict[str, str]:
    return {f"when_{number}": wall.strftime("%Y-%m-%dT%H:%M") for number, wall in enumerate(walls, start=1)}


def _first_page(request: HttpRequest, house: Organisation, form: GroupForm, *, status: int) -> HttpResponse:
    context = {"form": form, "lacking": [SAYS[one] for one in lacking(house, at=clock.now())], **_frame(request)}
    return render(request, "organisation/start_group.html", context, status=status)


def _dates_page(
    request: HttpRequest,
    form: GroupForm,
    typed: DatesForm,
    slots: Sequence[Slot],
    *,
    status: int,
    small: str = "",
    forecast: Shown | None = None,
) -> HttpResponse:
    context = {
        "form": form,
        "typed": typed,
        "lines": [Line(field, slot) for field, slot in zip(typed, slots, strict=True)] if slots else [],
        "key": request.POST.get("key") or codes.new_code(),
        "zone": form.cleaned_data["zone"],
        "trouble": any(slot.trouble for slot in slots),
        "skip": SKIP,
        "small": small,
        "forecast": forecast,
        "missing": _missing(form),
        "strict": is_strict(house_of(request)),
        "reason": request.POST.get("reason", "")[:2000],
        **_frame(request),
    }
    return render(request, "organisation/start_dates.html", context, status=status)


def _frame(request: HttpRequest) -> dict[str, str]:
    """Whoever forms groups starts them in the frame of their own desk."""
    return {"base": base_for(request.actor)}  # type: ignore[attr-defined]

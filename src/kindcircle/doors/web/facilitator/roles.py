"""Who guides and who holds, meeting by meeting, and who steps in when somebody cannot come."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.frame import base_for
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.actions import roles as actions
from kindcircle.rooms.groups.errors import PlanChanged
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import meeting_name, present_places
from kindcircle.rooms.groups.standing_in import OPENS_BEFORE, stand_ins
from kindcircle.rooms.team.models import StandIn
from kindcircle.spec.dates import wall_clock

GROUPS = Group.objects.select_related("organisation", "alerts_owner", "alerts_backup")
GATHERINGS = Gathering.objects.select_related("group__organisation")


@dataclass(frozen=True, slots=True)
class Row:
    """One meeting as the page shows it: who could do what, and what was picked."""

    gathering: Gathering
    name: str
    wall: datetime
    guide: str
    holder: str
    may: tuple[tuple[str, str], ...]
    covers: tuple[tuple[StandIn, str, str], ...]
    open: bool

    @property
    def to_come(self) -> bool:
        return self.gathering.state == Gathering.State.PLANNED


@page(Permission.ROLES_PLAN, about=GROUPS, methods=("GET", "POST"))
def roles(request: HttpRequest, group: Group) -> HttpResponse:
    """The plan for all meetings: each by itself, or two people who swap from one to the next."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    here = [place.user for place in present_places(group, Membership.Role.FACILITATOR) if place.user.is_active]
    turns, trouble = actions.plan_of(group), ""
    if request.method == "POST":
        pairs = _swapped(group, here) if request.POST.get("do") == "swap" else _picked(request.POST, turns)
        try:
            actions.plan_roles(group=group, pairs=pairs, seen=request.POST.get("seen", ""), by=by, at=at)
        except KindError as error:
            trouble = error.sentence
            if isinstance(error, PlanChanged):
                turns = actions.plan_of(group)
        else:
            messages.success(request, _("Kept. This is who leads from now on."))
            return on_to("facilitator:roles", group.code)
    given = request.POST if trouble else None
    context = {
        "base": base_for(by),
        "group": group,
        "rows": _rows(group, turns, here, given),
        "seen": actions.stamp(turns),
        "stepping_in": any(turn.stand_ins for turn in turns if turn.gathering.state == Gathering.State.PLANNED),
        "can_swap": len(here) > 1,
        "names": [seals.name_of(person) for person in here[:2]],
        "trouble": trouble,
    }
    return render(request, "facilitator/roles.html", context, status=422 if trouble else 200)


@page(Permission.ROLES_PLAN, about=GATHERINGS)
def roles_of(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """From one meeting to the plan of its group."""
    return on_to("facilitator:roles", gathering.group.code)


class StandInForm(forms.Form):
    """Who cannot come, on which days, and who steps in."""

    away = forms.ChoiceField(label=gettext_lazy("Who cannot come"))
    meetings = forms.MultipleChoiceField(
        label=gettext_lazy("On which days"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Please pick at least one day.")},
    )
    stand_in = forms.ChoiceField(label=gettext_lazy("Who steps in"))

    def __init__(self, group: Group, data: QueryDict | None = None, *, initial: dict[str, str]) -> None:
        super().__init__(data, initial=initial)
        self.coming = [turn for turn in actions.plan_of(group) if turn.gathering.state == Gathering.State.PLANNED]
        leading = [place.user for place in present_places(group, Membership.Role.FACILITATOR)]
        standing = [cover.user for turn in self.coming for cover in turn.stand_ins]
        others = actions.may_stand_in(group)
        people = {person.pk: person for person in [*leading, *standing, *others]}
        self.people = {person.code: person for person in people.values()}
        names = seals.names_of(list(people.values()))
        self._offer("away", [*leading, *standing], names)
        self._offer("stand_in", others, names)
        days = self.fields["meetings"]
        assert isinstance(days, forms.MultipleChoiceField)  # declared above
        days.choices = [
            (turn.gathering.code, f"{meeting_name(turn.gathering)}, {_day(turn.gathering)}") for turn in self.coming
        ]

    def _offer(self, name: str, people: list[User], names: dict[int, str]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # declared above
        unique = {person.code: names[person.pk] for person in people}
        field.choices = [("", _("Please choose")), *unique.items()]


@page(Permission.ROLES_PLAN, about=GROUPS, methods=("GET", "POST"))
def stand_in(request: HttpRequest, group: Group) -> HttpResponse:
    """I cannot lead on that day: name who steps in. It opens the group to them only around it."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    form = StandInForm(group, request.POST if request.method == "POST" else None, initial={"away": by.code})
    if request.method == "POST" and form.is_valid():
        picked = set(form.cleaned_data["meetings"])
        try:
            made = actions.name_stand_in(
                gatherings=[turn.gathering for turn in form.coming if turn.gathering.code in picked],
                away=form.people[form.cleaned_data["away"]],
                stand_in=form.people[form.cleaned_data["stand_in"]],
                by=by,
                at=at,
            )
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            words = ngettext(
                "Kept for %(n)s day. They get a message that something is waiting.",
                "Kept for %(n)s days. They get a message that something is waiting.",
                len(made),
            )
            messages.success(request, words % {"n": len(made)})
            return on_to("facilitator:roles", group.code)
    context = {
        "base": base_for(by),
        "group": group,
        "form": form,
        "days": OPENS_BEFORE.days,
        "anybody": len(form.people) > 1,
        "leads": group.pk in by.facilitates,
    }
    return render(request, "facilitator/stand_in.html", context, status=422 if form.errors else 200)


@page(Permission.ROLES_PLAN, about=stand_ins(), methods=("POST",))
def stand_in_end(request: HttpRequest, row: StandIn) -> HttpResponse:
    """Nobody needs to step in after all."""
    actions.end_stand_in(stand_in=row, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("Taken back. Whoever was away has their place again."))
    return on_to("facilitator:roles", row.gathering.group.code)


def led_by(gathering: Gathering) -> str:
    """Who leads this meeting, in one sentence."""
    turn = next(one for one in actions.plan_of(gathering.group) if one.gathering.pk == gathering.pk)
    return in_words(turn)


def in_words(turn: actions.Turn) -> str:
    """The two people of a meeting, and who of them steps in for whom."""
    guide, holder = (seals.name_of(person) if person else _("nobody yet") for person in (turn.guide, turn.holder))
    said = [_("%(guide)s guides, %(holder)s holds.") % {"guide": guide, "holder": holder}]
    for cover in turn.stand_ins:
        names = {"who": seals.name_of(cover.user), "away": seals.name_of(cover.in_for)}
        said.append(_("%(who)s steps in for %(away)s.") % names)
    return " ".join(said)


def _rows(group: Group, turns: list[actions.Turn], here: list[User], given: QueryDict | None) -> list[Row]:
    people = {person.pk: person for person in here}
    for turn in turns:
        people |= {cover.user_id: cover.user for cover in turn.stand_ins}
        people |= {cover.in_for_id: cover.in_for for cover in turn.stand_ins}
        people |= {person.pk: person for person in (turn.guide, turn.holder) if person is not None}
    names = seals.names_of(list(people.values()))
    return [_row(turn, here, names, given) for turn in turns]


def _row(turn: actions.Turn, here: list[User], names: dict[int, str], given: QueryDict | None) -> Row:
    gathering = turn.gathering
    may = {person.code: names[person.pk] for person in here}
    may |= {cover.user.code: names[cover.user_id] for cover in turn.stand_ins}
    to_come = gathering.state == Gathering.State.PLANNED
    return Row(
        gathering=gathering,
        name=meeting_name(gathering),
        wall=wall_clock(gathering.starts_at, gathering.group.zone),
        guide=_shown(turn.guide, names, to_come, given, f"guide-{gathering.number}"),
        holder=_shown(turn.holder, names, to_come, given, f"holder-{gathering.number}"),
        may=tuple(may.items()),
        covers=tuple((cover, names[cover.user_id], names[cover.in_for_id]) for cover in turn.stand_ins),
        open=turn.open,
    )


def _shown(person: User | None, names: dict[int, str], to_come: bool, given: QueryDict | None, box: str) -> str:
    """What is picked in a box, as it was sent where that went wrong; the name where nothing can be picked any more."""
    if not to_come:
        return names[person.pk] if person else ""
    if given is not None and box in given:
        return given.get(box, "")
    return person.code if person else ""


def _swapped(group: Group, here: list[User]) -> dict[int, actions.Pair]:
    return actions.alternate(group, first=here[0], second=here[1]) if len(here) > 1 else {}


def _picked(given: QueryDict, turns: list[actions.Turn]) -> dict[int, actions.Pair]:
    codes = {value for name, value in given.items() if name.startswith(("guide-", "holder-"))}
    people: dict[str, User] = {person.code: person for person in User.objects.filter(code__in=codes)}
    pairs: dict[int, Any] = {}
    for turn in turns:
        boxes = [given.get(f"{place}-{turn.gathering.number}") for place in ("guide", "holder")]
        if None not in boxes:
            guide, holder = (people.get(code or "") for code in boxes)
            pairs[turn.gathering.number] = (guide, holder)
    return pairs


def _day(gathering: Gathering) -> str:
    return date_format(wall_clock(gathering.starts_at, gathering.group.zone), "l j F, H:i")

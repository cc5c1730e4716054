"""After practices, and the pace: what a member agreed to tell, who goes more slowly, a lighter meeting, and figures."""

from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.landed_words import WHY_NOT, because, shown
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.backdraft import figures, queries, slower
from kindcircle.rooms.backdraft.models import Landing, SlowerPace
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import meeting_name, places
from kindcircle.rooms.live import actions
from kindcircle.rooms.live.models_lighter import LighterMeeting
from kindcircle.rooms.live.queries import lighter_parts
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec.backdraft import way_of
from kindcircle.spec.slowing import PARTS

MEMBERS_NOW = Membership.objects.select_related("group__organisation", "user__organisation").filter(
    role=Membership.Role.MEMBER, left_at=None
)
WAYS = {
    "fine": gettext_lazy("Fine"),
    "opened": gettext_lazy("A lot opened up"),
    "closed": gettext_lazy("They closed up, or went numb"),
}
PARTS_IN_WORDS = {
    "theme": gettext_lazy("The theme of last time again"),
    "shorter": gettext_lazy("Half the time for long practices"),
    "gentler": gettext_lazy("The gentler practice where one can stir people up"),
    "depth": gettext_lazy("No question that goes to depth 5"),
}


@page(Permission.LANDING_SEE, about=queries.landings())
def landing(request: HttpRequest, row: Landing) -> HttpResponse:
    """One note: which practice it was, when, and which answer was tapped. The member agreed that it is seen here."""
    row = queries.told(row, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    assert row.group is not None and row.answered_at is not None  # nothing else is told
    way = way_of(row.how)
    context = {
        "landing": row,
        "name": seals.name_of(row.member),
        "practice": queries.practice_of(row),
        "way": WAYS[way] if way else "",
        "when": row.answered_at.astimezone(ZoneInfo(row.group.zone)),
        "meeting": meeting_name(row.gathering) if row.gathering else "",
        "place": places(row.group).filter(user=row.member).latest("joined_at"),
        "task": Task.objects.filter(kind=Kind.PRACTICE_A_LOT, about_code=row.code).first(),
    }
    return render(request, "facilitator/landing.html", context)


@page(Permission.SLOWER_DECIDE, about=queries.paces(), methods=("GET", "POST"))
def slower_pace(request: HttpRequest, pace: SlowerPace) -> HttpResponse:
    """A proposal for one person, with its reasons: take it, leave it for now and say why, or end it."""
    by, at, sentence = request.actor, clock.now(), ""  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            if "end" in request.POST:
                slower.end(pace=pace, by=by, at=at)
                messages.success(request, _("Back to the usual pace. Their page has everything again."))
            elif (
                slower.decide(
                    pace=pace, take="take" in request.POST, why_not=request.POST.get("why", ""), by=by, at=at
                ).decision
                == SlowerPace.Decision.TAKEN
            ):
                messages.success(request, _("Decided. Please ring them within two days; it is on your list."))
            else:
                messages.success(request, _("Noted, with the reason. Nothing changes for them."))
            return on_to("facilitator:slower-pace", pace.code)
        except KindError as error:
            if not error.sentence:
                raise
            sentence = error.sentence
        pace = queries.paces().get(pk=pace.pk)
    context = {
        "pace": pace,
        "group": pace.place.group,
        "name": seals.name_of(pace.place.user),
        "because": because(pace.reasons),
        "why_not": WHY_NOT,
        "why": request.POST.get("why", ""),
        "not_because": dict(WHY_NOT).get(pace.why_not, ""),
        "by": seals.name_of(pace.decided_by) if pace.decided_by else "",
        "sentence": sentence,
    }
    return render(request, "facilitator/slower_pace.html", context, status=422 if sentence else 200)


@page(Permission.SLOWER_DECIDE, about=MEMBERS_NOW, methods=("GET", "POST"))
def slower_begin(request: HttpRequest, place: Membership) -> HttpResponse:
    """Signs that only people can see, and going more slowly because of one; or what is proposed or decided already."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            pace = slower.begin(place=place, by=by, at=at)
        except KindError as error:
            if not error.sentence:
                raise
            messages.warning(request, error.sentence)
            return on_to("facilitator:slower-begin", place.code)
        messages.success(request, _("Decided. Please ring them within two days; it is on your list."))
        return on_to("facilitator:slower-pace", pace.code)
    known = next((one for one in queries.paces_in(place.group_id) if one.place_id == place.pk), None)
    if known is not None:
        return on_to("facilitator:slower-pace", known.code)
    context = {"place": place, "group": place.group, "name": seals.name_of(place.user)}
    return render(request, "facilitator/slower_begin.html", context)


@page(Permission.GATHERING_LEAD, about=GATHERINGS, methods=("POST",))
def lighter(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Make the next meeting lighter in the parts that are ticked, or leave it as it is written."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    try:
        if "take" in request.POST:
            actions.take_lighter(gathering=gathering, parts=request.POST.getlist("part"), by=by, at=at)
            messages.success(request, _("The run-sheet is lighter now. You can take it back until you begin."))
        else:
            actions.stay_as_written(gathering=gathering, why=request.POST.get("why", ""), by=by, at=at)
            messages.success(request, _("It stays as it is written. The reason is kept."))
    except KindError as error:
        if not error.sentence:
            raise
        messages.warning(request, error.sentence)
    return on_to("facilitator:runsheet", gathering.code)


@page(Permission.LANDINGS_COUNT)
def practices_land(request: HttpRequest) -> HttpResponse:
    """How practices land in one's own groups, taken together: so that the programme is put right, not the people."""
    found = figures.of_own_groups(by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    return render(request, "facilitator/practices_land.html", shown(found))


def lighter_shown(gathering: Gathering) -> dict[str, Any]:
    """What the card about a lighter meeting offers, and what was decided, for the run-sheet."""
    row: LighterMeeting | None = getattr(gathering, "lighter", None)
    chosen = lighter_parts(gathering)
    return {
        "lighter_choices": [(part, PARTS_IN_WORDS[part], not row or part in chosen) for part in PARTS],
        "lighter_taken": [PARTS_IN_WORDS[part] for part in PARTS if part in chosen],
        "lighter_not": dict(WHY_NOT).get(row.why_not, "") if row else "",
        "lighter_by": seals.name_of(row.by) if row else "",
        "may_decide": gathering.state == Gathering.State.PLANNED,
        "why_not": WHY_NOT,
    }


def paces_shown(group: Group) -> list[dict[str, Any]]:
    """Who goes more slowly, and for whom it waits to be decided: for the group's page and its run-sheet."""
    rows = queries.paces_in(group.pk)
    names = seals.names_of([row.place.user for row in rows])
    return [{"pace": row, "name": names[row.place.user_id], "because": because(row.reasons)} for row in rows]

"""What is still missing before groups can begin: one list, each line with the place where it is mended."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.organisation.capacity_words import Shown, shown
from kindcircle.doors.web.organisation.house import house_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.measures.capacity import Capacity, capacity_of_group, said_enough, say_enough
from kindcircle.rooms.safety.gate import SAYS, Lack, lacking
from kindcircle.rooms.team.credentials import Missing, missing_of, reason_for

MENDED_AT = {
    Lack.EMERGENCY: "organisation:lines",
    Lack.LINES: "organisation:lines",
    Lack.HOURS: "organisation:hours",
    Lack.ROTA: "organisation:rota",
    Lack.OWNER: "organisation:team",
    Lack.BACKUP: "organisation:team",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing of the house, and whether it is there."""

    words: str
    url: str
    done: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """A group whose first door is still closed."""

    group: Group
    lacks: list[Line]
    missing: list[Missing]
    reason: str
    forecast: Shown | None
    enough: str
    enough_at: datetime | None


@page(Permission.GROUP_START, methods=("GET", "POST"))
def ready(request: HttpRequest) -> HttpResponse:
    """The house as a whole, then each group that has not met yet, with how many may need a talk the same day."""
    by, at, house = request.actor, clock.now(), house_of(request)  # type: ignore[attr-defined]
    if request.method == "POST":
        mine = Group.objects.filter(organisation=house, state=Group.State.RUNNING).select_related("organisation")
        group = mine.filter(code=request.POST.get("group", "")[:22]).first()
        if group is None:
            raise NotFound
        say_enough(group=group, by=by, at=at)
        messages.success(request, _("Kept, with your name and this day."))
        return on_to("organisation:ready")
    found = lacking(house, at=at)
    coming = []
    begun = Group.objects.filter(gatherings__opened_at__isnull=False)
    for group in (
        Group.objects.filter(organisation=house, state=Group.State.RUNNING)
        .exclude(pk__in=begun.values("pk"))
        .select_related("organisation", "alerts_owner", "alerts_backup")
        .order_by("pk")
    ):
        own = [lack for lack in lacking(house, at=at, group=group) if lack in (Lack.OWNER, Lack.BACKUP)]
        people = User.objects.filter(pk__in=(group.alerts_owner_id, group.alerts_backup_id))
        capacity = _capacity(group, at)
        enough = said_enough(group, capacity) if capacity else None
        coming.append(
            Coming(
                group,
                [_line(lack, done=False) for lack in own],
                missing_of(list(people.select_related("organisation").order_by("pk")), at=at),
                reason_for(group.pk, organisation=house, by=by),
                shown(capacity) if capacity else None,
                seals.name_of(enough.by) if enough else "",
                enough.at if enough else None,
            )
        )
    context = {
        "lines": [_line(lack, done=lack not in found) for lack in Lack if lack not in (Lack.OWNER, Lack.BACKUP)],
        "missing": found,
        "coming": coming,
    }
    return render(request, "organisation/ready.html", context)


def _capacity(group: Group, at: datetime) -> Capacity | None:
    try:
        return capacity_of_group(group, at=at)
    except ProgrammeGone:
        return None


def _line(lack: Lack, *, done: bool) -> Line:
    words = str(SAYS[lack])
    return Line(words[0].upper() + words[1:] + ".", reverse(MENDED_AT[lack]), done)

"""When it is a lot for a member: what helps now, whom to call, their own plan, and leaving while somebody calls."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.plan_words import asks
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live.queries_steadying import asked_to_be_rung
from kindcircle.rooms.preparing.queries import own_plan
from kindcircle.rooms.safety.queries import help_lines


def help_for(request: HttpRequest, gathering: Gathering, at: datetime) -> dict[str, Any]:
    """What stands ready behind the private taps. A visit by short code does not open their plan."""
    by = request.actor  # type: ignore[attr-defined]
    lines: list[tuple[str, str]] = []
    if by.only_gathering is None and by.user_id is not None and gathering.group_id in by.member_of:
        plan = own_plan(User.objects.get(pk=by.user_id), by=by)
        lines = [(one.ask, plan.lines[one.id]) for one in asks() if one.id in plan.lines]
    return {
        "plan_lines": lines,
        "help_lines": help_lines(gathering.group.organisation, at=at),
        "leave_key": codes.new_code(),
    }


@page(Permission.GATHERING_JOIN, about=GATHERINGS)
def left(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Somebody went home early and asked to be rung: that they will be, and what helps until then."""
    meets = gathering.state in (Gathering.State.OPEN, Gathering.State.CLOSING)
    asked = asked_to_be_rung(gathering, request.actor)  # type: ignore[attr-defined]
    context = {"gathering": gathering, "meets": meets, "asked": asked, **help_for(request, gathering, clock.now())}
    return render(request, "member/gathering_left.html", context)

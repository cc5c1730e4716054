"""The page of the one who watches: who finds it a lot, who is quiet, what to keep in mind, and the time."""

from datetime import datetime
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator import lead
from kindcircle.doors.web.facilitator.conducting import guide_shown
from kindcircle.doors.web.facilitator.roles import led_by
from kindcircle.doors.web.facilitator.steadying import slower_shown, taps_shown
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups import hand_over
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import meeting_name, present_places
from kindcircle.rooms.live import actions, queries, queries_conducting, queries_library
from kindcircle.rooms.measures.attending import LEAVING_SHEET, STEADINESS
from kindcircle.rooms.measures.models import Response
from kindcircle.rooms.measures.queries import answers_of
from kindcircle.spec.conducting import BEHIND, MINUTE


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def holder(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Nothing to guide with, except what helps everybody at once: pause, ease off, end."""
    at, by = clock.now(), request.actor  # type: ignore[attr-defined]
    actions.arrive(gathering=gathering, by=by, at=at)
    place = queries.placed(gathering, at=at)
    context = live_page.page_context(gathering, place) | {
        "holding": True,
        "meeting": meeting_name(gathering),
        "led_by": led_by(gathering),
        "watches": [(index, slot) for index, slot in enumerate(queries.session_of(gathering).agenda)],
        "needs": hand_over.written_for(gathering.group, by=by)[0]["needs"],
        "signs": signs(),
        "idle_minutes": live_page.idle_minutes(gathering, settings.STAFF_IDLE_MINUTES),
        **time_shown(gathering, by, at),
        **lead.people_shown(gathering, at),
        **taps_shown(gathering, at),
        **slower_shown(gathering),
    }
    return render(request, "facilitator/holder.html", context)


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def time_left(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Who guides, whether their line is quiet, how the whole time stands, and the way to ease off; drawn as it goes."""
    context = {"gathering": gathering, **time_shown(gathering, request.actor, clock.now())}  # type: ignore[attr-defined]
    return render(request, "facilitator/holder_time.html", context)


def time_shown(gathering: Gathering, by: Actor, at: datetime) -> dict[str, Any]:
    """Minutes left of the whole meeting, when it ends, how far behind it is, and who guides."""
    place = queries.placed(gathering, at=at)
    pace, zone = queries_conducting.pace_of(gathering, place, at=at), ZoneInfo(gathering.group.zone)
    behind, going = pace.behind, place.practice
    under_way = going is not None and not going.finished
    easier = queries_library.easier_than(gathering, going.practice, going.variant) if going and under_way else None
    return {
        "easier": easier,
        "easier_title": easier.load().title if easier else "",
        "easier_minutes": easier.seconds / 60 if easier else 0,
        "meets": place.phase in ("open", "closing"),
        "ends": queries_conducting.ends_at(gathering).astimezone(zone),
        "left": max(0, ceil((pace.ends - clock.milliseconds(at)) / MINUTE)),
        "behind": behind if behind >= BEHIND else 0,
        **guide_shown(gathering, place, by, at),
    }


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def steadiness(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """How steady each one was when they last went home. Opened by a tap: each opening is on record."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    context = {"gathering": gathering, "last": _last(gathering, by, at)}
    part = "holder_steadiness" if request.headers.get("HX-Request") else "holder_steadiness_page"
    return render(request, f"facilitator/{part}.html", context)


def _last(gathering: Gathering, by: Actor, at: datetime) -> list[tuple[str, int | None, int]]:
    """Name, steadiness from 0 to 10 or None, and the meeting's number, of each one's last sheet about a meeting."""
    people = [place.user for place in present_places(gathering.group)]
    rows = Response.objects.filter(
        assignment__group=gathering.group,
        assignment__instrument=LEAVING_SHEET,
        assignment__member__in=people,
        assignment__gathering__number__lt=gathering.number,
    ).select_related("assignment__member__organisation", "assignment__group__organisation", "assignment__gathering")
    latest = {row.assignment.member_id: row for row in rows.order_by("assignment__gathering__number", "submitted_at")}
    names = seals.names_of(people)
    found: list[tuple[str, int | None, int]] = []
    for person in people:
        row = latest.get(person.pk)
        if row is None or row.assignment.gathering is None:
            found.append((names[person.pk], None, 0))
            continue
        said = answers_of(row, by=by, at=at).get(STEADINESS)
        number = int(said) if isinstance(said, int | float) else None
        found.append((names[person.pk], number, row.assignment.gathering.number))
    return found


def signs() -> list[tuple[str, list[str]]]:
    """What old hurt may look like from outside, once kindness touches it. A list to look at, and never to fill in."""
    return [
        (
            _("What they say"),
            [_("it is pointless, fake or weak"), _("I do not deserve this"), _("nothing: it is blank")],
        ),
        (_("What they feel"), [_("grief, shame, fear or anger"), _("a sudden longing"), _("emptiness")]),
        (
            _("In the body"),
            [_("a tight throat or chest"), _("sick, dizzy, hot or cold"), _("heavy, or pins and needles")],
        ),
        (
            _("What they do"),
            [_("joke, snap, give advice"), _("look after everybody else"), _("scroll, leave, go still")],
        ),
        (_("Too much"), [_("fast breath, shaking, panic"), _("pictures that keep coming")]),
        (
            _("Too little: quiet, and as urgent"),
            [_("numb or far away"), _("slow to answer, a fixed look"), _("lost time")],
        ),
    ]

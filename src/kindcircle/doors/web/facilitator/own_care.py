"""Care for whoever leads: how they are, how leading was, and their supervision. Only they see these pages."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.care import own_check as checks
from kindcircle.rooms.care import supervision
from kindcircle.rooms.groups import queries
from kindcircle.rooms.groups.errors import NotOpen
from kindcircle.rooms.groups.models import Gathering, StepRecord
from kindcircle.rooms.live.queries import events_of, session_of
from kindcircle.rooms.team.credentials import held_by
from kindcircle.spec.dose import minutes_given

GATHERINGS = Gathering.objects.select_related("group__organisation")
SHOWN = 12

LEADING = {
    "pace": (gettext_lazy("Plan and pace"), gettext_lazy("What we planned found its place, and nobody was rushed.")),
    "relating": (gettext_lazy("Meeting people"), gettext_lazy("I met people with warmth and real curiosity.")),
    "presence": (gettext_lazy("Being there"), gettext_lazy("I lived what I invited others to try.")),
    "guiding": (gettext_lazy("Guiding"), gettext_lazy("My words in the practices were clear and left room.")),
    "asking": (gettext_lazy("Finding out together"), gettext_lazy("I asked more than I told, and we learned from it.")),
    "holding": (gettext_lazy("Holding the group"), gettext_lazy("The group could lean on me, in calm and in trouble.")),
}
KINDNESS = {
    "choice": (gettext_lazy("Choice"), gettext_lazy("People could choose, and a gentler way was always near.")),
    "warmth": (gettext_lazy("Warm tone"), gettext_lazy("My voice stayed kind, to them and to myself.")),
    "alike": (gettext_lazy("Not alone"), gettext_lazy("From their own words, people could hear how alike we are.")),
    "slowing": (gettext_lazy("Old hurt"), gettext_lazy("When kindness stirred up pain, we slowed down together.")),
    "closing": (gettext_lazy("Closing"), gettext_lazy("We closed in peace, and the closing was not cut short.")),
    "linking": (gettext_lazy("Linking"), gettext_lazy("At least once I linked one member with another.")),
}
OUTCOMES = {
    "done": gettext_lazy("done"),
    "adapted": gettext_lazy("changed"),
    "skipped": gettext_lazy("left out"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One question over the meetings: the numbers as they were given, and the points of a small drawing."""

    label: str
    values: list[str]
    points: list[tuple[float, float]]

    @property
    def path(self) -> str:
        return " ".join(f"{x:g},{y:g}" for x, y in self.points)


@page(Permission.OWN_CARE_SEE)
def care(request: HttpRequest) -> HttpResponse:
    """One's own page: a kind word when it was hard, one's own lines, and supervision."""
    by, now = request.actor, clock.now()  # type: ignore[attr-defined]
    found = checks.own_checks(by=by)
    shown = found[-SHOWN:]
    me = User.objects.select_related("organisation").get(code=by.code)
    figure = supervision.figure_of(me, by=by, at=now)
    return render(
        request,
        "facilitator/care.html",
        {
            "low": checks.is_low(found),
            "bring": held_by(me, by=by, at=now) if can(by, Permission.CREDENTIAL_KEEP, me) else [],
            "checks": shown,
            "lines": _lines(shown),
            "figure": figure,
            "held": supervision.own_supervisions(by=by),
            "to_talk_through": supervision.days_to_talk_through(by=by, at=now),
        },
    )


@page(Permission.GATHERING_RECORD, about=GATHERINGS, methods=("GET", "POST"))
def own_check(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Two minutes after a meeting: how am I, and how was leading. Everything may be left out."""
    if gathering.state != Gathering.State.CLOSED:
        raise NotOpen(_("This opens when the meeting has been closed."))
    by = request.actor  # type: ignore[attr-defined]
    if request.method == "POST":
        given = request.POST
        ratings = {name: value for name in LEADING | KINDNESS if (value := _number(given, name)) is not None}
        how = _number(given, checks.HOW)
        checks.keep_own_check(gathering=gathering, how=how, ratings=ratings, by=by, at=clock.now())
        messages.success(request, _("Saved, for you alone."))
        return on_to("facilitator:care")
    kept = checks.own_check(gathering, by=by)
    return render(
        request,
        "facilitator/own_check.html",
        {
            "gathering": gathering,
            "group": gathering.group,
            "meeting": queries.meeting_name(gathering),
            "how": kept.how,
            "leading": _asked(LEADING, kept),
            "kindness": _asked(KINDNESS, kept),
            "dose": _dose(gathering),
        },
    )


def _asked(areas: dict[str, tuple[Any, Any]], kept: checks.Checked) -> list[dict[str, Any]]:
    return [
        {"name": name, "ask": f"{label}. {words}", "value": kept.ratings.get(name)}
        for name, (label, words) in areas.items()
    ]


def _number(given: QueryDict, name: str) -> int | None:
    text = given.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 3 else None


def _dose(gathering: Gathering) -> list[dict[str, Any]]:
    """Each step with the minutes planned and given, and what became of it. Empty where nothing was led live."""
    given = minutes_given(events_of(gathering.pk))
    if not given:
        return []
    outcomes = dict(StepRecord.objects.filter(gathering=gathering).values_list("step", "outcome"))
    return [
        {
            "title": slot.title,
            "planned": slot.minutes,
            "given": round(given[n]) if n in given else None,
            "outcome": OUTCOMES.get(outcomes.get(slot.id, ""), ""),
        }
        for n, slot in enumerate(session_of(gathering).agenda)
    ]


def _lines(found: list[checks.Checked]) -> list[Line]:
    """How am I, and each area that was ever answered, meeting by meeting."""
    asked = [(_("How am I"), 0, 10, [one.how for one in found])]
    asked += [
        (str(label), 1, 6, [one.ratings.get(name) for one in found])
        for name, (label, _words) in (LEADING | KINDNESS).items()
    ]
    lines = []
    for label, low, high, values in asked:
        if all(value is None for value in values):
            continue
        step = 100 / max(len(values) - 1, 1)
        points = [
            (round(4 + n * step * 0.92, 1), round(24 - 20 * (value - low) / (high - low), 1))
            for n, value in enumerate(values)
            if value is not None
        ]
        lines.append(Line(label, ["–" if value is None else str(value) for value in values], points))
    return lines

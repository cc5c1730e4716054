"""The private taps as those who lead see them, the eight steps with one person, and calling for a lighter next time."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared import live_page
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.queries import places
from kindcircle.rooms.live import actions, slowing_down
from kindcircle.rooms.live import queries_steadying as steadying
from kindcircle.rooms.live.actions.steadying import ANSWERS, LONGEST_LINE, STEPS, WISH_RULE
from kindcircle.rooms.live.models import Signal
from kindcircle.rooms.live.models_steadying import SlowDown
from kindcircle.rooms.live.pairs import beside
from kindcircle.rooms.live.queries_steadying import Panel, Story
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.queries import help_lines
from kindcircle.spec.practices import newest_practice

Kind = Signal.Kind
LOUD = {Kind.COME, Kind.LOT, Kind.STEP_OUT, Kind.LEAVE}
FEET, SENSES = "p22-soles-of-the-feet", "p21-five-sense-landing"

WORDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "stop": (gettext_lazy("Let them stop"), gettext_lazy("“You can stop here. Nothing has to be finished.”")),
    "soften": (
        gettext_lazy("Make it softer"),
        gettext_lazy("Lower your voice. Say less. Eyes open, some water, room to move or stand."),
    ),
    "ground": (
        gettext_lazy("Turn to what is outside"),
        gettext_lazy("What holds them: floor, seat, wall. What is around: colours, sounds. Leave breath and body out."),
    ),
    "out": (
        gettext_lazy("Step out together"),
        gettext_lazy(
            "If they wish. Numb or in tears: somebody is beside them all the time. Ask before you come close."
        ),
    ),
    "check": (gettext_lazy("Ask how it is"), gettext_lazy("Ask each of these aloud. They may leave any of them out.")),
    "choose": (gettext_lazy("They choose"), gettext_lazy("Each of the three is fine.")),
    "group": (
        gettext_lazy("A word to the others"),
        gettext_lazy("The guide grounds everybody. “Somebody is being looked after.” No more than that."),
    ),
    "contact": (
        gettext_lazy("Be in touch within a day"),
        gettext_lazy("One of you, in the way they said is safe. This puts it on the holder’s list, with the hour."),
    ),
}
CHOICES = (
    ("return", gettext_lazy("Come back, and only listen")),
    ("rest", gettext_lazy("Rest here")),
    ("leave", gettext_lazy("Go home, with a plan and a person")),
)


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def taps(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """What was tapped, drawn anew whenever something comes."""
    context = {
        "gathering": gathering,
        "quiet": "quiet" in request.GET,
        "holding": "holding" in request.GET,
        **taps_shown(gathering, clock.now()),
    }
    return render(request, "facilitator/lead_taps.html", context)


@page(Permission.GATHERING_LEAD, about=GATHERINGS, methods=("GET", "POST"))
def slower(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Whether it is a lot for the group, as a part of the page; and somebody who leads says so.

    The next run-sheet then suggests a lighter meeting.
    """
    if request.method != "POST":
        context = {"gathering": gathering, "holding": "holding" in request.GET, **slower_shown(gathering)}
        return render(request, "facilitator/lead_slower.html", context)
    slowing_down.call_for_less(gathering=gathering, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("Noted. The next run-sheet will suggest a lighter meeting, and you decide together."))
    back = "holder" if request.POST.get("back") == "holder" else "lead"
    return on_to(f"facilitator:{back}", gathering.code)


@page(Permission.STEADYING_KEEP, about=GATHERINGS, methods=("GET", "POST"))
def panel(request: HttpRequest, gathering: Gathering, who: str) -> HttpResponse:
    """Looking after one person: eight steps, each noted with one tap. Opening it answers their calls from here."""
    place = places(gathering.group).filter(code=who).select_related("group__organisation", "user").first()
    if place is None:
        raise NotFound
    by, at, error, line = request.actor, clock.now(), "", ""  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            return _save(request, gathering, place, at)
        except KindError as problem:
            if not problem.sentence:
                raise
            error, line = problem.sentence, request.POST.get("line", "")
    elif request.method == "GET":
        _seen(request, gathering, place, at)
    found = steadying.panel_of(gathering, place, by=by)
    now = found if found and (found.ended_at is None or "again" not in request.GET) else None
    return render(
        request,
        "facilitator/steadying.html",
        _panel_shown(gathering, place, now, at)
        | {"error": error, "line": line or (now.said.get("line", "") if now else "")},
        status=422 if error else 200,
    )


def taps_shown(gathering: Gathering, at: datetime) -> dict[str, Any]:
    """The private taps as stories, newest first."""
    found = steadying.stories(gathering)
    _delivered([story.alert for story in found if story.alert], at)
    zone = ZoneInfo(gathering.group.zone)
    told: list[dict[str, Any]] = []
    people: set[int] = set()
    with_whom = beside(gathering, [(story.place, story.at) for story in found if story.kind == Kind.COME])
    for story in found:
        said = _said(story, zone, latest=story.user_id not in people)
        told.append(said | {"beside": with_whom.get((story.place, story.at), "")})
        people.add(story.user_id)
    return {"taps": told}


def slower_shown(gathering: Gathering) -> dict[str, Any]:
    """Whether it was a lot for the group, why, and where that is suggested."""
    reasons = slowing_down.reasons_of(gathering)
    following = Gathering.objects.filter(group=gathering.group_id, number__gt=gathering.number).order_by("number")
    return {"slower": bool(reasons), "slower_because": because(reasons), "following": following.first()}


def because(reasons: Sequence[str]) -> list[str]:
    """Why a meeting was a lot, in words."""
    words: dict[str, str] = {
        SlowDown.Reason.STEP_OUTS: _("People stepped out twice or more."),
        SlowDown.Reason.CALLED: _("One of you said that it was a lot."),
        slowing_down.WENT_HOME_UNSTEADY: _("As people went home, their steadiness was below 6 on average."),
    }
    return [words[reason] for reason in reasons]


def _said(story: Story, zone: ZoneInfo, *, latest: bool) -> dict[str, Any]:
    """A story in words. What somebody tapped before their latest is told more quietly."""
    out = story.kind == Kind.STEP_OUT
    words = {
        Kind.FINE: _("is fine"),
        Kind.LOT: _("finds it a lot"),
        Kind.COME: _("asks you to come"),
        Kind.STEP_OUT: _("stepped out") if story.back_at else _("has stepped out"),
        Kind.LEAVE: _("went home, and would like to be rung"),
    }
    kind = Kind(story.kind)
    return {
        "story": story,
        "at": story.at.astimezone(zone),
        "back_at": story.back_at.astimezone(zone) if out and story.back_at else None,
        "since": story.looked_after.begun_at.astimezone(zone) if story.looked_after else None,
        "words": words[kind],
        "latest": latest,
        "loud": latest and kind in LOUD and story.back_at is None,
        "may_look_after": kind in LOUD and kind != Kind.LEAVE,
    }


def _delivered(alert_codes: list[str], at: datetime) -> None:
    """A call that a facilitator's page shows has reached somebody who can come."""
    for alert in Alert.objects.filter(code__in=alert_codes, state=Alert.State.RAISED):
        safety.mark_delivered(alert=alert, at=at)


def _seen(request: HttpRequest, gathering: Gathering, place: Membership, at: datetime) -> None:
    """Whoever opens this has seen the calls of this person from this meeting."""
    calls = Alert.objects.filter(gathering=gathering, member=place.user_id, source_kind="signal", seen_at=None)
    for alert in calls.filter(closed_at=None):
        safety.see(alert=alert, by=request.actor, at=at)  # type: ignore[attr-defined]


def _save(request: HttpRequest, gathering: Gathering, place: Membership, at: datetime) -> HttpResponse:
    """The button that was pressed; before it, what stood ticked or typed elsewhere on the page and comes along."""
    given = request.POST
    step = given.get("step", "")
    who: dict[str, Any] = {
        "gathering": gathering, "place": place, "panel": given.get("panel", "")[:22],
        "by": request.actor, "at": at,  # type: ignore[attr-defined]
    }  # fmt: skip
    said = {name: given.get(name, "") for name in ANSWERS["check"]}
    yes = said["wish"] == "yes"
    if step == "check" or any(said.values()):
        row = actions.note_step(**who, step="check", said=said)
    if "line" in given:
        actions.write_line(**who, line=given["line"].replace("\0", ""))
    if step == "end" and not yes:
        actions.end_steadying(**who)
        messages.success(request, _("Thank you for looking after %(name)s.") % {"name": seals.name_of(place.user)})
        return on_to("facilitator:holder", gathering.code)
    if step not in ("check", "line", "end"):
        row = actions.note_step(**who, step=step, said={"choice": given.get("choice", "")})
    if yes:
        step = "check"  # the page stays where the help is
    elif step != "line":
        done = set(row.steps.values_list("step", flat=True))
        step = next((one for one in STEPS[STEPS.index(step) :] if one not in done), "line")
    where = reverse("facilitator:steadying", args=[gathering.code, place.code])
    return SeeOther(f"{where}#{step}")


def _panel_shown(gathering: Gathering, place: Membership, now: Panel | None, at: datetime) -> dict[str, Any]:
    zone = ZoneInfo(gathering.group.zone)
    done = {step: (when.astimezone(zone), who) for step, (when, who) in now.done.items()} if now else {}
    wish = bool(now) and now.said.get("wish") == "yes"  # type: ignore[union-attr]
    alert = Alert.objects.filter(source_kind="steadying", source_code=now.code if now else "").first()
    assert alert is None or WISH_RULE in alert.rules
    return {
        "gathering": gathering,
        "place": place,
        "name": seals.name_of(place.user),
        "panel": now,
        "since": now.begun_at.astimezone(zone) if now else None,
        "ended": now.ended_at.astimezone(zone) if now and now.ended_at else None,
        "code": now.code if now else codes.new_code(),
        "steps": [
            {"id": step, "title": WORDS[step][0], "words": WORDS[step][1], "done": done.get(step)} for step in STEPS
        ],
        "said": now.said if now else {},
        "choices": CHOICES,
        "grounds": [
            (one.title, [step.say for step in one.shortest.steps]) for one in map(newest_practice, (FEET, SENSES))
        ],
        "wish": wish,
        "alert": alert,
        "help_lines": help_lines(gathering.group.organisation, at=at) if wish else (),
        "longest": LONGEST_LINE,
        # Never covered while somebody sits beside a person.
        "idle_minutes": live_page.idle_minutes(gathering, settings.STAFF_IDLE_MINUTES),
        **taps_shown(gathering, at),
    }

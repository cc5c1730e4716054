"""The conductor's desk: the one next thing, how the time stands, who guides, and the run-sheet to change as you go."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock
from kindcircle.doors.web.facilitator.lead_form import Form, Verb
from kindcircle.doors.web.shared.live_page import GATHERINGS
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, queries, queries_conducting, queries_library
from kindcircle.spec import conducting
from kindcircle.spec.conducting import Plan
from kindcircle.spec.outcomes import Happened
from kindcircle.spec.programmes import PracticeUse, Slot
from kindcircle.spec.timeline import Placed

JUST_NOW = timedelta(milliseconds=300)
"""A part is asked for the moment a page sees a practice begin or end. Our clock may be a blink behind that page's."""


@dataclass(frozen=True, slots=True)
class Play:
    """One practice to start in a step. why: its part in it, empty for the practice of the step itself."""

    why: str
    use: PracticeUse

    @property
    def title(self) -> str:
        return self.use.load().title

    @property
    def minutes(self) -> float:
        return self.use.seconds / 60

    @property
    def words(self) -> str:
        """What its button says."""
        said = {"why": self.why, "title": self.title, "n": f"{self.minutes:g}"}
        return (
            _("%(why)s: %(title)s, %(n)s min") if self.why else _("Start for everyone: %(title)s, %(n)s min")
        ) % said


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def desk(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """What to do next and how the time stands, drawn anew whenever something begins or ends."""
    by = request.actor  # type: ignore[attr-defined]
    context = {"gathering": gathering, **desk_shown(gathering, by, clock.now() + JUST_NOW)}
    return render(request, "facilitator/lead_desk.html", context)


@page(Permission.GATHERING_LEAD, about=GATHERINGS)
def sheet(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """The run-sheet of today with all that can be changed in it, drawn anew when it was."""
    place = queries.placed(gathering, at=clock.now())
    context = {"gathering": gathering, **sheet_shown(gathering, place)}
    return render(request, "facilitator/lead_steps.html", context)


def desk_shown(gathering: Gathering, by: Actor, at: datetime) -> dict[str, Any]:
    """The desk as it stands at this moment."""
    place = queries.placed(gathering, at=at)
    agenda, plan = queries.session_of(gathering).agenda, queries_conducting.plan_of(gathering, place)
    index = -1 if place.step is None else place.step.index
    first, others = _plays(agenda[index], _led_here(gathering)) if place.step else (None, [])
    follows = next((step for step in range(index + 1, len(agenda)) if plan[step]), None)
    last = follows is None or follows == len(agenda) - 1
    under_way = place.practice is not None and not place.practice.finished
    talking = any((place.round and not place.round.closed, _going(place.pairs), _going(place.words)))
    return {
        "place": place,
        "under_way": under_way,
        "quiet_moment": not under_way and not talking,
        "first": first,
        "others": others,
        "asks": bool(place.step and agenda[index].prompt),
        "follows": None if last else {"index": follows, "slot": agenda[follows or 0]},
        "coming": [(agenda[step].title, plan[step]) for step in range(index + 1, len(agenda)) if plan[step]][:3],
        "easier": _easier(gathering, place) if under_way else None,
        "ground": _ground(gathering),
        **_time_shown(gathering, place, agenda, plan, at),
        **guide_shown(gathering, place, by, at),
    }


def guide_shown(gathering: Gathering, place: Placed, by: Actor, at: datetime) -> dict[str, Any]:
    """Who guides, in words for one of those who lead, and whom they could hand it to."""
    leaders = queries_conducting.leaders(gathering, place, at=at)
    guides = next((one for one in leaders if one.guides), None)
    open_ = place.phase in ("open", "closing")
    quiet = guides is not None and guides.code != by.code and open_ and (guides.quiet is not None or not guides.came)
    return {
        "open": open_,
        "me": by.code,
        "guides": guides,
        "line_quiet": quiet,
        "line_seconds": ceil(guides.quiet.total_seconds()) if guides and guides.quiet else 0,
        "line_minutes": int(guides.quiet.total_seconds() // 60) if guides and guides.quiet else 0,
        "hand_to": [one for one in leaders if one.code != by.code and one.came and one.quiet is None],
    }


def sheet_shown(gathering: Gathering, place: Placed) -> dict[str, Any]:
    """Every step with its minutes of today, what may become of it, and the two versions of the whole."""
    agenda, plan = queries.session_of(gathering).agenda, queries_conducting.plan_of(gathering, place)
    begun = {event.data["step"] for event in queries.events_of(gathering.pk) if event.kind == "step_started"}
    now = place.step.index if place.step else None
    steps, minute = [], 0
    for index, slot in enumerate(agenda):
        passed = place.phase == "closed" or (now is not None and index < now)
        steps.append(
            {
                "index": index,
                "slot": slot,
                "from": minute,
                "until": minute + plan[index],
                "today": plan[index],
                "state": "now" if index == now else "done" if index in begun else "left" if passed else "ahead",
                "closing": index == len(agenda) - 1,
                "may_fall": conducting.may_fall(agenda, index) and index != now and plan[index] > 0,
                **_lengths(agenda, plan, place, index),
            }
        )
        minute += plan[index]
    return {
        "sheet": steps,
        "may_plan": place.phase != "closed",
        "may_go": place.phase in ("open", "closing"),
        "planned": place.phase == "planned",
        "in_all": sum(plan),
        "whole": plan == conducting.whole(agenda),
        "is_core": plan == conducting.core(agenda),
        "core_minutes": conducting.core_minutes(agenda),
    }


def how_in_words(told: Happened) -> str:
    """In what a step was adapted, short enough for a line: "shorter, the gentler practice". Empty where it was not."""
    words = {
        "shorter": _("shorter"),
        "longer": _("longer"),
        "gentler": _("the gentler practice"),
        "other": _("another practice"),
        "not-whole": _("practice ended early"),
    }
    return ", ".join(words[one] for one in told.how)


def _lengths(agenda: tuple[Slot, ...], plan: Plan, place: Placed, step: int) -> dict[str, int]:
    """Minutes that one tap would give a step: a third less, the least, a little more. 0 where that changes nothing."""
    today, fewest = plan[step], conducting.floor_now(agenda, plan, place, step)
    third = max(fewest, today - ceil(today / 3))
    return {
        "third": third if fewest < third < today else 0,
        "least": fewest if fewest < today else 0,
        "more": today + 5 if today else 0,
        "usual": agenda[step].minutes if today != agenda[step].minutes else 0,
    }


def _time_shown(
    gathering: Gathering, place: Placed, agenda: tuple[Slot, ...], plan: Plan, at: datetime
) -> dict[str, Any]:
    """When we end, how long that is, where we are heading, and the one thing that would help."""
    pace, zone = queries_conducting.pace_of(gathering, place, at=at), ZoneInfo(gathering.group.zone)
    behind = pace.behind
    cut = conducting.suggest(agenda, plan, place, behind)
    return {
        "ends": queries_conducting.ends_at(gathering).astimezone(zone),
        "left": max(0, ceil((pace.ends - clock.milliseconds(at)) / conducting.MINUTE)),
        "heading": datetime.fromtimestamp(pace.heading / 1000, zone),
        "behind": behind if behind >= conducting.BEHIND else 0,
        "cut": cut,
        "cut_title": agenda[cut.step].title if cut else "",
        "closing_keeps": plan[-1],
    }


def _plays(slot: Slot, led: set[tuple[str, str]]) -> tuple[Play | None, list[Play]]:
    """The practice to start next in a step, or None when all were led; and the others, in the order one would."""
    mine = [
        Play(why, use)
        for why, use in (
            (_("First, to find the ground"), slot.ground_first),
            ("", slot.practice),
            (_("And then"), slot.then),
        )
        if use is not None
    ]
    first = next((play for play in mine if (play.use.practice, str(play.use.seconds)) not in led), None)
    gentler = [Play(_("Gentler instead"), slot.gentler)] if slot.gentler else []
    return first, [play for play in mine if play is not first] + gentler


def _led_here(gathering: Gathering) -> set[tuple[str, str]]:
    """Practices that were started since the present step began."""
    led: set[tuple[str, str]] = set()
    for event in queries.events_of(gathering.pk):
        if event.kind == "step_started":
            led = set()
        elif event.kind == "practice_started":
            led.add((str(event.data["practice"]), str(event.data["variant"])))
    return led


def _easier(gathering: Gathering, place: Placed) -> Play | None:
    going = place.practice
    use = queries_library.easier_than(gathering, going.practice, going.variant) if going else None
    return Play(_("Ease off"), use) if use else None


def _ground(gathering: Gathering) -> Play | None:
    """What brings everybody back to the ground at any moment."""
    use = queries.session_of(gathering).home.at_need
    return Play(_("Ground everyone"), use) if use else None


def _going(part: Any) -> bool:
    """Whether pairs or words are going on."""
    return part is not None and part.state in ("asked", "running", "shown") and not getattr(part, "finished", False)


def _minutes(gathering: Gathering, form: Form, by: Actor, at: datetime) -> None:
    step, minutes = form.number("step"), form.number("minutes")
    actions.set_minutes(gathering=gathering, step=step, minutes=minutes, by=by, at=at)


VERBS: dict[str, Verb] = {
    "minutes": _minutes,
    "core": lambda g, f, by, at: actions.take_core(gathering=g, by=by, at=at),
    "whole": lambda g, f, by, at: actions.take_whole(gathering=g, by=by, at=at),
    "lead": lambda g, f, by, at: actions.move_lead(gathering=g, to=f.word("to"), by=by, at=at),
}

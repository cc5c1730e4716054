"""The queue of people who ask for a person, and the page of one: what spoke, what to do, what was done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import can
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.level_words import LEVELS, level
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.safety_plan_words import STEPS
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.intake.models import Application
from kindcircle.rooms.live.models_whereabouts import Whereabouts
from kindcircle.rooms.measures.queries import what_spoke
from kindcircle.rooms.measures.reaching_safely import contact_of, place_of, shares_steps, steps_of
from kindcircle.rooms.measures.screening import how_to_reach
from kindcircle.rooms.preparing.queries import has_contact
from kindcircle.rooms.safety import actions, rungs, states
from kindcircle.rooms.safety.looking_back import is_due
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.protocol import ALWAYS, protocol_of
from kindcircle.rooms.safety.queries import (
    Happened,
    alerts_may_be_late,
    closed_for,
    handled_alerts,
    help_lines,
    history,
    in_touch_by,
    waiting_for,
)
from kindcircle.spec.safety import load_ladder

State = Alert.State
LEVEL = "level"
CLOSED_SHOWN = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Line:
    """One alert in the queue."""

    alert: Alert
    name: str
    where: str
    by: datetime


@page(Permission.ALERT_LIST)
def alerts(request: HttpRequest) -> HttpResponse:
    """Everything open, the longest-waiting first. Showing an alert here counts as its delivery."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    open_ones = list(waiting_for(actor))
    closed_ones = list(closed_for(actor, since=at - CLOSED_SHOWN)[:20])
    if request.method == "GET":
        for alert in open_ones:
            if alert.state == State.RAISED:
                actions.mark_delivered(alert=alert, at=at)
    names = seals.names_of([alert.member for alert in [*open_ones, *closed_ones]])
    hours = in_touch_by(open_ones)
    lines = [Line(alert, names[alert.member_id], where(alert.state), hours[alert.pk]) for alert in open_ones]
    context = {
        "today": [line for line in lines if line.alert.level != Alert.Level.REVIEW],
        "notes": [line for line in lines if line.alert.level == Alert.Level.REVIEW],
        "closed": [(alert, names[alert.member_id], close_reason(alert.close_reason)) for alert in closed_ones],
        "late": alerts_may_be_late(actor.organisation_id, at=at),
        "looks_back": can(actor, Permission.ALERTS_REVIEW),
        "look_back_due": _due(actor, at),
    }
    return render(request, "facilitator/alerts.html", context)


def _due(actor: Actor, at: datetime) -> bool:
    house = actor.organisation_id
    return house is not None and is_due(Organisation.objects.get(pk=house), at=at)


@page(Permission.ALERT_HANDLE, about=handled_alerts(), methods=("GET", "POST"))
def alert(request: HttpRequest, alert: Alert) -> HttpResponse:
    """One alert. Opening it counts as having seen it; each further step is a button with room for a line."""
    actor, at = request.actor, clock.now()  # type: ignore[attr-defined]
    if request.method == "POST":
        return _take_step(request, alert, at)
    if request.method == "HEAD":
        return HttpResponse()  # nobody has looked
    return _show(request, actions.see(alert=alert, by=actor, at=at), at)


def _take_step(request: HttpRequest, alert: Alert, at: datetime) -> HttpResponse:
    actor, note = request.actor, request.POST.get("note", "")  # type: ignore[attr-defined]
    step = request.POST.get("step", "")
    try:
        if step == State.ACTING:
            actions.act(alert=alert, by=actor, at=at, note=note)
        elif step == State.CONTACTED:
            actions.contacted(alert=alert, by=actor, at=at, note=note)
        elif step == LEVEL:
            rungs.choose(alert=alert, rung=_number(request.POST.get("level", "")), by=actor, at=at)
        elif step == State.NOT_REACHED:
            actions.not_reached(alert=alert, by=actor, at=at, note=note)
        else:
            reason = request.POST.get("reason", "")
            actions.close(alert=alert, by=actor, at=at, reason=reason, note=note)
    except KindError as error:
        if not error.sentence:
            raise
        return _show(request, handled_alerts().get(pk=alert.pk), at, error=error, note=note)
    response = HttpResponseRedirect(reverse("facilitator:alert", args=[alert.code]))
    response.status_code = 303
    return response


def _show(
    request: HttpRequest, alert: Alert, at: datetime, *, error: KindError | None = None, note: str = ""
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    house = alert.house
    gathering = alert.gathering
    chosen = level(rungs.rung_of(alert))
    ours = protocol_of(house)[1]
    place = place_of(alert)
    context = {
        "alert": alert,
        "level": chosen,
        "levels": LEVELS,
        "ours": ours.get(ALWAYS, ""),
        "our_level": ours.get(str(chosen.number), "") if chosen else "",
        "place": place,
        "has_contact": place is not None and has_contact([alert.member_id]),
        "plan": shares_steps(alert, by=actor),
        "whereabouts": _whereabouts(alert, actor),
        "name": seals.name_of(alert.member),
        "zone": house.zone,
        "where": where(alert.state),
        "spoke": what_spoke(alert, by=actor, at=at),
        "reach": how_to_reach(alert, by=actor, at=at),
        "applicant": _applicant(alert, actor),
        "by": in_touch_by([alert])[alert.pk],
        "action": load_ladder().plan(alert.level).action,  # type: ignore[arg-type]
        "in_the_room": gathering is not None and gathering.state in (Gathering.State.OPEN, Gathering.State.CLOSING),
        "concern": alert.level == Alert.Level.CONCERN or (chosen is not None and chosen.number >= rungs.TELLS_LEADS),
        "emergency": [line for line in help_lines(house, at=at) if line.emergency],
        "history": [(one, _in_words(one)) for one in history(alert, by=actor)],
        "steps": [(step, label) for step, label in _buttons().items() if states.may(alert.state, step)],
        "may_close": states.may(alert.state, State.CLOSED),
        "reasons": [(reason, close_reason(reason)) for reason in actions.CLOSE_REASONS.get(State(alert.state), ())],
        "chosen": request.POST.get("reason", ""),
        "sentence": error.sentence if error else "",
        "note": note,
        "late": alerts_may_be_late(actor.organisation_id, at=at),
    }
    return render(request, "facilitator/alert.html", context, status=error.status if error else 200)


def _applicant(alert: Alert, actor: Actor) -> Application | None:
    """The request that it is about, for those who may read it."""
    rows = Application.objects.filter(person=alert.member, intake=alert.intake).select_related("intake", "person")
    found = rows.order_by("pk").last() if alert.intake_id else None
    return found if found is not None and can(actor, Permission.APPLICATION_READ, found) else None


@page(Permission.ALERT_HANDLE, about=handled_alerts())
def reach(request: HttpRequest, alert: Alert) -> HttpResponse:
    """How to reach a member without harm, for whoever handles their alert. The member sees who opened it, and when."""
    found = contact_of(alert, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    place = place_of(alert)
    context = {
        "alert": alert,
        "place": place,
        "name": seals.name_of(alert.member),
        "contact": found,
        "lines": found.lines,
        "call_me": found.lines.get("call-me", ""),
    }
    return render(request, "facilitator/contact.html", context)


@page(Permission.ALERT_HANDLE, about=handled_alerts())
def plan(request: HttpRequest, alert: Alert) -> HttpResponse:
    """The steps that a member wrote for the worst, where they share them. The member sees who opened it, and when."""
    found = steps_of(alert, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    context = {
        "alert": alert,
        "name": seals.name_of(alert.member),
        "plan": found,
        "lines": [(n, one.ask, found.lines[one.id]) for n, one in enumerate(STEPS, 1) if one.id in found.lines],
    }
    return render(request, "facilitator/alert_plan.html", context)


def _whereabouts(alert: Alert, actor: Actor) -> str:
    """The code of where they said they are in this meeting, for those who may open it; empty where there is none."""
    rows = Whereabouts.objects.filter(gathering=alert.gathering_id, person=alert.member_id)
    row = rows.select_related("gathering__group").first() if alert.gathering_id else None
    return row.code if row is not None and can(actor, Permission.WHEREABOUTS_OPEN, row) else ""


def _number(text: str) -> int:
    return int(text) if text in ("0", "1", "2", "3", "4") else -1


def where(state: str) -> str:
    """How far it is, in words."""
    return {
        State.RAISED: _("Nobody has looked yet"),
        State.DELIVERED: _("Nobody has looked yet"),
        State.SEEN: _("Somebody has looked"),
        State.ACTING: _("Somebody is on it"),
        State.CONTACTED: _("Reached"),
        State.NOT_REACHED: _("Not reached yet"),
        State.CLOSED: _("Closed"),
        State.REVIEWED: _("Closed, and looked back on"),
    }[State(state)]


def close_reason(reason: str) -> str:
    """A reason for closing, in words; empty for none."""
    return {
        "plan-agreed": _("We talked and agreed what comes next"),
        "other-help": _("Other help is in place"),
        "no-more-needed": _("We talked, and nothing more is wanted"),
        "by-mistake": _("It was a slip; the member said so"),
        "handed-over": _("Not reached; handed over as our plan says"),
    }.get(reason, "")


def _buttons() -> dict[Alert.State, str]:
    return {
        State.ACTING: _("I am on it"),
        State.CONTACTED: _("I reached them"),
        State.NOT_REACHED: _("I could not reach them"),
    }


def _in_words(one: Happened) -> str:
    """A line of the history: what happened, and who did it."""
    if one.event == Event.ALERT_MOVED:
        said = {
            State.SEEN: _("%(who)s opened it"),
            State.ACTING: _("%(who)s is on it"),
            State.CONTACTED: _("%(who)s reached them"),
            State.NOT_REACHED: _("%(who)s could not reach them"),
            State.CLOSED: _("%(who)s closed it"),
            State.REVIEWED: _("%(who)s looked back on it"),
        }[State(one.state)] % {"who": one.who}
        return f"{said}: {close_reason(one.reason)}" if one.reason else said
    if one.event == Event.ALERT_RUNG_CHOSEN:
        found = LEVELS[int(one.reason)]
        told = {"who": one.who, "n": found.number, "name": found.name}
        return _("%(who)s chose level %(n)s: %(name)s") % told
    if one.event == Event.ALERT_ESCALATED:
        return {
            Alert.Person.BACKUP: _("The backup was told"),
            Alert.Person.LEAD: _("The safety lead was told"),
            Alert.Person.EVERYONE: _("Everyone was told once more"),
        }[Alert.Person(one.reason)]
    return {
        Event.ALERT_RAISED: _("Another answer came in") if one.reason else _("It came in"),
        Event.ALERT_DELIVERED: _("A message went out, or a page showed it"),
        Event.DELIVERY_FAILED: _("A message could not be sent"),
    }[Event(one.event)]

"""The desk: one card per group with who, what is next and what is waiting; and each group's own page."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator import ending
from kindcircle.doors.web.facilitator.pace import paces_shown
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.task_words import shown
from kindcircle.rooms.conversations.queries import waiting_in
from kindcircle.rooms.groups import actions, agreements, queries
from kindcircle.rooms.groups.consents import not_current
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.repairs import next_steps
from kindcircle.rooms.groups.standing_in import opens_at, stand_ins
from kindcircle.rooms.intake.consent_texts import is_ready
from kindcircle.rooms.intake.errors import NotOpenNow
from kindcircle.rooms.measures.asking import ask_now
from kindcircle.rooms.measures.queries import askable, missing_wordings
from kindcircle.rooms.practice.queries import practised_lately
from kindcircle.rooms.preparing.queries import shared_in, talked_with
from kindcircle.rooms.reminders.words import to_look_over
from kindcircle.rooms.safety.queries import alerts_may_be_late, waiting_for
from kindcircle.rooms.tasks.queries import waiting_for as tasks_for
from kindcircle.rooms.team.models import StandIn

ONE_DAY = timedelta(days=1)
GROUPS = Group.objects.select_related("organisation", "alerts_owner", "alerts_backup")


@dataclass(frozen=True, slots=True)
class Waiting:
    """One thing that waits for somebody, in a few words, with where to go. `person` marks what concerns a person."""

    words: str
    url: str
    person: bool = False


@page(Permission.DESK_SEE)
def home(request: HttpRequest) -> HttpResponse:
    """What a facilitator sees first."""
    actor, now = request.actor, clock.now()  # type: ignore[attr-defined]
    groups = list(queries.groups_of(actor).select_related("organisation"))
    if not groups and "safety-lead" in actor.roles:
        return redirect("facilitator:alerts")
    alerts = list(waiting_for(actor))
    cards = [_card(group, [alert for alert in alerts if alert.group_id == group.pk]) for group in groups]
    _text_waiting(cards)
    _words_waiting(cards)
    _agreement_waiting(cards)
    _ending_waiting(cards)
    _reminders_waiting(cards)
    return render(
        request,
        "facilitator/home.html",
        {
            "running": [card for card in cards if card["group"].state != Group.State.FINISHED],
            "finished": [card for card in cards if card["group"].state == Group.State.FINISHED],
            "alerts": len(alerts),
            "may_be_late": alerts_may_be_late(actor.organisation_id, at=now),
            "tasks": shown(tasks_for(actor), at=now),
            "stepping_in": _stepping_in(actor, now),
        },
    )


@page(Permission.GROUP_SEE, about=GROUPS)
def group(request: HttpRequest, group: Group) -> HttpResponse:
    """One group: its people, its meetings, and how the week at home went, in ranges."""
    members = list(queries.places(group))
    facilitators = list(queries.places(group, Membership.Role.FACILITATOR))
    names = seals.names_of([place.user for place in (*members, *facilitators)])
    context = _card(group, [alert for alert in waiting_for(request.actor) if alert.group_id == group.pk])  # type: ignore[attr-defined]
    _text_waiting([context])
    _words_waiting([context])
    _agreement_waiting([context])
    _ending_waiting([context])
    _reminders_waiting([context])
    context |= {
        "members": [(names[place.user_id], place) for place in members if place.left_at is None],
        "left": [(names[place.user_id], place) for place in members if place.left_at is not None],
        "facilitators": [names[place.user_id] for place in facilitators if place.left_at is None],
        "gatherings": _with_themes(group),
        "practised": practised_lately(group, at=clock.now()),
        "askable": askable(group),
        "paces": paces_shown(group),
        "talked": talked_with(group, by=request.actor),  # type: ignore[attr-defined]
        "plans": len(shared_in(group, by=request.actor)),  # type: ignore[attr-defined]
        "not_current": not_current(group),
        "owner": names.get(group.alerts_owner_id) or seals.name_of(group.alerts_owner),
        "backup": names.get(group.alerts_backup_id) or seals.name_of(group.alerts_backup),
    }
    return render(request, "facilitator/group.html", context)


@page(Permission.MEASURE_ASSIGN, about=GROUPS, methods=("POST",))
def ask(request: HttpRequest, group: Group) -> HttpResponse:
    """Ask everybody in the group for one questionnaire now. It waits on their own page for a week."""
    asked = ask_now(
        group=group,
        instrument=request.POST.get("instrument", ""),
        by=request.actor,  # type: ignore[attr-defined]
        at=clock.now(),
    )
    if asked:
        words = ngettext(
            "Asked %(n)s person. It waits on their page.", "Asked %(n)s people. It waits on their page.", asked
        )
        messages.success(request, words % {"n": asked})
    else:
        messages.success(request, _("Everybody was asked already since the last meeting."))
    return redirect("facilitator:group", code=group.code)


class InviteForm(forms.Form):
    """A name for the facilitators to recognise the invitation by; the person chooses their own on arrival."""

    name = forms.CharField(
        label=gettext_lazy("Name of the person"),
        help_text=gettext_lazy("They can choose another name when they open the link."),
        max_length=60,
        error_messages={"required": gettext_lazy("Please write a name, so that you know whose link this is.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=gettext_lazy("Their e-mail address"),
        help_text=gettext_lazy(
            "If they have one that is safe. Otherwise you hand over the link, and it works as well."
        ),
        max_length=254,
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )


@page(Permission.MEMBER_INVITE, about=GROUPS, methods=("GET", "POST"))
def invite(request: HttpRequest, group: Group) -> HttpResponse:
    """Write down somebody who asks to come by another way than the page, and make the link that is theirs.

    It gives no place: the questions, the talk and a decision come first. Shown once, to hand over in person.
    """
    form, link, application = InviteForm(request.POST or None), "", None
    decides = group.intake is not None and can(request.actor, Permission.APPLICATION_DECIDE, group.intake)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        try:
            if group.intake is None or not decides:
                raise NotOpenNow
            application, secret = actions.add_somebody(
                intake=group.intake,
                by=request.actor,  # type: ignore[attr-defined]
                at=clock.now(),
                **form.cleaned_data,
            )
        except KindError as error:
            form.add_error(None, error.sentence)
        else:
            link = request.build_absolute_uri(reverse("invitation", args=[secret]))
    return render(
        request,
        "facilitator/invite.html",
        {"group": group, "form": form, "link": link, "application": application, "decides": decides},
        status=422 if form.errors else 200,
    )


def _stepping_in(actor: Actor, at: datetime) -> list[tuple[StandIn, str, str, bool, datetime]]:
    """Meetings to come at which this person steps in: for whom, and whether the group is open to them, or from when."""
    rows = stand_ins().filter(user=actor.user_id, ended_at=None, gathering__starts_at__gt=at - ONE_DAY)
    names = seals.names_of([row.in_for for row in rows])
    return [
        (
            row,
            queries.meeting_name(row.gathering),
            names[row.in_for_id],
            row.gathering.group_id in actor.facilitates,
            opens_at(row.gathering),
        )
        for row in rows
    ]


def _card(group: Group, alerts: list[Any]) -> dict[str, Any]:
    """What a card says of a group: its ring, what is next, what is waiting."""
    plan = queries.programme_of(group)
    gatherings = list(queries.gatherings_of(group))
    coming = next((one for one in gatherings if one.state != Gathering.State.CLOSED), None)
    last = next((one for one in reversed(gatherings) if one.state == Gathering.State.CLOSED), None)
    return {
        "group": group,
        "programme": plan,
        "coming": coming,
        "coming_session": queries.session_for(plan, coming.number) if coming else None,
        "last": last,
        "seats": _seats(group, coming or last),
        "week": min(coming.number if coming else len(gatherings), len(plan.sessions)),
        "weeks": min(len(gatherings), len(plan.sessions)),
        "waiting": _waiting(group, last, coming, alerts),
    }


def _seats(group: Group, gathering: Gathering | None) -> list[dict[str, str]]:
    """The group as marks on its ring: who is in the room while it meets, else everybody who belongs."""
    places = list(queries.present_places(group))
    names = seals.names_of([place.user for place in places])
    meeting = gathering is not None and gathering.state in {Gathering.State.OPEN, Gathering.State.CLOSING}
    came = queries.attendances(gathering) if gathering is not None and meeting else None
    return [
        {
            "label": names[place.user_id],
            "code": place.code,
            "state": "here" if came is None or place.user_id in came else "kept",
        }
        for place in places
    ]


def _waiting(group: Group, last: Gathering | None, coming: Gathering | None, alerts: list[Any]) -> list[Waiting]:
    waiting = []
    if alerts:
        words = ngettext("%(n)s person may need you", "%(n)s people may need you", len(alerts)) % {"n": len(alerts)}
        where = (
            reverse("facilitator:alert", args=[alerts[0].code]) if len(alerts) == 1 else reverse("facilitator:alerts")
        )
        waiting.append(Waiting(words, where, person=True))
    if coming is not None and coming.state != Gathering.State.PLANNED:
        waiting.append(Waiting(_("The meeting is open now"), reverse("facilitator:lead", args=[coming.code])))
    if last is not None and last.recorded_at is None:
        words = _("Two minutes for the notes: %(meeting)s") % {"meeting": queries.meeting_name(last)}
        waiting.append(Waiting(words, reverse("facilitator:after", args=[last.code])))
    missing = missing_wordings(group)
    if missing:
        words = _("Words still missing for: %(names)s") % {"names": ", ".join(missing)}
        waiting.append(Waiting(words, reverse("facilitator:group", args=[group.code]) + "#words"))
    return waiting


def _text_waiting(cards: list[dict[str, Any]]) -> None:
    """Onto each card that may still take people in: a consent text with gaps. One look for all."""
    if not cards or is_ready(cards[0]["group"].organisation):
        return
    words = _("The consent text of your house has gaps, so nobody can be taken in. Whoever leads it can mend that")
    for card in cards:
        if card["group"].state != Group.State.FINISHED:
            where = reverse("facilitator:group", args=[card["group"].code])
            card["waiting"].append(Waiting(words, where))


def _words_waiting(cards: list[dict[str, Any]]) -> None:
    """Members who wrote, and those of them who wait longer than they were told. One look at all groups."""
    found = waiting_in([card["group"] for card in cards], at=clock.now())
    where = reverse("facilitator:conversations")
    for card in cards:
        number, late = found[card["group"].pk]
        if late:
            words = ngettext(
                "%(n)s person waits for an answer longer than two working days",
                "%(n)s people wait for an answer longer than two working days",
                late,
            )
            card["waiting"].append(Waiting(words % {"n": late}, where, person=True))
        if number > late:
            words = ngettext("%(n)s message to answer", "%(n)s messages to answer", number - late)
            card["waiting"].append(Waiting(words % {"n": number - late}, where))


def _reminders_waiting(cards: list[dict[str, Any]]) -> None:
    """Onto each card whose next meeting is near: the words that members read before it, until they were looked over."""
    coming = [card["coming"] for card in cards if card["coming"] is not None]
    due = {one.pk for one in to_look_over(coming, at=clock.now())}
    for card in cards:
        if card["coming"] is not None and card["coming"].pk in due:
            url = reverse("facilitator:reminder", args=[card["coming"].code])
            card["waiting"].append(Waiting(_("Confirm the reminder for next time"), url))


def _agreement_waiting(cards: list[dict[str, Any]]) -> None:
    """Onto each card: a list to word, a talk that was asked for, a step of mending whose day has come."""
    groups = [card["group"] for card in cards]
    counts, due, today = agreements.waiting_in(groups), next_steps(groups), timezone.localdate()
    for card in cards:
        code, (proposed, talk) = card["group"].code, counts.get(card["group"].pk, (0, 0))
        where = reverse("facilitator:agreement", args=[code])
        if proposed:
            words = ngettext("%(n)s proposal for the agreement", "%(n)s proposals for the agreement", proposed)
            card["waiting"].append(Waiting(words % {"n": proposed}, where))
        if talk:
            words = ngettext(
                "%(n)s person would like to talk about the agreement",
                "%(n)s people would like to talk about the agreement",
                talk,
            )
            card["waiting"].append(Waiting(words % {"n": talk}, where))
        if due.get(card["group"].pk, today + ONE_DAY) <= today:
            url = reverse("facilitator:repairs", args=[code])
            card["waiting"].append(Waiting(_("A step of mending is due"), url))


def _ending_waiting(cards: list[dict[str, Any]]) -> None:
    """Onto each card: what the middle and the end of the group have for those who lead."""
    found = ending.waiting([card["group"] for card in cards])
    for card in cards:
        card["waiting"] += [Waiting(words, url) for words, url in found[card["group"].pk]]


def _with_themes(group: Group) -> list[tuple[Gathering, str, str]]:
    plan = queries.programme_of(group)
    return [
        (one, queries.meeting_name(one), queries.session_for(plan, one.number).theme)
        for one in queries.gatherings_of(group)
    ]

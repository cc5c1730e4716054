"""The page for whoever leads a group next, and what helps somebody who steps in tonight."""

from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import KindError
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.roles import in_words
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.doors.web.shared.task_words import shown
from kindcircle.rooms.groups import hand_over as words_of
from kindcircle.rooms.groups.actions.roles import Turn, plan_of
from kindcircle.rooms.groups.agreements import agreement_of
from kindcircle.rooms.groups.hand_over import LONGEST
from kindcircle.rooms.groups.models import Gathering, Group, StepRecord
from kindcircle.rooms.groups.queries import last_closed, notes_of, present_places, programme_of
from kindcircle.rooms.groups.standing_in import ends_at
from kindcircle.rooms.preparing.queries import shared_in
from kindcircle.rooms.safety.duty import Rota
from kindcircle.rooms.safety.queries import help_lines, in_touch_by, waiting_for
from kindcircle.rooms.tasks.queries import waiting_for as tasks_for
from kindcircle.spec.dates import wall_clock
from kindcircle.spec.programmes import Programme
from kindcircle.spec.texts import pinned_handout

GROUPS = Group.objects.select_related("organisation", "alerts_owner", "alerts_backup")
PAGE, KIT = "hand-over-page", "substitute-kit"


def _box(label: Any, hint: Any = "") -> forms.CharField:
    return forms.CharField(
        label=label, help_text=hint, max_length=LONGEST, required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class HandOverForm(forms.Form):
    """What only a person can say."""

    needs = _box(
        gettext_lazy("Who asked for what"),
        gettext_lazy("First names. Say what to do, and not why. Only what they agreed may be passed on."),
    )
    mood = _box(gettext_lazy("How it feels in the room, in two lines"))
    promised = _box(gettext_lazy("What we promised to do or to bring"))
    left_out = _box(gettext_lazy("What we left out, and why"))
    reached_at = _box(gettext_lazy("How you can be reached"))
    on_call = _box(gettext_lazy("The clinician to call"))
    supervisor = _box(gettext_lazy("Supervisor"))
    room_keys = _box(gettext_lazy("How to get into the room"))
    online_keys = _box(gettext_lazy("How to get into the video room"))
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


@page(Permission.GATHERING_RECORD, about=GROUPS, methods=("GET", "POST"))
def hand_over(request: HttpRequest, group: Group) -> HttpResponse:
    """Everything on one page that prints well: what is known fills itself, the rest is written by hand."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    written, written_at = words_of.written_for(group, by=by)
    stamp = written_at.isoformat() if written_at else ""
    form = HandOverForm(request.POST if request.method == "POST" else None, initial=written | {"seen": stamp})
    if request.method == "POST" and form.is_valid():
        seen = form.cleaned_data.pop("seen")
        try:
            seen_at = datetime.fromisoformat(seen) if seen else None
        except ValueError:
            seen_at = at  # no page of ours: then it counts as changed meanwhile
        try:
            words_of.write(group=group, words=form.cleaned_data, seen_at=seen_at, by=by, at=at)
        except KindError as error:
            form.add_error(None, error.sentence)
            # The next try knows what is there now.
            again = request.POST.copy()
            again["seen"] = stamp
            form.data = again
        else:
            messages.success(request, _("Kept, for those who lead this group."))
            return on_to("facilitator:hand-over", group.code)
    if request.method == "GET":
        words_of.note_opened(group, by=by, at=at)
    turns = plan_of(group)
    to_come = [turn for turn in turns if turn.gathering.state != Gathering.State.CLOSED]
    mine = [turn for turn in to_come if any(cover.user_id == by.user_id for cover in turn.stand_ins)]
    coming = next(iter(mine or to_come), None)
    last = last_closed(group)
    handout, kit = pinned_handout(PAGE), pinned_handout(KIT)
    gaps = _gaps(request, group, turns, coming, written, at)
    context = {
        "group": group,
        "form": form,
        "title": handout.title,
        "page": as_html(handout.fill({name: gaps[name] for name in handout.fields})),
        "kit_title": kit.title,
        "kit": as_html(kit.fill(_kit(group, gaps, coming, at)), deeper=1),
        "coming": coming,
        "note": notes_of(last, by=by).note if last else "",
        "agreement": agreement_of(group, by=by).lines,
        "plans": _sharing(group, request),
        "written_at": written_at,
    }
    return render(request, "facilitator/hand_over.html", context, status=422 if form.errors else 200)


def _gaps(
    request: HttpRequest, group: Group, turns: list[Turn], coming: Turn | None, written: dict[str, str], at: datetime
) -> dict[str, str]:
    """The gaps of the page: what is known, and what was written by hand."""
    by = request.actor  # type: ignore[attr-defined]
    plan = programme_of(group)
    met = [turn.gathering for turn in turns if turn.gathering.state == Gathering.State.CLOSED]
    last = met[-1] if met else None
    gathering = coming.gathering if coming else None
    covers = coming.stand_ins if coming else ()
    alerts = [alert for alert in waiting_for(by) if alert.group_id == group.pk]
    by_when = in_touch_by(alerts)
    names = seals.names_of([alert.member for alert in alerts])
    tasks = shown([task for task in tasks_for(by) if task.group_id == group.pk], at=at)
    known = {
        "group": group.name,
        "programme": plan.title,
        "day_time": _said(gathering.starts_at, group) if gathering else _("no date to come"),
        "place": (gathering.place or gathering.video_link) if gathering else group.place,
        "length": _("%(n)s minutes") % {"n": gathering.minutes} if gathering else _("no meeting to come"),
        "met_so_far": str(len(met)),
        "left_to_go": str(len(turns) - len(met)),
        "roles": in_words(coming) if coming else _("no meeting to come"),
        "last_theme": f"*{plan.session(last.number).theme}*" if last else _("nothing yet"),
        "next_theme": f"*{plan.session(gathering.number).theme}*" if gathering else _("nothing more"),
        "practices_known": ", ".join(_practices(plan, met)) or _("none yet"),
        "members": _members(written["needs"], group),
        "open_alerts": _list(
            [
                _("%(name)s, in touch by %(when)s")
                % {"name": names[one.member_id], "when": _said(by_when[one.pk], group)}
                for one in alerts
            ]
        ),
        "tasks": _list([f"{one.words.title}{': ' + one.who if one.who else ''}" for one in tasks]),
        "left_out": _lines(written["left_out"]) or _skipped(last),
        "on_call": written["on_call"] or _on_duty(group, gathering, at),
        "from_whom": _names({cover.in_for for cover in covers}) or _("those who lead it"),
        "to_whom": _names({cover.user for cover in covers}) or _("whoever leads it next"),
        "until": _said(ends_at(gathering), group) if gathering and covers else _("you give it back"),
    }
    by_hand = ("mood", "promised", "reached_at", "room_keys", "online_keys", "supervisor")
    return known | {name: _lines(written[name]) or _("nothing written yet") for name in by_hand}


def _kit(group: Group, gaps: dict[str, str], coming: Turn | None, at: datetime) -> dict[str, str]:
    """The gaps of the kit for somebody who steps in tonight."""
    lines = help_lines(group.organisation, at=at)
    emergency = next((line.number for line in lines if line.emergency), "")
    away = next((cover.in_for for cover in coming.stand_ins), None) if coming else None
    usual = away or (coming.guide if coming else None)
    return {
        "group": group.name,
        "usual_guide": seals.name_of(usual) if usual else _("whoever usually leads"),
        "holder": seals.name_of(coming.holder) if coming and coming.holder else _("still to be found"),
        "on_call": gaps["on_call"],
        "clinic_lead": gaps["supervisor"],
        "emergency": emergency or _("the emergency number"),
        "place_for_help": gaps["place"],
        "usual_guide_phone": gaps["reached_at"],
    }


def _practices(plan: Programme, met: list[Gathering]) -> list[str]:
    used = {
        use.practice: use.load().title
        for gathering in met
        for slot in plan.session(gathering.number).agenda
        for use in (slot.practice, slot.then)
        if use is not None
    }
    return list(used.values())


def _skipped(last: Gathering | None) -> str:
    """Steps that were left out last time, where nobody wrote more about it."""
    if last is None:
        return _("nothing")
    skipped = set(
        StepRecord.objects.filter(gathering=last, outcome=StepRecord.Outcome.SKIPPED).values_list("step", flat=True)
    )
    agenda = programme_of(last.group).session(last.number).agenda
    return ", ".join(slot.title for slot in agenda if slot.id in skipped) or _("nothing")


def _on_duty(group: Group, gathering: Gathering | None, at: datetime) -> str:
    rota = Rota(group.organisation)
    found = rota.on_duty(gathering.starts_at if gathering else at)
    return _names(set(User.objects.filter(pk__in=found))) or _("nothing written yet")


def _sharing(group: Group, request: HttpRequest) -> list[tuple[str, str]]:
    """Members who share their plan with those who lead, with the code of their place."""
    places = shared_in(group, by=request.actor)  # type: ignore[attr-defined]
    names = seals.names_of([place.user for place in places])
    return [(names[place.user_id], place.code) for place in places]


def _names(people: set[User]) -> str:
    found = seals.names_of(list(people))
    return ", ".join(sorted(found.values()))


def _said(at: datetime, group: Group) -> str:
    return date_format(wall_clock(at, group.zone), "l j F, H:i")


def _lines(text: str) -> str:
    """Typed lines, one after the other."""
    return " · ".join(line.strip() for line in text.strip().splitlines() if line.strip())


def _list(lines: list[str]) -> str:
    return "; ".join(lines) or _("nothing")


def _members(needs: str, group: Group) -> str:
    """What was written about who needs what, line by line, and all first names."""
    names = seals.names_of([place.user for place in present_places(group)])
    first = ", ".join(names[place.user_id].split()[0] for place in present_places(group))
    lines = [f"- {line.strip()}" for line in needs.strip().splitlines() if line.strip()]
    return "\n".join([*lines, "", _("In the group: %(names)s") % {"names": first or _("nobody yet")}]).strip()

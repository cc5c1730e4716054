"""The two-minute page after a meeting: who came, how people left, what was done, and notes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.conducting import how_in_words
from kindcircle.doors.web.facilitator.held import held
from kindcircle.doors.web.facilitator.still_open import still_open
from kindcircle.doors.web.shared.pages import page
from kindcircle.rooms.care import notes as care
from kindcircle.rooms.feedback.queries import told_after
from kindcircle.rooms.groups import actions, queries
from kindcircle.rooms.groups.actions import StepNote
from kindcircle.rooms.groups.errors import NotesChanged, NotOpen
from kindcircle.rooms.groups.models import Gathering, StepRecord
from kindcircle.rooms.live.actions.afterwards import may_say_held
from kindcircle.rooms.live.debrief import done
from kindcircle.rooms.live.queries import session_of
from kindcircle.rooms.live.queries_conducting import what_happened
from kindcircle.rooms.measures.attending import correct_attendance
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec.naming import without_names
from kindcircle.spec.programmes import Session

GATHERINGS = Gathering.objects.select_related("group__organisation")
LONGEST = 4000


@page(Permission.GATHERING_RECORD, about=GATHERINGS, methods=("GET", "POST"))
def after(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """Almost everything is filled in; what is left takes two minutes."""
    actor, now = request.actor, clock.now()  # type: ignore[attr-defined]
    if may_say_held(gathering, at=now):
        return held(request, gathering, now)
    if gathering.state != Gathering.State.CLOSED:
        raise NotOpen(_("These notes open when the meeting has been closed."))
    session = session_of(gathering)
    places = list(queries.places(gathering.group))
    members = [place.user for place in places]
    problem = ""
    if request.method == "POST":
        try:
            _save(request, gathering, session, members, actor, now)
        except NotesChanged as error:
            problem = error.sentence
            gathering.refresh_from_db()
        else:
            messages.success(request, _said(gathering, actor))
            return redirect("facilitator:after", code=gathering.code)
    names = seals.names_of(members)
    notes = queries.notes_of(gathering, by=actor)
    if problem:
        notes = _together(notes, _typed(request.POST, session, members))
    came = queries.attendances(gathering)
    look = care.to_look_at(gathering, notes)
    following = queries.gatherings_of(gathering.group).filter(number=gathering.number + 1).first()
    return render(
        request,
        "facilitator/after.html",
        {
            "gathering": gathering,
            "meeting": queries.meeting_name(gathering),
            "group": gathering.group,
            "session": session,
            "problem": problem,
            "seen_at": gathering.recorded_at.isoformat() if gathering.recorded_at else "",
            "people": [
                {"user": place.user, "name": names[place.user_id], "came": came.get(place.user_id), "place": place}
                | {"line": notes.lines.get(place.user_id, ""), "look": look.get(place.user_id, ())}
                for place in places
            ],
            "look_at_note": look.get(None, ()),
            "look": len(look),
            "came": sum(user.pk in came for user in members),
            "alerts": _alerts(gathering, names),
            "leaving": next(one for one in told_after(gathering.group, by=actor) if one.gathering == gathering),
            "steps": _steps(session, gathering, notes),
            "outcomes": StepRecord.Outcome.choices,
            "notes": notes,
            "following": following,
            "left": still_open(gathering, by=actor),
            "done": done(gathering),
            "longest": LONGEST,
        },
        status=409 if problem else 200,
    )


def _save(
    request: HttpRequest, gathering: Gathering, session: Session, members: list[User], actor: Actor, now: datetime
) -> None:
    given, typed = request.POST, _typed(request.POST, session, members)
    if "instead" in given:
        typed = _unnamed(typed, gathering, _field(given["instead"], members))
    actions.record_after(
        gathering=gathering,
        steps={step: StepNote(outcome, typed.reasons.get(step, "")) for step, outcome in typed.outcomes.items()},
        note=typed.note,
        lines={user: typed.lines[user.pk] for user in members},
        by=actor,
        at=now,
        seen_at=_moment(given.get("seen_at", "")),
    )
    for user in members:
        correct_attendance(gathering=gathering, member=user, came=f"came-{user.code}" in given, by=actor, at=now)
    if "fine" in given:
        field = _field(given["fine"], members)
        member = next((user for user in members if user.pk == field), None)
        shown = given.getlist(f"shown-{given['fine']}")
        care.look_over(gathering=gathering, member=member, words=shown, by=actor, at=now)


def _field(text: str, members: list[User]) -> care.Field:
    """Which box a button belongs to: somebody's line by their code, and else the note that all share."""
    return next((user.pk for user in members if text == f"line-{user.code}"), None)


def _unnamed(typed: queries.AfterNotes, gathering: Gathering, field: care.Field) -> queries.AfterNotes:
    """What was typed, with "a member" wherever somebody else is named in this one box."""
    found = care.names_found(gathering.group, typed).get(field, [])
    if field is None:
        return replace(typed, note=without_names(typed.note, found, _("a member")))
    line = without_names(typed.lines[field], found, _("a member"))
    return replace(typed, lines={**typed.lines, field: line})


def _said(gathering: Gathering, actor: Actor) -> str:
    """That it is saved; and how many boxes may name somebody whom they should not."""
    gathering.refresh_from_db()
    left = len(care.to_look_at(gathering, queries.notes_of(gathering, by=actor)))
    if not left:
        return _("Saved. Thank you for today.")
    words = ngettext(
        "Saved. In %(n)s place there may be somebody else's name: it is marked below.",
        "Saved. In %(n)s places there may be somebody else's name: they are marked below.",
        left,
    )
    return words % {"n": left}


def _typed(given: QueryDict, session: Session, members: list[User]) -> queries.AfterNotes:
    """What stands in the boxes of the page that was sent."""
    return queries.AfterNotes(
        note=given.get("note", "")[:LONGEST],
        lines={user.pk: given.get(f"line-{user.code}", "")[:LONGEST] for user in members},
        outcomes={
            slot.id: outcome
            for slot in session.agenda
            if (outcome := given.get(f"step-{slot.id}", "")) in StepRecord.Outcome.values
        },
        reasons={slot.id: given.get(f"why-{slot.id}", "")[:LONGEST] for slot in session.agenda},
    )


def _together(saved: queries.AfterNotes, typed: queries.AfterNotes) -> queries.AfterNotes:
    """A colleague's saved notes and what was typed here, side by side in each box, so that neither is lost."""

    def both(one: Mapping[Any, str], other: Mapping[Any, str]) -> dict[Any, str]:
        return {name: _joined(one.get(name, ""), other.get(name, ""), " / ") for name in {**one, **other}}

    return queries.AfterNotes(
        note=_joined(saved.note, typed.note, "\n\n"),
        lines=both(saved.lines, typed.lines),
        outcomes=saved.outcomes | typed.outcomes,
        reasons=both(saved.reasons, typed.reasons),
    )


def _joined(saved: str, typed: str, between: str) -> str:
    """Both texts, or only the one that holds the other already. Line ends as browsers send them make no difference."""
    plain_saved, plain_typed = saved.replace("\r\n", "\n").strip(), typed.replace("\r\n", "\n").strip()
    if plain_typed in plain_saved:
        return saved
    return typed if plain_saved in plain_typed else f"{plain_saved}{between}{plain_typed}"


def _moment(text: str) -> datetime | None:
    """The moment in a hidden field; None for an empty or a strange one."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _steps(session: Session, gathering: Gathering, notes: queries.AfterNotes) -> list[dict[str, Any]]:
    """Each step with what became of it: as saved, or else as the timeline tells."""
    return [
        {
            "slot": slot,
            "outcome": notes.outcomes.get(slot.id) or told.outcome,
            "why": notes.reasons.get(slot.id, "") if slot.id in notes.outcomes else how_in_words(told),
        }
        for slot, told in zip(session.agenda, what_happened(gathering), strict=True)
    ]


def _alerts(gathering: Gathering, names: dict[int, str]) -> list[tuple[Alert, str]]:
    raised = Alert.objects.filter(gathering=gathering).select_related("member").order_by("raised_at")
    return [(alert, names.get(alert.member_id) or seals.name_of(alert.member)) for alert in raised]

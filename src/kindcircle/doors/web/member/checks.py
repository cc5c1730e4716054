"""A member fills in a sheet: asked in the words of its definition, saved once, and answered at once when it matters."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.questions import question, read
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.errors import (
    AlreadyAnswered,
    AnswersNotClear,
    NoLongerOpen,
    NotOpenYet,
    WordingMissing,
)
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import SHEET, definition_of, sheets, words_for
from kindcircle.rooms.safety.queries import Promise, alert_about, help_lines, promise, promise_before
from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Level, Tick
from kindcircle.spec.safety import MemberText, highest, load_member_texts, missing, positive
from kindcircle.spec.scoring import Answer

SHEETS = sheets()
ANSWERED = "answered_check"


@page(Permission.ASSIGNMENT_ANSWER, about=SHEETS, methods=("GET", "POST"))
def check(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """The sheet itself. Sending it twice, from two tabs or with the back button keeps one, the first."""
    at = clock.now()
    if request.method == "POST":
        return _send(request, assignment, at)
    if hasattr(assignment, "response"):
        return redirect("member:check-done", code=assignment.code)
    if at < assignment.opens_at:
        raise NotOpenYet
    if at >= assignment.closes_at:
        raise NoLongerOpen
    return _ask(request, assignment, at, key=codes.new_code())


@page(Permission.ASSIGNMENT_ANSWER, about=SHEETS)
def check_done(request: HttpRequest, assignment: Assignment) -> HttpResponse:
    """Saved: said only of what is in the database. After an answer that matters, help stands here at once."""
    response = getattr(assignment, "response", None)
    if response is None:
        return redirect("member:check", code=assignment.code)
    by = request.actor  # type: ignore[attr-defined]
    # A tablet that came round again, to whoever tapped this name, tells nothing of what was answered before.
    told_now = by.tablet_of is None or request.session.get(ANSWERED) == assignment.code
    alert = alert_about(Ref(SHEET, assignment.code)) if told_now else None
    context: dict[str, object] = {"assignment": assignment, "meeting": _open_meeting(assignment)}
    if response.by_staff is not None:
        context["typed_by"] = seals.name_of(response.by_staff)
    if alert is not None:
        promised = _promise(assignment, response.submitted_at)
        context |= {
            "text": _member_text(alert.level, promised, assignment.member.language),
            "hours": hours_of(promised),
            "lines": help_lines(assignment.house, at=clock.now()),
        }
    return render(request, "member/check_done.html", context)


def _send(request: HttpRequest, assignment: Assignment, at: datetime) -> HttpResponse:
    one = definition_of(assignment)
    answers, errors = read(one, request.POST)
    key = request.POST.get("key", "")
    if errors:
        return _ask(request, assignment, at, key=key, typed=request.POST, errors=errors)
    left_blank = _worth_asking_again(one, answers, assignment, at)
    if left_blank and "asked" not in request.POST and not hasattr(assignment, "response"):
        return _ask(request, assignment, at, key=key, typed=request.POST, once_more=left_blank)
    try:
        submit_response(
            assignment=assignment,
            answers=answers,
            client_key=key,
            by=request.actor,  # type: ignore[attr-defined]
            at=at,
        )
    except AnswersNotClear as error:
        return _ask(request, assignment, at, key=key, typed=request.POST, errors=error.by_item)
    except (AlreadyAnswered, NoLongerOpen, NotOpenYet) as error:
        return _not_kept(request, assignment, error, level=highest(positive(one, answers)), at=at)
    if request.actor.tablet_of is not None:  # type: ignore[attr-defined]
        request.session[ANSWERED] = assignment.code
    response = HttpResponseRedirect(reverse("member:check-done", args=[assignment.code]))
    response.status_code = 303
    return response


def _ask(
    request: HttpRequest,
    assignment: Assignment,
    at: datetime,
    *,
    key: str,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    once_more: str = "",
) -> HttpResponse:
    one = definition_of(assignment)
    words = words_for(assignment.house, one, assignment.member.language)
    if words is None:
        raise WordingMissing
    promised = _promise(assignment, at)
    typed, errors = typed or {}, errors or {}
    asked = [item for item in one.items if item.text_key in words.items]
    if not _can_look_today(promised, at):
        asked = [item for item in asked if item.number not in _needs_same_day(one)]
    context = {
        "assignment": assignment,
        "name": seals.name_of(assignment.member),
        "words": words,
        "minutes": one.administration.minutes,
        "questions": [question(one, item, words, typed, errors) for item in asked],
        "errors": errors,
        "once_more": once_more,
        "asked_before": bool(once_more) or "asked" in typed,
        "left_out": len(asked) < sum(item.text_key in words.items for item in one.items),
        "own_words": bool(one.wording.languages),
        "watched": bool(one.safety),
        "hours": hours_of(promised),
        "key": key,
        "meeting": _open_meeting(assignment),
    }
    return render(request, "member/check.html", context, status=422 if errors else 200)


def _not_kept(
    request: HttpRequest, assignment: Assignment, error: KindError, *, level: Level | None, at: datetime
) -> HttpResponse:
    """These answers were not kept. When they asked for a person, say so plainly and show who can be called."""
    context = {
        "assignment": assignment,
        "sentence": error.sentence,
        "asked_for_a_person": level in ("contact", "concern"),
        "lines": help_lines(assignment.house, at=at),
        "meeting": _open_meeting(assignment),
        "saved_before": hasattr(assignment, "response"),
    }
    return render(request, "member/check_not_kept.html", context, status=error.status)


def _worth_asking_again(one: Definition, answers: Mapping[str, Answer], assignment: Assignment, at: datetime) -> str:
    """A sentence to show once before sending: for an empty sheet, or a safety question left blank. Else nothing."""
    ticks = {item.id for item in one.items if isinstance(one.response(item), Tick)}
    if all(answer is None or (name in ticks and answer == 0) for name, answer in answers.items()):
        return _("All of it is still blank. You can fill some in, or send it as it is.")
    if missing(one, answers) and _can_look_today(_promise(assignment, at), at):
        texts = load_member_texts().item_missing
        return texts.get(assignment.member.language.partition("-")[0], texts["en"])
    return ""


def _promise(assignment: Assignment, at: datetime) -> Promise:
    if assignment.intake is not None:
        return promise_before(assignment.intake, at=at)
    assert assignment.group is not None  # the database keeps one of the two
    return promise(assignment.group, at=at)


def _needs_same_day(one: Definition) -> set[int]:
    """Items after which somebody has to talk with the member the same day (CLINICAL_BRIEF 5.4)."""
    return {rule.item for rule in one.safety if rule.level == "concern"}


def _can_look_today(promised: Promise, at: datetime) -> bool:
    """Whether anybody is on duty between now and midnight, on the organisation's own clock."""
    if promised.there_from is None:
        return False
    zone = ZoneInfo(promised.zone)
    return promised.there_from.astimezone(zone).date() == at.astimezone(zone).date()


def _member_text(level: str, promised: Promise, language: str) -> MemberText:
    """What a member reads right after an answer that matters, with true names and a true time."""
    who = _("your facilitators")
    if len(promised.who) > 1:
        names = _("%(some)s and %(last)s") % {"some": ", ".join(promised.who[:-1]), "last": promised.who[-1]}
        who = _("your facilitators, %(names)s") % {"names": names}
    by_when = _("before you next meet") if level == "review" else _by(promised.by, promised.zone)
    short = language.partition("-")[0]
    return load_member_texts().text(level, short, who=who, by_when=by_when)  # type: ignore[arg-type]


def hours_of(promised: Promise) -> str:
    """Out of hours, who is there when; empty while somebody is on duty."""
    if promised.there_now:
        return ""
    if promised.there_from is None:
        return _("Nobody is on duty at the moment.")
    return _("Nobody is on duty now. Someone is back at %(when)s.") % {
        "when": moment_of(promised.there_from, promised.zone)
    }


def _by(at: datetime, zone: str) -> str:
    return _("by %(when)s") % {"when": moment_of(at, zone)}


def moment_of(at: datetime, zone: str) -> str:
    local = timezone.localtime(at, ZoneInfo(zone))
    return _("%(time)s on %(day)s") % {
        "time": date_format(local, "H:i"),
        "day": date_format(local, "l j F"),
    }


def _open_meeting(assignment: Assignment) -> Gathering | None:
    """The gathering this sheet belongs to, while it is still going on."""
    gathering = assignment.gathering
    going_on = gathering is not None and gathering.state in (Gathering.State.OPEN, Gathering.State.CLOSING)
    return gathering if going_on else None

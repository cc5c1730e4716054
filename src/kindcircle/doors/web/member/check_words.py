"""What stands around a sheet's questions: who is told and by when, what is left blank, and help after an answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.audit.log import Ref
from kindcircle.doors.web.shared.questions import Question
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.safety.models_answers import SHEET
from kindcircle.rooms.safety.queries import (
    Promise,
    alert_about,
    help_lines,
    looked_after_by,
    promise,
    promise_before,
)
from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Tick
from kindcircle.spec.safety import MEMBER_TEXTS, MemberText, load_member_texts, missing
from kindcircle.spec.scoring import Answer


def promise_of(assignment: Assignment, at: datetime) -> Promise:
    """What we may honestly tell this person about who is there and by when."""
    if assignment.intake is not None:
        return promise_before(assignment.intake, at=at)
    assert assignment.group is not None  # the database keeps one of the two
    return promise(assignment.group, at=at)


def helped(assignment: Assignment, *, at: datetime, given_at: datetime | None = None) -> dict[str, object]:
    """The words and numbers that stand there at once after an answer that asks for a person; else nothing.

    given_at: when the sheet was sent. Before that, they stand there until somebody has closed the matter. Where
    somebody had been in touch by then, nobody is told anew, and nothing is promised.
    """
    alert = alert_about(Ref(SHEET, assignment.code))
    if alert is None or (given_at is None and alert.closed_at is not None):
        return {}
    if given_at is not None and looked_after_by(alert, given_at):
        return {"looked_after": True, "lines": help_lines(assignment.house, at=at)}
    promised = promise_of(assignment, given_at or alert.waits_since)
    return {
        "text": _member_text(alert.level, promised, assignment.member.language),
        "hours": hours_of(promised),
        "lines": help_lines(assignment.house, at=at),
    }


def can_look_today(promised: Promise, at: datetime) -> bool:
    """Whether anybody is on duty between now and midnight, on the organisation's own clock."""
    if promised.there_from is None:
        return False
    zone = ZoneInfo(promised.zone)
    return promised.there_from.astimezone(zone).date() == at.astimezone(zone).date()


def worth_asking_again(
    one: Definition, answers: Mapping[str, Answer], empty: int, assignment: Assignment, at: datetime
) -> str:
    """A sentence to show once before sending: an empty sheet, a blank safety question, lines not reached. Or nothing.

    empty: how many lines have neither an answer nor a "leave it blank".
    """
    ticks = {item.id for item in one.items if isinstance(one.response(item), Tick)}
    if all(answer is None or (name in ticks and answer == 0) for name, answer in answers.items()):
        return _("All of it is still blank. You can fill some in, or send it as it is.")
    if missing(one, answers) and can_look_today(promise_of(assignment, at), at):
        texts = load_member_texts(MEMBER_TEXTS).item_missing
        return texts.get(assignment.member.language.partition("-")[0], texts["en"])
    if empty:
        words = ngettext(
            "%(n)s line is still empty. That is fine: send it as it is, or look again.",
            "%(n)s lines are still empty. That is fine: send it as it is, or look again.",
            empty,
        )
        return words % {"n": empty}
    return ""


def how_far(questions: Sequence[Question]) -> str:
    """ "3 of 9 answered"; nothing on a sheet of one line."""
    lines = [one for one in questions if one.is_line]
    if len(lines) < 2:
        return ""
    told = {"n": sum(one.value != "" for one in lines), "all": len(lines)}
    return _("%(n)s of %(all)s answered.") % told


def hours_of(promised: Promise) -> str:
    """Out of hours, who is there when; empty while somebody is on duty."""
    if promised.there_now:
        return ""
    if promised.there_from is None:
        return _("Nobody is on duty at the moment.")
    return _("Nobody is on duty now. Someone is back at %(when)s.") % {
        "when": moment_of(promised.there_from, promised.zone)
    }


def moment_of(at: datetime, zone: str) -> str:
    """ "18:00 on Monday 3 March", by the clock of this zone."""
    local = timezone.localtime(at, ZoneInfo(zone))
    return _("%(time)s on %(day)s") % {
        "time": date_format(local, "H:i"),
        "day": date_format(local, "l j F"),
    }


def _member_text(level: str, promised: Promise, language: str) -> MemberText:
    """What a member reads right after an answer that matters, with true names and a true time."""
    who = _("your facilitators")
    if len(promised.who) > 1:
        names = _("%(some)s and %(last)s") % {"some": ", ".join(promised.who[:-1]), "last": promised.who[-1]}
        who = _("your facilitators, %(names)s") % {"names": names}
    by_when = _("before you next meet") if level == "review" else _by(promised.by, promised.zone)
    short = language.partition("-")[0]
    return load_member_texts(MEMBER_TEXTS).text(level, short, who=who, by_when=by_when)  # type: ignore[arg-type]


def _by(at: datetime, zone: str) -> str:
    return _("by %(when)s") % {"when": moment_of(at, zone)}

"""Staying away said beforehand, a note that is let be, and catching up written down."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.absences import absences, ref
from kindcircle.rooms.groups.errors import CameAlready, NoteDecided, NoteHow
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.groups.models_absence import Absence, CatchUp, SaidAway
from kindcircle.rooms.tasks.actions import settle
from kindcircle.rooms.tasks.kinds import Kind

MOST_MINUTES = 240


def say_away(*, place: Membership, by: Actor, at: datetime) -> Gathering | None:
    """The member cannot come to the next meeting; None where there is none. Said twice, it is said once."""
    require(by, Permission.MESSAGE_WRITE, place)
    coming = Gathering.objects.filter(group=place.group_id).exclude(state=Gathering.State.CLOSED).order_by("number")
    gathering = coming.first()
    if gathering is None:
        return None
    with transaction.atomic():
        row = SaidAway(gathering=gathering, member=place.user, said_at=at)
        if not SaidAway.objects.filter(gathering=gathering, member=place.user).exists():
            SaidAway.objects.bulk_create([row], ignore_conflicts=True)
            _record(Event.AWAY_SAID, Ref("gathering", gathering.code), place, by=by, at=at)
    return gathering


def hold_absence(absence: Absence) -> Absence:
    """This absence behind a lock, as long as no note was sent and none was let be. Raises NoteDecided."""
    row = absences().select_for_update(of=("self",), no_key=True).get(pk=absence.pk)
    if row.sent_at is not None or row.let_be_at is not None or not row.holds:
        raise NoteDecided
    return row


def mark_note_sent(row: Absence, *, by: Actor, at: datetime) -> None:
    """The note has gone out, in the caller's transaction, which holds the row."""
    row.sent_at, row.sent_by_id = at, by.user_id
    row.save(update_fields=["sent_at", "sent_by"])
    settle(Kind.ABSENCE_MESSAGE, about=ref(row), at=at)
    _record(Event.ABSENCE_NOTE_SENT, ref(row), row.place, by=by, at=at)


def let_note_be(*, absence: Absence, by: Actor, at: datetime) -> None:
    """No note is needed: they told us, or we have spoken. Raises NoteDecided."""
    require(by, Permission.GATHERING_RECORD, absence)
    with transaction.atomic():
        row = hold_absence(absence)
        row.let_be_at, row.let_be_by_id = at, by.user_id
        row.save(update_fields=["let_be_at", "let_be_by"])
        settle(Kind.ABSENCE_MESSAGE, about=ref(row), at=at)
        _record(Event.ABSENCE_LET_BE, ref(row), row.place, by=by, at=at)


def note_catch_up(
    *, absence: Absence, held_on: date, minutes: int, how: str, today: date, by: Actor, at: datetime
) -> CatchUp:
    """They caught up on this meeting. Noted again, it is put right. Raises NoteHow, CameAlready."""
    require(by, Permission.GATHERING_RECORD, absence)
    place, gathering = absence.place, absence.gathering
    if how not in CatchUp.How.values or not 1 <= minutes <= MOST_MINUTES:
        raise NoteHow
    met_on = (gathering.closed_at or gathering.starts_at).astimezone(ZoneInfo(gathering.group.zone)).date()
    if not met_on <= held_on <= today:
        raise NoteHow
    with transaction.atomic():
        if Attendance.objects.filter(gathering=gathering, user=place.user).exists():
            raise CameAlready
        given = {"held_on": held_on, "minutes": minutes, "how": how, "noted_by_id": by.user_id, "noted_at": at}
        row, _new = CatchUp.objects.update_or_create(gathering=gathering, place=place, defaults=given)
        _record(Event.CATCH_UP_NOTED, Ref("catch-up", row.code), place, by=by, at=at)
    return row


def take_away_catch_up(*, absence: Absence, by: Actor, at: datetime) -> None:
    """It was written down by mistake. Nothing happens where there is none."""
    require(by, Permission.GATHERING_RECORD, absence)
    with transaction.atomic():
        row = CatchUp.objects.filter(gathering=absence.gathering, place=absence.place).first()
        if row is not None:
            _record(Event.CATCH_UP_TAKEN_AWAY, Ref("catch-up", row.code), absence.place, by=by, at=at)
            row.delete()


def _record(event: Event, about: Ref, place: Membership, *, by: Actor, at: datetime) -> None:
    user: User = place.user
    log.record(event, by=by, about=about, at=at, chain=place.group.organisation.code, concerns=user.code)

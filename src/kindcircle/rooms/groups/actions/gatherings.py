"""A gathering's own life: opened, closing, closed, and what was noted after it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import F

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups import absences
from kindcircle.rooms.groups.errors import AlreadyOpen, NotesChanged, NotOpen
from kindcircle.rooms.groups.models import Attendance, Gathering, MemberNote, StepRecord

PLANNED, OPEN = Gathering.State.PLANNED, Gathering.State.OPEN
CLOSING, CLOSED = Gathering.State.CLOSING, Gathering.State.CLOSED


@dataclass(frozen=True, slots=True)
class StepNote:
    """What became of one step of the run-sheet: its outcome, and why it was changed (may be empty)."""

    outcome: str
    why: str = ""


def open_gathering(*, gathering: Gathering, online: bool, by: Actor, at: datetime) -> Gathering:
    """Open the door: from now on the short code and the link let members in. Raises AlreadyOpen."""
    require(by, Permission.GATHERING_LEAD, gathering)
    with transaction.atomic():
        row = _locked(gathering)
        if row.state != PLANNED:
            raise AlreadyOpen
        row.state, row.online, row.opened_at = OPEN, online, at
        row.short_code = _free_short_code()
        row.save(update_fields=["state", "online", "opened_at", "short_code"])
        _record(Event.GATHERING_OPENED, by, row, at)
    return row


def start_closing(*, gathering: Gathering, by: Actor, at: datetime) -> Gathering:
    """The closing has begun. Every gathering goes through it; sharing can be cut short, closing cannot."""
    require(by, Permission.GATHERING_LEAD, gathering)
    with transaction.atomic():
        row = _locked(gathering)
        if row.state != OPEN:
            raise NotOpen
        row.state = CLOSING
        row.save(update_fields=["state"])
    return row


def close_gathering(*, gathering: Gathering, by: Actor, at: datetime) -> Gathering:
    """Close the door. Whoever has not left yet leaves now; the short code ends."""
    require(by, Permission.GATHERING_LEAD, gathering)
    with transaction.atomic():
        row = _locked(gathering)
        if row.state != CLOSING:
            raise NotOpen
        # Between this click and the lock somebody may have come in, or a clock been set back.
        row.state, row.closed_at, row.short_code = CLOSED, max(at, row.opened_at or at), None
        row.save(update_fields=["state", "closed_at", "short_code"])
        here = Attendance.objects.filter(gathering=row, left_at=None)
        here.filter(arrived_at__gt=at).update(left_at=F("arrived_at"))
        here.update(left_at=at)
        _record(Event.GATHERING_CLOSED, by, row, at)
        absences.notice(gathering=row, at=at)
    return row


def record_arrival(*, gathering: Gathering, user: User, at: datetime, by_hand: bool = False) -> Attendance:
    """Somebody is here. The first arrival counts; coming back keeps it and takes the leaving away."""
    arrived, new = Attendance.objects.get_or_create(
        gathering=gathering, user=user, defaults={"arrived_at": at, "by_hand": by_hand}
    )
    if not new and arrived.left_at is not None:
        arrived.left_at = None
        arrived.save(update_fields=["left_at"])
    return arrived


def record_leaving(*, gathering: Gathering, user: User, at: datetime) -> None:
    """Somebody has gone. Nothing happens for a person who was not here."""
    Attendance.objects.filter(gathering=gathering, user=user, left_at=None, arrived_at__lte=at).update(left_at=at)


def correct_attendance(*, gathering: Gathering, member: User, came: bool, by: Actor, at: datetime) -> None:
    """A facilitator puts attendance right: somebody without a phone was here, or a device spoke for nobody.

    Somebody marked as having come gets the gathering's own opening and closing times.
    """
    require(by, Permission.GATHERING_RECORD, gathering)
    with transaction.atomic():
        row = _locked(gathering)
        rows = Attendance.objects.filter(gathering=row, user=member)
        if came == rows.exists():
            return
        if came:
            begun = row.opened_at or row.starts_at
            Attendance.objects.create(gathering=row, user=member, arrived_at=begun, left_at=row.closed_at, by_hand=True)
        else:
            rows.delete()
        _record(Event.ATTENDANCE_CORRECTED, by, row, at, concerns=member.code)
        absences.notice(gathering=row, at=at)


def record_after(
    *,
    gathering: Gathering,
    steps: Mapping[str, StepNote],
    note: str,
    lines: Mapping[User, str],
    by: Actor,
    at: datetime,
    seen_at: datetime | None = None,
) -> Gathering:
    """The two-minute after-page: what was done, one shared note, one line per member.

    seen_at        when the notes on the page were saved last (recorded_at); None for an empty page. Saving replaces
                   what was there, so it has to be known: two facilitators never write over each other.
    Raises NotOpen before the close, NotesChanged.
    """
    require(by, Permission.GATHERING_RECORD, gathering)
    organisation = gathering.group.organisation
    with transaction.atomic():
        row = _locked(gathering)
        if row.state != CLOSED:
            raise NotOpen
        if row.recorded_at != seen_at:
            raise NotesChanged
        row.sealed_note = seals.GROUP_NOTE.seal(note, code=row.code, holder=organisation)
        row.recorded_at = at
        row.save(update_fields=["sealed_note", "recorded_at"])
        for step, noted in steps.items():
            record, _ = StepRecord.objects.get_or_create(gathering=row, step=step, defaults={"outcome": noted.outcome})
            record.outcome = noted.outcome
            record.sealed_why = seals.STEP_REASON.seal(noted.why, code=record.code, holder=organisation)
            record.save(update_fields=["outcome", "sealed_why"])
        for member, line in lines.items():
            _write_line(row, member, line, by=by, at=at)
        _record(Event.AFTER_PAGE_SAVED, by, row, at)
    return row


def _write_line(gathering: Gathering, member: User, line: str, *, by: Actor, at: datetime) -> None:
    kept = MemberNote.objects.filter(gathering=gathering, member=member)
    if not line.strip():
        kept.delete()
        return
    note = kept.first() or MemberNote(gathering=gathering, member=member)
    note.written_by_id, note.written_at = by.user_id, at  # type: ignore[assignment]
    note.sealed_line = seals.MEMBER_NOTE.seal(line, code=note.code, holder=member)
    note.save()


def _locked(gathering: Gathering) -> Gathering:
    return (
        Gathering.objects.select_for_update(of=("self",), no_key=True)
        .select_related("group__organisation")
        .get(pk=gathering.pk)
    )


def _free_short_code() -> str:
    # 23**6 codes and a handful open at once: a clash is rare, and the unique column would refuse it anyway.
    while True:
        letters = codes.new_short_code()
        if not Gathering.objects.filter(short_code=letters).exists():
            return letters


def _record(event: Event, by: Actor, gathering: Gathering, at: datetime, concerns: str = "") -> None:
    log.record(
        event,
        by=by,
        about=log.Ref("gathering", gathering.code),
        at=at,
        chain=gathering.group.organisation.code,
        concerns=concerns,
    )

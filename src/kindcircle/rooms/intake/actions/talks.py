"""Times for the talk: offered in a row, taken by one person, moved, freed; and what was noted afterwards."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.intake.actions.applying import hold, record
from kindcircle.rooms.intake.errors import NoTimesFit, TimeOver, TimeTaken
from kindcircle.rooms.intake.models import Application, Intake, Talk, TalkTime
from kindcircle.spec.dates import exists, instant

State = Application.State
SHORTEST, LONGEST = 10, 90  # minutes
MOST_AT_ONCE = 24
FURTHEST = timedelta(days=366)
NOTE_LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Offered:
    """What became of a row: the times that were made, and how many were left out because something else is then."""

    times: list[TalkTime]
    left_out: int


def offer_times(
    *,
    intake: Intake,
    day: date,
    starts: time,
    until: time,
    minutes: int,
    how: str,
    where: str,
    by: Actor,
    at: datetime,
    busy: Iterable[tuple[datetime, datetime]] = (),
) -> Offered:
    """Offer a row of times, one after the other, on the clock of the intake's zone. People who wait for one are told.

    busy  when this screener has something else; such times are left out
    Raises NoTimesFit.
    """
    require(by, Permission.APPLICATION_DECIDE, intake)
    if how not in TalkTime.How.values or not SHORTEST <= minutes <= LONGEST:
        raise NoTimesFit(_("Please choose how you talk, and for how long: 10 to 90 minutes."))
    starting = _starts(day, starts, until, minutes, intake.zone)
    if not starting:
        raise NoTimesFit(_("No time fits between these hours. Please look at them once more."))
    if starting[0] <= at or starting[0] > at + FURTHEST:
        raise too_far()
    with transaction.atomic():
        User.objects.select_for_update(no_key=True).get(code=by.code)  # one row at a time for each screener
        length = timedelta(minutes=minutes)
        near = TalkTime.objects.filter(screener=by.user_id, starts_at__range=_around(starting))
        taken = [*busy, *((one.starts_at, one.ends_at) for one in near)]
        free = [one for one in starting if not any(one < end and begin < one + length for begin, end in taken)]
        if not free:
            raise NoTimesFit(_("You have something else at all of these times. Please choose other ones."))
        times = [
            TalkTime(
                intake=intake, screener_id=by.user_id, starts_at=one, minutes=minutes, how=how, where=where.strip()
            )  # type: ignore[misc]
            for one in free
        ]
        TalkTime.objects.bulk_create(times)
        about = log.Ref("intake", intake.code)
        log.record(Event.TALK_TIMES_OFFERED, by=by, about=about, at=at, chain=intake.organisation.code)
        _tell_who_waits(intake, at)
    return Offered(times, len(starting) - len(free))


def too_far() -> NoTimesFit:
    return NoTimesFit(_("Please choose a day to come, within a year."))


def withdraw_time(*, talk_time: TalkTime, by: Actor, at: datetime) -> None:
    """This time is not offered after all. Whoever had taken it is told by a mail that says nothing."""
    require(by, Permission.APPLICATION_DECIDE, talk_time)
    with transaction.atomic():
        row = TalkTime.objects.select_related("application__person").filter(pk=talk_time.pk).first()
        if row is None:
            return
        if row.application is not None:
            application = hold(row.application)
            _free(application, by=by, at=at)
            once = f"talk-off:{row.code}"
            queue.enqueue(
                "new-time", to=application.person, about=log.Ref("application", application.code), once=once, at=at
            )
        TalkTime.objects.filter(pk=row.pk).delete()


def book(*, application: Application, talk_time: TalkTime, by: Actor, at: datetime) -> TalkTime:
    """Take this time; another one that was taken before is free again. Raises TimeTaken, TimeOver, TakenBack."""
    require(by, Permission.APPLICATION_OWN, application)
    with transaction.atomic():
        held = hold(application, standing=True)
        row = (
            TalkTime.objects.select_for_update(no_key=True, of=("self",))
            .select_related("screener")
            .filter(pk=talk_time.pk, intake=held.intake)
            .first()
        )
        if row is None or row.application_id not in (None, held.pk):
            raise TimeTaken
        if row.application_id == held.pk:
            return row
        if row.starts_at <= at:
            raise TimeOver
        _release(held)
        row.application, row.booked_at, row.revision = held, at, row.revision + 1
        row.save(update_fields=["application", "booked_at", "revision"])
        if held.state in (State.APPLIED, State.FORM_DONE):
            _now(held, State.BOOKED)
        record(Event.TALK_BOOKED, application=held, by=by, at=at)
        once = f"talk:{row.code}:{row.revision}"
        queue.enqueue("something-waiting", to=row.screener, about=log.Ref("talk-time", row.code), once=once, at=at)
    return row


def free(*, application: Application, by: Actor, at: datetime) -> None:
    """The person does not want this time after all; somebody else may have it. Twice is once."""
    require(by, Permission.APPLICATION_OWN, application)
    with transaction.atomic():
        _free(hold(application), by=by, at=at)


def note_talk(
    *,
    application: Application,
    took_place: bool,
    how: str,
    happened_at: datetime,
    note: str,
    client_key: str,
    by: Actor,
    at: datetime,
) -> Talk:
    """A talk was held, at a time that was taken or without one; or it did not come about, and another time is open.

    The same key again is the same note. Raises NoTimesFit, TakenBack.
    """
    require(by, Permission.APPLICATION_DECIDE, application)
    if how not in TalkTime.How.values or happened_at > at + timedelta(hours=12):
        raise NoTimesFit(_("Please say how and when you talked. A day to come cannot be noted yet."))
    with transaction.atomic():
        held = hold(application, standing=True)
        sent = held.talks.filter(client_key=client_key).first()
        if sent is not None:
            return sent
        talk = Talk(
            application=held,
            noted_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned may decide
            happened_at=happened_at,
            how=how,
            took_place=took_place,
            noted_at=at,
            client_key=client_key,
        )
        if note.strip():
            talk.sealed_note = seals.TALK_NOTE.seal(note.strip()[:NOTE_LONGEST], code=talk.code, holder=held.person)
        talk.save(force_insert=True)
        _release(held)
        if not took_place:
            if held.state == State.BOOKED:
                _now(held, State.FORM_DONE if held.form_done_at else State.APPLIED)
            about = log.Ref("application", held.code)
            queue.enqueue("something-waiting", to=held.person, about=about, once=f"talk-again:{talk.code}", at=at)
        record(Event.TALK_NOTED, application=held, by=by, at=at, reason="held" if took_place else "not held")
    return talk


def notes_of(application: Application, *, by: Actor) -> list[tuple[Talk, str]]:
    """Each talk with what was noted of it, the latest first."""
    require(by, Permission.APPLICATION_READ, application)
    person = application.person
    return [
        (talk, seals.TALK_NOTE.open(talk.sealed_note, code=talk.code, holder=person) if talk.sealed_note else "")
        for talk in application.talks.select_related("noted_by").order_by("-happened_at", "-pk")
    ]


def _starts(day: date, starts: time, until: time, minutes: int, zone: str) -> list[datetime]:
    """The moments at which talks of this length may begin, in order. An hour that the clock leaves out has none."""
    wall, last = datetime.combine(day, starts), datetime.combine(day, until)
    found: list[datetime] = []
    while wall + timedelta(minutes=minutes) <= last and len(found) < MOST_AT_ONCE:
        if exists(wall, zone):
            moment = instant(wall, zone)
            if not found or moment >= found[-1] + timedelta(minutes=minutes):
                found.append(moment)
        wall += timedelta(minutes=minutes)
    return found


def _around(starting: list[datetime]) -> tuple[datetime, datetime]:
    return starting[0] - timedelta(hours=2), starting[-1] + timedelta(hours=2)


def _tell_who_waits(intake: Intake, at: datetime) -> None:
    """People who asked to come and have no time yet: one mail each a day, however many rows are offered."""
    waiting = Application.objects.filter(intake=intake, state__in=(State.APPLIED, State.FORM_DONE), withdrawn_at=None)
    for one in waiting.filter(talk_times=None).select_related("person"):
        once = f"talk-times:{one.code}:{at:%Y-%m-%d}"
        queue.enqueue("something-waiting", to=one.person, about=log.Ref("application", one.code), once=once, at=at)


def _free(held: Application, *, by: Actor, at: datetime) -> None:
    if not _release(held):
        return
    if held.state == State.BOOKED:
        _now(held, State.FORM_DONE if held.form_done_at else State.APPLIED)
    record(Event.TALK_FREED, application=held, by=by, at=at)


def _release(held: Application) -> bool:
    """Give back the time that this application holds, if it does."""
    rows = TalkTime.objects.select_for_update(no_key=True).filter(application=held)
    for row in rows:
        row.application, row.booked_at, row.revision = None, None, row.revision + 1
        row.save(update_fields=["application", "booked_at", "revision"])
    return bool(rows)


def _now(held: Application, state: str) -> None:
    held.state = state
    held.save(update_fields=["state"])

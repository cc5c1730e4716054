"""The draw: who is asked, who says yes, who must not wait, and the one moment in which chance decides."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import Invalid, KindError
from kindcircle.base.outbox import queue
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.actions import keep_place
from kindcircle.rooms.groups.actions.seats import DECISION_HOLDS
from kindcircle.rooms.groups.models import Group, KeptPlace
from kindcircle.rooms.intake.actions.applying import hold as hold_application
from kindcircle.rooms.intake.models import Application, Decision, Intake
from kindcircle.rooms.intake.models_trial import Entrant, Trial
from kindcircle.rooms.intake.queries import latest_decision
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.measures.sets import REMINDER
from kindcircle.rooms.measures.sets import about as about_sheet
from kindcircle.rooms.research import trials
from kindcircle.rooms.research.errors import (
    AnswerInTime,
    EverybodyFits,
    NotLockedYet,
    PlanTouched,
    StillChoosing,
    TooLateForLater,
)
from kindcircle.spec.dates import wall_clock
from kindcircle.stats.allocation import LATER, NOW, Drawn, blocked, commitment, lottery, result_mark
from kindcircle.stats.allocation import Entrant as Ticket

State = Trial.State
Occasion = Assignment.Occasion
GOT_UNSAFE = (Entrant.Outside.RISK, Entrant.Outside.WORSE)
FEWEST = 4
"""Fewer people than these cannot be told apart from chance, and a draw would be a game."""

Stands = Literal["asked", "no", "sheet", "ready", "outside", "now", "later", "not-drawn"]
UNDECIDED: tuple[Stands, ...] = ("asked", "sheet")


@dataclass(frozen=True, slots=True)
class Place:
    """How one person stands towards the draw.

    asked: no answer yet; sheet: said yes, the questionnaire is still open; ready: would be drawn now;
    not-drawn: the draw was made without them
    """

    application: Application
    entrant: Entrant | None
    stands: Stands


def running(intake: Intake) -> Trial | None:
    """The trial that is locked or drawn over this offer."""
    rows = Trial.objects.filter(intake=intake, state__in=[State.LOCKED, State.DRAWN])
    return rows.select_related("organisation", "intake__organisation").first()


def places(trial: Trial, *, at: datetime) -> list[Place]:
    """Everybody the draw is about, in the order of asking: who may join, or was drawn. No names are opened here."""
    known = {one.application_id: one for one in Entrant.objects.filter(trial=trial)}
    rows = Application.objects.filter(intake=trial.intake_id).select_related("person", "intake__organisation")
    if trial.state == State.DRAWN:
        standing = [one for one in rows.order_by("applied_at", "pk") if one.pk in known]
        return [Place(one, known[one.pk], _after(known[one.pk])) for one in standing]
    answered = _answered(trial)
    return [
        Place(one, known.get(one.pk), _before(known.get(one.pk), one.person_id in answered))
        for one in _may_join(rows.filter(withdrawn_at=None).order_by("applied_at", "pk"), at)
    ]


def own_place(application: Application, *, at: datetime) -> tuple[Trial, Place] | None:
    """How somebody's own request stands towards a draw; None where there is none for it."""
    trial = running(application.intake)
    if trial is None or application.withdrawn_at is not None:
        return None
    return next(((trial, one) for one in places(trial, at=at) if one.application.pk == application.pk), None)


def answer(*, application: Application, yes: bool, by: Actor, at: datetime) -> Entrant:
    """Somebody says whether they go into the draw. They may think again until it is made. Twice is once.

    With a yes they are asked for the first questionnaire. Raises AnswerInTime.
    """
    require(by, Permission.APPLICATION_OWN, application)
    with transaction.atomic():
        trial, entrant = _hold(application, at)
        said = Entrant.Said.YES if yes else Entrant.Said.NO
        if entrant.said != said:
            entrant.said, entrant.said_at = said, at
            entrant.save()
            trials.record(Event.TRIAL_ANSWERED, trial, by=by, at=at, concerns=application.person.code)
        if yes:
            _ask(trial, [application], Occasion.BEFORE_DRAW, at, trial.asked_at + timedelta(days=731))
    return entrant


def take_back(*, application: Application, by: Actor, at: datetime) -> None:
    """Answers of this person are not compared any more. Where they start stays as it was drawn. Twice is once."""
    require(by, Permission.APPLICATION_OWN, application)
    trial = running(application.intake)
    if trial is None:
        raise AnswerInTime
    with transaction.atomic():
        trials.hold(trial)
        drawn = Entrant.objects.filter(trial=trial, application=application, taken_back_at=None).exclude(arm="")
        if drawn.update(taken_back_at=at):
            waiting = Assignment.objects.filter(member=application.person, intake=application.intake, response=None)
            waiting.filter(occasion=Occasion.AFTER_DRAW, opens_at__lt=at, closes_at__gt=at).update(closes_at=at)
            waiting.filter(occasion=Occasion.AFTER_DRAW, opens_at__gte=at).delete()
            trials.record(Event.TRIAL_ANSWERED, trial, by=by, at=at, concerns=application.person.code)


def keep_outside(*, application: Application, why: str, by: Actor, at: datetime) -> None:
    """Somebody for whom waiting is not safe is not drawn: they may have a place at once. "" puts them back.

    Raises AnswerInTime once it is drawn.
    """
    require(by, Permission.APPLICATION_DECIDE, application)
    if why not in Entrant.Outside.values:
        raise Invalid(_("Please choose why this person must not wait."))
    with transaction.atomic():
        trial, entrant = _hold(application, at)
        if entrant.outside != why:
            entrant.outside = why
            entrant.outside_by_id = by.user_id if why else None
            entrant.save()
            log.record(
                Event.TRIAL_OUTSIDE, by=by, about=trials.about(trial), at=at, chain=trial.organisation.code,
                concerns=application.person.code, reason="outside" if why else "back",
            )  # fmt: skip


def let_start(*, application: Application, why: str, by: Actor, at: datetime) -> None:
    """After the draw waiting has become unsafe for somebody: a place may be theirs at once. Twice is once.

    They stay in the arm they were drawn for. Raises NotLockedYet before the draw.
    """
    require(by, Permission.APPLICATION_DECIDE, application)
    if why not in GOT_UNSAFE:
        raise Invalid(_("Please choose why this person must not wait."))
    trial = running(application.intake)
    if trial is None:
        raise AnswerInTime
    with transaction.atomic():
        row = trials.hold(trial)
        if row.state != State.DRAWN:
            raise NotLockedYet
        person = hold_application(application).person
        waiting = Entrant.objects.filter(trial=row, application__person=person, early="", outside="").exclude(
            arm=Entrant.Arm.NOW
        )
        if waiting.update(early=why, early_by_id=by.user_id):
            log.record(
                Event.TRIAL_OUTSIDE, by=by, about=trials.about(row), at=at, chain=row.organisation.code,
                concerns=application.person.code, reason="early",
            )  # fmt: skip


def draw(*, trial: Trial, by: Actor, at: datetime) -> Trial:
    """Chance decides, once, for everybody who said yes and filled in the questionnaire. All of it or nothing happens.

    Pressed twice, or again after a crash, it is the same draw. Everybody is told; the second questionnaire is set for
    the same day for all. Raises NotLockedYet, PlanTouched, EverybodyFits, StillChoosing, TooLateForLater.
    """
    require(by, Permission.TRIAL_KEEP, trial)
    with transaction.atomic():
        row = trials.hold(trial)
        if row.state == State.DRAWN:
            return row
        if row.state != State.LOCKED:
            raise NotLockedYet
        if not trials.is_as_locked(row):
            raise PlanTouched
        after = at + timedelta(weeks=row.weeks)
        ends = after + timedelta(days=trials.ANSWER_DAYS)
        if wall_clock(ends, row.intake.zone).date() > row.later_on:
            raise TooLateForLater
        known = places(row, at=at)
        ready = [one for one in known if one.stands == "ready"]
        if len(ready) < FEWEST or (row.seats is not None and len(ready) <= row.seats):
            raise EverybodyFits(len(ready), row.seats or 0)
        if wall_clock(at, row.intake.zone).date() <= row.answer_by and any(one.stands in UNDECIDED for one in known):
            raise StillChoosing(row.answer_by)
        secret = bytes.fromhex(seals.TRIAL_SECRET.open(row.sealed_secret, code=row.code, holder=row.organisation))
        tickets = _tickets(row, ready)
        drawn = drawn_from(row, tickets, secret)
        _write(row, known, {one.code: one for one in drawn})
        row.state, row.drawn_by_id, row.drawn_at = State.DRAWN, by.user_id, at
        row.shown_secret, row.sealed_secret, row.result_mark = secret.hex(), b"", result_mark(drawn)
        row.save()
        inside = [one.application for one in ready]
        first = Assignment.objects.filter(intake=row.intake, occasion=Occasion.BEFORE_DRAW, response=None)
        first.filter(opens_at__lt=at).update(closes_at=at)
        _ask(row, inside, Occasion.AFTER_DRAW, after, ends)
        for one in known:
            # Whoever was not drawn is told as well how it goes on.
            if one.stands != "outside":
                told = log.Ref("trial-draw", one.application.code)
                queue.enqueue(
                    "something-waiting", to=one.application.person, about=told, once=f"drawn:{row.code}", at=at
                )
        trials.record(Event.TRIAL_DRAWN, row, by=by, at=at)
        trials.record(Event.TRIAL_RESULT_BOUND, row, by=by, at=at, mark=row.result_mark)
    return row


def drawn_from(trial: Trial, tickets: list[Ticket], secret: bytes) -> list[Drawn]:
    """What this secret gives for these people, by the way the plan names."""
    if trial.seats is not None:
        return lottery(tickets, trial.seats, secret=secret)
    assert trial.ratio_now is not None and trial.ratio_later is not None  # the database keeps one way or the other
    return blocked(tickets, {NOW: trial.ratio_now, LATER: trial.ratio_later}, secret=secret)


def result(trial: Trial) -> list[Drawn]:
    """What was drawn, by the rows: in the order in which people came."""
    rows = Entrant.objects.filter(trial=trial).exclude(arm="").order_by("said_at", "pk")
    return [Drawn(one.code, one.stratum, one.arm, one.block) for one in rows]


def is_proven(trial: Trial) -> bool:
    """Whether the secret that is shown now is the one that was bound, and gives the very result that stands there."""
    if trial.state != State.DRAWN:
        return False
    there, secret = result(trial), bytes.fromhex(trial.shown_secret)
    again = drawn_from(trial, [Ticket(one.code, one.stratum) for one in there], secret)
    bound = log.recorded(
        Event.TRIAL_SECRET_BOUND, chain=trial.organisation.code, about=trials.about(trial, commitment(secret))
    )
    kept = log.recorded(
        Event.TRIAL_RESULT_BOUND, chain=trial.organisation.code, about=trials.about(trial, trial.result_mark)
    )
    return (
        bound and kept and commitment(secret) == trial.secret_mark
        and result_mark(again) == result_mark(there) == trial.result_mark
    )  # fmt: skip


def place_arm(
    *, trial: Trial, arm: str, group: Group, by: Actor, at: datetime
) -> tuple[list[Application], list[tuple[Application, str]]]:
    """Keep a place in this group for everybody of one arm who has none yet.

    Returns for whom it is kept, and for whom not, with the reason.
    """
    require(by, Permission.GROUP_FORM, trial.intake)
    if group.intake_id != trial.intake_id or arm not in (NOW, LATER):
        raise Invalid(_("Please choose one of the groups of this offer."))
    kept: list[Application] = []
    left: list[tuple[Application, str]] = []
    for one in places(trial, at=at):
        if one.stands != arm or one.application.state == Application.State.PLACED:
            continue
        if KeptPlace.objects.filter(application=one.application, given_up_at=None).exists():
            continue
        try:
            keep_place(application=one.application, group=group, by=by, at=at)
        except KindError as error:
            left.append((one.application, error.sentence))
        else:
            kept.append(one.application)
    return kept, left


def _hold(application: Application, at: datetime) -> tuple[Trial, Entrant]:
    """The trial and this person's row in it, nobody else moving either. Raises AnswerInTime once it is drawn."""
    trial = running(application.intake)
    if trial is None:
        raise AnswerInTime
    row = trials.hold(trial)
    held = hold_application(application, standing=True)
    if row.state != State.LOCKED or not any(True for _one in _may_join([held], at)):
        raise AnswerInTime
    entrant, _made = Entrant.objects.get_or_create(trial=row, application=held)
    return row, entrant


def _may_join(rows: Iterable[Application], at: datetime) -> list[Application]:
    """Those of them for whom it was decided that they may join, and still is, and who have no place yet."""
    found = [one for one in rows if one.state != Application.State.PLACED]
    kept = set(
        KeptPlace.objects.filter(application__in=found, given_up_at=None).values_list("application_id", flat=True)
    )
    decisions: dict[int, Decision] = {}
    for decision in Decision.objects.filter(application__in=found).order_by("decided_at", "pk"):
        decisions[decision.application_id] = decision
    return [
        one for one in found
        if one.pk not in kept and one.pk in decisions and decisions[one.pk].opens_a_place
        and decisions[one.pk].decided_at + DECISION_HOLDS > at
    ]  # fmt: skip


def _before(entrant: Entrant | None, answered: bool) -> Stands:
    if entrant is None or (not entrant.said and not entrant.outside):
        return "asked"
    if entrant.outside:
        return "outside"
    if entrant.said == Entrant.Said.NO:
        return "no"
    return "ready" if answered else "sheet"


def _after(entrant: Entrant) -> Stands:
    if entrant.arm:
        return "now" if entrant.arm == Entrant.Arm.NOW else "later"
    return "outside" if entrant.outside else "not-drawn"


def before_of(trial: Trial) -> dict[int, float]:
    """The score before the draw, by person. Only those who gave one can be drawn."""
    return _scores(trial, Occasion.BEFORE_DRAW)


def after_of(trial: Trial) -> dict[int, float]:
    """The score after the draw, by person. Read by the analysis alone, once it may be opened."""
    return _scores(trial, Occasion.AFTER_DRAW)


def _answered(trial: Trial) -> dict[int, float]:
    return before_of(trial)


def _scores(trial: Trial, occasion: str) -> dict[int, float]:
    rows = Score.objects.filter(
        response__assignment__intake=trial.intake_id,
        response__assignment__occasion=occasion,
        response__assignment__instrument=trial.instrument,
        scale=trial.scale,
        value__isnull=False,
    )
    return {
        person: value
        for person, value in rows.values_list("response__assignment__member_id", "value")
        if value is not None
    }


def _tickets(trial: Trial, ready: list[Place]) -> list[Ticket]:
    """The people in the order in which they said yes, each in their stratum."""
    before = before_of(trial)
    came = sorted(ready, key=lambda one: (one.entrant.said_at, one.entrant.pk))  # type: ignore[union-attr]
    return [
        Ticket(one.entrant.code, _stratum(trial, one.application, before[one.application.person_id]))
        for one in came if one.entrant is not None
    ]  # fmt: skip


def _stratum(trial: Trial, application: Application, before: float) -> str:
    if trial.strata == Trial.Strata.SCORE:
        assert trial.cut is not None  # the database keeps it there
        return "below" if before < trial.cut else "from"
    if trial.strata == Trial.Strata.PLAN:
        decision = latest_decision(application)
        return "plan" if decision and decision.outcome == Decision.Outcome.JOIN_WITH_PLAN else "no-plan"
    return ""


def _write(trial: Trial, known: list[Place], drawn: dict[str, Drawn]) -> None:
    for one in known:
        entrant = one.entrant or Entrant(trial=trial, application=one.application)
        if entrant.code in drawn:
            found = drawn[entrant.code]
            entrant.stratum, entrant.arm, entrant.block = found.stratum, found.arm, found.block
        entrant.save()


def _ask(trial: Trial, applications: list[Application], occasion: str, opens_at: datetime, closes_at: datetime) -> None:
    """Ask these people for the questionnaire of the trial, and write to them when it can be answered."""
    rows = [
        Assignment(
            member=one.person, intake=trial.intake, instrument=trial.instrument, version=trial.version,
            occasion=occasion, opens_at=opens_at, closes_at=closes_at,
        )
        for one in applications
    ]  # fmt: skip
    Assignment.objects.bulk_create(rows, ignore_conflicts=True)
    if occasion == Occasion.AFTER_DRAW:
        for row in rows:
            queue.enqueue(
                REMINDER, to=row.member, about=about_sheet(row), once=f"{occasion}:{trial.code}", at=opens_at,
                useful_until=closes_at,
            )  # fmt: skip

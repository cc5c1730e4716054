"""Guessing before one looks, bringing a pulse together once, calling who answered low, and doing something about it."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import User
from kindcircle.rooms.alliance import queries
from kindcircle.rooms.alliance.errors import (
    GuessAll,
    GuessedBefore,
    GuessFirst,
    NoMeetingToCome,
    NotAskedYet,
    NothingToChoose,
    TooFewYet,
)
from kindcircle.rooms.alliance.levels import ACTIONS, CALL_UP_TO, LEVELS, PLAN, PULSE, Level
from kindcircle.rooms.alliance.models import Guess, Reading, Step
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.stats.disclosure import Suppressed, Told, mean_in_words, spread_in_words

CALL_WITHIN = timedelta(hours=48)
LOOKS_BACK = timedelta(days=7)
"""How long ago an answer may have come for the worker to still ask for a call: it may have been away."""
STEP_WITHIN = timedelta(days=7)


def guess(*, gathering: Gathering, points: Mapping[Level, int] | None, staff: User, by: Actor, at: datetime) -> Guess:
    """Say how the group will answer, before one sees how it did; None: one would rather not, and may look as well.

    The same said twice is said once. Raises NotAskedYet, GuessAll, GuessedBefore.
    """
    require(by, Permission.ALLIANCE_KEEP, gathering)
    require(by, Permission.IN_OWN_NAME, staff)
    if points is not None and (set(points) != set(LEVELS) or not all(0 <= one <= 10 for one in points.values())):
        raise GuessAll
    if not queries.asked(gathering):
        raise NotAskedYet
    with transaction.atomic():
        row, new = Guess.objects.get_or_create(
            gathering=gathering,
            facilitator=staff,
            defaults={**{level: (points or {}).get(level) for level in LEVELS}, "at": at},
        )
        if not new:
            if [getattr(row, level) for level in LEVELS] != [(points or {}).get(level) for level in LEVELS]:
                raise GuessedBefore
            return row
        _record(Event.PULSE_GUESSED, "gathering", gathering.code, gathering.group, by, at)
    return row


def read_due(*, at: datetime) -> int:
    """Bring together every pulse whose time is over. Returns how many. One in trouble never holds up the others."""
    over = (
        Assignment.objects.filter(instrument=PULSE, gathering__isnull=False, gathering__readings=None)
        .values("gathering")
        .annotate(last=Max("closes_at"))
        .filter(last__lte=at)
    )
    read, broken = 0, None
    for row in over:
        try:
            read += _read(row["gathering"], at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return read


def read_now(*, gathering: Gathering, by: Actor, at: datetime) -> None:
    """Bring a pulse together before its time is over, such as ahead of the next meeting. Raises GuessFirst, TooFewYet.

    What comes later is not added. Of those who have answered nobody learns more than that they are enough.
    """
    require(by, Permission.ALLIANCE_KEEP, gathering)
    if not queries.may_look(gathering, by):
        raise GuessFirst
    if not gathering.readings.exists() and not queries.enough(gathering):
        raise TooFewYet
    _read(gathering.pk, at, by)


def _read(gathering_id: int, at: datetime, by: Actor = SYSTEM) -> int:
    """Work each level out once. What comes later changes nothing; nor does it count next time."""
    with transaction.atomic():
        gathering = Gathering.objects.select_related("group__organisation").get(pk=gathering_id)
        Group.objects.select_for_update(no_key=True).get(pk=gathering.group_id)
        if gathering.readings.exists():
            return 0
        here = {place.user_id: place.code for place in present_places(gathering.group)}
        for level in LEVELS:
            scores = Score.objects.filter(
                response__assignment__gathering=gathering,
                response__assignment__instrument=PULSE,
                response__assignment__member__in=here,
                response__submitted_at__lte=at,
                scale=level,
                value__isnull=False,
            ).values_list("response__assignment__member", "value")
            _keep(gathering, level, {here[member]: value or 0.0 for member, value in scores}, at)
        _record(Event.PULSE_READ, "gathering", gathering.code, gathering.group, by, at)
    return 1


def _keep(gathering: Gathering, level: Level, answers: dict[str, float], at: datetime) -> None:
    row = Reading(gathering=gathering, level=level, read_at=at)
    earlier = queries.told_before(gathering, level, answers)
    told = mean_in_words(answers, earlier=earlier)
    if isinstance(told, Told):
        row.word, row.held, row.slack, row.people = told.word, not told.afresh, told.slack, sorted(told.people)
        spread = spread_in_words(answers.values()) if earlier is None else Suppressed()
        row.spread = "" if isinstance(spread, Suppressed) else spread
    row.save(force_insert=True)


def call_due(*, at: datetime) -> int:
    """Ask those who lead to call whoever does not feel understood by them: no number, no line, only the person."""
    low = Score.objects.filter(
        scale="member_leader",
        value__lte=CALL_UP_TO,
        response__assignment__instrument=PULSE,
        response__submitted_at__gt=at - LOOKS_BACK,
    ).select_related("response__assignment__group__organisation", "response__assignment__member")
    raised = 0
    for score in low:
        sheet = score.response.assignment
        place = present_places(sheet.group).filter(user=sheet.member).first() if sheet.group else None
        if place is None or sheet.group is None:
            continue
        with transaction.atomic():
            raise_task(
                Kind.ALLIANCE_CALL,
                organisation=sheet.group.organisation,
                about=log.Ref("membership", place.code),
                once=score.response.code,
                due_at=score.response.submitted_at + CALL_WITHIN,
                at=at,
                group_id=sheet.group_id,
                concerns=sheet.member,
            )
        raised += 1
    return raised


def choose(*, gathering: Gathering, level: str, what: str, staff: User, by: Actor, at: datetime) -> Step:
    """Take one of the proposed steps: onto the run-sheet of the next meeting, or among the things to do.

    Chosen twice it stands there once. Raises GuessFirst, NothingToChoose, NoMeetingToCome.
    """
    require(by, Permission.ALLIANCE_KEEP, gathering)
    require(by, Permission.IN_OWN_NAME, staff)
    goes = next((actions.get(what) for name, actions in ACTIONS.items() if name == level), None)
    if goes is None or not Reading.objects.filter(gathering=gathering, level=level).exclude(word="").exists():
        raise NothingToChoose
    if not queries.may_look(gathering, by):
        raise GuessFirst
    to_come = queries.next_meeting(gathering)
    if goes == PLAN and to_come is None:
        raise NoMeetingToCome
    with transaction.atomic():
        row, new = Step.objects.get_or_create(
            gathering=gathering,
            level=level,
            what=what,
            defaults={
                "planned_for": to_come if goes == PLAN else None,
                "chosen_by": staff,
                "chosen_at": at,
            },
        )
        if new:
            if goes != PLAN:
                due = to_come.starts_at if to_come and to_come.starts_at > at else at + STEP_WITHIN
                raise_task(
                    Kind.ALLIANCE_STEP,
                    organisation=gathering.group.organisation,
                    about=log.Ref("alliance-step", row.code),
                    once=row.code,
                    due_at=due,
                    at=at,
                    group_id=gathering.group_id,
                )
            _record(Event.ALLIANCE_STEP_CHOSEN, "alliance-step", row.code, gathering.group, by, at, reason=what)
    return row


def end_step(*, step: Step, outcome: str, staff: User, by: Actor, at: datetime) -> Step:
    """It is done, or it was let be. The first word counts. Raises NothingToChoose."""
    require(by, Permission.ALLIANCE_KEEP, step)
    require(by, Permission.IN_OWN_NAME, staff)
    if outcome not in Step.Outcome.values:
        raise NothingToChoose
    with transaction.atomic():
        ended = Step.objects.filter(pk=step.pk, outcome="").update(outcome=outcome, done_by=staff, done_at=at)
        if ended:
            settle(Kind.ALLIANCE_STEP, about=log.Ref("alliance-step", step.code), at=at)
            group = step.gathering.group
            _record(Event.ALLIANCE_STEP_ENDED, "alliance-step", step.code, group, by, at, reason=outcome)
    step.refresh_from_db()
    return step


def _record(event: Event, kind: str, code: str, group: Group, by: Actor, at: datetime, *, reason: str = "") -> None:
    log.record(event, by=by, about=log.Ref(kind, code), at=at, chain=group.organisation.code, reason=reason)

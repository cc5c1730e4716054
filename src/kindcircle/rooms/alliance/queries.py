"""Reading how a group is together: what was told, to whom, what was guessed, and what came of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.alliance.levels import ACTIONS, LEVELS, PULSE, TASK, Level
from kindcircle.rooms.alliance.models import Guess, Reading, Step
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.queries import gatherings_of, places, present_places
from kindcircle.rooms.live.queries import cue_sheets, events_of
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec import voices
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Told, ends_of, last_shared

WORTH_A_STEP = ("low", "mixed")


@dataclass(frozen=True, slots=True)
class Gap:
    """How far a guess lies from the group's word: 0 where it lies in it. The group may be further away than this."""

    points: int
    at_least: float

    @property
    def way(self) -> str:
        """Whether one thought better or worse of it than the group said."""
        return "as-guessed" if self.at_least == 0 else "higher" if self.at_least > 0 else "lower"


@dataclass(frozen=True, slots=True)
class Heard:
    """One level of one pulse, for somebody who may look: the word, one's own gap, what may be done, what was chosen."""

    level: Level
    reading: Reading
    gap: Gap | None
    proposed: tuple[str, ...]
    steps: tuple[Step, ...]
    then: str


@dataclass(frozen=True, slots=True)
class Pulse:
    """One time at which a group was asked: when it closes, who guessed, and once one may look, what it said."""

    gathering: Gathering
    closes_at: datetime
    read: bool
    own: Guess | None
    guesses: tuple[Guess, ...]
    heard: tuple[Heard, ...]
    calls: int
    calls_done: int


def asked(gathering: Gathering) -> bool:
    """Whether anybody in the group was given the questionnaire at this meeting."""
    return Assignment.objects.filter(gathering=gathering, instrument=PULSE).exists()


def enough(gathering: Gathering) -> bool:
    """Whether words could be told if the answers were brought together now."""
    here = present_places(gathering.group).values("user")
    answers = Response.objects.filter(
        assignment__gathering=gathering, assignment__instrument=PULSE, assignment__member__in=here
    )
    return answers.count() >= SMALLEST_SHOWN


def may_look(gathering: Gathering, by: Actor) -> bool:
    """Whether this person has guessed, or said that they would rather not."""
    return Guess.objects.filter(gathering=gathering, facilitator=by.user_id).exists()


def told_before(gathering: Gathering, level: Level, people: Collection[str]) -> Told | None:
    """What was told of this level, in words, last time that any of these people stood behind it."""
    rows = (
        Reading.objects.filter(gathering__group=gathering.group_id, gathering__number__lt=gathering.number, level=level)
        .exclude(word="")
        .order_by("gathering__number")
    )
    tellings = [Told(row.word, frozenset(row.people), afresh=not row.held, slack=row.slack) for row in rows]  # type: ignore[arg-type]
    return last_shared(tellings, people)


def next_meeting(gathering: Gathering) -> Gathering | None:
    """The next meeting of the group that has not begun."""
    planned = gatherings_of(gathering.group).filter(number__gt=gathering.number, state=Gathering.State.PLANNED)
    return planned.first()


def pulses(group: Group, *, by: Actor) -> list[Pulse]:
    """Every pulse of this group, the newest first, as this person may see it."""
    require(by, Permission.ALLIANCE_KEEP, group)
    rows = (
        Assignment.objects.filter(group=group, instrument=PULSE, gathering__isnull=False)
        .values_list("gathering")
        .annotate(Max("closes_at"))
    )
    closes = dict(rows)
    meetings = list(gatherings_of(group).filter(pk__in=closes))
    leading = {place.user_id for place in present_places(group, Membership.Role.FACILITATOR)}
    readings = list(Reading.objects.filter(gathering__in=meetings))
    return [
        _pulse(meeting, closes[meeting.pk], leading, readings, meetings[place + 1 :], by)
        for place, meeting in reversed(list(enumerate(meetings)))
    ]


def _pulse(
    meeting: Gathering, closes_at: datetime, leading: set[int], readings: list[Reading], later: list[Gathering],
    by: Actor,
) -> Pulse:  # fmt: skip
    guesses = list(Guess.objects.filter(gathering=meeting).select_related("facilitator").order_by("at", "pk"))
    own = next((one for one in guesses if one.facilitator_id == by.user_id), None)
    # A guess may not lean on a colleague's: others show once everybody who leads has said theirs.
    all_said = leading <= {one.facilitator_id for one in guesses}
    mine = {reading.level: reading for reading in readings if reading.gathering_id == meeting.pk}
    steps = Step.objects.filter(gathering=meeting).select_related("chosen_by", "done_by", "planned_for", "gathering")
    heard: tuple[Heard, ...] = ()
    if own is not None and mine:
        chosen = list(steps.order_by("chosen_at", "pk"))
        heard = tuple(_heard(level, mine[level], own, chosen, _then(level, later, readings)) for level in LEVELS)
    house = meeting.group.organisation.code
    answers = Response.objects.filter(assignment__gathering=meeting, assignment__instrument=PULSE)
    keys = [f"{Kind.ALLIANCE_CALL}:{house}:{code}" for code in answers.values_list("code", flat=True)]
    calls = Task.objects.filter(once_key__in=keys)
    return Pulse(
        gathering=meeting,
        closes_at=closes_at,
        read=bool(mine),
        own=own,
        guesses=tuple(guesses) if own is not None and all_said else (),
        heard=heard,
        calls=calls.count(),
        calls_done=calls.exclude(done_at=None).count(),
    )


def _heard(level: Level, reading: Reading, own: Guess, chosen: list[Step], then: str) -> Heard:
    steps = tuple(_with_task(step) for step in chosen if step.level == level)
    worth = reading.word in WORTH_A_STEP
    taken = {step.what for step in steps}
    proposed = tuple(what for what in ACTIONS[level] if what not in taken) if worth else ()
    return Heard(level, reading, _gap(level, reading, own), proposed, steps, then)


def _gap(level: Level, reading: Reading, own: Guess) -> Gap | None:
    points = getattr(own, level)
    if points is None or not reading.word:
        return None
    low, high = ends_of(reading.word)  # type: ignore[arg-type]
    return Gap(points, points - high if points > high else points - low if points < low else 0.0)


def _then(level: Level, later: list[Gathering], readings: list[Reading]) -> str:
    """What the next pulse said of this level, if there was one that told anything."""
    told = {reading.gathering_id: reading.word for reading in readings if reading.level == level and reading.word}
    return next((told[meeting.pk] for meeting in later if meeting.pk in told), "")


def _with_task(step: Step) -> Step:
    """A step among the things to do may be ended there: then it is done here, too."""
    if step.outcome or ACTIONS[step.level][step.what] != TASK:  # type: ignore[index]
        return step
    task = Task.objects.filter(kind=Kind.ALLIANCE_STEP, about_code=step.code).select_related("done_by").first()
    if task is not None and task.done_at is not None:
        step.outcome = Step.Outcome.LET_BE if task.outcome == "not-needed" else Step.Outcome.DONE
        step.done_at, step.done_by = task.done_at, task.done_by
    return step


def planned_for(gathering: Gathering, *, by: Actor) -> list[Step]:
    """What stands on the run-sheet of this meeting because of how the group is together."""
    require(by, Permission.ALLIANCE_KEEP, gathering)
    return list(Step.objects.filter(planned_for=gathering).exclude(outcome="let-be").order_by("chosen_at", "pk"))


def voices_of(meeting: Gathering) -> voices.Shared:
    """How the talking was shared among those who came to a meeting that is over; worked out anew, kept nowhere."""
    if meeting.closed_at is None:
        return "early"
    came = set(Attendance.objects.filter(gathering=meeting).values_list("user_id", flat=True))
    seats = [place.code for place in places(meeting.group) if place.user_id in came]
    spoken = voices.spoken(events_of(meeting.pk), milliseconds(meeting.closed_at), cue_sheets(meeting))
    return voices.shares(seats, spoken).shared


@dataclass(frozen=True, slots=True)
class Counted:
    """How often groups of a house were asked, guessed about and something was done. No word of any group."""

    groups: int
    pulses: int
    guessed: int
    steps: int
    steps_done: int


def counted(house: Organisation, *, by: Actor) -> Counted:
    """Counts for the house's own page."""
    require(by, Permission.HOUSE_FIGURES_SEE, house)
    read = Gathering.objects.filter(group__organisation=house, readings__isnull=False).distinct()
    steps = Step.objects.filter(gathering__group__organisation=house)
    return Counted(
        groups=read.values("group").distinct().count(),
        pulses=read.count(),
        guessed=read.filter(guesses__member_leader__isnull=False).distinct().count(),
        steps=steps.count(),
        steps_done=sum(_with_task(step).outcome == Step.Outcome.DONE for step in steps),
    )

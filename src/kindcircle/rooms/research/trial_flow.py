"""How people went through a trial, counted from the rows: everybody who asked is in exactly one place of it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Min, QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.rooms.groups.models import Attendance, Group, Membership
from kindcircle.rooms.intake.models import Application, Decision
from kindcircle.rooms.intake.models_trial import Entrant, Trial
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.research import draw, trials
from kindcircle.rooms.research.errors import NotLockedYet, RecordsGone
from kindcircle.spec.dates import wall_clock
from kindcircle.stats.partly_grouped import Person

Occasion = Assignment.Occasion


@dataclass(frozen=True, slots=True)
class Case:
    """One person who was drawn, as the analysis needs them. No name, no code."""

    person: Person
    meetings: int  # before the second questionnaire
    answered: bool  # a score came, or what came could not be scored
    taken_back: bool
    early: bool  # waiting had become unsafe

    def kept_to(self, attend: int) -> bool:
        """Whether they did what they were drawn for: came so often, or to nothing yet."""
        return self.meetings >= attend if self.person.now else self.meetings == 0


@dataclass(frozen=True, slots=True)
class ArmFlow:
    """What became of one arm."""

    drawn: int
    came: int  # to one meeting at least before the second questionnaire
    groups: tuple[int, ...]  # sizes, the largest first
    answered: int
    taken_back: int
    counted: int
    kept_to: int
    early: int  # waiting had become unsafe, and they were let in before their day

    @property
    def silent(self) -> int:
        """Whose second answer is not there, and who did not ask to be left out."""
        return self.drawn - self.counted - self.taken_back


@dataclass(frozen=True, slots=True)
class Flow:
    """The whole way. `left_out`: why people who had asked were not drawn, each in one place."""

    asked: int
    left_out: tuple[tuple[str, int], ...]
    now: ArmFlow
    later: ArmFlow

    @property
    def drawn(self) -> int:
        return self.now.drawn + self.later.drawn


REASONS = ("back", "talk", "later", "other-help", "risk", "worse", "promised", "no", "silent", "sheet", "place")
UNSAID = frozenset(Entrant.Outside.values)


def flow(trial: Trial, *, by: Actor) -> Flow:
    """Counts alone. Raises NotLockedYet before the draw, RecordsGone once the first of these people's answers are."""
    require(by, Permission.TRIAL_KEEP, trial)
    if trial.drawn_at is None:
        raise NotLockedYet
    all_there(trial)
    there = cases(trial)
    asked = Application.objects.filter(intake=trial.intake_id, applied_at__lte=trial.drawn_at)
    reasons = Counter(_reasons(trial, asked.exclude(draws__in=_drawn(trial)), trial.drawn_at))
    return Flow(
        asked=asked.count(),
        left_out=tuple((reason, reasons[reason]) for reason in REASONS if reasons[reason]),
        now=_arm(trial, [one for one in there if one.person.now]),
        later=_arm(trial, [one for one in there if not one.person.now]),
    )


def all_there(trial: Trial) -> None:
    """Raises RecordsGone once the records of a group of this offer were taken: figures of the rest would be others."""
    gone = Group.objects.filter(intake=trial.intake_id).aggregate(day=Min("ending__records_gone_at"))["day"]
    if gone is not None:
        raise RecordsGone(wall_clock(gone, trial.intake.zone).date())


def to_leave(found: Flow) -> Flow:
    """As it may leave the house: why somebody must not wait is told of all of them together, never of one or two."""
    together = sum(n for reason, n in found.left_out if reason in UNSAID)
    kept = tuple((reason, n) for reason, n in found.left_out if reason not in UNSAID)
    return replace(found, left_out=(*kept, ("outside", together)) if together else kept)


def cases(trial: Trial) -> list[Case]:
    """Everybody who was drawn. Whoever asked to be left out has no second score here, wherever one lies."""
    assert trial.drawn_at is not None
    before, after = draw.before_of(trial), draw.after_of(trial)
    until = trial.drawn_at + timedelta(weeks=trial.weeks)
    rows = list(_drawn(trial).select_related("application").order_by("code"))
    people = [one.application.person_id for one in rows]
    seats = Membership.objects.filter(user__in=people, role=Membership.Role.MEMBER, group__intake=trial.intake_id)
    group = dict(seats.filter(joined_at__lt=until).order_by("joined_at").values_list("user_id", "group__code"))
    came = Counter(
        Attendance.objects.filter(
            user__in=people,
            gathering__group__intake=trial.intake_id,
            arrived_at__gt=trial.drawn_at,
            arrived_at__lt=until,
        ).values_list("user_id", flat=True)
    )
    sent = set(
        Assignment.objects.filter(
            intake=trial.intake_id, occasion=Occasion.AFTER_DRAW, response__isnull=False
        ).values_list("member_id", flat=True)
    )
    found, within = [], trials.looks_within(trial)
    for one in rows:
        who, back = one.application.person_id, one.taken_back_at is not None
        now = one.arm == Entrant.Arm.NOW
        score, sat_in = None if back else after.get(who), group.get(who) if now else None
        person = Person(now, before[who], score, sat_in, one.stratum if within else "")
        found.append(Case(person, came[who], who in sent, back, bool(one.early)))
    return found


def _drawn(trial: Trial) -> QuerySet[Entrant]:
    return Entrant.objects.filter(trial=trial).exclude(arm="")


def _reasons(trial: Trial, rows: QuerySet[Application], at: datetime) -> Iterator[str]:
    """Why each of these was not drawn, as things stood at the draw."""
    known = {one.application_id: one for one in Entrant.objects.filter(trial=trial)}
    decisions: dict[int, Decision] = {}
    for decision in Decision.objects.filter(application__in=rows, decided_at__lte=at).order_by("decided_at", "pk"):
        decisions[decision.application_id] = decision
    for one in rows:
        entrant, said = known.get(one.pk), decisions.get(one.pk)
        if one.withdrawn_at is not None and one.withdrawn_at <= at:
            yield "back"
        elif entrant is not None and entrant.outside:
            yield entrant.outside
        elif said is None:
            yield "talk"
        elif not said.opens_a_place:
            yield "later" if said.outcome == Decision.Outcome.LATER else "other-help"
        elif entrant is None:
            yield "place"  # had a place already, or was to be asked again how things are
        elif entrant.said == Entrant.Said.NO:
            yield "no"
        else:
            yield "sheet" if entrant.said == Entrant.Said.YES else "silent"


def _arm(trial: Trial, there: list[Case]) -> ArmFlow:
    sizes = Counter(one.person.group for one in there if one.person.group is not None)
    counted = [one for one in there if one.person.after is not None]
    return ArmFlow(
        drawn=len(there),
        came=sum(one.meetings > 0 for one in there),
        groups=tuple(sorted(sizes.values(), reverse=True)),
        answered=sum(one.answered for one in there),
        taken_back=sum(one.taken_back for one in there),
        counted=len(counted),
        kept_to=sum(one.kept_to(trial.attend) for one in counted),
        early=sum(one.early for one in there),
    )

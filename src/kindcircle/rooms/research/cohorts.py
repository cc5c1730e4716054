"""One ended group in sums and means: worked out once, when its last sheets have closed, and read from then on.

Late answers, corrections and people who have their answers removed change nothing in it: what changes between two looks
would be that one person.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.queries import places
from kindcircle.rooms.intake.consent_texts import asks_since, is_current, text_name
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.rooms.measures.asking import last_sheets_close
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.queries import scores_of
from kindcircle.rooms.research.models_programme import CohortRecord
from kindcircle.rooms.research.report import AFTER, BEFORE, Outcome, latest, value, whole_report
from kindcircle.stats.change import Better, ReliableChange
from kindcircle.stats.cohorts import Moments, moments
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Suppressed
from kindcircle.stats.effects.paired import change_of
from kindcircle.stats.feasibility import Attendance as Came
from kindcircle.stats.feasibility import Proportion, summarise_attendance
from kindcircle.stats.results import MeanEstimate, Reason, Undefined
from kindcircle.stats.samples import PairedSummary


@dataclass(frozen=True, slots=True)
class Slice:
    """Those of a group who have something in common: seats at meetings, who left, and their changes on the main form.

    n and the two sums are of those with both scores, and 0 where the group shows no score.
    """

    people: int
    left: int
    came: int
    offered: int
    n: int
    total: float
    squares: float


@dataclass(frozen=True, slots=True)
class Means:
    """Of the people with both scores. No lowest and highest: each of those is one person's answer."""

    n: int
    dropped: int
    mean_before: float
    mean_after: float
    mean_change: float
    sd_before: float
    sd_after: float
    sd_change: float
    r: float | None


@dataclass(frozen=True, slots=True)
class CohortScore:
    """One score of one group. means is None below five complete pairs, or where the form changed in between.

    rule      the questionnaire in the version that made the numbers
    reliable  how many were clearly worse, within ups and downs, clearly better; None where nobody knows
    along     of people who said yes to research: meetings they were at, and their change
    """

    instrument: str
    score: str
    name: str
    rule: str
    higher_is_better: bool
    ends: tuple[float, float]
    version_changed: bool
    means: Means | None
    reliable: tuple[int, int, int] | None
    norm_source: str
    along: Moments | None

    @property
    def key(self) -> str:
        """Which score this is, whatever its version."""
        return f"{self.instrument}:{self.score}"

    @property
    def better(self) -> Better:
        """Which way is hoped for."""
        return "higher" if self.higher_is_better else "lower"

    @property
    def change(self) -> MeanEstimate | None:
        """The mean change in points, with the paired t behind its interval; None where there is none to show."""
        if self.means is None:
            return None
        return change_of(self.means.mean_change, self.means.sd_change, n=self.means.n, dropped=self.means.dropped)


@dataclass(frozen=True, slots=True)
class Cohort:
    """A group as its report for the house knows it.

    came_by_person  meetings each person was at, by how many people
    through         sums of meetings, change of the other score and of the main one, by the other score
    """

    group: Group
    told_at: datetime
    version: str
    started: int
    left: int
    held: int
    completed: int
    rule: str
    came_by_person: tuple[tuple[int, int], ...]
    scores: tuple[CohortScore, ...]
    through: tuple[tuple[str, Moments], ...]
    alike: tuple[tuple[str, str, Slice], ...]  # what is looked at, which of its kinds, who

    @property
    def came(self) -> int:
        """Seats at meetings that were taken."""
        return sum(meetings * people for meetings, people in self.came_by_person)

    @property
    def offered(self) -> int:
        """Seats at meetings that were kept for somebody."""
        return self.held * self.started

    def attendance(self) -> Came | Undefined:
        """Who came, with an interval that knows that one person's meetings go together."""
        marks: list[int] = []
        people: list[int] = []
        for meetings, count in self.came_by_person:
            for _ in range(count):
                person = people[-1] + 1 if people else 0
                marks += [1] * meetings + [0] * (self.held - meetings)
                people += [person] * self.held
        if not marks:
            return Undefined(Reason.NOTHING_OFFERED)
        return summarise_attendance(marks, member=people)

    def score(self, key: str) -> CohortScore | None:
        """The score of this name, if this group was asked for it."""
        return next((one for one in self.scores if one.key == key), None)

    @property
    def completion(self) -> Proportion:
        """Who came often enough, by the programme's own rule."""
        return Proportion(self.completed, self.started)


@dataclass(frozen=True, slots=True)
class Waiting:
    """A group that has ended and is not told yet: until this moment its sheets can still come in."""

    group: Group
    until: datetime


def cohorts(organisation: Organisation, programme: str, *, at: datetime) -> tuple[list[Cohort], list[Waiting]]:
    """All ended groups of a programme, in the order in which they were told; new ones are worked out now."""
    ended = Group.objects.filter(organisation=organisation, programme=programme, state=Group.State.FINISHED)
    waiting = []
    for group in ended.filter(cohort_record=None).select_related("organisation").order_by("created_at", "pk"):
        try:
            until = _sheets_close(group)
            if until is not None and until > at:
                waiting.append(Waiting(group, until))
                continue
            CohortRecord.objects.get_or_create(group=group, defaults={"made_at": at, "figures": _figures(group, at)})
        except ProgrammeGone:
            continue
    rows = CohortRecord.objects.filter(group__in=ended).select_related("group__organisation")
    return [_read(row) for row in rows.order_by("pk")], waiting


def _sheets_close(group: Group) -> datetime | None:
    given = Assignment.objects.filter(group=group, occasion__in=(BEFORE, AFTER))
    closes = [given.order_by("-closes_at").values_list("closes_at", flat=True).first()]
    if not given.filter(occasion=AFTER).exists():
        # Finished right after its last meeting, and nothing has gone round since that gives sheets out.
        closes.append(last_sheets_close(group))
    return max((one for one in closes if one is not None), default=None)


def _figures(group: Group, at: datetime) -> dict[str, Any]:
    found = whole_report(group, at)
    members = list(places(group))
    held = list(Gathering.objects.filter(group=group, state=Gathering.State.CLOSED, number__lte=found.sessions_planned))
    came = Counter(
        Attendance.objects.filter(gathering__in=held, user__in=[one.user_id for one in members]).values_list(
            "user_id", flat=True
        )
    )
    meetings = {one.user_id: came[one.user_id] for one in members}
    answered = {f"{one.instrument}:{one.score}": _answered(group, one) for one in found.outcomes}
    changes = {key: by_person for key, (by_person, _rule) in answered.items()}
    willing = _willing(members)
    main = next(iter(changes), "")
    return {
        "version": group.programme_version,
        "started": found.started,
        "left": found.left,
        "held": len(held),
        "completed": found.completed.count,
        "rule": found.rule.words,
        "came_by_person": sorted(Counter(meetings.values()).items()),
        "scores": [
            _score(one, rule, _sums(willing, meetings, by_person))
            for one, (by_person, rule) in zip(found.outcomes, answered.values(), strict=True)
        ],
        "through": [
            [key, asdict(sums)]
            for key, by_person in changes.items()
            if key != main and (sums := _sums(willing, meetings, by_person, changes[main]))
        ],
        "alike": _alike(group, members, held, meetings, changes.get(main, {})),
    }


def _willing(members: Sequence[Membership]) -> set[int]:
    """Whose yes to research holds, for the text as it stands."""
    found = set()
    for place in members:
        yes = current_consent(place.user, Consent.Kind.RESEARCH)
        if yes and is_current(yes, name=text_name(), since=asks_since(place.group.organisation)):
            found.add(place.user_id)
    return found


def _answered(group: Group, one: Outcome) -> tuple[dict[int, float], str]:
    """After minus before by person, where that may be shown, and the rule that made the scores."""
    scored = scores_of(group, one.instrument, one.score)
    before, after = latest(scored, BEFORE), latest(scored, AFTER)
    rule = next((row.rule for row in (*after.values(), *before.values())), f"{one.instrument}@{one.version}")
    if isinstance(one.result, Suppressed) or isinstance(one.result.summary, Undefined):
        return {}, rule
    both = ((person, value(before[person]), value(row)) for person, row in after.items() if person in before)
    return {person: last - first for person, first, last in both if first is not None and last is not None}, rule


def _sums(people: set[int], meetings: dict[int, int], *changes: dict[int, float]) -> Moments | None:
    """Of those with every value; None below five people."""
    whole = sorted(people.intersection(meetings, *changes))
    if len(whole) < SMALLEST_SHOWN:
        return None
    return moments([[meetings[one] for one in whole], *([change[one] for one in whole] for change in changes)])


def _score(one: Outcome, rule: str, sums: Moments | None) -> dict[str, Any]:
    result = one.result
    shown = None if isinstance(result, Suppressed) else result
    summary = None if shown is None or isinstance(shown.summary, Undefined) else shown.summary
    counts = shown.reliable.counts if shown and isinstance(shown.reliable, ReliableChange) else None
    return {
        "instrument": one.instrument,
        "score": one.score,
        "name": one.name,
        "rule": rule,
        "higher_is_better": one.higher_is_better,
        "ends": one.ends,
        "version_changed": shown is not None and summary is None,
        "means": None if summary is None else asdict(_means(summary)),
        "reliable": counts and [counts.deteriorated, counts.unchanged, counts.reliably_improved],
        "norm_source": one.norm_source,
        "along": asdict(sums) if sums else None,
    }


def _means(summary: PairedSummary) -> Means:
    return Means(
        n=summary.n,
        dropped=summary.counts.dropped,
        mean_before=summary.mean_before,
        mean_after=summary.mean_after,
        mean_change=summary.mean_change,
        sd_before=summary.sd_before,
        sd_after=summary.sd_after,
        sd_change=summary.sd_change,
        r=None if isinstance(summary.r, Undefined) else summary.r,
    )


def _alike(
    group: Group,
    members: Sequence[Membership],
    held: Sequence[Gathering],
    meetings: dict[int, int],
    changes: dict[int, float],
) -> list[list[Any]]:
    """People by what we know without asking: how their group met, how they answered, in which language they read."""
    online = {one.online for one in held}
    met = "both" if len(online) == 2 else "online" if True in online else "in-person"
    sent = defaultdict(set)
    for person, typed in Response.objects.filter(assignment__group=group).values_list(
        "assignment__member_id", "by_staff_id"
    ):
        sent[person].add(typed is not None)
    kinds: dict[tuple[str, str], list[Membership]] = defaultdict(list)
    for place in members:
        on_paper = sent.get(place.user_id, set())
        kinds["met", met].append(place)
        kinds["answered", "paper" if True in on_paper else "screen" if on_paper else "never"].append(place)
        kinds["language", place.user.language].append(place)
    return [[what, kind, _slice(who, held, meetings, changes)] for (what, kind), who in sorted(kinds.items())]


def _slice(
    who: Sequence[Membership], held: Sequence[Gathering], meetings: dict[int, int], changes: dict[int, float]
) -> list[float]:
    found = [changes[one.user_id] for one in who if one.user_id in changes]
    return [
        len(who),
        sum(one.left_at is not None for one in who),
        sum(meetings[one.user_id] for one in who),
        len(held) * len(who),
        len(found),
        sum(found),
        sum(change * change for change in found),
    ]


def _read(row: CohortRecord) -> Cohort:
    kept = row.figures
    return Cohort(
        group=row.group,
        told_at=row.made_at,
        version=kept["version"],
        started=kept["started"],
        left=kept["left"],
        held=kept["held"],
        completed=kept["completed"],
        rule=kept["rule"],
        came_by_person=tuple((meetings, people) for meetings, people in kept["came_by_person"]),
        scores=tuple(_read_score(one) for one in kept["scores"]),
        through=tuple((key, _moments(sums)) for key, sums in kept["through"]),
        alike=tuple((what, kind, Slice(*numbers)) for what, kind, numbers in kept["alike"]),
    )


def _read_score(kept: dict[str, Any]) -> CohortScore:
    means, along = kept["means"], kept["along"]
    whole = kept | {
        "ends": tuple(kept["ends"]),
        "means": Means(**means) if means else None,
        "reliable": tuple(kept["reliable"]) if kept["reliable"] else None,
        "along": _moments(along) if along else None,
    }
    return CohortScore(**whole)


def _moments(kept: dict[str, Any]) -> Moments:
    return Moments(n=kept["n"], means=tuple(kept["means"]), products=tuple(tuple(row) for row in kept["products"]))

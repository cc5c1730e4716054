"""What a group told after its meetings, as those who lead read it; and what members read of what came of it."""

import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

from django.db.models import Exists, QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.feedback.models import HeardAndDone, MemberSaid, TalkedAbout
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.queries import gatherings_of, present_places, programme_of
from kindcircle.rooms.measures.attending import LEAVING_SHEET, STEADINESS
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.measures.queries import READ_TOGETHER, answers_of, definition
from kindcircle.rooms.measures.reaching_out import EASE, FIT, named_after, once_for
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec.feedback import Opening, Reason, opening
from kindcircle.spec.scoring import State
from kindcircle.stats.disclosure import SMALLEST_SHOWN

SCALES = (EASE, FIT, STEADINESS)
QUESTION_STANDS = timedelta(days=14)
"""For so long a member is asked at most; less where the group meets again before."""


@dataclass(frozen=True, slots=True)
class Spread:
    """From where to where the answers went, and the one in the middle. Exists from five answers on."""

    low: float
    middle: float
    high: float


@dataclass(frozen=True, slots=True)
class Told:
    """One meeting: how many came, how many told how it was (some of them on paper), and the spread by scale."""

    gathering: Gathering
    came: int
    told: int
    on_paper: int
    spread: dict[str, Spread | None]
    opening: Opening
    talked: TalkedAbout | None


@dataclass(frozen=True, slots=True)
class ToReach:
    """One person whom the rule names: why, what waits because of it, and whether it was talked about with them."""

    user: User
    why: tuple[Reason, ...]
    task: Task | None
    talked: TalkedAbout | None


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A questionnaire of the week after a meeting: how many were asked and answered, and the spread of its score."""

    instrument: str
    name: str
    asked: int
    answered: int
    spread: Spread | None
    ends: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """You said, we did: one line, with its row."""

    row: HeardAndDone
    heard: str
    doing: str


def sheets_about(gathering: Gathering) -> QuerySet[Response]:
    """What came in about this meeting, from phones and on paper."""
    return Response.objects.filter(assignment__gathering=gathering, assignment__instrument=LEAVING_SHEET)


def told_after(group: Group, *, by: Actor) -> list[Told]:
    """Every meeting that was closed, in order, with what the group told as a whole. Opens nothing that is sealed."""
    require(by, Permission.GROUP_SEE, group)
    held = list(gatherings_of(group).filter(state=Gathering.State.CLOSED))
    came = Counter(
        Attendance.objects.filter(gathering__in=held, user__in=_members(group)).values_list("gathering_id", flat=True)
    )
    rows = Response.objects.filter(assignment__gathering__in=held, assignment__instrument=LEAVING_SHEET)
    told = Counter(rows.values_list("assignment__gathering_id", flat=True))
    paper = Counter(rows.filter(by_staff__isnull=False).values_list("assignment__gathering_id", flat=True))
    values = _values(group)
    talked = {row.gathering_id: row for row in talked_rows(group) if row.member_id is None}
    found = []
    for gathering in held:
        pk = gathering.pk
        of = {scale: values.get((pk, scale), []) for scale in SCALES}
        found.append(
            Told(
                gathering=gathering,
                came=came[pk],
                told=told[pk],
                on_paper=paper[pk],
                spread={scale: spread_of(some) for scale, some in of.items()},
                opening=opening(told[pk], of[EASE], of[FIT]),
                talked=talked.get(pk),
            )
        )
    return found


def to_reach(gathering: Gathering, *, by: Actor) -> list[ToReach]:
    """Whom to reach before the next meeting, in seat order."""
    require(by, Permission.GATHERING_RECORD, gathering)
    why, house = named_after(gathering), gathering.group.organisation
    people = [place.user for place in present_places(gathering.group) if place.user_id in why]
    keys = {f"{Kind.REACH_OUT}:{house.code}:{once_for(gathering, one)}": one.pk for one in people}
    rows = Task.objects.filter(once_key__in=keys).select_related("owner", "done_by")
    tasks = {keys[row.once_key]: row for row in rows}
    talked = {row.member_id: row for row in TalkedAbout.objects.filter(gathering=gathering).select_related("said_by")}
    return [ToReach(one, why[one.pk], tasks.get(one.pk), talked.get(one.pk)) for one in people]


def written_after(gathering: Gathering, *, by: Actor, at: datetime) -> list[tuple[User, str]]:
    """What members wrote to those who lead. Each opening leaves a trace that the member can see."""
    sheets = sheets_about(gathering).select_related(
        "assignment__member__organisation", "assignment__group__organisation"
    )
    found = []
    for sheet in sheets.order_by("submitted_at", "pk"):
        written = str(answers_of(sheet, by=by, at=at).get("to_know") or "").strip()
        if written:
            found.append((sheet.assignment.member, written))
    return found


def check_ins(gathering: Gathering) -> list[CheckIn]:
    """What the programme asks in the week after this meeting, where it has a score and asks for nobody.

    A spread in numbers stands there only of sheets that those who lead may open one by one. How a group is together is
    told in words, elsewhere and once.
    """
    found = []
    for name in programme_of(gathering.group).instruments("session", "between", gathering.number):
        asked = Assignment.objects.filter(gathering=gathering, instrument=name, occasion=Assignment.Occasion.WEEKLY)
        one = definition(name)
        scale = next(iter(one.headlines), None)
        if scale is None or scale.range is None or one.safety or name in READ_TOGETHER or not asked.exists():
            continue
        rows = Score.objects.filter(response__assignment__in=asked, scale=scale.id, value__isnull=False)
        values = rows.values_list("value", flat=True)
        found.append(
            CheckIn(
                instrument=name,
                name=one.name,
                asked=asked.count(),
                answered=Response.objects.filter(assignment__in=asked).count(),
                spread=spread_of([value for value in values if value is not None]) if one.wording.languages else None,
                ends=scale.range,
            )
        )
    return found


def spread_of(values: Sequence[float]) -> Spread | None:
    """Below five answers a figure about the group would be a figure about persons."""
    if len(values) < SMALLEST_SHOWN:
        return None
    return Spread(min(values), median_low(values), max(values))


def talked_rows(group: Group) -> QuerySet[TalkedAbout]:
    """Everything that those who lead said was talked about in this group."""
    return TalkedAbout.objects.filter(gathering__group=group).select_related("said_by")


def lines_of(gathering: Gathering) -> list[Line]:
    """You said, we did: what came of one meeting, in the order in which it was written."""
    return _opened(HeardAndDone.objects.filter(gathering=gathering))


def lines_for(group: Group, *, by: Actor) -> list[tuple[Gathering, list[Line]]]:
    """The same of all meetings, the newest first, for the members of the group."""
    require(by, Permission.FEEDBACK_HEAR, group)
    by_meeting: dict[Gathering, list[Line]] = {}
    for line in _opened(HeardAndDone.objects.filter(gathering__group=group)):
        by_meeting.setdefault(line.row.gathering, []).append(line)
    return sorted(by_meeting.items(), key=lambda one: -one[0].number)


def newest_lines(group: Group) -> list[Line]:
    """What came of the last meeting that was held; of the one before it while nothing is written about the last."""
    lines = _opened(heard_lately(group))
    newest = max((line.row.gathering.number for line in lines), default=0)
    return [line for line in lines if line.row.gathering.number == newest]


def heard_lately(group: Group) -> QuerySet[HeardAndDone]:
    """What is written about the last two meetings that were held."""
    two = gatherings_of(group).filter(state=Gathering.State.CLOSED).order_by("-number")[:2]
    return HeardAndDone.objects.filter(gathering__in=two.values("pk"))


def lines_before(gathering: Gathering) -> list[Line]:
    """What came of the meeting that was held before this one."""
    before = gatherings_of(gathering.group).filter(state=Gathering.State.CLOSED, number__lt=gathering.number).last()
    return lines_of(before) if before is not None else []


def lines_to_begin_with(gathering: Gathering) -> list[Line]:
    """What the group hears at the start of this meeting; nothing once it is over."""
    return lines_before(gathering) if gathering.state != Gathering.State.CLOSED else []


def to_ask(group: Group, *, member: User, at: datetime) -> Gathering | None:
    """About which meeting this member is asked now whether it was talked about; None where there is nothing to ask.

    They told how it was, came to the meeting after it, and that one is over. It is about the newest such meeting alone,
    and for two weeks at most.
    """
    held = list(gatherings_of(group).filter(state=Gathering.State.CLOSED))
    return held[-2] if told_before(held, member=member, at=at).exists() else None


def told_before(held: Sequence[Gathering], *, member: User, at: datetime) -> QuerySet[Response]:
    """What this member told about the last meeting but one, as long as they may be asked about it.

    held  the meetings of one group that were closed, in order
    """
    if len(held) < 2:
        return Response.objects.none()
    about, since = held[-2], held[-1]
    assert since.closed_at is not None  # the database keeps it
    if at >= since.closed_at + QUESTION_STANDS:
        return Response.objects.none()
    came = Attendance.objects.filter(gathering=since, user=member)
    here = present_places(since.group).filter(user=member)
    told = sheets_about(about).filter(assignment__member=member, submitted_at__lt=since.closed_at)
    return told.filter(Exists(came), Exists(here))


def said_by(gathering: Gathering, *, member: User) -> str:
    """What this member said to it; empty while they have not."""
    row = MemberSaid.objects.filter(gathering=gathering, member=member).first()
    return row.answer if row else ""


def _opened(rows: QuerySet[HeardAndDone]) -> list[Line]:
    found = []
    for row in rows.select_related("gathering__group__organisation", "written_by").order_by("written_at", "pk"):
        house = row.gathering.group.organisation
        heard, doing = json.loads(seals.HEARD_AND_DONE.open(row.sealed_words, code=row.code, holder=house))
        found.append(Line(row, heard, doing))
    return found


def _members(group: Group) -> QuerySet[User]:
    return User.objects.filter(memberships__group=group, memberships__role=Membership.Role.MEMBER)


def _values(group: Group) -> dict[tuple[int, str], list[float]]:
    """The answers to each scale by meeting. Only what was given counts, nothing made up."""
    rows = Score.objects.filter(
        response__assignment__group=group,
        response__assignment__instrument=LEAVING_SHEET,
        response__assignment__gathering__isnull=False,
        scale__in=SCALES,
        state=State.COMPLETE,
    )
    found: dict[tuple[int, str], list[float]] = defaultdict(list)
    for meeting, scale, value in rows.values_list("response__assignment__gathering_id", "scale", "value"):
        if value is not None:
            found[(meeting, scale)].append(value)
    return found

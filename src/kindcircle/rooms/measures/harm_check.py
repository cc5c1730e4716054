"""Everybody is asked whether anything became worse: after the middle meeting and at the end, in every group.

It is the house's own rule and stands beside what a programme measures: who is not asked cannot say that nothing was.
A yes is never written down by itself as an unwanted event. It asks a person to talk with them, and to write it down.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from kindcircle.base.audit import log
from kindcircle.rooms.groups.errors import ProgrammeGone
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.queries import gatherings_of, programme_of
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import definition_of
from kindcircle.rooms.safety.models_answers import SHEET
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.programmes import Programme
from kindcircle.spec.scoring import Answer

HARM_CHECK = "harm-check"
WORSE, WAY = "worse", "way"
WITHIN = timedelta(days=3)


def middle_of(plan: Programme) -> int:
    """After which meeting everybody is asked halfway; 0 in a programme of one meeting, which has no halfway."""
    return len(plan.sessions) // 2


def with_harm_check(instruments: tuple[str, ...]) -> tuple[str, ...]:
    """These questionnaires and the harm check, once."""
    return tuple(dict.fromkeys((*instruments, HARM_CHECK)))


def moments(group: Group) -> dict[str, datetime]:
    """When this group was to be asked, by occasion of the sheet: only what has come. Empty without its programme."""
    try:
        plan = programme_of(group)
    except ProgrammeGone:
        return {}
    ended = gatherings_of(group).values_list("number", "closed_at")
    closed = {number: at for number, at in ended if at is not None}
    numbers = {Assignment.Occasion.WEEKLY: middle_of(plan), Assignment.Occasion.AFTER: len(plan.sessions)}
    return {occasion: closed[number] for occasion, number in numbers.items() if number in closed}


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody said became worse. ways: ids of the lines they ticked; duration and impact as they chose, or None.

    The ids of ways are the categories of an unwanted event with a low line for each hyphen.
    """

    worse: int | None
    ways: tuple[str, ...]
    duration: int | None
    impact: int | None
    because: int | None
    words: str

    @property
    def says_yes(self) -> bool:
        return bool(self.worse or self.ways)


def told(assignment: Assignment, answers: Mapping[str, Answer]) -> Told:
    """The answers of a harm check, read."""
    one = definition_of(assignment)
    ways = tuple(item.id for item in one.items if WAY in item.tags and answers.get(item.id) == 1)

    def number(item: str) -> int | None:
        answer = answers.get(item)
        return answer if isinstance(answer, int) else None

    return Told(
        worse=number(WORSE),
        ways=ways,
        duration=number("how_long"),
        impact=number("daily"),
        because=number("because"),
        words=str(answers.get("to_know") or "").strip(),
    )


def ask_to_write_down(assignment: Assignment, answers: Mapping[str, Answer], *, at: datetime) -> None:
    """Somebody said yes: those who lead the group find it on their list. Inside the caller's transaction."""
    if assignment.instrument != HARM_CHECK or assignment.group is None or not told(assignment, answers).says_yes:
        return
    raise_task(
        Kind.WRITE_DOWN,
        organisation=assignment.house,
        about=log.Ref(SHEET, assignment.code),
        once=assignment.code,
        due_at=at + WITHIN,
        at=at,
        group_id=assignment.group_id,
        concerns=assignment.member,
    )

"""Who stays away twice, or after a hard meeting, is rung by a person: in every course that could be lived."""

from datetime import datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindcircle.base.lib import codes
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.groups.models_absence import Absence
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.measures import asking
from kindcircle.rooms.measures.attending import close_gathering, correct_attendance
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.tasks import actions as tasks
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.world import World, join, make_group, make_world

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
EIGHT_WEEKS, MEETINGS, MEMBERS = "eight-weeks-of-self-compassion", 9, 2


class Course:
    """A group of two that lives through its meetings, and what is known about it from outside."""

    def __init__(self, meetings: int = MEETINGS) -> None:
        self.world: World = make_world(members=0)
        world = self.world
        group, held = make_group(
            world.organisation, world.facilitators, at=world.at, programme=EIGHT_WEEKS, gatherings=MEETINGS
        )
        self.world.group, self.world.gatherings = group, held
        self.places = [join(group, world.stranger(name), "member", at=world.at) for name in ("Ines", "Tomas")[:MEMBERS]]
        self.by = world.actor(world.facilitator)
        self.came: dict[tuple[int, int], bool] = {}
        self.steady: dict[tuple[int, int], int | None] = {}
        self.held = 0

    def meet(self, came: list[bool], steady: list[int | None]) -> None:
        """One meeting, with who comes and how steady each of them says they leave."""
        number, self.held = self.held, self.held + 1
        gathering = self.world.gatherings[number]
        at = gathering.starts_at
        groups.open_gathering(gathering=gathering, online=False, by=self.by, at=at)
        asking.assign_for_gathering(gathering=gathering, at=at)
        for seat, place in enumerate(self.places):
            self.came[number, seat] = came[seat]
            self.steady[number, seat] = steady[seat] if came[seat] else None
            if came[seat]:
                groups.record_arrival(gathering=gathering, user=place.user, at=at)
                if steady[seat] is not None:
                    self.answer(number, seat, at + MINUTE)
        groups.start_closing(gathering=gathering, by=self.by, at=at + HOUR)
        close_gathering(gathering=gathering, by=self.by, at=at + HOUR)

    def answer(self, number: int, seat: int, at: datetime, **more: Any) -> None:
        member = self.places[seat].user
        sheet = Assignment.objects.get(
            gathering=self.world.gatherings[number], member=member, instrument="after-session"
        )
        measures.submit_response(
            assignment=sheet, answers={"steadiness": self.steady[number, seat]}, client_key=codes.new_code(),
            at=at, **({"by": self.world.actor(member)} | more),
        )  # fmt: skip

    def put_right(self, number: int, seat: int, came: bool) -> None:
        gathering = Gathering.objects.select_related("group__organisation").get(pk=self.world.gatherings[number].pk)
        self.came[number, seat] = came
        at = self.world.gatherings[self.held - 1].starts_at + 2 * HOUR
        correct_attendance(gathering=gathering, member=self.places[seat].user, came=came, by=self.by, at=at)

    def check(self) -> None:
        """Everybody who should be rung waits to be, or was once asked for; and nobody else does."""
        for seat, place in enumerate(self.places):
            open_ = Task.objects.filter(concerns=place.user, done_at=None)
            runs = [n for n in range(1, self.held) if not (self.came[n, seat] or self.came[n - 1, seat])]
            waiting = {self.number_of(task) for task in open_.filter(kind=Kind.TWO_MISSES)}
            assert waiting <= set(runs), (waiting, runs)
            assert bool(waiting) == bool(runs)
            hard = {
                n
                for n in range(1, self.held)
                if not self.came[n, seat] and (self.steady[n - 1, seat] is not None and self.steady[n - 1, seat] <= 3)
            }
            assert {self.number_of(task) for task in open_.filter(kind=Kind.MISS_AFTER_LOW)} == hard
            notes = {self.number_of(task) for task in open_.filter(kind=Kind.ABSENCE_MESSAGE)}
            assert notes == {n for n in range(self.held) if not self.came[n, seat]}

    def number_of(self, task: Task) -> int:
        return Absence.objects.get(code=task.about_code).gathering.number - 1


steadiness = st.one_of(st.none(), st.integers(0, 10))
meeting = st.tuples(st.lists(st.booleans(), min_size=2, max_size=2), st.lists(steadiness, min_size=2, max_size=2))
change = st.tuples(st.integers(0, MEETINGS - 1), st.integers(0, MEMBERS - 1), st.booleans())


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(meeting, min_size=2, max_size=MEETINGS), st.lists(change, max_size=6))
def test_nobody_who_stays_away_is_forgotten_and_nobody_else_is_rung(db: None, meetings, changes) -> None:
    course = Course()
    for came, steady in meetings:
        course.meet(came, steady)
        course.check()
    for number, seat, came in changes:
        if number < course.held:
            course.put_right(number, seat, came)
            course.check()


def test_once_they_were_rung_the_next_miss_asks_anew(db: None) -> None:
    course = Course()
    for came in (True, False, False):
        course.meet([came, True], [None, None])
    [task] = Task.objects.filter(kind=Kind.TWO_MISSES)
    assert (task.concerns, task.group_id) == (course.places[0].user, course.world.group.pk)
    tasks.finish(task=task, outcome="reached", note="", by=course.by, at=task.raised_at)
    course.meet([False, True], [None, None])
    again = Task.objects.get(kind=Kind.TWO_MISSES, done_at=None)
    assert course.number_of(again) == 3
    # Putting an older meeting right takes back nothing that a person has done.
    course.put_right(1, 0, True)
    task.refresh_from_db()
    assert task.outcome == "reached"


def test_a_sheet_on_paper_that_comes_in_late_counts(db: None) -> None:
    course = Course()
    course.meet([True, True], [None, None])
    course.meet([False, True], [None, None])
    assert not Task.objects.filter(kind=Kind.MISS_AFTER_LOW).exists()
    course.steady[0, 0] = 3
    late = course.world.gatherings[1].starts_at + 3 * HOUR
    course.answer(0, 0, late, by=course.by, by_staff=course.world.facilitator)
    course.check()
    assert Task.objects.get(kind=Kind.MISS_AFTER_LOW).concerns == course.places[0].user


def test_who_left_or_came_later_misses_nothing(db: None) -> None:
    course = Course()
    course.meet([True, True], [None, None])
    place = course.places[0]
    Membership.objects.filter(pk=place.pk).update(left_at=course.world.gatherings[1].starts_at)
    late = join(course.world.group, course.world.stranger("Wren"), "member", at=course.world.gatherings[2].starts_at)
    for _ in range(2):
        course.meet([False, True], [None, None])
    assert not Absence.objects.filter(place=place).exists() and not Task.objects.filter(concerns=place.user).exists()
    # Wren has joined before the third meeting began, and was not there.
    assert [row.gathering.number for row in Absence.objects.filter(place=late)] == [3]


def test_an_open_circle_misses_nobody(db: None) -> None:
    course = Course()
    course.world.group.programme = "circle-of-practice"
    course.world.group.save()
    for _ in range(2):
        course.meet([False, False], [None, None])
    assert not Absence.objects.exists() and not Task.objects.exists()

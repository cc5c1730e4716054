"""Reaching out before the next meeting: once for each person and meeting, whatever comes late, twice or blank."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from kindcircle.base.access import SYSTEM
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.rooms.feedback.actions import say_talked, take_talked_back
from kindcircle.rooms.feedback.queries import to_reach
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.measures import asking
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.measures.reaching_out import named_after
from kindcircle.rooms.measures.rescoring import rescore
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks import actions as tasks
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec.feedback import Reason
from kindcircle.spec.texts import SHIPPED
from tests.world import World, join, make_group, make_world

HOUR = timedelta(hours=1)
EIGHT_WEEKS = "eight-weeks-of-self-compassion"


@pytest.fixture
def course(db: None) -> World:
    """Two members and nine meetings, none held yet."""
    made = make_world(members=0)
    group, planned = make_group(made.organisation, made.facilitators, at=made.at, programme=EIGHT_WEEKS, gatherings=9)
    made.group, made.gatherings = group, planned
    for name in ("Ines", "Tomas"):
        person = made.stranger(name)
        join(group, person, "member", at=made.at)
        made.members.append(person)
    return made


def meet(world: World, number: int) -> Gathering:
    gathering = world.gatherings[number]
    by, at = world.actor(world.facilitator), gathering.starts_at
    groups.open_gathering(gathering=gathering, online=False, by=by, at=at)
    asking.assign_for_gathering(gathering=gathering, at=at)
    for member in world.members:
        groups.record_arrival(gathering=gathering, user=member, at=at)
    groups.start_closing(gathering=gathering, by=by, at=at + HOUR)
    groups.close_gathering(gathering=gathering, by=by, at=at + HOUR)
    gathering.refresh_from_db()
    return gathering


def tell(
    world: World, number: int, member: User | None = None, *, late: int = 0, paper: bool = False, **answers: object
) -> None:
    """How one meeting was. late: so many days after it."""
    member, gathering = member or world.member, world.gatherings[number]
    sheet = Assignment.objects.get(member=member, gathering=gathering, instrument="after-session")
    at = gathering.starts_at + HOUR + timedelta(days=late)
    typed = {"by": world.actor(world.facilitator if paper else member)}
    typed |= {"by_staff": world.facilitator} if paper else {}
    measures.submit_response(
        assignment=sheet, answers={"ease": 8, "fit": 8, "steadiness": 7} | answers, client_key=codes.new_code(), at=at,
        **typed,
    )  # fmt: skip


def waiting(world: World) -> list[Task]:
    return list(Task.objects.filter(group=world.group, kind=Kind.REACH_OUT).order_by("raised_at", "pk"))


def test_a_low_answer_is_a_task_before_the_next_meeting(course: World) -> None:
    meet(course, 0)
    tell(course, 0, fit=5)
    [task] = waiting(course)
    assert (task.concerns, task.owner, task.due_at) == (
        course.member,
        course.facilitator,
        course.gatherings[1].starts_at,
    )
    assert named_after(course.gathering) == {course.member.pk: (Reason.FIT_LOW,)}
    tell(course, 0, course.members[1], ease=6, fit=6)
    assert len(waiting(course)) == 1, "six is not low"


def test_a_drop_counts_from_the_fourth_answer_on(course: World) -> None:
    for number in range(2):
        meet(course, number)
        tell(course, number, ease=10, fit=10)
    meet(course, 2)
    tell(course, 2, ease=6, fit=10)
    assert not waiting(course), "two earlier answers are no usual"
    meet(course, 3)
    tell(course, 3, ease=7, fit=10)
    [task] = waiting(course)
    assert task.about_code == course.gatherings[3].code
    assert named_after(course.gatherings[3]) == {course.member.pk: (Reason.EASE_DROPPED,)}


def test_what_comes_late_can_show_what_is_usual(course: World) -> None:
    """The sheet of the second meeting comes on paper after that of the fourth: now there are three before it."""
    for number in range(4):
        meet(course, number)
        if number != 1:
            tell(course, number, **({"ease": 6} if number == 3 else {"ease": 9}))
    assert not waiting(course)
    tell(course, 1, paper=True, late=15, ease=9)
    [task] = waiting(course)
    assert task.about_code == course.gatherings[3].code
    assert task.due_at == course.gatherings[4].starts_at


def test_what_comes_late_raises_nothing_for_a_meeting_long_gone(course: World) -> None:
    for number in range(5):
        meet(course, number)
        if number != 1:
            tell(course, number, **({"ease": 6} if number == 3 else {"ease": 9}))
    tell(course, 1, paper=True, late=22, ease=9)
    assert not waiting(course), "after the fourth meeting they have met again"
    # A low answer that comes late is still somebody's to take up, before the meeting that comes next.
    tell(course, 2, course.members[1], paper=True, late=16, fit=2)
    [task] = waiting(course)
    assert task.about_code == course.gatherings[2].code and task.due_at == course.gatherings[5].starts_at


def test_once_for_each_person_and_meeting(course: World) -> None:
    meet(course, 0)
    tell(course, 0, ease=2, fit=3)
    [task] = waiting(course)
    tasks.finish(
        task=task, outcome="reached", note="A quieter seat.", by=course.actor(course.facilitator), at=course.at + HOUR
    )
    meet(course, 1)
    tell(course, 1, ease=8)
    assert [one.outcome for one in waiting(course)] == ["reached"], "a later sheet does not open it again"
    meet(course, 2)
    tell(course, 2, ease=4)
    assert [one.outcome for one in waiting(course)] == ["reached", ""]


def test_a_talk_with_them_is_what_was_to_be_done(course: World) -> None:
    meet(course, 0)
    for member in course.members:
        tell(course, 0, member, fit=2)
    by, at = course.actor(course.facilitator), course.gathering.starts_at + 2 * HOUR
    say_talked(gathering=course.gathering, member=course.member, by=by, at=at)
    assert [one.outcome for one in waiting(course)] == [tasks.SETTLED, ""]
    take_talked_back(gathering=course.gathering, member=course.member, by=by, at=at)
    assert [one.done_at for one in waiting(course)] == [None, None]
    # What a person finished stays finished.
    tasks.finish(task=waiting(course)[0], outcome="reached", note="", by=by, at=at)
    say_talked(gathering=course.gathering, member=course.member, by=by, at=at)
    take_talked_back(gathering=course.gathering, member=course.member, by=by, at=at)
    assert waiting(course)[0].outcome == "reached"


def test_blanks_ask_for_nobody(course: World) -> None:
    meet(course, 0)
    tell(course, 0, ease=None, fit=None, to_know="Nothing to say.")
    assert not waiting(course) and not named_after(course.gathering)


def test_only_an_answer_that_was_given_counts(course: World) -> None:
    """A number that was made up from others is no answer of this person's."""
    meet(course, 0)
    tell(course, 0, ease=2)
    Task.objects.all().delete()
    Score.objects.filter(scale="ease").update(state="prorated")
    assert not named_after(course.gathering)


def test_whoever_left_is_talked_with_for_that_reason(course: World) -> None:
    meet(course, 0)
    place = Membership.objects.get(group=course.group, user=course.member)
    Membership.objects.filter(pk=place.pk).update(left_at=course.gathering.starts_at + HOUR)
    tell(course, 0, fit=2)
    assert not waiting(course)
    assert to_reach(course.gathering, by=course.actor(course.facilitator)) == []


def test_after_the_last_meeting_there_is_a_week(course: World) -> None:
    Gathering.objects.filter(group=course.group, number__gt=1).delete()
    meet(course, 0)
    tell(course, 0, fit=2)
    [task] = waiting(course)
    assert task.due_at == course.gathering.starts_at + HOUR + timedelta(days=7)


def test_it_goes_to_whoever_guided_and_still_leads(course: World) -> None:
    ada, bo = course.facilitators
    Gathering.objects.filter(pk=course.gathering.pk).update(guide=bo)
    course.gathering.refresh_from_db()
    meet(course, 0)
    tell(course, 0, fit=2)
    assert waiting(course)[0].owner == bo
    Membership.objects.filter(group=course.group, user=bo).update(left_at=course.at + HOUR)
    tell(course, 0, course.members[1], fit=2)
    assert waiting(course)[1].owner == ada


def test_one_talk_is_enough_where_an_alert_was_raised_too(course: World) -> None:
    """Steadiness at most three and the tick are the quicker way, the same day; reaching them settles both."""
    meet(course, 0)
    tell(course, 0, ease=1, steadiness=3, contact=1)
    [alert] = Alert.objects.filter(group=course.group)
    assert alert.level == Alert.Level.CONTACT
    [task] = waiting(course)
    by, at = course.actor(course.facilitator), course.gathering.starts_at + 3 * HOUR
    safety.see(alert=alert, by=by, at=at)
    safety.act(alert=alert, by=by, at=at)
    assert waiting(course)[0].done_at is None
    safety.contacted(alert=alert, by=by, at=at)
    assert waiting(course)[0].outcome == tasks.SETTLED
    assert to_reach(course.gathering, by=by)[0].task == task


def test_a_sheet_about_no_meeting_and_other_sheets_ask_for_nobody(course: World) -> None:
    meet(course, 0)
    sheet = asking.assign(
        member=course.member, group=course.group, instrument="after-session", occasion="leaving", opens_at=course.at,
        closes_at=course.at + 9 * HOUR, by=SYSTEM,
    )  # fmt: skip
    measures.submit_response(
        assignment=sheet, answers={"ease": 1}, client_key=codes.new_code(), by=course.actor(course.member),
        at=course.at + HOUR,
    )  # fmt: skip
    assert not waiting(course)


def test_a_corrected_rule_asks_for_what_can_still_be_taken_up_before_a_meeting(
    course: World, settings: Any, tmp_path: Path
) -> None:
    for number in range(2):
        meet(course, number)
        tell(course, number)
    settings.SITE_CONTENT = tmp_path
    raw = yaml.safe_load((SHIPPED / "instruments" / "after-session" / "1.0.0.yaml").read_text(encoding="utf-8"))
    ease = next(one for one in raw["scores"] if one["id"] == "ease")
    ease["reverse"] = [1]
    raw |= {"version": "1.0.1", "tests": [{"responses": [8, 7, 6, None, 0], "expect": {"ease": 2, "fit": 7}}]}
    file = tmp_path / "instruments" / "after-session" / "1.0.1.yaml"
    file.parent.mkdir(parents=True)
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    at = course.gatherings[1].starts_at + timedelta(days=1)
    for _twice in range(2):
        rescore(organisation=course.organisation, instrument="after-session", keep=True, by=SYSTEM, at=at)
    [task] = waiting(course)
    assert (task.concerns, task.about_code) == (course.member, course.gatherings[1].code)
    assert task.due_at == course.gatherings[2].starts_at and not Alert.objects.filter(group=course.group).exists()

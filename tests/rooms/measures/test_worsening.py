"""Harm that shows in answers is noticed (H24): one talk that waits for a person, and nothing that grades anybody."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import codes
from kindcircle.doors.web.shared.task_words import WORDS
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.measures import actions
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.rooms.measures.course_sheets import DAY, OCCASIONS, adding_up, answered, asked
from tests.world import World

# 3.886 points is how far the GAD-7 moves by itself; the PHQ-9 has no confirmed figure, but a rule of five points.
GOLDEN = [
    ("gad-7", (10,), 0),
    ("gad-7", (10, 13), 0),
    ("gad-7", (10, 14), 1),
    ("gad-7", (10, 14, 14), 2),  # still harder than at first
    ("gad-7", (10, 2, 6), 1),  # easier than at first, and clearly harder than the time before
    ("gad-7", (10, 2, 5), 0),
    ("gad-7", (12, None, 16), 1),
    ("phq-9", (4, 8), 0),
    ("phq-9", (4, 9), 1),
    ("phq-9", (12, 3, 8), 1),
    ("who-5", (60, 8), 0),  # nobody confirmed how far it moves by itself, and no rule speaks of it
    ("wcc-6", (20, 2), 0),  # our own form
]


def waiting(world: World) -> list[Task]:
    return list(Task.objects.filter(kind=Kind.WORTH_A_TALK, group=world.group).order_by("pk"))


def told(world: World, instrument: str, values: tuple[int | None, ...]) -> list[Assignment]:
    sheets = []
    for value, (occasion, _day) in zip(values, OCCASIONS, strict=False):
        if value is None:
            asked(world, occasion, instrument)
        else:
            sheets.append(answered(world, occasion, value, instrument))
    return sheets


@pytest.mark.parametrize(("instrument", "values", "talks"), GOLDEN)
def test_golden_series_of_a_watch(world: World, instrument: str, values: tuple[int | None, ...], talks: int) -> None:
    told(world, instrument, values)
    assert len(waiting(world)) == talks
    assert not Alert.objects.filter(group=world.group).exists()


def test_the_talk_has_an_owner_a_day_and_words_that_grade_nobody(world: World) -> None:
    told(world, "phq-9", (4, 12))
    [task] = waiting(world)
    sent_at = world.at + 11 * DAY
    assert (task.owner, task.concerns, task.raised_at) == (world.facilitator, world.member, sent_at)
    assert task.due_at == sent_at + timedelta(days=2)
    said = f"{WORDS[Kind.WORTH_A_TALK].title} {WORDS[Kind.WORTH_A_TALK].why}".casefold()
    for never in ("risk", "severe", "depress", "alarm", "points", "phq", "level", "danger"):
        assert never not in said
    assert "chance" in said


def test_two_forms_of_one_occasion_make_one_talk(world: World) -> None:
    for instrument in ("gad-7", "phq-9"):
        told(world, instrument, (3, 15))
    assert len(waiting(world)) == 1
    answered(world, "after", 15)
    assert len(waiting(world)) == 2


def test_a_card_typed_in_late_shows_that_a_newer_sheet_was_harder(world: World) -> None:
    first = asked(world, "baseline")
    answered(world, "asked", 14)
    assert not waiting(world)
    ada = world.facilitator
    actions.submit_response(
        assignment=first, answers=adding_up("gad-7", 4), client_key=codes.new_code(), by=world.actor(ada),
        at=world.at + 20 * DAY, by_staff=ada,
    )  # fmt: skip
    assert len(waiting(world)) == 1


def test_what_was_answered_before_the_talk_counts_as_an_occasion(world: World) -> None:
    before = Assignment.objects.create(
        member=world.member, intake=world.group.intake, instrument="phq-9", version="1.0.0", occasion="screening",
        opens_at=world.at - 40 * DAY, closes_at=world.at - 5 * DAY,
    )  # fmt: skip
    actions.submit_response(
        assignment=before, answers=adding_up("phq-9", 3), client_key=codes.new_code(), by=world.actor(world.member),
        at=world.at - 39 * DAY,
    )  # fmt: skip
    answered(world, "baseline", 9, "phq-9")
    assert len(waiting(world)) == 1


def test_other_people_and_other_versions_are_not_set_side_by_side(world: World) -> None:
    answered(world, "baseline", 2)
    answered(world, "asked", 20, member=world.members[1])
    assert not waiting(world)
    sheet = asked(world, "after")
    first = Assignment.objects.get(member=world.member, occasion="baseline")
    Assignment.objects.filter(pk=first.pk).update(version="0.9.0")
    first.response.scores.update(rule="gad-7@0.9.0")
    actions.submit_response(
        assignment=sheet, answers=adding_up("gad-7", 20), client_key=codes.new_code(), by=world.actor(world.member),
        at=sheet.opens_at + DAY,
    )  # fmt: skip
    assert not waiting(world)


def test_who_has_left_is_talked_with_for_that_reason(world: World) -> None:
    answered(world, "baseline", 2)
    later = asked(world, "asked")
    Membership.objects.filter(user=world.member).update(left_at=world.at)
    ada = world.facilitator
    actions.submit_response(
        assignment=later, answers=adding_up("gad-7", 20), client_key=codes.new_code(), by=world.actor(ada),
        at=later.opens_at + DAY, by_staff=ada,
    )  # fmt: skip
    assert not waiting(world)

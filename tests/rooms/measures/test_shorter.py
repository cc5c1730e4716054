"""Where nobody could talk about a question the same day, the shorter form is what was answered; no line mixes both."""

import pytest

from kindcircle.base.lib import codes
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.asking import assign_for_group
from kindcircle.rooms.measures.course import own_courses
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.measures.queries import missing_wordings, scores_of
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.rooms.measures.course_sheets import DAY, adding_up, answered, asked
from tests.rooms.measures.sheets import bring_wording
from tests.world import World


def sent_at_night(world: World, occasion: str, answers: dict[str, int]) -> Assignment:
    sheet = asked(world, occasion, "phq-9")
    submit_response(
        assignment=sheet, answers=answers, client_key=codes.new_code(), by=world.actor(world.member),
        at=sheet.opens_at + DAY, left_out=True,
    )  # fmt: skip
    return Assignment.objects.get(pk=sheet.pk)


def test_two_forms_are_two_lines(world: World) -> None:
    answered(world, "baseline", 12, "phq-9")
    sheet = sent_at_night(world, "asked", {f"phq9_{number}": 1 for number in range(1, 9)})
    answered(world, "after", 6, "phq-9")
    assert sheet.given_out == ("phq-9", "1.0.0") and (sheet.instrument, sheet.version) == ("phq-8", "1.0.0")
    [found] = own_courses(world.member, by=world.actor(world.member), at=world.at + 200 * DAY)
    values = {line.id: [step.value for step in line.steps] for line in found.lines}
    assert values == {"phq-9.total": [12, 6], "phq-8.total": [8]}
    assert [row.value for row in scores_of(world.group, "phq-9", "total")] == [12, 6]


def test_it_counts_as_asked_and_no_words_are_missing(world: World) -> None:
    bring_wording(world, "phq-9")
    sheet = sent_at_night(world, "baseline", {"phq9_1": 3})
    assert asked(world, "baseline", "phq-9").pk == sheet.pk
    first = world.group.gatherings.order_by("number").first()
    assign_for_group(group=world.group, occasion="baseline", at=first.starts_at - DAY)
    mine = Assignment.objects.filter(group=world.group, member=world.member, occasion="baseline")
    assert not mine.filter(instrument="phq-9").exists() and mine.filter(instrument="phq-8").count() == 1
    assert "PHQ-8" not in missing_wordings(world.group)


def test_an_answer_that_came_all_the_same_is_heard_and_keeps_the_long_form(world: World) -> None:
    sheet = sent_at_night(world, "asked", adding_up("phq-9", 26) | {"phq9_9": 2})
    assert (sheet.instrument, sheet.in_place_of) == ("phq-9", "")
    assert Alert.objects.get(group=world.group).level == "concern"


def test_who_was_asked_for_both_keeps_both(world: World) -> None:
    asked(world, "asked", "phq-8")
    sheet = sent_at_night(world, "asked", {f"phq9_{number}": 1 for number in range(1, 9)})
    assert sheet.instrument == "phq-9"
    assert Score.objects.get(response__assignment=sheet, scale="total").state == "prorated"


@pytest.mark.parametrize(("before", "night", "tasks"), [(4, 8, 0), (3, 8, 1)])
def test_a_clear_rise_is_noticed_at_night_too(world: World, before: int, night: int, tasks: int) -> None:
    """Five points more than the last sheet: the line that was left out could only have added to it."""
    answered(world, "baseline", before, "phq-9")
    sent_at_night(world, "asked", {f"phq9_{number}": night // 8 for number in range(1, 9)})
    waiting = Task.objects.filter(organisation=world.organisation, kind=Kind.WORTH_A_TALK)
    assert waiting.count() == tasks
    answered(world, "after", 0, "phq-9")
    assert waiting.count() == tasks

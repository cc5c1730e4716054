"""How long the questions of each shipped programme take, and which weeks take more than three minutes."""

import pytest

from kindcircle.spec.asking import MOST_A_WEEK, sets_of, weeks_of
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.programmes import all_programmes, load_programme
from kindcircle.spec.shelves import SHIPPED

OVER = {
    # A measured trial of a group of its own: a check on safety and a weekly line besides the two of each meeting, and
    # the main outcome once more in the middle.
    ("compassionate-mind-group", "1"): dict.fromkeys(range(1, 14), 4) | {2: 5, 7: 13, 12: 5},
    # How people get on with one another, once, beside the weekly line.
    ("kind-to-a-body-that-hurts", "2"): {2: 4},
}


def test_no_week_of_a_shipped_programme_takes_more_than_three_minutes_but_those_named_here() -> None:
    found = {
        (plan.id, plan.version): {week.number: week.minutes for week in weeks_of(plan) if week.is_much}
        for plan in all_programmes(folder=SHIPPED)
    }
    assert {name: weeks for name, weeks in found.items() if weeks} == OVER


def test_the_minutes_are_those_of_the_definitions_each_asked_once() -> None:
    week = weeks_of(load_programme("compassionate-mind-group", "1"))[6]
    names = ("arrival-check", "safety-week", "fscrs-22", "phq-9", "after-session", "alliance-pulse", "wcc-6")
    assert week.minutes == sum(load_instrument(name).administration.minutes for name in names)
    assert week.at_home.asked == ((load_instrument("wcc-6").name, 1.0),)


def test_the_last_week_has_nothing_of_its_own_at_home() -> None:
    plan = load_programme("kind-to-a-body-that-hurts", "2")
    assert weeks_of(plan)[-1].at_home.asked == ()
    assert weeks_of(plan)[0].at_home.minutes == 1


@pytest.mark.parametrize(("occasion", "minutes"), [("screening", 5), ("baseline", 12), ("post", 14), ("follow-up", 12)])
def test_the_sets_around_the_weeks(occasion: str, minutes: int) -> None:
    assert sets_of(load_programme("eight-weeks-of-self-compassion", "1"))[occasion].minutes == minutes


def test_three_minutes_are_not_much_and_more_is() -> None:
    weeks = weeks_of(load_programme("eight-weeks-of-self-compassion", "1"))
    assert (weeks[1].minutes, weeks[1].is_much) == (MOST_A_WEEK, False)

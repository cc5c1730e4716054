"""How long the questions of each programme take, and that a newest version asks for three minutes a week at most."""

from collections.abc import Iterable

import pytest

from kindcircle.spec.asking import MOST_A_WEEK, sets_of, weeks_of
from kindcircle.spec.catalogue import startable
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.programmes import Programme, all_programmes, load_programme
from kindcircle.spec.shelves import SHIPPED

# The set of the middle, eight minutes at home beside the three of the week: an outcome of five minutes and a mood scale
# of three, which is asked of a clinical group half-way and has no shorter way.
ALLOWED = {("compassionate-mind-group", "2"): {6: 11}}
# Released before and still followed by groups that began with them.
EARLIER = {
    ("compassionate-mind-group", "1"): dict.fromkeys(range(1, 14), 4) | {2: 5, 7: 13, 12: 5},
    ("kind-to-a-body-that-hurts", "2"): {2: 4},
}


def over(plans: Iterable[Programme]) -> dict[tuple[str, str], dict[int, float]]:
    """The weeks above three minutes, by programme and version; those without one are left out."""
    found = {
        (plan.id, plan.version): {week.number: week.minutes for week in weeks_of(plan) if week.is_much}
        for plan in plans
    }
    return {name: weeks for name, weeks in found.items() if weeks}


def test_no_week_of_a_newest_version_takes_more_than_three_minutes_but_the_set_of_the_middle() -> None:
    newest = {plan.id: plan for plan in startable() if (SHIPPED / "programmes" / plan.id).is_dir()}
    assert len(newest) >= 9
    assert over(newest.values()) == ALLOWED


def test_only_versions_that_are_no_longer_the_newest_ask_for_more() -> None:
    assert over(all_programmes(folder=SHIPPED)) == ALLOWED | EARLIER


def test_the_shorter_plan_of_the_clinical_group_keeps_what_its_safety_and_its_outcome_rest_on() -> None:
    plan, before = load_programme("compassionate-mind-group", "2"), load_programme("compassionate-mind-group", "1")
    for number in range(1, 15):
        assert "safety-week" in plan.around("before", number), "the plain question comes each week"
        assert "after-session" in plan.around("after", number), "and so do steadiness and the box for a call"
    assert [number for number in range(1, 15) if "alliance-pulse" in plan.around("after", number)] == [2, 7, 12]
    assert plan.around("between", 6) == ("fscrs-22", "phq-9")
    assert [n for n in range(1, 15) if "arrival-check" not in plan.around("before", n)] == [2, 7, 12]
    for occasion in ("screening", "baseline", "post", "follow-up"):
        assert plan.instruments(occasion) == before.instruments(occasion)


def test_the_shorter_plan_of_the_four_weeks_keeps_the_weekly_line_at_start_middle_and_end() -> None:
    plan, before = load_programme("kind-to-a-body-that-hurts", "3"), load_programme("kind-to-a-body-that-hurts", "2")
    assert [plan.around("between", number) for number in (1, 2, 3)] == [("wcc-6",), ("alliance-pulse",), ("wcc-6",)]
    for occasion in ("screening", "baseline", "post", "follow-up"):
        assert plan.instruments(occasion) == before.instruments(occasion)
    for number in range(1, 5):
        assert [plan.around(at, number) for at in ("before", "after")] == [("arrival-check",), ("after-session",)]


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

"""The before-after record: what it counts, what it warns of, and what it will not show."""

import pytest

from kindcircle.stats.before_after import Context, analyse_before_after
from kindcircle.stats.change import Norms, ReliableChange
from kindcircle.stats.disclosure import Suppressed
from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.sentences import say

BEFORE = [20.0, 22, 25, 19, 30, 27, 24, 21]
AFTER = [18.0, 20, 26, 15, 22, 27, 20, None]


def keys(result):
    return [warning.key for warning in result.warnings]


def test_the_figures_of_a_small_group_by_hand():
    result = analyse_before_after(BEFORE, AFTER, better="lower")
    assert (result.pairs.n_listed, result.pairs.n, result.pairs.missing_after) == (8, 7, 1)
    assert (result.moved.up, result.moved.down, result.moved.same) == (1, 5, 1)
    assert result.change.estimate == pytest.approx(-19 / 7)
    assert result.change.dropped == (1,)
    assert result.g_raw.label == "g_raw"
    assert result.g_raw is result.effects["g_raw"]
    assert result.g_raw.interval().method.startswith("Wald")
    assert result.g_av.n == 7
    assert result.reliable is None
    assert keys(result) == ["W1", "W3", "W10"]
    assert result.sentence.key == "too_few.toward"


def test_below_five_complete_pairs_there_is_nothing_to_show():
    four = analyse_before_after(BEFORE, AFTER[:4] + [None] * 4, better="lower")
    assert four == Suppressed()
    own_file = analyse_before_after(BEFORE[:4], AFTER[:4], better="lower", smallest=0)
    assert own_file.sentence.key == "nothing"
    assert "W3.private" in keys(own_file)
    assert analyse_before_after(BEFORE, AFTER, smallest=8) == Suppressed()


def test_an_empty_or_single_list_is_undefined_not_an_error():
    assert analyse_before_after([], []) == Suppressed()
    nobody = analyse_before_after([], [], smallest=0)
    assert nobody.summary == nobody.change == nobody.g_raw == Undefined(Reason.NO_PAIRS)
    one = analyse_before_after([3, None], [4, 4], smallest=0)
    assert one.change == Undefined(Reason.TOO_FEW_PAIRS)
    assert one.sentence.key == "nothing"


def test_reliable_change_needs_a_reliability_and_a_direction():
    norms = Norms(reliability=0.9)
    result = analyse_before_after(BEFORE, AFTER, better="lower", norms=norms)
    assert isinstance(result.reliable, ReliableChange)
    assert keys(result)[-2:] == ["RC.own_spread", "RC.chance"]
    outside = analyse_before_after(BEFORE, AFTER, better="lower", norms=Norms(reliability=0.9, sd_before=5))
    assert "RC.own_spread" not in keys(outside)
    with pytest.raises(ValueError, match="higher or a lower"):
        analyse_before_after(BEFORE, AFTER, norms=norms)
    assert analyse_before_after(BEFORE, AFTER, norms=Norms(retest=0.7)).reliable is None


def test_regression_to_the_mean_is_said_with_its_size():
    # Mean before 23.86 of those with both scores; (1 - 0.7) · (14 - 23.857) = -2.957.
    norms = Norms(retest=0.7, mean_functional=14, sd_functional=10)
    result = analyse_before_after(BEFORE, AFTER, better="lower", norms=norms)
    assert result.expected_change == pytest.approx(0.3 * (14 - 167 / 7))
    assert keys(result)[:2] == ["W1.expected", "W2.distance"]
    assert "-3.0 points" in say(result.warnings[0])
    other_side = analyse_before_after(BEFORE, AFTER, better="higher", norms=norms)
    assert "W2.distance" not in keys(other_side)
    near = Norms(mean_functional=21, sd_functional=10)
    assert "W2.distance" not in keys(analyse_before_after(BEFORE, AFTER, better="lower", norms=near))
    chosen = analyse_before_after(BEFORE, AFTER, better="lower", context=Context(entry_used_cutoff=True))
    assert keys(chosen)[1] == "W2.entry"


def test_few_groups_many_outcomes():
    found = keys(analyse_before_after(BEFORE, AFTER, context=Context(groups=3, outcomes=4)))
    assert {"W4", "W8"} <= set(found)
    assert keys(analyse_before_after(BEFORE, AFTER, context=Context(groups=4, outcomes=1))) == ["W1", "W3", "W10"]


def test_drop_out_is_said_above_one_fifth_and_when_those_who_left_began_elsewhere():
    before = [10.0, 12, 14, 10, 12, 14, 10, 14]
    six = [9.0, 9, 9, 9, 9, 9, None, None]
    assert "W5.many" in keys(analyse_before_after(before, six))
    assert "W5.different" not in keys(analyse_before_after(before, six))
    far = [*before[:6], 20.0, 22.0]
    assert "W5.different" in keys(analyse_before_after(far, six))
    only_one_left = analyse_before_after(far[:7], six[:7])
    assert only_one_left.pairs.missing_after == 1
    assert "W5.different" not in keys(only_one_left)
    fifth = analyse_before_after([*before[:4], 12.0], [9.0, 9, 9, 9, None], smallest=4)
    assert "W5.many" not in keys(fifth)


@pytest.mark.parametrize("ends, warned", [((20, 60), True), ((0, 29), True), ((0, 60), False), ((18, 31), False)])
def test_a_scale_that_is_already_at_its_end(ends, warned):
    before = [20.0, 20, 25, 21, 29, 29, 24, 21]
    found = keys(analyse_before_after(before, AFTER, context=Context(scale_ends=ends)))
    assert ("W7" in found) is warned


def test_a_changed_form_gives_no_figures_at_all():
    norms = Norms(reliability=0.9)
    result = analyse_before_after(BEFORE, AFTER, better="lower", norms=norms, context=Context(same_version=False))
    changed = Undefined(Reason.VERSION_CHANGED)
    assert result.summary == result.change == result.g_raw == result.reliable == changed
    assert result.moved.n == 0
    assert result.sentence.key == "version_changed"
    assert "W6" in keys(result)

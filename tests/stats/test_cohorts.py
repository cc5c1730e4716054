"""Groups side by side from their sums alone: the figures are those of the people, and a sentence fits each case."""

import numpy as np
import pytest

from kindcircle.stats.cohorts import along_with, in_one, moments, side_by_side, through, together
from kindcircle.stats.effects.paired import change_of
from kindcircle.stats.mediation import Model, bootstrap, mediate
from kindcircle.stats.meta import egger, pool, read_studies
from kindcircle.stats.results import Reason, Undefined
from kindcircle.stats.sentences import say


def groups(count: int, size: int = 9, *, seed: int = 5) -> list[np.ndarray]:
    """Meetings, change in between and change of each person, with groups that differ."""
    draw = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        meetings = draw.integers(1, 9, size).astype(float)
        between = 0.4 * meetings + draw.normal(draw.normal(0, 2), 1, size)
        made.append(np.array([meetings, between, 0.7 * between + 0.1 * meetings + draw.normal(0, 1, size)]))
    return made


def changes(*means: float, n: int = 14, sd: float = 1.0):
    return [change_of(mean, sd, n=n, dropped=1) for mean in means]


@pytest.mark.parametrize(
    ("means", "n", "key"),
    [
        ((), 14, "programme.none"),
        ((1.0,), 14, "programme.one"),
        ((1.0, 1.0, -1.0), 14, "programme.few"),
        ((1.0, 1.0, 1.0, 0.1), 14, "programme.toward"),
        ((1.0, 1.0, 0.1, 0.1), 14, "programme.unclear"),
        ((1.0, 1.0, 1.0, 1.0), 11, "programme.unclear"),
        ((1.0, 1.0, 1.0, -1.0), 14, "programme.apart"),
        ((-1.0, -1.0, 0.1, 0.1), 14, "programme.away"),
    ],
)
def test_one_sentence_by_rule(means, n, key):
    found = side_by_side(changes(*means, n=n), "higher")
    assert found.key == key
    # Turned round with its direction it is the same sentence.
    assert side_by_side(changes(*(-one for one in means), n=n), "lower") == found
    assert "%" not in say(found)


@pytest.mark.parametrize(
    ("means", "better", "key"),
    [
        ((1.0, 1.2), "higher", "pooled.few"),
        ((1.0, 1.2, 0.8, 1.1), "higher", "pooled.toward"),
        ((1.0, 1.2, 0.8, 1.1), "lower", "pooled.away"),
        ((1.0, -1.2, 0.8, -1.1), "lower", "pooled.unclear"),
    ],
)
def test_the_sentence_that_goes_with_the_mean(means, better, key):
    found = in_one(together(changes(*means)), better)
    assert found.key == key and "no comparison group" in say(found)


def test_groups_are_pooled_as_studies_are_and_little_is_told_of_few():
    means = [0.3, 0.9, -0.2, 1.4, 0.5, 0.8, 0.1, 1.1, 0.6, 0.4]
    made = [change_of(mean, 1 + place / 10, n=6 + place, dropped=0) for place, mean in enumerate(means)]
    studies = read_studies([one.estimate for one in made], se=[one.se for one in made])
    found = together(made)
    assert found.pooled == pool(studies)
    assert found.range == pool(studies).prediction_interval()
    assert found.lean == egger(studies)
    nine = together(made[:9])
    assert nine.lean == Undefined(Reason.TOO_FEW_STUDIES) and not isinstance(nine.range, Undefined)
    assert isinstance(together(made[:4]).range, Undefined)
    assert together(made[:1]) == Undefined(Reason.ONE_STUDY) and together([]) == Undefined(Reason.NO_STUDIES)
    # Groups that differ less than chance would have it: the interval that is never narrower stands beside.
    alike = together(changes(1.0, 1.01, 1.02, 1.0))
    assert alike.careful.low < alike.pooled.interval().low


def test_a_group_in_which_all_changed_alike_has_no_weight():
    assert together([*changes(1.0, 1.2), change_of(1.0, 0.0, n=6, dropped=0)]).pooled.k == 2


def test_what_goes_along_is_compared_within_groups_alone():
    made = groups(6)
    found = along_with([moments(one[[0, 2]]) for one in made])
    design = np.concatenate([one[0] for one in made])
    outcome = np.concatenate([one[2] for one in made])
    dummies = np.kron(np.eye(6), np.ones((9, 1)))
    table = np.column_stack([design, dummies])
    b, left, _rank, _values = np.linalg.lstsq(table, outcome, rcond=None)
    df = len(outcome) - 7
    error = np.sqrt(left[0] / df * np.linalg.inv(table.T @ table)[0, 0])
    assert found.slope == pytest.approx(b[0], rel=1e-10)
    assert (found.interval.high - found.interval.low) / 2 == pytest.approx(error * 2.0117405, rel=1e-6)
    assert (found.n, found.groups) == (54, 6)
    # That one group is better off as a whole moves nothing.
    moved = [one + np.array([[0], [0], [place * 10.0]]) for place, one in enumerate(made)]
    assert along_with([moments(one[[0, 2]]) for one in moved]).slope == pytest.approx(found.slope, rel=1e-9)


def test_too_few_and_no_spread_have_a_reason():
    made = groups(2, 5)
    assert along_with([moments(made[0][[0, 2]])]) == Undefined(Reason.TOO_FEW_GROUPS)
    assert along_with([moments(one[[0, 2]]) for one in made]) == Undefined(Reason.TOO_FEW_DEGREES)
    same = [moments([[4.0] * 9, one[2]]) for one in groups(3)]
    assert along_with(same) == Undefined(Reason.NO_SPREAD)
    line = [moments([one[0], 2 * one[0]]) for one in groups(3)]
    assert along_with(line) == Undefined(Reason.NO_SPREAD_LEFT)


def test_the_way_over_a_change_in_between_is_that_of_the_people_themselves():
    made = groups(24)
    found = through([moments(one) for one in made], seed=11)
    centred = [one - one.mean(axis=1, keepdims=True) for one in made]
    data = {
        name: np.concatenate([one[place] for one in centred]).tolist()
        for place, name in enumerate(("meetings", "between", "change"))
    }
    model = Model(x="meetings", mediators=("between",), y="change")
    direct = mediate(data, model).effects
    assert found.indirect == pytest.approx(direct["ind_m1"], rel=1e-9)
    assert found.direct == pytest.approx(direct["cp"], rel=1e-8)
    assert found.total == pytest.approx(direct["total"], rel=1e-9)
    which = [str(place) for place in range(24) for _ in range(9)]
    drawn = bootstrap(data, model, resamples=5000, generator=np.random.default_rng(11), group=which)
    assert found.indirect_limits.low == pytest.approx(drawn.interval("ind_m1").low, rel=1e-6)
    assert (found.n, found.groups, found.seed) == (216, 24, 11)
    assert through([moments(one) for one in made[:19]], seed=1) == Undefined(Reason.TOO_FEW_GROUPS)

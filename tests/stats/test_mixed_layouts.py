"""Summing up and turning blocks before the search changes nothing: the likelihood is that of the whole covariance."""

import math

import numpy as np
import pytest

from kindcircle.stats import mixed
from kindcircle.stats.design import Factor, read_formula
from kindcircle.stats.mixed.likelihood import evaluate, second_order

ARMS = {"arm": Factor(("a", "b")), "visit": Factor(("v0", "v1", "v2", "v3"))}
FORMULAS = [
    ("y ~ time * arm + (1 | group) + (1 | person)", None),
    ("y ~ time + (time | person)", None),
    ("y ~ time + (time | group) + (1 | person)", "arm"),
    ("y ~ arm + (1 | group)", "visit"),
    ("y ~ arm * visit + us(visit | person)", None),
    ("y ~ time + arm", None),
    ("y ~ time + (1 | group) + (1 | visit)", None),
]


def circles(*, groups: int, gaps: float, loose: float) -> dict[str, list]:
    """Circles of different arms, in an order of no meaning, with gaps and visits that are not quite on time."""
    rng = np.random.default_rng(20)
    rows = []
    for group, person, visit in np.ndindex(groups, 4, 4):
        if rng.random() >= gaps:
            late = visit + rng.normal(0, loose) if loose else float(visit)
            own = (group * 7 % 5) / 2 + (group * 4 + person) * 11 % 9 / 3
            rows.append((1000 + own + late / 2 + rng.normal(), late, "ab"[group % 2], f"v{visit}", f"g{group}", person))
    rng.shuffle(rows)
    table = dict(zip(("y", "time", "arm", "visit", "group"), map(list, list(zip(*rows, strict=True))[:5]), strict=True))
    return table | {"person": [f"{row[4]} {row[5]}" for row in rows]}


def whole(problem: mixed.Problem, table: dict[str, list], residual_by: str | None) -> list[np.ndarray]:
    """What each variance and covariance stands before, as one matrix over all rows, straight from the model."""
    varying = [(term.values, np.array(table[term.group])) for term in problem.terms]
    if problem.visits:
        here = np.array(table["visit"])[:, None] == np.array(problem.visits)
        varying.append((here.astype(float), np.array(table["person"])))
    found = []
    for values, group in varying:
        same = group[:, None] == group[None]
        for i, j in zip(*np.tril_indices(values.shape[1]), strict=True):
            product = np.outer(values[:, i], values[:, j])
            found.append(same * (product if i == j else product + product.T))
    if not problem.visits:
        stratum = np.array(table[residual_by]) if residual_by else np.full(problem.n, "")
        found += [np.diag((stratum == one).astype(float)) for one in problem.residual]
    return found


@pytest.mark.parametrize(("formula", "residual_by"), FORMULAS)
@pytest.mark.parametrize(("gaps", "loose"), [(0, 0), (0.2, 0), (0, 0.1)])
def test_sums_are_those_of_the_whole_covariance(
    formula: str, residual_by: str | None, gaps: float, loose: float
) -> None:
    table = circles(groups=14, gaps=gaps, loose=loose)
    problem = mixed.prepare(read_formula(formula), table, factors=ARMS, residual_by=residual_by)
    g = whole(problem, table, residual_by)
    theta = np.concatenate([np.diag(np.linspace(1, 2, size))[np.tril_indices(size)] for size in problem.sizes])
    theta = np.where(theta == 0, 0.1, theta)

    inverse = np.linalg.inv(sum(value * part for value, part in zip(theta, g, strict=True)))
    x, y = problem.x, problem.y
    crossed = x.T @ inverse @ x
    beta = np.linalg.solve(crossed, x.T @ inverse @ y)
    left = inverse @ (y - x @ beta)
    likelihood = -0.5 * (
        -np.linalg.slogdet(inverse)[1]
        + np.linalg.slogdet(crossed)[1]
        + (y - x @ beta) @ left
        + (len(y) - x.shape[1]) * math.log(2 * math.pi)
    )
    projected = inverse - inverse @ x @ np.linalg.solve(crossed, x.T @ inverse)

    found = evaluate(theta, problem.stacked, restricted=True, information=True)
    assert found.log_likelihood == pytest.approx(likelihood, rel=1e-11)
    assert found.beta == pytest.approx(beta, rel=1e-9, abs=1e-9)
    assert found.covariance == pytest.approx(np.linalg.inv(crossed), rel=1e-9, abs=1e-12)
    assert found.slope == pytest.approx(
        np.array([0.5 * (left @ part @ left - np.trace(projected @ part)) for part in g]), rel=1e-8, abs=1e-8
    )
    traces = [[np.trace(inverse @ one @ inverse @ other) for other in g] for one in g]
    assert found.traces == pytest.approx(np.array(traces), rel=1e-9, abs=1e-9)
    second = [[x.T @ inverse @ one @ inverse @ other @ inverse @ x for other in g] for one in g]
    assert second_order(theta, problem.stacked) == pytest.approx(np.array(second), rel=1e-9, abs=1e-8)


def test_circles_alike_are_worked_on_once_and_single_answers_are_few() -> None:
    table = circles(groups=14, gaps=0, loose=0)
    problem = mixed.prepare(read_formula("y ~ time * arm + (1 | group) + (1 | person)"), table, factors=ARMS)
    of_groups, rest = problem.stacked.blocks
    assert of_groups.rows.shape == (14, 16)
    assert of_groups.g.shape[1] == 1
    assert of_groups.g.shape[2] <= 5  # four people and their group, out of sixteen answers
    assert of_groups.g.shape[2] * 14 + rest.times.sum() == problem.n


def test_what_groups_deviate_by_is_their_best_prediction() -> None:
    table = circles(groups=14, gaps=0.1, loose=0)
    found = mixed.fit(mixed.prepare(read_formula("y ~ time + (1 | group) + (1 | person)"), table))
    assert isinstance(found, mixed.Fitted)
    place = [term.group for term in found.problem.terms].index("group")
    v = sum(
        float(matrix[0, 0]) * (np.array(table[name])[:, None] == np.array(table[name])[None])
        for name, matrix in zip([term.group for term in found.problem.terms], found.covariances, strict=False)
    )
    v = v + found.residual_variance * np.eye(found.problem.n)
    left = np.linalg.solve(v, found.problem.y - found.problem.x @ found.sums.beta)
    for label, effect in found.effects(place).items():
        own = float(found.covariances[place][0, 0]) * left[np.array(table["group"]) == label].sum()
        assert float(effect[0]) == pytest.approx(own, rel=1e-8, abs=1e-10)

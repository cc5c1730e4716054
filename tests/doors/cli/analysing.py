"""Data files for every method of `kindcircle analyse`, and one way to run them."""

import json

import numpy as np
from click.testing import CliRunner

from kindcircle.doors.cli.analyse import analyse


def table(**columns):
    names = list(columns)
    rows = zip(*columns.values(), strict=True)
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in rows]
    return "\n".join([",".join(names), *lines]) + "\n"


def rounded(values):
    return [round(float(value), 3) for value in values]


def people_file():
    """24 people in two arms and four groups, three items, a start and an end, paths between them."""
    g = np.random.default_rng(7)
    n = 24
    start = g.normal(20, 5, n)
    trait = g.normal(0, 1, n)
    arm = ["a", "b"] * 12
    end = start * 0.6 + g.normal(0, 3, n) - np.array([3.0, 0.0] * 12)
    m1 = 0.5 * start + g.normal(0, 2, n)
    m2 = 0.4 * m1 + g.normal(0, 2, n)
    return table(
        id=range(1, n + 1),
        arm=arm,
        group=[f"g{place // 6}" for place in range(n)],
        before=rounded(start),
        after=rounded(end),
        i1=np.clip(np.round(3 + trait + g.normal(0, 0.7, n)), 1, 5).astype(int),
        i2=np.clip(np.round(3 + trait + g.normal(0, 0.7, n)), 1, 5).astype(int),
        i3=np.clip(np.round(3 + trait + g.normal(0, 0.7, n)), 1, 5).astype(int),
        m1=rounded(m1),
        m2=rounded(m2),
        stayed=[1] * 20 + [0] * 4,
        harmed=[0] * n,
    )


def studies_file(k=12):
    g = np.random.default_rng(3)
    se = 0.1 + 0.03 * np.arange(k)
    y = g.normal(0.4, 0.25, k) + g.normal(0, 1, k) * se
    return table(
        study=[f"Study {place}" for place in range(1, k + 1)],
        yi=rounded(y),
        sei=rounded(se),
        vi=[round(float(one) ** 2, 5) for one in se],
        weeks=rounded(g.integers(4, 12, k)),
    )


def visits_file():
    g = np.random.default_rng(5)
    rows = {"group": [], "person": [], "arm": [], "time": [], "y": []}
    for group in range(8):
        lift = g.normal(0, 0.7)
        for member in range(6):
            own = g.normal(0, 1)
            for time in range(3):
                rows["group"].append(f"g{group}")
                rows["person"].append(f"g{group}m{member}")
                rows["arm"].append("programme" if group % 2 else "waitlist")
                rows["time"].append(time)
                rows["y"].append(round(10 + lift + own + time * (0.8 if group % 2 else 0.1) + g.normal(0, 0.8), 3))
    return table(**rows)


def ratings_file(groups=6, size=5):
    g = np.random.default_rng(2)
    rows = {"group": [], "rater": [], "target": [], "liking": [], "again": []}
    for group in range(groups):
        actor, partner = g.normal(0, 1, size), g.normal(0, 0.7, size)
        for one in range(size):
            for two in range(size):
                if one == two:
                    continue
                value = 4 + actor[one] + partner[two] + g.normal(0, 0.8)
                rows["group"].append(group + 1)
                rows["rater"].append(f"p{one}")
                rows["target"].append(f"p{two}")
                rows["liking"].append(round(float(value), 3))
                rows["again"].append(round(float(value + g.normal(0, 0.4)), 3))
    return table(**rows)


def sessions_file():
    g = np.random.default_rng(1)
    rows = {"group": [], "member": [], "session": [], "came": []}
    for member in range(10):
        for session in range(6):
            rows["group"].append(f"g{member // 5}")
            rows["member"].append(f"m{member}")
            rows["session"].append(session + 1)
            rows["came"].append(int(g.random() < 0.85))
    return table(**rows)


# Every method that reads a file: its data, its words, and whether it draws.
METHODS = {
    "before-after": (people_file, ("--before", "before", "--after", "after", "--better", "lower")),
    "two-arms": (
        people_file,
        ("--outcome", "after", "--before", "before", "--arm-col", "arm", "--arm", "a", "--versus", "b"),
    ),
    "reliability": (people_file, ("--items", "i1,i2,i3", "--span", "1", "5", "--group", "group")),
    "mediation": (people_file, ("--x", "before", "--m", "m1", "--m", "m2", "--y", "after", "--resamples", "1000")),
    "feasibility": (
        sessions_file,
        ("--member", "member", "--attended", "came", "--session", "session", "--group", "group"),
    ),
    "meta": (studies_file, ("--estimate", "yi", "--se", "sei", "--study", "study")),
    "mixed": (
        visits_file,
        ("--formula", "y ~ time * arm + (1 | group) + (1 | person)", "--factor", "arm=waitlist"),
    ),
    "round-robin": (
        ratings_file,
        ("--rater", "rater", "--target", "target", "--group", "group", "--rating", "liking"),
    ),
}


def run(*words):
    return CliRunner().invoke(analyse, [*map(str, words)], catch_exceptions=False)


def figures(*words):
    result = run(*words, "--json")
    assert result.exit_code == 0, result.stderr

    def refuse(text):
        raise AssertionError(f"{text} in the figures")

    return json.loads(result.stdout, parse_constant=refuse)

"""Limits by resampling on the command line: the same seed gives the same figures, and counts stand beside them."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from kindcircle.doors.cli.analyse import analyse


def said(*words: str | Path, code: int = 0) -> str:
    done = CliRunner().invoke(analyse, [str(word) for word in words])
    assert done.exit_code == code, done.output
    return done.output


@pytest.fixture
def items(tmp_path: Path) -> Path:
    rng = np.random.default_rng(1)
    trait = rng.normal(3, 1, size=(60, 1))
    rows = np.clip(np.round(trait + rng.normal(size=(60, 3))), 1, 5).astype(int).tolist()
    file = tmp_path / "items.csv"
    file.write_text("a,b,c\n" + "\n".join(",".join(map(str, row)) for row in rows) + "\n,2,3\n", encoding="utf-8")
    return file


def test_alpha_has_limits_from_resampled_people(items: Path) -> None:
    words = ("reliability", items, "--items", "a,b,c", "--bootstrap", "1000")
    found, again, other = (
        json.loads(said(*words, "--json", "--seed", seed))["alpha_resampled"] for seed in ("4", "4", "5")
    )
    assert found == again and found["interval"] != other["interval"]
    assert (found["resamples"], found["seed"], found["n"], found["dropped"]) == (1000, 4, 60, 1)
    record = json.loads(said(*words, "--json"))
    alpha = record["alpha"]["estimate"]
    for kind in ("interval", "interval_bca"):
        assert found[kind]["low"] < alpha < found[kind]["high"]
    assert "1000 resamples of people, seed 4" in said(*words, "--seed", "4")


def test_without_the_option_nothing_is_resampled(items: Path) -> None:
    words = ("reliability", items, "--items", "a,b,c")
    assert json.loads(said(*words, "--json"))["alpha_resampled"] is None
    assert "resamples" not in said(*words)
    assert "--bootstrap" in said(*words, "--bootstrap", "20", code=2)


@pytest.fixture
def circles(tmp_path: Path) -> Path:
    rng = np.random.default_rng(2)
    group, _person = (part.ravel() for part in np.indices((6, 5)))
    y = rng.normal(0, 2, 6)[group] + rng.normal(size=30)
    rows = [f"{value:.3f},{one % 2},g{one}" for value, one in zip(y, group, strict=True)]
    file = tmp_path / "circles.csv"
    file.write_text("y,arm,group\n" + "\n".join(rows) + "\n,1,g1\n", encoding="utf-8")
    return file


def test_a_mixed_model_has_limits_from_refits(circles: Path) -> None:
    words = ("mixed", circles, "--formula", "y ~ arm + (1 | group)", "--bootstrap", "100", "--seed", "3")
    record = json.loads(said(*words, "--json"))
    found, arm = record["resampled"], record["resampled"]["effects"]["arm"]
    assert (found["resamples"], found["seed"], found["failed"], record["dropped"]) == (100, 3, 0, 1)
    assert arm["interval"]["low"] < arm["interval_percentile"]["low"] < arm["estimate"]
    assert arm["estimate"] == pytest.approx(record["effects"]["arm"]["estimate"])
    assert 0 < arm["p"] <= 1 and arm["limits_move_by"] > 0
    text = said(*words)
    assert "From 100 refits" in text and "seed 3" in text and "another seed moves its ends by" in text
    assert json.loads(said(*words, "--json"))["resampled"] == found


def test_groups_that_look_alike_are_said_to_make_refits_too_sure(tmp_path: Path) -> None:
    file = tmp_path / "alike.csv"
    rows = [f"{value},g{group}" for group in range(5) for value in (1.0, 2.0, 4.0, 5.0)]
    file.write_text("y,group\n" + "\n".join(rows) + "\n", encoding="utf-8")
    words = ("mixed", file, "--formula", "y ~ 1 + (1 | group)", "--json")
    drawn, plain = (json.loads(said(*words, *more))["warnings"] for more in (("--bootstrap", "100"), ()))
    assert "W11.edge.drawn" in [one["key"] for one in drawn]
    assert "W11.edge.drawn" not in [one["key"] for one in plain]

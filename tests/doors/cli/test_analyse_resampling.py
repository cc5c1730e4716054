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

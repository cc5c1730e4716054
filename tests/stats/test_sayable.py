"""What can and cannot be said: by rule, never both at once, and every rule stands in the table for review."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.before_after import Context, analyse_before_after
from kindcircle.stats.change import Norms
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.sayable import sayable
from kindcircle.stats.sentences import TEXTS, say

TABLE = Path(__file__).resolve().parents[2] / "docs" / "methods" / "before-after.md"
PROGRAMMES = TABLE.parents[1] / "reference" / "programme-report.md"
NORMS = Norms(reliability=0.83, sd_before=3.4)
BEFORE = [14.0, 12, 16, 9, 11, 13, 15, 10]
AFTER = [8.0, 12, 9, 10, 4, 13, None, 6]


def keys(before, after, *, norms=None, same_version=True, unwanted=0, held=4) -> tuple[list[str], list[str]]:
    found = analyse_before_after(before, after, better="lower", norms=norms, context=Context(same_version=same_version))
    both = sayable(found, unwanted=Proportion(unwanted, len(before)), meetings_held=held)
    assert all(say(one) for one in (*both.can, *both.cannot))
    return [one.key for one in both.can], [one.key for one in both.cannot]


def test_eight_people_of_whom_one_did_not_answer_again():
    can, cannot = keys(BEFORE, AFTER, norms=NORMS)
    assert can == ["can.came", "can.unwanted", "can.moved", "can.reliable"]
    assert set(cannot) == {
        "cannot.cause", "cannot.average", "cannot.one", "cannot.missing", "cannot.others", "cannot.safe"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "there", "absent"),
    [
        ({}, "cannot.usual", "cannot.one"),
        ({"norms": NORMS}, "cannot.one", "cannot.usual"),
        ({"same_version": False}, "cannot.version", "can.moved"),
        ({"unwanted": 1}, "cannot.others", "cannot.safe"),
        ({"held": 0}, "can.unwanted", "can.came"),
    ],
)
def test_each_rule_by_itself(more, there, absent):
    said = [key for part in keys(BEFORE, AFTER, **more) for key in part]
    assert there in said and absent not in said


@pytest.mark.parametrize(
    ("n", "key"), [(4, "cannot.private"), (5, "cannot.average"), (11, "cannot.average"), (12, "can.average")]
)
def test_the_lines_between_too_few_and_enough(n, key):
    said = [one for part in keys([10.0 + k for k in range(n)], [9.0 + 2 * k for k in range(n)]) for one in part]
    assert [one for one in said if one in ("cannot.private", "cannot.average", "can.average")] == [key]


@given(st.lists(st.tuples(st.none() | st.integers(0, 21), st.none() | st.integers(0, 21)), max_size=20), st.booleans())
def test_no_group_is_ever_said_to_show_a_cause(scores, known):
    can, cannot = keys([one for one, _ in scores], [two for _, two in scores], norms=NORMS if known else None)
    assert {"cannot.cause", "cannot.others"} <= set(cannot)
    assert not {key.partition(".")[2] for key in can} & {key.partition(".")[2] for key in cannot}


def test_every_rule_stands_in_the_table_that_is_reviewed():
    rules = {key for key in TEXTS if not key.startswith(("W", "RC"))} | {"W1.points", "W1.effect"}
    reviewed = TABLE.read_text(encoding="utf-8") + PROGRAMMES.read_text(encoding="utf-8")
    assert rules <= set(re.findall(r"`([\w.]+)`", reviewed))
    printed = {key for key in TEXTS if key.startswith(("W3.groups", "W5.groups", "W6.groups", "W15.league", "W18"))}
    assert all(key in PROGRAMMES.read_text(encoding="utf-8") for key in printed)

"""`kindcircle measures list` names every questionnaire; one without a form says why, there and where words come in."""

import json

import pytest
from click.testing import CliRunner, Result

from kindcircle.doors.cli.measures import measures
from kindcircle.spec.instruments import all_instruments
from kindcircle.spec.slots import load_slots

SLOTS = load_slots().slots


def say(*words: str) -> Result:
    return CliRunner().invoke(measures, words)


def test_every_questionnaire_is_listed_once() -> None:
    found = say("list", "--json")
    assert found.exit_code == 0
    listed = json.loads(found.stdout)
    assert sorted(one["id"] for one in listed) == sorted([one.id for one in all_instruments()] + [s.id for s in SLOTS])
    standing = {one["id"]: one["standing"] for one in listed}
    assert (standing["wcc-6"], standing["phq-9"], standing["ors-4"]) == ("ours", "words_needed", "no_form")
    assert {one["id"]: one["why"] for one in listed if "why" in one} == {one.id: one.why for one in SLOTS}


def test_people_read_one_line_each_and_below_it_why_there_is_no_form() -> None:
    lines = say("list").stdout.splitlines()
    assert len(lines) == len(all_instruments()) + 2 * len(SLOTS)
    [heart] = [line for line in lines if line.startswith("hrv ")]
    assert heart.endswith("from a device (no form here)")
    assert lines[lines.index(heart) + 1].strip() == "It is measured, not asked."
    assert any(line.startswith("illness-burden") and line.endswith("(1 question, ready to ask)") for line in lines)


@pytest.mark.parametrize("one", SLOTS, ids=lambda one: one.id)
def test_words_of_one_without_a_form_are_not_taken_in(one) -> None:
    found = say("import", "no-such-file.csv", "--instrument", one.id)
    assert found.exit_code == 2
    assert one.why in found.stderr

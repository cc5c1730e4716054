"""Two ways of scoring, written apart, agree on every form that anybody could send.

In the ordinary run each questionnaire is asked a thousand times. The whole proof, 100,000 times each:
ANSWER_SETS=100000 pytest -n 4 tests/spec/test_second_scorer.py
"""

import os
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from kindcircle.spec.instruments import read_definition
from kindcircle.spec.safety import positive
from kindcircle.spec.scoring import form_state, score
from tests.spec.second_scorer import NONE, Forms, all_files, chunks, make_forms, plain, score_all, spoken, whole_form

SETS = int(os.environ.get("ANSWER_SETS", "1000"))
SEED = int(os.environ.get("ANSWER_SEED", "6"))


def differences(file: Path, forms: Forms) -> list[str]:
    """Where the two do not say the same, for forms of one questionnaire."""
    one, definition = plain(file), read_definition(file)
    second, states, hits = score_all(one, forms), None, spoken(one, forms)
    states = whole_form(one, second)
    found = []
    for row, answers in enumerate(forms.given):
        results = score(definition, answers)
        for result in results:
            other = second[result.score]
            said = (
                result.exact, result.category or "", str(result.state), result.band or "",
                NONE if result.rounded is None else result.rounded, result.answered, result.of,
            )  # fmt: skip
            bottom = int(other.bottom[row])
            expected = (
                Fraction(int(other.top[row]), bottom) if bottom else None, other.word[row], other.state[row],
                other.band[row], int(other.rounded[row]) if bottom and len(other.rounded) else NONE,
                int(other.answered[row]), other.of,
            )  # fmt: skip
            if said != expected:
                found.append(f"{definition.rule} {result.score}: {said} and {expected} for {answers}")
        if results and str(form_state(definition, results)) != states[row]:
            found.append(f"{definition.rule}: the form is {form_state(definition, results)} and {states[row]}")
        told = {hit.rule for hit in positive(definition, answers)}
        if told != {rule for rule, rows in hits.items() if rows[row]}:
            found.append(f"{definition.rule}: {told} spoke of {answers}")
    return found


@pytest.mark.parametrize("file", all_files(), ids=lambda file: f"{file.parent.name}@{file.stem}")
def test_both_ways_of_scoring_agree(file: Path) -> None:
    for many, lot in chunks(SETS):
        forms = make_forms(plain(file), many, seed=SEED * 1000 + lot)
        assert differences(file, forms) == []


def test_the_made_up_forms_meet_everything_that_can_happen() -> None:
    """Whole, prorated, partial, not scorable, invalid; every band; every safety rule with and without."""
    states: Counter[str] = Counter()
    for file in all_files():
        one = plain(file)
        forms = make_forms(one, 1500, seed=SEED)
        found = score_all(one, forms)
        states.update(whole_form(one, found) if found else ())
        for rule, rows in spoken(one, forms).items():
            assert rows.any() and not rows.all(), (one["id"], rule)
        for bands in one["bands"]:
            missed = {cut["id"] for cut in bands["cuts"]} - set(found[bands["score"]].band)
            assert not missed, (one["id"], missed)
    assert {"complete", "prorated", "partial", "not_scorable", "invalid"} <= set(states)
    assert min(states[name] for name in ("complete", "prorated", "partial", "not_scorable", "invalid")) > 100


def test_a_wrong_second_way_is_noticed() -> None:
    """The comparison can fail: one turned-round item in the plain file is seen."""
    [file] = [file for file in all_files() if file.parent.name == "pss-10"]
    one = plain(file)
    forms = make_forms(one, 200, seed=1)
    one["scores"][0]["reverse"] = one["scores"][0]["reverse"][1:]
    changed = score_all(one, forms)
    same = score_all(plain(file), forms)
    assert (changed["total"].top != same["total"].top).any()

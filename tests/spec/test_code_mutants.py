"""Every small mistake in the code that scores, and in what tells a change from ups and downs, is noticed by a test.

As for the safety path (`tests/rooms/safety/test_alert_mutants.py`): comparisons are turned and moved by one, conditions
and parts of them left out, sums made products, numbers moved. After each of these at least one test must object. What
nobody could notice is named here, with the reason.

In the ordinary run one change of every so many is tried. All of them, in some minutes:
MUTANTS=all pytest -s tests/spec/test_code_mutants.py
"""

import os
from collections.abc import Iterator

import pytest

from kindcircle.rooms.measures import norms as house_norms
from kindcircle.spec import norms, scoring
from kindcircle.stats import change, own_course
from tests.rooms.measures import test_course
from tests.rooms.safety.jury import Jury
from tests.rooms.safety.mutants import Mutant, of_functions
from tests.spec import test_norms, test_rule_mutants, test_scoring, test_scoring_edges
from tests.stats import test_change, test_own_course

TESTS = (test_scoring, test_scoring_edges, test_rule_mutants, test_norms, test_change, test_own_course, test_course)
LONG = ("test_every_wrong_rule_is_noticed", "test_a_second_implementation_agrees_on_every_whole_form")
"""They take as long as everything else together; the others have to notice by themselves."""

RULES = {
    scoring: [
        "ScoreResult.value", "ScoreResult.missing", "ScoreResult.given", "problems", "number_of", "score", "form_state",
        "answers_in_order", "is_shown", "half_up", "_asked", "_value", "_fault", "_known_under",
        "_from_items", "_mean_where", "_reversed_values", "_from_scores", "_finish", "_symptom_count", "_result",
        "_band", "_exactly",
    ],
    norms: ["is_validated", "may_be_used", "with_error", "with_spread", "_in_definition"],
    house_norms: ["Known.norms", "known_of", "spread_here"],
    own_course: [
        "Band.low", "Band.high", "words_for", "beside", "band", "stretches", "_half", "_beyond", "_change",
    ],
    change: ["reliable_change", "cutoff_value", "_crossed", "_category", "_near_the_end"],
}  # fmt: skip
"""Operations, what is left blank, factors and tables, states, bands, rounding; which norm counts; what a change is."""

AS_LONG = "both are as long as each other by then"
NO_NUMBER = "without a number nobody asks whether it was scaled up"
FOR_TYPES = "said for whoever reads the types: it cannot be"

SAME = {
    "scoring.answers_in_order: True -> False": AS_LONG,
    "scoring._known_under: True -> False": AS_LONG,
    "scoring._mean_where: True -> False": AS_LONG,
    "scoring.half_up: value < 0 < whole -> value <= 0 < whole": "of nothing the whole part is nothing",
    "scoring._from_items: False -> True": NO_NUMBER,
    "scoring._from_scores: False -> True": NO_NUMBER,
    "scoring._mean_where: mark is not None and mark >= one.where.at_least -> mark >= one.where.at_least": (FOR_TYPES),
    "scoring._from_scores: part is None or span is None -> part is None": "a score without a range is a word",
    "norms._in_definition: change.population or '' -> change.population": FOR_TYPES,
    "norms.known_of: if not is_validated(one): return None -> if False: return None": (
        "asked once more where the facts are handed out, and our own definitions bring none"
    ),
    "norms.known_of: firm and own -> own": "the spread is asked for only where the score is firm",
    "norms.known_of: step and step.value is not None -> step": "a published step has its points",
    "norms.spread_here: Score.objects.filter(response__assignment__group__organisati ... ule,"
    " value__isnull=False) -> Score.objects.filter(response__assignment__group__organisati ... ale=score,"
    " rule=one.rule)": "what has no number is left out once more below",
    "own_course.words_for: -1 -> 1": "without a value no occasion gets that far",
    "own_course.words_for: 1 -> 2": "without a value no occasion gets that far",
    "own_course.words_for: number == at or first.value is None -> number == at": FOR_TYPES,
    "own_course.beside: usual is None or half is None -> half is None": FOR_TYPES,
    "own_course.beside: after > before -> after >= before": "two equal values are never clearly apart",
    "own_course._beyond: found is not None and found.people[0].category is not Category.UNCHANGED"
    " -> found.people[0].category is not Category.UNCHANGED": FOR_TYPES,
    "own_course._change: norms is None or norms.sd_before is None -> norms is None": (
        "one pair of values has no spread, so it comes out as nothing all the same"
    ),
}
"""What nobody could notice, with the reason."""

EVERY = 25


def mutants() -> Iterator[Mutant]:
    for module, names in RULES.items():
        yield from of_functions(module, names)


@pytest.mark.slow
def test_every_small_mistake_is_noticed(db: None) -> None:
    jury, tried, alive = Jury(TESTS, RULES, without=LONG), 0, set[str]()
    whole = os.environ.get("MUTANTS") == "all"
    with jury.sits():
        for number, mutant in enumerate(mutants()):
            if number % EVERY and not whole:
                continue
            tried += 1
            with mutant.put_in():
                if not jury.judge(mutant.of):
                    alive.add(mutant.name)
    print(f"\n{tried - len(alive)} of {tried} mistakes noticed, {len(alive & set(SAME))} change nothing")
    assert alive <= set(SAME), sorted(alive - set(SAME))
    assert not whole or alive == set(SAME)

"""Scores are exact, honest about what is missing, and agree with a second way of working them out."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import all_instruments, load_instrument
from kindcircle.spec.parts import Likert, Score, Text
from kindcircle.spec.scoring import (
    ScoreResult,
    State,
    answers_in_order,
    form_state,
    half_up,
    is_shown,
    problems,
    score,
)


def scored(name: str, responses: list[Any] | tuple[Any, ...]) -> dict[str, ScoreResult]:
    one = load_instrument(name)
    answers = answers_in_order(one, responses)
    assert answers is not None
    return {result.score: result for result in score(one, answers)}


def state(name: str, responses: list[Any]) -> State:
    one = load_instrument(name)
    return form_state(one, tuple(scored(name, responses).values()))


# a second, independent way ------------------------------------------------------------------------


def other_phq9(given: list[int | None]) -> tuple[Fraction | None, str | None]:
    there = [x for x in given if x is not None]
    if len(there) < 7:
        return None, None
    total = Fraction(9 * sum(there), len(there))
    marks = ["minimal"] * 5 + ["mild"] * 5 + ["moderate"] * 5 + ["moderately_severe"] * 5 + ["severe"] * 8
    return total, marks[int(total + Fraction(1, 2))]


def other_gad7(given: list[int | None]) -> tuple[Fraction | None, str | None]:
    there = [x for x in given if x is not None]
    if len(there) < 5:
        return None, None
    total = Fraction(7 * sum(there), len(there))
    whole = int(total + Fraction(1, 2))
    return total, "severe" if whole > 14 else "moderate" if whole > 9 else "mild" if whole > 4 else "minimal"


def other_who5(given: list[int | None]) -> tuple[Fraction | None, str | None]:
    if None in given:
        return None, None
    total = 4 * sum(x or 0 for x in given)
    word = "adequate_wellbeing" if total > 50 else "low_wellbeing" if total > 28 else "likely_depression_screen"
    return Fraction(total), word


def other_scssf(given: list[int | None]) -> tuple[Fraction | None, str | None]:
    turned = [6 - x if place in (1, 4, 8, 9, 11, 12) else x for place, x in enumerate(given, 1) if x is not None]
    if len(turned) < 10:
        return None, None
    mean = Fraction(sum(turned), len(turned))
    return mean, "low" if mean < Fraction(5, 2) else "high" if mean > Fraction(7, 2) else "moderate"


SECOND = {"phq-9": (other_phq9, 9), "gad-7": (other_gad7, 7), "who-5": (other_who5, 5), "scs-sf-12": (other_scssf, 12)}
SPAN = {"phq-9": (0, 3), "gad-7": (0, 3), "who-5": (0, 5), "scs-sf-12": (1, 5)}


@pytest.mark.parametrize("name", SECOND)
@given(data=st.data())
def test_a_second_implementation_agrees(name: str, data: st.DataObject) -> None:
    other, items = SECOND[name]
    answer = st.one_of(st.integers(*SPAN[name]), st.integers(*SPAN[name]), st.none())
    responses = data.draw(st.lists(answer, min_size=items, max_size=items))
    result = scored(name, responses)["total"]
    assert (result.exact, result.band) == other(responses)


@pytest.mark.parametrize("name", ["who-5", "gad-7"])
def test_a_second_implementation_agrees_on_every_whole_form(name: str) -> None:
    other, items = SECOND[name]
    low, high = SPAN[name]
    for responses in product(range(low, high + 1), repeat=items):
        result = scored(name, responses)["total"]
        assert result.state is State.COMPLETE
        assert (result.exact, result.band) == other(list(responses))


def test_every_pattern_of_empty_items_of_the_phq9() -> None:
    full = [2, 1, 3, 0, 1, 2, 0, 3, 1]
    for kept in product([True, False], repeat=9):
        responses = [answer if keep else None for answer, keep in zip(full, kept, strict=True)]
        result = scored("phq-9", responses)["total"]
        assert (result.exact, result.band) == other_phq9(responses)
        assert result.missing == kept.count(False)
        expected = [State.COMPLETE, State.PRORATED, State.PRORATED][kept.count(False) : kept.count(False) + 1]
        assert [result.state] == (expected or [State.NOT_SCORABLE])


def test_every_answer_of_the_ucla3_with_gaps() -> None:
    for responses in product([1, 2, 3, None], repeat=3):
        result = scored("ucla-3", responses)["total"]
        if None in responses:
            assert (result.exact, result.state, result.band) == (None, State.NOT_SCORABLE, None)
        else:
            total = sum(x or 0 for x in responses)
            assert (result.exact, result.band) == (total, "lonely" if total >= 6 else "not_lonely")


# properties of every definition ---------------------------------------------------------------------


def complete_answers(one: Definition) -> st.SearchStrategy[dict[str, int]]:
    numbers = {
        item.id: st.sampled_from([anchor.value for anchor in kind.values])
        if isinstance(kind := one.response(item), Likert)
        else st.integers(*one.span(item))
        for item in one.items
        if not isinstance(one.response(item), Text)
    }
    return st.fixed_dictionaries(numbers)


EVERY = [one.id for one in all_instruments()]


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_whole_forms_give_whole_scores_inside_their_range(name: str, data: st.DataObject) -> None:
    one = load_instrument(name)
    results = score(one, data.draw(complete_answers(one)))
    assert {result.state for result in results} == {State.COMPLETE}
    assert form_state(one, results) is State.COMPLETE
    for result in results:
        span = one.score(result.score).range
        if span is not None and result.category is None:
            assert result.exact is not None
            assert Fraction(str(span[0])) <= result.exact <= Fraction(str(span[1]))
        if any(bands.score == result.score for bands in one.bands):
            assert result.band is not None
        assert result.rule == f"{name}@{one.version}"
        assert result.answered == result.of


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_the_order_answers_arrive_in_does_not_matter(name: str, data: st.DataObject) -> None:
    one = load_instrument(name)
    answers = data.draw(complete_answers(one))
    shuffled = dict(data.draw(st.permutations(list(answers.items()))))
    assert score(one, shuffled) == score(one, answers)


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_an_empty_item_never_gives_a_complete_score_that_rests_on_it(name: str, data: st.DataObject) -> None:
    one = load_instrument(name)
    answers = data.draw(complete_answers(one))
    gone = data.draw(st.sets(st.sampled_from([item.id for item in one.scored_items]), min_size=1))
    before = dict(answers)
    results = score(one, {key: answer for key, answer in answers.items() if key not in gone})
    for result in results:
        if result.missing:
            assert result.state is not State.COMPLETE
        if result.state is State.PRORATED:
            span = one.score(result.score).range
            assert span is not None
            assert result.exact is not None
            assert Fraction(str(span[0])) <= result.exact <= Fraction(str(span[1]))
    if any(result.missing for result in results if one.score(result.score).role == "primary"):
        assert form_state(one, results) is not State.COMPLETE
    assert answers == before


@pytest.mark.parametrize("name", ["scs-26", "scs-sf-12", "pss-10", "wcc-6"])
@given(data=st.data())
def test_turning_every_answer_over_turns_the_score_over(name: str, data: st.DataObject) -> None:
    one = load_instrument(name)
    answers = data.draw(complete_answers(one))
    low, high = one.span(one.items[0])
    turned = {key: low + high - answer for key, answer in answers.items()}
    for result, mirrored in zip(score(one, answers), score(one, turned), strict=True):
        span = one.score(result.score).range
        assert span is not None
        assert result.exact is not None
        assert mirrored.exact is not None
        assert result.exact + mirrored.exact == Fraction(str(span[0])) + Fraction(str(span[1]))


@pytest.mark.parametrize("name", EVERY)
@given(data=st.data())
def test_an_impossible_answer_leaves_no_number_at_all(name: str, data: st.DataObject) -> None:
    one = load_instrument(name)
    answers: dict[str, Any] = dict(data.draw(complete_answers(one)))
    item = data.draw(st.sampled_from(one.scored_items))
    wrong = st.sampled_from([one.span(item)[1] + 1, one.span(item)[0] - 1, 0.5, float("nan"), "two", True, "NaN"])
    answers[item.id] = data.draw(wrong)
    results = score(one, answers)
    assert {result.state for result in results} == {State.INVALID}
    assert all(result.exact is None and result.band is None and result.category is None for result in results)
    assert form_state(one, results) is State.INVALID
    assert all(result.value is None for result in results)


# particular rules -------------------------------------------------------------------------------------


def test_the_states_of_a_form() -> None:
    assert state("phq-9", [1] * 9) is State.COMPLETE
    assert state("phq-9", [1] * 8 + [None]) is State.PRORATED
    assert state("phq-9", [None] * 9) is State.NOT_SCORABLE
    assert state("fscrs-22", [1] * 8 + [None, None] + [1] * 12) is State.PARTIAL
    assert state("phq-9", [1] * 8 + [4]) is State.INVALID
    assert state("wcc-6", ["NA"] * 6) is State.NOT_SCORABLE


def test_an_answer_that_does_not_fit_counts_as_missing_and_stays_as_it_was() -> None:
    one = load_instrument("wcc-6")
    answers = {"wcc_1": "NA", "wcc_2": 1, "wcc_3": 2, "wcc_4": 1, "wcc_5": 2, "wcc_6": 1}
    results = {result.score: result for result in score(one, answers)}
    assert (results["balance"].answered, results["balance"].of) == (5, 6)
    assert results["balance"].state is State.PRORATED
    assert answers["wcc_1"] == "NA"


def test_an_unknown_item_makes_a_form_invalid() -> None:
    one = load_instrument("who-5")
    answers = {item.id: 3 for item in one.items} | {"who5_6": 3}
    assert [(problem.item, problem.reason) for problem in problems(one, answers)] == [("who5_6", "unknown_item")]
    assert {result.state for result in score(one, answers)} == {State.INVALID}


def test_lists_of_the_wrong_length_are_not_answers() -> None:
    phq = load_instrument("phq-9")
    assert answers_in_order(phq, [0] * 8) is None
    assert answers_in_order(phq, [0] * 11) is None
    assert answers_in_order(phq, [0] * 9) is not None
    assert answers_in_order(phq, [0] * 10) == {f"phq9_{n}": 0 for n in range(1, 11)}


def test_bands_use_the_rounded_value_and_scores_stay_unrounded() -> None:
    # Seven of nine answered with a sum of 15: 15 x 9 / 7 = 19.29, which rounds into the band below 20.
    result = scored("phq-9", [3, 3, 3, 3, 3, 0, 0, None, None])["total"]
    assert result.exact == Fraction(135, 7)
    assert (result.rounded, result.band) == (19, "moderately_severe")
    # Eight of nine with a sum of 4 gives 4.5: halves go up, into the next band.
    result = scored("phq-9", [3, 1, 0, 0, 0, 0, 0, 0, None])["total"]
    assert (result.exact, result.rounded, result.band) == (Fraction(9, 2), 5, "mild")


@pytest.mark.parametrize(("twelve", "band"), [(29, "low"), (30, "moderate"), (42, "moderate"), (43, "high")])
def test_a_band_that_leaves_out_its_upper_end(twelve: int, band: str) -> None:
    # Only reversed items vary, so a total of `twelve` points needs answers that turn over to that sum.
    base, extra = divmod(twelve, 12)
    turned = [base + (place < extra) for place in range(12)]
    responses = [6 - x if n in (1, 4, 8, 9, 11, 12) else x for n, x in enumerate(turned, 1)]
    result = scored("scs-sf-12", responses)["total"]
    assert result.exact == Fraction(twelve, 12)
    assert (result.band, result.rounded) == (band, None)


@pytest.mark.parametrize(
    ("responses", "word"),
    [
        ([0, 0, 3, 3, 3, 3, 3, 3, 3], "none"),
        ([2, 0, 0, 0, 0, 0, 0, 0, 0], "none"),
        ([2, 1, 1, 1, 1, 1, 1, 1, 1], "other_depressive_syndrome"),
        ([2, 2, 2, 2, 1, 1, 1, 1, 0], "other_depressive_syndrome"),
        ([2, 2, 2, 2, 1, 1, 1, 1, 1], "major_depressive_syndrome"),
        ([0, 2, 2, 2, 2, 2, 0, 0, 0], "major_depressive_syndrome"),
        ([2, 2, 2, 2, 2, 2, 2, 2, None], None),
    ],
)
def test_the_counting_rule(responses: list[int | None], word: str | None) -> None:
    assert scored("phq-9", responses)["dsm_algorithm"].category == word


def test_the_two_totals_of_the_long_scale_differ_and_have_different_names() -> None:
    responses = [4, 3, 2, 4, 2, 4, 2, 5, 3, 2, 4, 1, 4, 2, 3, 5, 3, 3, 2, 4, 4, 2, 1, 3, 4, 2]
    results = scored("scs-26", responses)
    assert results["total"].exact != results["total_items_mean"].exact


def test_the_question_after_the_scored_ones_is_shown_only_when_there_is_something_to_ask_about() -> None:
    one = load_instrument("phq-9")
    last = one.item(10)
    assert not is_shown(one, last, {})
    assert not is_shown(one, last, {f"phq9_{n}": 0 for n in range(1, 10)})
    assert is_shown(one, last, {"phq9_4": 1})
    assert is_shown(one, one.item(1), {})


def test_a_number_that_was_scaled_up_says_from_how_many() -> None:
    one = load_instrument("phq-9")
    answers = answers_in_order(one, [2, None, 2, 2, 1, 2, 1, 0, 0])
    assert answers is not None
    assert [
        (seen.score, seen.value, seen.answered, seen.of, seen.state) for seen in score(one, answers) if seen.value
    ] == [("total", 11.25, 8, 9, State.PRORATED)]


# operations no shipped questionnaire uses yet -----------------------------------------------------------


def with_score(**changes: object) -> Definition:
    """The five-item scale with its total changed, and without its bands."""
    one = load_instrument("who-5")
    return one.model_copy(
        update={"scores": (one.score("total").model_copy(update=changes),), "bands": (), "cutoffs": ()}
    )


def only(one: Definition, responses: list[int | None]) -> ScoreResult:
    answers = answers_in_order(one, responses)
    assert answers is not None
    (result,) = score(one, answers)
    return result


def test_a_count_says_how_many_answers_reach_a_mark() -> None:
    one = with_score(method="count", at_least=3, multiply=None)
    assert only(one, [0, 2, 3, 4, 5]).exact == 3
    assert only(one, [0, 2, None, 4, 5]).exact is None


def test_a_table_turns_a_sum_into_another_number_and_never_guesses_between_lines() -> None:
    table = {str(total): total / 2 + 0.25 for total in range(26)}
    one = with_score(multiply=None, table=table)
    assert only(one, [1, 1, 1, 1, 1]).exact == Fraction("2.75")
    allowed = Score.model_validate_json(load_instrument("gad-7").score("total").model_dump_json()).missing
    prorated = with_score(multiply=None, table=table, missing=allowed)
    assert only(prorated, [1, 1, 1, 2, None]).exact is None  # 6.25 is not in the table
    assert only(prorated, [1, 1, 1, 1, None]).exact == Fraction("2.75")


@pytest.mark.parametrize(
    ("value", "decimals", "shown"),
    [
        (Fraction(9, 2), 0, "5"),
        (Fraction(11, 2), 0, "6"),
        (Fraction(-1, 2), 0, "-1"),
        (Fraction(1, 8), 2, "0.13"),
        (Fraction(7, 6), 2, "1.17"),
        (Fraction(2), 2, "2.00"),
        (Fraction(10**30 + 1, 3), 1, "333333333333333333333333333333.7"),
    ],
)
def test_halves_go_up(value: Fraction, decimals: int, shown: str) -> None:
    assert str(half_up(value, decimals)) == shown
    assert half_up(value, decimals) == Decimal(shown)

"""Every score of every questionnaire: what a database finds is what the plain scorer says, sheet by sheet, exactly."""

import random
from fractions import Fraction

import pyarrow as pa
import pytest

from kindcircle.national.sheets import Times, sheets
from kindcircle.national.worth import NotAtScale, plan
from kindcircle.spec.instruments import all_instruments, load_instrument
from kindcircle.spec.scoring import score
from tests.national.answered import Sheet, rows_of, sheet_of
from tests.national.conftest import Load

pytestmark = pytest.mark.database  # where there is a server, it is asked too
TIMES = Times("before", "after")
KINDS = {"whole numbers": pa.int64(), "numbers": pa.float64(), "texts": pa.string()}


SOME = ("phq-9", "scs-26", "promis-gh-10", "goals", "wcc-6", "dass-21")
"""With each way of scoring, with own words and with answers that say a question does not fit."""


def by_hand(sheet: Sheet, instrument: str, name: str) -> Fraction | None:
    if sheet.doubled:
        return None
    answers = {item: value for item, value in sheet.answers if value is not None}
    answers |= {item: None for item, value in sheet.answers if value is None and item not in answers}
    found = {one.score: one for one in score(load_instrument(instrument), answers)}
    return found[name].exact


@pytest.mark.parametrize("kind", KINDS)
def test_every_score_of_every_questionnaire_is_the_plain_one(load: Load, kind: str) -> None:
    rng = random.Random(kind)
    compared = 0
    for one in all_instruments() if kind == "whole numbers" else map(load_instrument, SOME):
        made = [
            sheet_of(one, rng, ("house", "eight", f"g{n % 3}", f"p{n}"), "before", words=kind == "texts")
            for n in range(25)
        ]
        made = [sheet for sheet in made if sheet.answers]
        answers = load(rows_of(made, one.id, KINDS[kind]))
        for wanted in one.headlines:
            try:
                how = plan(one, wanted)
            except NotAtScale:
                continue
            found = {row["person"]: row for row in sheets(answers, how, TIMES).to_pyarrow().to_pylist()}
            for sheet in made:
                expected = by_hand(sheet, one.id, wanted.id)
                row = found.get(sheet.who[-1])
                if row is None:  # nothing but own words, which are no rows of a score
                    assert expected is None
                    continue
                units = row["units"]
                assert expected == (None if units is None else Fraction(units, how.units)), (one.id, wanted.id, sheet)
                assert row["doubled"] == sheet.doubled
                compared += expected is not None
    assert compared > 100


def test_one_questionnaire_alone_has_to_be_scored_sheet_by_sheet() -> None:
    refused = set[str]()
    for one in all_instruments():
        for wanted in one.headlines:
            try:
                plan(one, wanted)
            except NotAtScale:
                refused.add(one.id)
    assert refused == {"neq-32"}


def test_a_table_of_metric_scores_and_scores_of_scores_are_followed(load: Load) -> None:
    """SWEMWBS has a table, SCS-26 is a mean of six means, three of them turned round by their items."""
    for name, value, expected in (("swemwbs-7", 5, Fraction(35)), ("scs-26", 5, None)):
        one = load_instrument(name)
        wanted = one.headlines[0]
        answers = [(item.id, value) for item in one.scored_items]
        sheet = Sheet(("house", "eight", "g", "p"), "before", answers)
        how = plan(one, wanted)
        (row,) = sheets(load(rows_of([sheet], name, pa.int64())), how, TIMES).to_pyarrow().to_pylist()
        assert Fraction(row["units"], how.units) == (expected or by_hand(sheet, name, wanted.id))

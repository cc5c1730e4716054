"""What may not be shown has no number in it."""

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.stats.disclosure import Suppressed, withhold_below, withhold_table


def test_suppressed_holds_nothing_that_could_be_shown():
    hidden = withhold_below(3.25, people=4)
    assert hidden == Suppressed()
    assert dataclasses.fields(Suppressed) == ()
    assert not any(character.isdigit() for character in f"{hidden} {hidden!r}")
    assert not hidden
    for use in (float, int, len):
        with pytest.raises(TypeError):
            use(hidden)
    with pytest.raises((AttributeError, TypeError)):
        hidden.value = 3.25


def test_five_people_may_be_shown_and_a_programme_may_ask_for_more():
    assert withhold_below(3.25, people=5) == 3.25
    assert withhold_below(3.25, people=5, smallest=10) == Suppressed()


def test_a_single_small_cell_takes_another_with_it():
    assert withhold_table({"a": 2, "b": 9, "c": 30}) == {"a": Suppressed(), "b": Suppressed(), "c": 30}
    assert withhold_table({"a": 7, "b": 0}) == {"a": 7, "b": 0}
    assert withhold_table({"a": 1, "b": 1, "c": 6, "d": 40}) == {
        "a": Suppressed(),
        "b": Suppressed(),
        "c": Suppressed(),
        "d": 40,
    }


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 40), max_size=6))
def test_no_small_cell_can_be_worked_out_from_the_total(cells):
    shown = withhold_table(cells)
    hidden = [name for name, cell in shown.items() if cell == Suppressed()]
    assert all(cell == Suppressed() or cell == 0 or cell >= 5 for cell in shown.values())
    if hidden and any(count > 0 and name not in hidden for name, count in cells.items()):
        assert len(hidden) >= 2
        assert sum(cells[name] for name in hidden) >= 5

"""The emergency numbers we ship: as dialled, each with its public page, and refused when anything is unclear."""

import pytest

from kindcircle.spec.helplines import EmergencyNumbers, Number, emergency_number, load_emergency_numbers

GIVEN = {
    "countries": ("GB",),
    "name": "Emergency services",
    "number": "999",
    "hours": "Day and night",
    "source": "https://example.org/numbers",
    "confirmed_on": "2026-11-22",
}


def test_each_number_names_the_page_that_confirms_it() -> None:
    for number in load_emergency_numbers().numbers:
        assert number.source.startswith("http")
        assert number.confirmed_on
        assert number.hours


def test_a_country_we_could_not_confirm_gets_no_number() -> None:
    assert emergency_number("GB") is not None
    assert emergency_number("ZZ") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("number", "nine nine nine"),
        ("number", ""),
        ("countries", ()),
        ("countries", ("gb",)),
        ("source", "somebody said so"),
        ("confirmed_on", "in November"),
    ],
)
def test_what_is_unclear_is_refused(field: str, value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        Number.model_validate(GIVEN | {field: value})


def test_no_country_has_two_first_numbers() -> None:
    twice = Number.model_validate(GIVEN)
    with pytest.raises(ValueError, match="listed twice: GB"):
        EmergencyNumbers(schema_version=1, id="emergency", version=1, numbers=(twice, twice))

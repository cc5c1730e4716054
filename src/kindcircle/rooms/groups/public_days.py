"""Public holidays of a house's country, from a library that is kept for this. They are marked, never decided upon."""

from datetime import date
from functools import lru_cache

import holidays

WORDS = ("en_GB", "en_US")
"""The languages of names we ask for, in order; where a country has neither, its own."""


def public_day(on: date, country: str) -> tuple[str, bool]:
    """The name of the public holiday on this day and whether all of the country has it; ("", False) on other days.

    A country the library does not know has none.
    """
    everywhere, in_parts = _of_year(country.upper(), on.year)
    if on in everywhere:
        return everywhere[on], True
    return in_parts.get(on, ""), False


@lru_cache(maxsize=64)
def _of_year(country: str, year: int) -> tuple[dict[date, str], dict[date, str]]:
    """The days that all of a country has off in this year, and those that only parts of it have."""
    parts = holidays.list_supported_countries(include_aliases=False).get(country)
    if parts is None:
        return {}, {}
    spoken = holidays.country_holidays(country).supported_languages
    language = next((one for one in WORDS if one in spoken), None)
    everywhere = dict(holidays.country_holidays(country, years=year, language=language))
    in_parts: dict[date, str] = {}
    for part in parts:
        for on, name in holidays.country_holidays(country, subdiv=part, years=year, language=language).items():
            if on not in everywhere:
                in_parts.setdefault(on, name)
    return everywhere, in_parts

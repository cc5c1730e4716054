"""Emergency numbers that were confirmed on a public page: where a site may start, never what its members see.

A number reaches members only after two people of the site have dialled it (docs/adr/0015).
"""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import Strict, Words, build, inside, parse_yaml, read_file

Country = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
Dialled = Annotated[str, StringConstraints(pattern=r"^[0-9*#+][0-9*#+ -]*$", max_length=40)]


class Number(Strict):
    """One number, exactly as it is dialled in these countries (ISO 3166 codes), and the page that says so."""

    countries: Annotated[tuple[Country, ...], Field(min_length=1)]
    name: Words
    number: Dialled
    hours: Words
    cost: str = ""
    deaf: str = ""
    source: Annotated[str, StringConstraints(pattern=r"^https?://\S+$", max_length=200)]
    confirmed_on: str

    @model_validator(mode="after")
    def _a_day(self) -> Number:
        date.fromisoformat(self.confirmed_on)
        return self


class EmergencyNumbers(Strict):
    """The numbers of one version of the list; no country stands in it twice."""

    schema_version: Literal[1]
    id: Literal["emergency"]
    version: Annotated[int, Field(ge=1)]
    numbers: Annotated[tuple[Number, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _one_for_each_country(self) -> EmergencyNumbers:
        countries = [country for one in self.numbers for country in one.countries]
        twice = sorted({country for country in countries if countries.count(country) > 1})
        if twice:
            raise ValueError(f"listed twice: {', '.join(twice)}")
        return self


def emergency_number(country: str) -> Number | None:
    """The number to try first in a country, or None where we could confirm none."""
    return next((one for one in load_emergency_numbers().numbers if country in one.countries), None)


@cache
def load_emergency_numbers(version: int = 1, *, folder: Path = SHIPPED) -> EmergencyNumbers:
    """The list in one version. ContentError when it is absent or at fault."""
    file = inside(folder, "helplines", f"emergency-{version}.yaml")
    return build(EmergencyNumbers, parse_yaml(read_file(file), file), file)

"""Published figures about a score: bands, marks, how much change matters, means. Each names its source."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from kindcircle.spec.parts import Key, Number
from kindcircle.spec.texts import Strict, Words


class Cut(Strict):
    """The upper end of a band. `exclusive`: the value itself belongs to the next band."""

    upto: Number
    exclusive: bool = False
    id: Key


class Bands(Strict):
    """Named stretches of a score. Never a diagnosis; `basis` says how firm they are and pages show it."""

    score: Key
    basis: Literal["official", "convention", "informal"]
    source: Words
    cuts: Annotated[tuple[Cut, ...], Field(min_length=2)]

    @model_validator(mode="after")
    def _rise(self) -> Bands:
        ends = [cut.upto for cut in self.cuts]
        if sorted(set(ends)) != ends:
            raise ValueError("bands must rise from one end to the other")
        return self


class Cutoff(Strict):
    """A published mark above or below which people are asked more. Exactly one of the two is given."""

    score: Key
    at_least: Number | None = None
    at_most: Number | None = None
    meaning: Key
    basis: Literal["official", "convention"]
    source: Words

    @model_validator(mode="after")
    def _one_side(self) -> Cutoff:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("give at_least or at_most, and not both")
        return self


class Change(Strict):
    """How much change matters. `mcid`: a published number of points; `reliable`: beyond measurement error;
    `published`: a number of points that its authors call reliable, without the figures behind it.

    A reliable change is given as SD and test-retest reliability from one population, never as a bare number,
    so that the arithmetic can be repeated: 1.96 x SD x sqrt(2 x (1 - r)).
    """

    score: Key
    kind: Literal["mcid", "reliable", "published"]
    value: Annotated[Number, Field(gt=0)] | None = None
    sd: Annotated[Number, Field(gt=0)] | None = None
    reliability: Annotated[Number, Field(gt=0, lt=1)] | None = None
    population: Words | None = None
    source: Words

    @model_validator(mode="after")
    def _complete(self) -> Change:
        spread = self.sd is not None and self.reliability is not None and self.population is not None
        bare = self.value is not None and self.sd is None and self.reliability is None
        if self.kind != "reliable" and not bare:
            raise ValueError(f"{self.kind} is a value")
        if self.kind == "reliable" and (self.value is not None or not spread):
            raise ValueError("a reliable change needs sd, reliability and population")
        return self


class Norm(Strict):
    """A published mean of a population, with its SD where one was confirmed."""

    score: Key
    population: Words
    year: int | None = None
    n: int | None = None
    mean: Number
    sd: Annotated[Number, Field(gt=0)] | None = None
    source: Words
    doi: Words | None = None

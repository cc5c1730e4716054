"""What studies found for a score, and which of it may be used: read in its source, for this very score.

One list for all questionnaires, in versions of its own: a norm that somebody confirms today must not make a new version
of a questionnaire, because answers to two versions are never compared. Our own questionnaires have no norms, ever.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Key, Language, Number
from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import ContentError, Slug, Strict, Words, build, inside, parse_yaml, read_file

Kind = Literal["general", "non-clinical", "clinical", "students"]

NEWEST = 1


class Fact(Strict):
    """What one study says of one score in one population.

    n            people behind these very figures; `n_of_study` where only the whole study is known
    reliability  from 0 to 1, with what kind it is: asked twice (`retest`), or from one asking (`alpha`)
    confirmed    somebody read it in the source; anything else is used nowhere
    """

    instrument: Slug
    score: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,39}$")]
    kind: Kind
    population: Words
    language: Language | None = None
    year: int | None = None
    n: Annotated[int, Field(gt=0)] | None = None
    n_of_study: Annotated[int, Field(gt=0)] | None = None
    mean: Number | None = None
    sd: Annotated[Number, Field(gt=0)] | None = None
    reliability: Annotated[Number, Field(gt=0, lt=1)] | None = None
    reliability_kind: Literal["retest", "alpha"] | None = None
    source: Words
    doi: Words | None = None
    confirmed: bool

    @model_validator(mode="after")
    def _says_something(self) -> Fact:
        if (self.reliability is None) != (self.reliability_kind is None):
            raise ValueError("a reliability says of what kind it is")
        if self.mean is None and self.sd is None and self.reliability is None:
            raise ValueError("says nothing")
        return self

    @property
    def people(self) -> int | None:
        """How many took part, as far as it is known."""
        return self.n or self.n_of_study


class Norms(Strict):
    """All facts of one version of the list."""

    schema_version: Literal[1]
    id: Literal["norms"]
    version: Annotated[int, Field(ge=1)]
    facts: tuple[Fact, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Norms:
        named = [(one.instrument, one.score, one.population, one.source) for one in self.facts]
        if len(set(named)) != len(named):
            raise ValueError("one population stands there twice for one score and source")
        return self


def is_validated(one: Definition) -> bool:
    """Whether others studied how far this form can be trusted. Ours get no bands, norms or reliable change."""
    return one.licence.kind != "original"


def may_be_used(
    one: Definition, score: Key, *, kind: Kind | None = None, language: str | None = None
) -> tuple[Fact, ...]:
    """Every confirmed fact about a score, the best fitting first: of this kind of people only, own language first.

    kind  None: whatever there is, people in general before others.
    """
    if not is_validated(one):
        return ()
    own = language.partition("-")[0] if language else None
    found = [
        fact
        for fact in (*load_norms().facts, *_in_definition(one))
        if fact.confirmed and (fact.instrument, fact.score) == (one.id, score) and kind in (None, fact.kind)
    ]
    return tuple(sorted(found, key=lambda fact: (fact.language != own, fact.kind != "general")))


def with_error(one: Definition, score: Key, *, kind: Kind | None = None, language: str | None = None) -> Fact | None:
    """The fact by which to tell a change from the form's own ups and downs: it knows the spread and the reliability."""
    facts = may_be_used(one, score, kind=kind, language=language)
    return next((fact for fact in facts if fact.reliability is not None and fact.sd is not None), None)


def with_spread(one: Definition, score: Key, *, kind: Kind | None = None, language: str | None = None) -> list[Fact]:
    """The facts that can be drawn beside somebody's line: they know an average and how far apart people were."""
    facts = may_be_used(one, score, kind=kind, language=language)
    return [fact for fact in facts if fact.mean is not None and fact.sd is not None]


@cache
def load_norms(version: int = NEWEST, *, folder: Path = SHIPPED) -> Norms:
    """The list in one version. ContentError when it is absent or at fault."""
    file = inside(folder, "norms", f"norms-{version}.yaml")
    found = build(Norms, parse_yaml(read_file(file), file), file)
    if found.version != version:
        raise ContentError(file, [("version", f"is {found.version} but the file is named {version}")])
    return found


def _in_definition(one: Definition) -> tuple[Fact, ...]:
    """What a site's own definition brings along, where the list says nothing about this questionnaire."""
    if any(fact.instrument == one.id for fact in load_norms().facts):
        return ()
    spreads = [
        Fact(
            instrument=one.id, score=change.score, kind="general", population=change.population or "", sd=change.sd,
            reliability=change.reliability, reliability_kind="retest", source=change.source, confirmed=True,
        )
        for change in one.change
        if change.kind == "reliable"
    ]  # fmt: skip
    means = [
        Fact(
            instrument=one.id, score=norm.score, kind="general", population=norm.population, year=norm.year, n=norm.n,
            mean=norm.mean, sd=norm.sd, source=norm.source, doi=norm.doi, confirmed=True,
        )
        for norm in one.norms
    ]  # fmt: skip
    return (*spreads, *means)

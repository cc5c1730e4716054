"""When a score has moved so far that somebody who leads should hear how it is. A talk, never a label and no alert."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kindcircle.spec.parts import Key, Number
from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import ContentError, Slug, Strict, Words, build, inside, parse_yaml, read_file


class Rise(Strict):
    """So many points more than on an earlier occasion, on a score where more is harder."""

    instrument: Slug
    score: Key
    points: Annotated[Number, Field(gt=0)]


class Watch(Strict):
    """The rules of one version, and within how many days somebody gets in touch."""

    schema_version: Literal[1]
    id: Literal["watch"]
    version: Annotated[int, Field(ge=1)]
    basis: Words
    within_days: Annotated[int, Field(ge=1, le=7)]
    rises: tuple[Rise, ...]

    @model_validator(mode="after")
    def _each_once(self) -> Watch:
        if len({(one.instrument, one.score) for one in self.rises}) != len(self.rises):
            raise ValueError("one score has two rules")
        return self

    def rise(self, instrument: str, score: str) -> Rise | None:
        """The rule for this score, if there is one."""
        return next((one for one in self.rises if (one.instrument, one.score) == (instrument, score)), None)


@cache
def load_watch(version: int = 1, *, folder: Path = SHIPPED) -> Watch:
    """The rules in one version. ContentError when the file is absent or at fault."""
    file = inside(folder, "safety", f"watch-{version}.yaml")
    found = build(Watch, parse_yaml(read_file(file), file), file)
    if found.version != version:
        raise ContentError(file, [("version", f"is {found.version} but the file is named {version}")])
    return found

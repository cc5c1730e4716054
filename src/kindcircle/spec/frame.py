"""Parts of a programme's frame: how many people, what counts as having taken part, and what is asked when."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from kindcircle.spec.texts import Slug, Strict, Words


class Size(Strict):
    """How many members a group may have."""

    min: Annotated[int, Field(ge=2)]
    max: Annotated[int, Field(le=40)]
    online_max: Annotated[int, Field(le=40)]

    @model_validator(mode="after")
    def _in_order(self) -> Size:
        if not self.min <= self.online_max <= self.max:
            raise ValueError("sizes must rise: min, online_max, max")
        return self


class Completion(Strict):
    """The rule by which someone counts as having completed; always shown beside the figure."""

    attend: Annotated[int, Field(ge=1)]
    of: Annotated[int, Field(ge=1)]
    words: Words

    @model_validator(mode="after")
    def _possible(self) -> Completion:
        if self.attend > self.of:
            raise ValueError("nobody can attend more sessions than there are")
        return self


class MeasureTime(Strict):
    """When a set of questionnaires is asked.

    `screening` is asked before somebody is given a place. `baseline` opens `within_days` before the first
    session, `post` stays open that long after the last, and `follow-up` opens `after_days` after the last
    and stays open `within_days`. `session` and `mid` stand `before`, `after` or `between` (in the week that
    follows) sessions; `sessions` lists which, None means each one.
    """

    occasion: Literal["screening", "baseline", "session", "mid", "post", "follow-up"]
    moment: Literal["before", "after", "between"] | None = None
    sessions: tuple[int, ...] | None = None
    within_days: Annotated[int, Field(ge=0, le=60)] | None = None
    after_days: Annotated[int, Field(ge=14, le=400)] | None = None
    instruments: Annotated[tuple[Slug, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _holds_together(self) -> MeasureTime:
        if (self.occasion in ("session", "mid")) != (self.moment is not None):
            raise ValueError("session and mid need a moment; the other occasions have none")
        if (self.occasion == "follow-up") != (self.after_days is not None):
            raise ValueError("follow-up says after_days, and nothing else does")
        if self.occasion == "mid" and not self.sessions:
            raise ValueError("mid says after which sessions it comes")
        return self

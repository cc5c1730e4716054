"""Answers after which a person gets in touch, and who is told by when.

These rules look at answers, never at scores, so they work on drafts, on half-filled forms and on forms
that cannot be scored. They name an action, never how ill someone is. Words are never scanned.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Language, Level, SafetyRule
from kindcircle.spec.scoring import Answer, Answers, number_of
from kindcircle.spec.texts import SHIPPED, ContentError, Strict, Words, build, gaps_in, parse_yaml, read_file

LEVELS: tuple[Level, ...] = ("review", "contact", "concern")
"""From least to most pressing."""


@dataclass(frozen=True, slots=True)
class SafetyHit:
    """One rule that one answer met. `item` is the number on the form; `rule` is unique in its instrument."""

    rule: str
    level: Level
    item: int
    item_id: str
    instrument: str
    answer: Answer = field(default=None, compare=False)

    @property
    def flag(self) -> str:
        return f"safety_item_positive:{self.item}"


@dataclass(frozen=True, slots=True)
class SafetyItemMissing:
    """A safety question that has no answer we can read. This is not a zero: ask once more, then note it."""

    rule: str
    item: int
    item_id: str
    instrument: str

    @property
    def flag(self) -> str:
        return f"safety_item_missing:{self.item}"


def positive(definition: Definition, answers: Answers) -> tuple[SafetyHit, ...]:
    """Rules met by these answers, most pressing first. Works on drafts and on any part of a form.

    An answer outside the scale still counts when it meets the rule: better one call too many.
    """
    hits = [
        SafetyHit(
            rule=rule.id,
            level=rule.level,
            item=rule.item,
            item_id=definition.item(rule.item).id,
            instrument=definition.rule,
            answer=answers.get(definition.item(rule.item).id),
        )
        for rule in definition.safety
        if _meets(rule, answers.get(definition.item(rule.item).id))
    ]
    return tuple(sorted(hits, key=lambda hit: -LEVELS.index(hit.level)))


def missing(definition: Definition, answers: Answers) -> tuple[SafetyItemMissing, ...]:
    """Safety questions without a readable answer, for a form the member means to send."""
    return tuple(
        SafetyItemMissing(
            rule=rule.id,
            item=rule.item,
            item_id=definition.item(rule.item).id,
            instrument=definition.rule,
        )
        for rule in definition.safety
        if rule.when_missing == "ask_again_then_note"
        and number_of(definition, definition.item(rule.item), answers) is None
        and not _meets(rule, answers.get(definition.item(rule.item).id))
    )


def highest(hits: tuple[SafetyHit, ...]) -> Level | None:
    """The most pressing level among some hits, or None when there are none."""
    return max((hit.level for hit in hits), key=LEVELS.index, default=None)


def _meets(rule: SafetyRule, answer: Answer) -> bool:
    if answer is None or isinstance(answer, str):
        return False
    if rule.when.at_least is not None:
        return answer >= rule.when.at_least
    if rule.when.at_most is not None:
        return answer <= rule.when.at_most
    return answer == rule.when.equals


class Step(Strict):
    """Who is told when nobody has looked yet, counted in minutes in which the site is staffed."""

    after_staffed_minutes: Annotated[int, Field(ge=0)]
    tell: Literal["facilitators", "backup", "clinic_lead"]


class LevelPlan(Strict):
    """What a person does at one level and by when. `grows`: whether it moves up when nobody looks."""

    level: Level
    action: Words
    aim: Literal["same_day", "before_next_gathering"]
    contact_by: Literal["end_of_next_working_day", "next_gathering"]
    grows: bool


class Ladder(Strict):
    """Timings of an alert, in one version. A site may tighten them; loosening is a new, signed version."""

    schema_version: Literal[1]
    id: Literal["ladder"]
    version: Annotated[int, Field(ge=1)]
    basis: Words
    delivered_within_seconds: Annotated[int, Field(ge=1, le=60)]
    steps: Annotated[tuple[Step, ...], Field(min_length=2)]
    review_every_days: Annotated[int, Field(ge=1, le=7)]
    levels: tuple[LevelPlan, ...]

    @model_validator(mode="after")
    def _whole(self) -> Ladder:
        if tuple(plan.level for plan in self.levels) != LEVELS:
            raise ValueError(f"levels must be exactly {', '.join(LEVELS)}, in this order")
        waits = [step.after_staffed_minutes for step in self.steps]
        if waits[0] != 0 or sorted(set(waits)) != waits:
            raise ValueError("the first step starts at once and each later one waits longer")
        if len({step.tell for step in self.steps}) != len(self.steps):
            raise ValueError("each step tells somebody new")
        return self

    def plan(self, level: Level) -> LevelPlan:
        return next(plan for plan in self.levels if plan.level == level)


class MemberText(Strict):
    """What a member reads right after an answer that matters. `{who}` and `{by_when}` are filled in."""

    thanks: Words
    who_is_told: Words
    help_now: Words
    choice: Words


class MemberTexts(Strict):
    """The texts for each level, in each language, in one version."""

    schema_version: Literal[1]
    id: Literal["member-texts"]
    version: Annotated[int, Field(ge=1)]
    languages: Annotated[dict[Language, dict[Level, MemberText]], Field(min_length=1)]
    item_missing: dict[Language, Words]

    @model_validator(mode="after")
    def _whole(self) -> MemberTexts:
        for language, texts in self.languages.items():
            if set(texts) != set(LEVELS):
                raise ValueError(f"{language} must have a text for {', '.join(LEVELS)}")
            for level, text in texts.items():
                if gaps_in(text.who_is_told) != {"who", "by_when"}:
                    raise ValueError(f"{language}, {level}: who_is_told must say {{who}} and {{by_when}}")
                if any(gaps_in(words) for words in (text.thanks, text.help_now, text.choice)):
                    raise ValueError(f"{language}, {level}: only who_is_told has gaps")
        if set(self.item_missing) != set(self.languages):
            raise ValueError("item_missing must be there in every language")
        return self

    def text(self, level: Level, language: str, *, who: str, by_when: str) -> MemberText:
        """The text for a level with its gaps filled; English when the language is not there."""
        words = self.languages.get(language) or self.languages["en"]
        told = words[level].who_is_told.format(who=who, by_when=by_when)
        return words[level].model_copy(update={"who_is_told": told})


@cache
def load_ladder(version: int = 1, *, folder: Path = SHIPPED) -> Ladder:
    """The alert timings in one version. ContentError when the file is missing or does not hold."""
    file = folder / "safety" / f"ladder-{version}.yaml"
    ladder = build(Ladder, parse_yaml(read_file(file), file), file)
    if ladder.version != version:
        raise ContentError(file, [("version", f"is {ladder.version} but the file is named {version}")])
    return ladder


MEMBER_TEXTS = 2
"""The version that members read today."""


@cache
def load_member_texts(version: int = 1, *, folder: Path = SHIPPED) -> MemberTexts:
    """The texts shown after an answer that matters. ContentError when the file does not hold."""
    file = folder / "safety" / f"member-texts-{version}.yaml"
    texts = build(MemberTexts, parse_yaml(read_file(file), file), file)
    if texts.version != version:
        raise ContentError(file, [("version", f"is {texts.version} but the file is named {version}")])
    if "en" not in texts.languages:
        raise ContentError(file, [("languages", "English has to be there, as the language to fall back on")])
    return texts

"""What a questionnaire is: its items, its arithmetic, its safety rules, and what we may do with its words.

A definition holds numbers, keys, codes and rules. Words are in it only where they are ours; the words
of other people's scales are brought in by the site (see `wording`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kindcircle.spec.figures import Bands, Change, Cutoff, Norm
from kindcircle.spec.parts import (
    Administration,
    Citation,
    Example,
    ExportNames,
    Item,
    Key,
    Licence,
    Likert,
    Number,
    Provenance,
    ResponseSet,
    SafetyRule,
    Scale,
    Score,
    SemVer,
    Text,
    Tick,
    WordingRules,
)
from kindcircle.spec.texts import Slug, Strict, Words


class Definition(Strict):
    """One version of one questionnaire. Once people have answered it, it never changes.

    `most_empty`: how many scored items may be empty in the whole form; with more, no score is given at all.
    """

    schema_version: Literal[1]
    id: Slug
    version: SemVer
    status: Literal["draft", "active", "retired"]
    name: Words
    measures: Words
    outcome_areas: tuple[Words, ...]
    respondent: Literal["member", "facilitator", "observer"]
    about: Literal["self", "facilitator", "member", "group"]
    licence: Licence
    citations: tuple[Citation, ...]
    administration: Administration
    responses: Annotated[dict[Key, ResponseSet], Field(min_length=1)]
    items: Annotated[tuple[Item, ...], Field(min_length=1)]
    scores: tuple[Score, ...]
    most_empty: Annotated[int, Field(ge=0)] | None = None
    state_from: tuple[Key, ...] = ()
    bands: tuple[Bands, ...]
    cutoffs: tuple[Cutoff, ...]
    change: tuple[Change, ...]
    norms: tuple[Norm, ...]
    safety: tuple[SafetyRule, ...]
    wording: WordingRules
    exports: ExportNames
    tests: Annotated[tuple[Example, ...], Field(min_length=1)]
    provenance: Provenance

    @property
    def rule(self) -> str:
        """The version of the arithmetic, as stored beside every score: `phq-9@1.0.0`."""
        return f"{self.id}@{self.version}"

    @property
    def scored_items(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.scored)

    @property
    def asked(self) -> int:
        """How many questions people meet. Parts belong to their question."""
        return sum(item.part_of is None for item in self.items)

    @property
    def total(self) -> Score | None:
        """The one headline score, or None when the form has several or none."""
        primary = [score for score in self.scores if score.role == "primary"]
        return primary[0] if len(primary) == 1 else None

    @property
    def headlines(self) -> tuple[Score, ...]:
        """The scores that a page sets before beside after: each main one that has two ends."""
        return tuple(score for score in self.scores if score.role == "primary" and score.range is not None)

    def item(self, number: int) -> Item:
        return next(item for item in self.items if item.number == number)

    def score(self, score_id: str) -> Score:
        return next(score for score in self.scores if score.id == score_id)

    def response(self, item: Item) -> Likert | Scale | Tick | Text:
        return self.responses[item.response]

    def span(self, item: Item) -> tuple[int, int]:
        """Lowest and highest value an answer can have. ValueError for an item answered in words."""
        answers = self.response(item)
        if isinstance(answers, Text):
            raise ValueError(f"{item.id} is answered in words")
        return answers.low, answers.high

    def scored_span(self, item: Item) -> tuple[int, int]:
        """Lowest and highest value an answer counts as: recoded where the item says so."""
        values = sorted(item.recode.values()) if item.recode else self.span(item)
        return values[0], values[-1]

    def needed_words(self, *, every_item: bool) -> tuple[set[str], set[str]]:
        """Item keys and label keys a set of words must hold; unscored items only if `every_item`."""
        asked = [item for item in self.items if item.scored or every_item]
        labels = {key for item in asked for key in self.response(item).label_keys()}
        return {item.text_key for item in asked}, labels

    @model_validator(mode="after")
    def _holds_together(self) -> Definition:
        problems = list(_reference_faults(self)) or list(_wording_faults(self))
        if problems:
            raise ValueError("; ".join(problems))
        return self


def _reference_faults(one: Definition) -> Iterator[str]:
    """Everything a definition points at exists, once, and ranges and bands say what the arithmetic gives."""
    for name, ids in (
        ("item id", [item.id for item in one.items]),
        ("item number", [str(item.number) for item in one.items]),
        ("text key", [item.text_key for item in one.items]),
        ("score id", [score.id for score in one.scores]),
        ("safety rule", [rule.id for rule in one.safety]),
    ):
        yield from (f"{name} {twice} is used twice" for twice, n in Counter(ids).items() if n > 1)
    for item in one.items:
        if item.response not in one.responses:
            yield f"{item.id} uses the unknown answers {item.response!r}"
            return
    yield from (
        f"nobody uses the answers {unused!r}" for unused in set(one.responses) - {item.response for item in one.items}
    )
    numbers = {item.number for item in one.items}
    if sorted(numbers) != list(range(1, len(one.items) + 1)):
        yield "items must be numbered from 1 without a gap"
        return
    for item in one.items:
        if item.show_if and not set(item.show_if.any_item) <= numbers - {item.number}:
            yield f"{item.id} is shown because of an item that does not exist"
            return
        yield from _item_faults(one, item)
    before: set[str] = set()
    for score in one.scores:
        yield from _score_faults(one, score, before)
        before.add(score.id)
    named = [part.score for part in one.bands] + [part.score for part in one.cutoffs]
    named += [part.score for part in one.change] + [part.score for part in one.norms]
    yield from (f"there is no score {name!r}" for name in sorted(set(named) - before))
    for bands in one.bands:
        if bands.score in before:
            span = one.score(bands.score).range
            if span is None or bands.cuts[-1].upto != span[1] or bands.cuts[-1].exclusive:
                yield f"the last band of {bands.score} must end at the top of its range"
    yield from (f"there is no score {name!r} to take the state from" for name in set(one.state_from) - before)
    if one.scores and not one.state_from and not any(score.role == "primary" for score in one.scores):
        yield "one score has to be primary"
    for rule in one.safety:
        if rule.item not in numbers:
            yield f"safety rule {rule.id} names item {rule.item}, which does not exist"
        elif isinstance(one.response(one.item(rule.item)), Text):
            yield f"safety rule {rule.id} names an item answered in words; words are never scanned"
        else:
            low, high = one.span(one.item(rule.item))
            mark = next(m for m in (rule.when.at_least, rule.when.at_most, rule.when.equals) if m is not None)
            if not low <= mark <= high:
                yield f"safety rule {rule.id} waits for {mark}, which nobody can answer"


def _item_faults(one: Definition, item: Item) -> Iterator[str]:
    """Parts belong to a whole question before them, and values for scoring fit the answers."""
    if item.part_of is not None:
        wholes = {other.number for other in one.items if other.part_of is None and other.number < item.number}
        if item.part_of not in wholes:
            yield f"{item.id} is part of {item.part_of}, which is no question before it"
    answers = one.response(item)
    if item.carried and not isinstance(answers, Text):
        yield f"{item.id} is carried, but only words can be"
    if item.unasked is None and item.recode is None:
        return
    if isinstance(answers, Text):
        yield f"{item.id} is answered in words, so it has no value"
        return
    low, high = answers.low, answers.high
    if item.unasked is not None and not low <= item.unasked <= high:
        yield f"{item.id} counts as {item.unasked} when it is not asked, which nobody could answer"
    can = {anchor.value for anchor in answers.values} if isinstance(answers, Likert) else set(range(low, high + 1))
    if item.recode is not None and set(item.recode) != {str(value) for value in can}:
        yield f"{item.id} has to recode each of its answers, and nothing else"


def _score_faults(one: Definition, score: Score, before: set[str]) -> Iterator[str]:
    for other in (*score.of, *score.requires, *([score.variant_of] if score.variant_of else ())):
        if other not in before:
            yield f"score {score.id} needs {other!r}, which has to come before it"
            return
    known = {item.number: item for item in one.items}
    for number in (*score.items, *(score.where.items if score.where else ())):
        if number not in known or not known[number].scored or isinstance(one.response(known[number]), Text):
            yield f"score {score.id} uses item {number}, which is not a scored item with a number"
            return
    if score.range is None:
        return
    if score.table is not None and score.method == "sum" and score.multiply is None:
        spans = [one.scored_span(known[number]) for number in score.items]
        sums = range(sum(span[0] for span in spans), sum(span[1] for span in spans) + 1)
        if set(score.table) != {str(value) for value in sums}:
            yield f"the table of {score.id} needs one line for each sum from {sums[0]} to {sums[-1]}"
    ends = _reach(one, score)
    if (float(score.range[0]), float(score.range[1])) != (float(ends[0]), float(ends[1])):
        yield f"score {score.id} can reach {ends[0]:g} to {ends[1]:g}, but its range says otherwise"


def _reach(one: Definition, score: Score) -> tuple[Number, Number]:
    """Lowest and highest value the arithmetic can give. Reversal keeps the span, so it does not matter."""
    if score.table is not None:
        return min(score.table.values()), max(score.table.values())
    if score.of:
        spans: list[tuple[Number, Number]] = [one.score(name).range or (0, 0) for name in score.of]
    else:
        spans = [one.scored_span(one.item(number)) for number in score.items]
    low, high = sum(span[0] for span in spans), sum(span[1] for span in spans)
    if score.method in ("mean", "mean_where", "mean_of_scores"):
        low, high = low / len(spans), high / len(spans)
    if score.method == "count":
        low, high = 0, len(spans)
    factor = score.multiply or 1
    return low * factor, high * factor


def _wording_faults(one: Definition) -> Iterator[str]:
    """Included words are complete; imported ones are not in the file; providers say what the items say."""
    included = one.wording.source == "included"
    if included != (one.licence.wording == "included"):
        yield "licence and wording disagree about where the words come from"
    if included != bool(one.wording.languages) or (included and one.wording.providers):
        yield "included words need a language and no provider; imported words are not in this file"
    items, labels = one.needed_words(every_item=True)
    notes = {item.note_key for item in one.items if item.note_key}
    for language, words in one.wording.languages.items():
        for name, needed, given in (
            ("items", items, set(words.items)),
            ("labels", labels, set(words.labels)),
            ("notes", notes, set(words.notes)),
        ):
            yield from (f"{language}: {name} lack {key!r}" for key in sorted(needed - given))
            yield from (f"{language}: nothing uses {key!r} in {name}" for key in sorted(given - needed))
    for provider in one.wording.providers:
        answers = {one.responses[item.response].model_dump_json() for item in one.scored_items}
        first = one.response(one.scored_items[0])
        values = {anchor.value for anchor in first.values} if isinstance(first, Likert) else set()
        if len(answers) != 1 or provider.scored_items != len(one.scored_items) or set(provider.values) != values:
            yield f"provider {provider.kind} does not describe the scored items"

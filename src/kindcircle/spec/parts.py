"""The parts of a questionnaire definition: licence, answers, items, scores, safety rules, words.

There are no free formulas: a score is one of a closed list of operations, so it can be read, checked
and exported by anyone.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from kindcircle.spec.texts import Strict, Words

Number = int | float
Key = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
ItemId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,25}$")]
SemVer = Annotated[str, StringConstraints(pattern=r"^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$")]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
WholeNumber = Annotated[str, StringConstraints(pattern=r"^(0|-?[1-9]\d*)$")]
Level = Literal["review", "contact", "concern"]
"""What a person does next, never how ill someone is: look at it with the week's notes; call the same
day because it was asked for or steadiness is low; call the same day to talk about safety."""


class Code(Strict):
    """A code other systems know this by."""

    system: Literal["LOINC", "SNOMED", "local"]
    code: Words


class Licence(Strict):
    """What the owner of the words allows, and what a site has to show before it brings them in."""

    kind: Literal[
        "original",
        "public_domain",
        "free",
        "free_attribution",
        "free_noncommercial",
        "free_no_derivatives",
        "registration",
        "permission",
        "restricted",
        "paid",
    ]
    wording: Literal["included", "import", "forbidden"]
    evidence: Literal["none", "confirm_terms", "registration_id", "licence_number"]
    derivatives: bool
    commercial: bool
    attribution: Words
    terms: Words | None = None

    @model_validator(mode="after")
    def _asks_for_proof(self) -> Licence:
        proof = {"paid": "licence_number", "restricted": "licence_number", "registration": "registration_id"}
        if self.wording == "import" and self.evidence != proof.get(self.kind, self.evidence):
            raise ValueError(f"{self.kind} words come in with a {proof[self.kind]} only; ask for it")
        return self


class Citation(Strict):
    """A paper behind the scale or behind one of its figures."""

    text: Words
    doi: Words | None = None
    role: Literal["origin", "validation", "norms", "change", "licence"]


class Administration(Strict):
    """How and how often it is asked. `timeframe_days`: the days looked back on; None: no time frame."""

    timeframe_days: Annotated[int, Field(ge=0)] | None
    minutes: Annotated[Number, Field(gt=0)]
    min_interval_days: Annotated[int, Field(ge=0)] | None = None
    fixed_order: bool = True


class Anchor(Strict):
    """One answer that can be chosen, known by the number we store and never by its place on the page."""

    value: int
    label_key: Key
    code: Code | None = None


class NotApplicable(Strict):
    """An answer that says the question does not fit. It is stored as its code and counts as missing."""

    code: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]*$")]
    label_key: Key


class Likert(Strict):
    """Choose one of a few answers."""

    type: Literal["likert"]
    labelled: Literal["all", "ends"]
    values: Annotated[tuple[Anchor, ...], Field(min_length=2)]
    answer_list: Code | None = None
    not_applicable: NotApplicable | None = None

    @model_validator(mode="after")
    def _values_differ(self) -> Likert:
        if len({anchor.value for anchor in self.values}) != len(self.values):
            raise ValueError("two answers share a value")
        if len({anchor.label_key for anchor in self.values}) != len(self.values):
            raise ValueError("two answers share a label key")
        return self

    @property
    def low(self) -> int:
        return min(anchor.value for anchor in self.values)

    @property
    def high(self) -> int:
        return max(anchor.value for anchor in self.values)

    def label_keys(self) -> tuple[str, ...]:
        """Label keys that must have words: all of them, or the two ends when only those are labelled."""
        keys = [
            anchor.label_key
            for anchor in self.values
            if self.labelled == "all" or anchor.value in (self.low, self.high)
        ]
        return (*keys, *([self.not_applicable.label_key] if self.not_applicable else ()))


class Scale(Strict):
    """A whole number between two ends, such as 0 to 10, with words at the ends only."""

    type: Literal["scale"]
    low: int
    high: int
    low_key: Key
    high_key: Key

    @model_validator(mode="after")
    def _goes_up(self) -> Scale:
        if not self.low < self.high <= self.low + 100:
            raise ValueError("low must be below high, at most 100 apart")
        return self

    def label_keys(self) -> tuple[str, ...]:
        return (self.low_key, self.high_key)


class Tick(Strict):
    """A box to tick: 1 when ticked, 0 when not."""

    type: Literal["tick"]
    low: Literal[0] = 0
    high: Literal[1] = 1

    def label_keys(self) -> tuple[str, ...]:
        return ()


class Text(Strict):
    """Words in the member's own hand, at most `longest` characters."""

    type: Literal["text"]
    longest: Annotated[int, Field(ge=1, le=10_000)]

    def label_keys(self) -> tuple[str, ...]:
        return ()


ResponseSet = Annotated[Likert | Scale | Tick | Text, Field(discriminator="type")]


class ShowIf(Strict):
    """Show an item only when at least one of these items (by number) was answered at or above a value."""

    any_item: Annotated[tuple[int, ...], Field(min_length=1)]
    at_least: int


class Item(Strict):
    """One question. `number` is its place in the scale; `note_key` names a line about who can read it.

    `part_of`: the number of the question that this one belongs to, when one question has several parts.
    `unasked`: the value it has for scoring once it is clear that `show_if` does not ask it. `recode`: the value
    each answer has for scoring; what is stored stays as given. `carried`: the person's own words from their sheet
    before stand in the box again.
    """

    id: ItemId
    number: Annotated[int, Field(ge=1)]
    response: Key
    text_key: Key
    note_key: Key | None = None
    scored: bool = True
    sensitive: bool = False
    show_if: ShowIf | None = None
    part_of: int | None = None
    unasked: int | None = None
    recode: dict[WholeNumber, int] | None = None
    carried: bool = False
    tags: tuple[Key, ...] = ()
    codes: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _agrees(self) -> Item:
        if self.unasked is not None and (self.show_if is None or self.recode is not None):
            raise ValueError("unasked belongs to an item that is sometimes not shown, and goes without recode")
        return self


class Missing(Strict):
    """How many items may be empty, and where that rule comes from.

    `prorate`: a sum is scaled up to all items; `mean`: the mean of those answered; `none`: no allowance.
    """

    max_missing: Annotated[int, Field(ge=0)] = 0
    then: Literal["prorate", "mean", "none"] = "none"
    basis: Literal["official", "common_rule", "project_default"]

    @model_validator(mode="after")
    def _agrees(self) -> Missing:
        if (self.max_missing == 0) != (self.then == "none"):
            raise ValueError("say what happens when items are empty exactly when some may be empty")
        return self


class SymptomCount(Strict):
    """The counting rule of the PHQ-9: a core symptom plus enough symptoms, each `at` or above.

    `special` gives an item number its own, lower mark.
    """

    core: Annotated[tuple[int, ...], Field(min_length=1)]
    at: int
    special: dict[Annotated[str, StringConstraints(pattern=r"^[1-9]\d*$")], int] = {}
    major: Annotated[int, Field(ge=1)]
    other: Annotated[int, Field(ge=1)]


class Where(Strict):
    """Partners of a score's items, in the same order: an item counts only when its partner reaches the mark."""

    items: Annotated[tuple[int, ...], Field(min_length=1)]
    at_least: int


class Score(Strict):
    """One number made from answers, or from other scores of the same form (`of`).

    Order: recode (by item), reverse (low + high - x), combine by `method`, `multiply`, then look up in `table`.
    The stored answers are never changed. `requires` names scores without which this one is not given.
    """

    id: Key
    role: Literal["primary", "secondary", "exploratory"]
    method: Literal["sum", "mean", "count", "mean_where", "sum_of_scores", "mean_of_scores", "symptom_count"]
    items: tuple[int, ...] = ()
    of: tuple[Key, ...] = ()
    reverse: tuple[int, ...] = ()
    reverse_scores: tuple[Key, ...] = ()
    at_least: int | None = None
    where: Where | None = None
    symptoms: SymptomCount | None = None
    multiply: Annotated[Number, Field(gt=0)] | None = None
    table: dict[str, Number] | None = None
    missing: Missing
    requires: tuple[Key, ...] = ()
    variant_of: Key | None = None
    range: tuple[Number, Number] | None = None
    better: Literal["higher", "lower", "neither"] = "neither"
    decimals: Annotated[int, Field(ge=0, le=6)] = 2
    band_rounding: Literal["none", "half_up"] = "none"
    codes: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _whole(self) -> Score:
        from_scores = self.method in ("sum_of_scores", "mean_of_scores")
        if from_scores != bool(self.of) or from_scores == bool(self.items):
            raise ValueError("give items, or for a score made of scores give of, and never both")
        if not set(self.reverse) <= set(self.items) or not set(self.reverse_scores) <= set(self.of):
            raise ValueError("only what belongs to the score can be reversed in it")
        for name, listed in (("items", self.items), ("of", self.of), ("reverse", self.reverse)):
            if len(set(listed)) != len(listed):
                raise ValueError(f"{name} lists something twice")
        if (self.method == "count") != (self.at_least is not None):
            raise ValueError("at_least belongs to a count, and a count needs it")
        if (self.method == "symptom_count") != (self.symptoms is not None):
            raise ValueError("symptoms belongs to a symptom count, and a symptom count needs it")
        if (self.method == "mean_where") != (self.where is not None):
            raise ValueError("where belongs to mean_where, and mean_where needs it")
        if self.where and (len(self.where.items) != len(self.items) or set(self.where.items) & set(self.items)):
            raise ValueError("where needs one partner for each item, and none that is its own")
        allowed = {"sum": {"none", "prorate"}, "mean": {"none", "mean"}}.get(self.method, {"none"})
        if self.missing.then not in allowed:
            raise ValueError(f"a {self.method} score cannot use the missing rule {self.missing.then!r}")
        if self.items and self.missing.max_missing >= len(self.items):
            raise ValueError("at least one item has to be answered")
        if self.symptoms:
            named = set(self.symptoms.core) | {int(number) for number in self.symptoms.special}
            if not named <= set(self.items):
                raise ValueError("the symptom rule names an item outside the score")
            if self.range is not None or self.multiply is not None or self.table is not None:
                raise ValueError("a symptom count gives a word, so it has no range, factor or table")
        elif self.range is None:
            raise ValueError("a score needs its range")
        return self


class When(Strict):
    """The answer that matters. Exactly one of the three."""

    at_least: int | None = None
    at_most: int | None = None
    equals: int | None = None

    @model_validator(mode="after")
    def _one(self) -> When:
        if sum(mark is not None for mark in (self.at_least, self.at_most, self.equals)) != 1:
            raise ValueError("give exactly one of at_least, at_most and equals")
        return self


class SafetyRule(Strict):
    """An answer after which a person gets in touch. Looked at first, in drafts too, without any scoring."""

    id: Key
    item: int
    when: When
    level: Level
    when_missing: Literal["ask_again_then_note", "nothing"]


class IncludedWords(Strict):
    """The words of our own instruments in one language."""

    title: Words
    instruction: Words
    labels: dict[Key, Words] = {}
    items: dict[Key, Words]
    notes: dict[Key, Words] = {}


class Provider(Strict):
    """A kind of file a site may bring the words in from, and what such a file must hold to fit."""

    kind: Literal["redcap_dictionary"]
    scored_items: Annotated[int, Field(ge=1)]
    values: Annotated[tuple[int, ...], Field(min_length=2)]


class WordingRules(Strict):
    """Where the words come from: in this file (`languages`), or brought in by the site.

    `providers`: the files they may come from; with none of them, a person types them in.

    `check_lowest_answer`: wrong copies of the lowest answer are known, so a person must look at it.
    """

    source: Literal["included", "import"]
    languages: dict[Language, IncludedWords] = {}
    providers: tuple[Provider, ...] = ()
    check_lowest_answer: bool = False


class ExportNames(Strict):
    """What the form and its fields are called in files for other systems."""

    redcap_form: Key
    field_prefix: Key
    questionnaire_code: Code | None = None


class Example(Strict):
    """A worked form that travels with the definition: answers to the first items in order, and the result."""

    responses: Annotated[tuple[int | str | None, ...], Field(min_length=1)]
    expect: dict[str, Number | str | tuple[str, ...] | None]


class Provenance(Strict):
    """What nobody has confirmed in a source yet. Such facts are listed here and used nowhere."""

    unconfirmed: tuple[Words, ...]

"""From answers to scores: pure, exact, and honest about what is missing.

Arithmetic is done in fractions, so no rounding happens on the way. The answers given are never changed;
reversal, factors and tables belong to a score. No number leaves without its state.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Item, Likert, Number, Score, Text, Tick

Answer = int | float | str | bool | None
"""A number, a tick (True or False), words, the code of a not-applicable answer, or None for left empty."""

Answers = Mapping[str, Answer]
"""Answers by item id. An item that is not there was left empty."""


class State(StrEnum):
    """How much a score, or a whole form, can be relied on."""

    COMPLETE = "complete"
    PRORATED = "prorated"
    PARTIAL = "partial"
    NOT_SCORABLE = "not_scorable"
    INVALID = "invalid"


@dataclass(frozen=True, slots=True)
class Problem:
    """An answer that cannot be one: which item, and why, as a word for programs (`reason`)."""

    item: str
    reason: str


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """One score of one form, with what it rests on.

    `exact` is None when there is no number; `category` holds the word a counting rule gives. `band` is
    chosen on `rounded` where the definition says so, else on the exact value. `rule` names the definition
    and version that made it.
    """

    score: str
    state: State
    exact: Fraction | None
    category: str | None
    rounded: int | None
    band: str | None
    answered: int
    of: int
    rule: str

    @property
    def value(self) -> float | None:
        """The score as an ordinary number, unrounded."""
        return None if self.exact is None else float(self.exact)

    @property
    def missing(self) -> int:
        return self.of - self.answered

    @property
    def given(self) -> bool:
        """Whether there is a number or a word at all."""
        return self.exact is not None or self.category is not None


def problems(definition: Definition, answers: Answers) -> tuple[Problem, ...]:
    """Everything that makes a set of answers impossible: unknown items, values nobody could choose."""
    known = {item.id: item for item in definition.items}
    found = [Problem(item=key, reason="unknown_item") for key in answers if key not in known]
    for item_id, item in known.items():
        reason = _fault(definition, item, answers.get(item_id))
        if reason:
            found.append(Problem(item=item_id, reason=reason))
    return tuple(found)


def number_of(definition: Definition, item: Item, answers: Answers) -> int | None:
    """The stored number of an answer, or None when it was left empty, does not fit, or is not one of ours."""
    answer = answers.get(item.id)
    if answer is None or isinstance(answer, str) or _fault(definition, item, answer):
        return None
    return int(answer)


def counts_as(definition: Definition, one: Score, item: Item, answer: Answer) -> int | None:
    """What one answer adds to a score that is a sum, a mean or a count. None for one that is left empty or none."""
    value = _value(definition, item, {item.id: answer})
    if value is None:
        return None
    value = _turned(definition, one, item, value)
    return value if one.at_least is None else int(value >= one.at_least)


def score(definition: Definition, answers: Answers) -> tuple[ScoreResult, ...]:
    """Every score of a form, in the definition's order.

    One impossible answer makes every score of the form `invalid`: a form that was filled wrongly once may
    be wrong elsewhere too. Raises nothing for bad answers.
    """
    invalid = bool(problems(definition, answers))
    values = {item.number: _value(definition, item, answers) for item in definition.items}
    empty = sum(values[item.number] is None for item in definition.scored_items)
    too_empty = definition.most_empty is not None and empty > definition.most_empty
    done: dict[str, ScoreResult] = {}
    for one in definition.scores:
        known = _known_under(definition, one, values)
        exact: Fraction | None = None
        category: str | None = None
        prorated = False
        if not invalid and not too_empty and all(done[name].given for name in one.requires):
            if one.of:
                exact, prorated = _from_scores(definition, one, done)
            elif one.symptoms:
                category = _symptom_count(one, values)
            elif one.where:
                exact, category = _mean_where(definition, one, values)
            else:
                exact, prorated = _from_items(definition, one, values)
        done[one.id] = _result(
            definition,
            one,
            exact,
            category,
            prorated=prorated,
            invalid=invalid,
            seen=(sum(known), len(known)),
        )
    return tuple(done.values())


def form_state(definition: Definition, results: Sequence[ScoreResult]) -> State:
    """The state of the whole form, from its headline scores.

    `partial`: some of them are there and some are not. The headline scores are those named in the
    definition's `state_from`, or else its primary ones.
    """
    names = definition.state_from or tuple(one.id for one in definition.scores if one.role == "primary")
    states = {result.state for result in results if result.score in names}
    if State.INVALID in states:
        return State.INVALID
    if states <= {State.NOT_SCORABLE}:
        return State.NOT_SCORABLE
    if State.NOT_SCORABLE in states:
        return State.PARTIAL
    return State.PRORATED if State.PRORATED in states else State.COMPLETE


def answers_in_order(definition: Definition, given: Sequence[Answer]) -> dict[str, Answer] | None:
    """Answers listed in item order, as answers by item id. None when their number fits neither the scored
    items nor all items.
    """
    for items in (definition.items, definition.scored_items):
        if len(given) == len(items):
            return {item.id: answer for item, answer in zip(items, given, strict=True)}
    return None


def is_shown(definition: Definition, item: Item, answers: Answers) -> bool:
    """Whether an item is asked, given the answers so far."""
    return _asked(definition, item, answers) is True


def half_up(value: Fraction, decimals: int = 0) -> Decimal:
    """Round as people do by hand: halves go up, away from zero below zero. Exact, whatever the fraction."""
    shifted = abs(value) * 10**decimals
    whole = (shifted + Fraction(1, 2)).__floor__()
    # Built from digits, because Decimal's own operations round to 28 of them.
    return Decimal((int(value < 0 < whole), tuple(int(digit) for digit in str(whole)), -decimals))


def _asked(definition: Definition, item: Item, answers: Answers) -> bool | None:
    """Whether an item is asked; None while an answer that decides it is empty."""
    if item.show_if is None:
        return True
    before = [number_of(definition, definition.item(number), answers) for number in item.show_if.any_item]
    if any(value is not None and value >= item.show_if.at_least for value in before):
        return True
    return None if None in before else False


def _value(definition: Definition, item: Item, answers: Answers) -> int | None:
    """What an answer counts as. The answer itself stays as it was given."""
    if item.unasked is not None and _asked(definition, item, answers) is False:
        return item.unasked
    value = number_of(definition, item, answers)
    return item.recode[str(value)] if item.recode and value is not None else value


def _fault(definition: Definition, item: Item, answer: Answer) -> str | None:
    if answer is None:
        return None
    kind = definition.response(item)
    if isinstance(kind, Text):
        if not isinstance(answer, str):
            return "not_words"
        return "too_long" if len(answer) > kind.longest else None
    if isinstance(answer, str):
        fits = isinstance(kind, Likert) and kind.not_applicable and answer == kind.not_applicable.code
        return None if fits else "not_a_number"
    if isinstance(answer, bool) and not isinstance(kind, Tick):
        return "not_a_number"
    if isinstance(kind, Likert):
        return None if answer in {anchor.value for anchor in kind.values} else "not_an_answer"
    return None if answer in range(kind.low, kind.high + 1) else "not_an_answer"


def _known_under(definition: Definition, one: Score, values: Mapping[int, int | None]) -> tuple[bool, ...]:
    """For each item a score rests on, through other scores too: whether it is known. With a partner, whether it is
    known as far as it matters: below the mark nothing more is needed.
    """
    if one.of:
        return tuple(known for name in one.of for known in _known_under(definition, definition.score(name), values))
    if one.where is None:
        return tuple(values[number] is not None for number in one.items)
    known = list[bool]()
    for number, partner in zip(one.items, one.where.items, strict=True):
        mark = values[partner]
        known.append(mark is not None and (mark < one.where.at_least or values[number] is not None))
    return tuple(known)


def _from_items(definition: Definition, one: Score, values: Mapping[int, int | None]) -> tuple[Fraction | None, bool]:
    """Combine answers. Returns the number (None when too many are empty) and whether some were empty."""
    used = list(_reversed_values(definition, one, values))
    empty = len(one.items) - len(used)
    if empty > one.missing.max_missing:
        return None, False
    if one.method == "count":
        assert one.at_least is not None
        raw = Fraction(sum(value >= one.at_least for value in used))
    else:
        raw = Fraction(sum(used))
        if one.method == "mean":
            raw = raw / len(used)
        elif empty:
            raw = raw * len(one.items) / len(used)
    return _finish(one, raw), empty > 0


def _mean_where(
    definition: Definition, one: Score, values: Mapping[int, int | None]
) -> tuple[Fraction | None, str | None]:
    """The mean of the items whose partner reaches the mark; the word `none` where no partner does."""
    assert one.where is not None
    if not all(_known_under(definition, one, values)):
        return None, None
    used = list[int]()
    for number, partner in zip(one.items, one.where.items, strict=True):
        mark = values[partner]
        if mark is not None and mark >= one.where.at_least:
            used += _reversed_values(definition, one, values, only=(number,))
    if not used:
        return None, "none"
    return _finish(one, Fraction(sum(used), len(used))), None


def _reversed_values(
    definition: Definition, one: Score, values: Mapping[int, int | None], *, only: tuple[int, ...] = ()
) -> Iterator[int]:
    for number in only or one.items:
        value = values[number]
        if value is None:
            continue
        yield _turned(definition, one, definition.item(number), value)


def _turned(definition: Definition, one: Score, item: Item, value: int) -> int:
    """The value as this score takes it: the other way round where it says so."""
    if item.number not in one.reverse:
        return value
    low, high = definition.scored_span(item)
    return low + high - value


def _from_scores(definition: Definition, one: Score, done: Mapping[str, ScoreResult]) -> tuple[Fraction | None, bool]:
    """Combine scores of the same form. One that is not there leaves this one out too."""
    used: list[Fraction] = []
    for name in one.of:
        part, span = done[name].exact, definition.score(name).range
        if part is None or span is None:
            return None, False
        used.append(_exactly(span[0]) + _exactly(span[1]) - part if name in one.reverse_scores else part)
    raw = sum(used, Fraction(0))
    if one.method == "mean_of_scores":
        raw = raw / len(used)
    return _finish(one, raw), any(done[name].state is State.PRORATED for name in one.of)


def _finish(one: Score, raw: Fraction) -> Fraction | None:
    """Factor, then table. A value between two lines of a table has no entry, so there is no score."""
    value = raw * _exactly(one.multiply) if one.multiply is not None else raw
    if one.table is None:
        return value
    entry = one.table.get(str(value))
    return None if entry is None else _exactly(entry)


def _symptom_count(one: Score, values: Mapping[int, int | None]) -> str | None:
    """The counting rule: a word, or None when an item is empty."""
    assert one.symptoms is not None
    rule = one.symptoms
    given = {number: value for number in one.items if (value := values[number]) is not None}
    if len(given) < len(one.items):
        return None
    present = {number for number, value in given.items() if value >= rule.special.get(str(number), rule.at)}
    if not present & set(rule.core) or len(present) < rule.other:
        return "none"
    return "major_depressive_syndrome" if len(present) >= rule.major else "other_depressive_syndrome"


def _result(
    definition: Definition,
    one: Score,
    exact: Fraction | None,
    category: str | None,
    *,
    prorated: bool,
    invalid: bool,
    seen: tuple[int, int],
) -> ScoreResult:
    if invalid:
        state = State.INVALID
    elif exact is None and category is None:
        state = State.NOT_SCORABLE
    else:
        state = State.PRORATED if prorated else State.COMPLETE
    rounded = int(half_up(exact)) if exact is not None and one.band_rounding == "half_up" else None
    return ScoreResult(
        score=one.id,
        state=state,
        exact=exact,
        category=category,
        rounded=rounded,
        band=_band(definition, one, exact if rounded is None else Fraction(rounded)),
        answered=seen[0],
        of=seen[1],
        rule=definition.rule,
    )


def _band(definition: Definition, one: Score, value: Fraction | None) -> str | None:
    bands = next((bands for bands in definition.bands if bands.score == one.id), None)
    if bands is None or value is None:
        return None
    for cut in bands.cuts:
        end = _exactly(cut.upto)
        if value < end or (value == end and not cut.exclusive):
            return cut.id
    return None


def _exactly(number: Number) -> Fraction:
    """A number as it was written in the definition: 2.5 and 0.1 mean tenths, not their nearest binary."""
    return Fraction(str(number))

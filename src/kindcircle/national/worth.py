"""What each answer counts as, and how scores follow from it: the rules of a questionnaire as whole numbers.

A database adds in fractions of two, and no two add in the same order. So every score here is a whole number of units,
1/`units` of a point: the smallest part in which every allowed number of empty items is made up for without rounding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import TypeVar

from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Likert, Number, Scale, Score, Text, Tick
from kindcircle.spec.scoring import counts_as

MOST_ITEMS = 62
"""Each item is one bit of a whole number of 64."""

LARGEST = 2**53
"""Up to here a whole number is the same number as a float."""


class NotAtScale(ValueError):
    """A score that needs one answer to be looked at beside another, which is done for one sheet at a time only."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer that can be given: what is stored for it, and what it counts as in each basic score that uses it.

    bit    which item it is, as a power of two;  counts  None for an answer that says the question does not fit
    """

    item: str
    stored: int | str
    bit: int
    scored: bool
    counts: Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Basic:
    """A score made of answers: their sum, times a whole number that depends on how many were given.

    times  by number of answers given; fewer are not enough
    table  units of the sum before the table, and after
    """

    name: str
    items: int
    units: int
    times: Mapping[int, int]
    table: Mapping[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Combined:
    """A score made of other scores: units of each part times `factor`, plus `plus`."""

    name: str
    units: int
    parts: tuple[tuple[str, int, int], ...]  # name, factor, plus
    table: Mapping[int, int] | None = None


Rule = Basic | Combined
R = TypeVar("R", Basic, Combined)


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is needed for one score: the rules in order, the wanted one last, with what it cannot do without."""

    definition: Definition
    score: Score
    rules: tuple[Rule, ...]
    needs: Mapping[str, tuple[str, ...]]

    @property
    def units(self) -> int:
        return self.rules[-1].units

    @property
    def basics(self) -> tuple[Basic, ...]:
        return tuple(rule for rule in self.rules if isinstance(rule, Basic))

    def answers(self) -> Iterator[Answer]:
        """Every answer that somebody can give to an item with numbers."""
        one = self.definition
        for place, item in enumerate(one.items):
            kind = one.response(item)
            if isinstance(kind, Text):
                continue
            values = [anchor.value for anchor in kind.values] if isinstance(kind, Likert) else _between(kind)
            stored: list[int | str] = [*values]
            if isinstance(kind, Likert) and kind.not_applicable:
                stored.append(kind.not_applicable.code)
            for value in stored:
                counts = {
                    rule.name: counts_as(one, one.score(rule.name), item, value)
                    for rule in self.basics
                    if item.number in one.score(rule.name).items
                }
                yield Answer(item.id, value, 1 << place, item.scored, counts)

    @property
    def in_words(self) -> tuple[str, ...]:
        """Items answered in words. They count in no score and make none impossible."""
        one = self.definition
        return tuple(item.id for item in one.items if isinstance(one.response(item), Text))


def _between(kind: Scale | Tick) -> list[int]:
    return list(range(kind.low, kind.high + 1))


def plan(definition: Definition, score: Score) -> Plan:
    """How to work out one score of a questionnaire. NotAtScale when a database cannot."""
    if len(definition.items) > MOST_ITEMS:
        raise NotAtScale(f"{definition.id} has more than {MOST_ITEMS} items.")
    rules: dict[str, Rule] = {}
    _add(definition, score, rules)
    last = rules.pop(score.id)
    return Plan(
        definition,
        score,
        (*rules.values(), last),
        {name: definition.score(name).requires for name in (*rules, score.id)},
    )


def _add(definition: Definition, one: Score, rules: dict[str, Rule]) -> None:
    """Put a score below everything that it rests on."""
    for name in (*one.of, *one.requires):
        if name not in rules:
            _add(definition, definition.score(name), rules)
    rules[one.id] = _combined(definition, one, rules) if one.of else _basic(definition, one)


def _basic(definition: Definition, one: Score) -> Basic:
    if one.where or one.symptoms:
        raise NotAtScale(f"{definition.id}.{one.id} looks at one answer beside another.")
    for number in one.items:
        if definition.item(number).unasked is not None:
            raise NotAtScale(f"{definition.id}.{one.id} counts questions that were not asked.")
    items = len(one.items)
    given = range(items - one.missing.max_missing, items + 1)
    # A sum of s over n answers is s·k/n for a sum of k items, s/n for a mean, s for a count.
    share = {n: {"sum": Fraction(items, n), "mean": Fraction(1, n)}.get(one.method, Fraction(1)) for n in given}
    factor = Fraction(str(one.multiply)) if one.multiply is not None else Fraction(1)
    worth = {n: part * factor for n, part in share.items()}
    units = lcm(*(part.denominator for part in worth.values()))
    table = _table(one, units)
    rule = Basic(
        one.id,
        items,
        units if table is None else table[1],
        {n: int(part * units) for n, part in worth.items()},
        None if table is None else table[0],
    )
    return _small_enough(definition, one, rule)


def _combined(definition: Definition, one: Score, rules: Mapping[str, Rule]) -> Combined:
    divisor = len(one.of) if one.method == "mean_of_scores" else 1
    factor = (Fraction(str(one.multiply)) if one.multiply is not None else Fraction(1)) / divisor
    turned = {name: _turned(definition.score(name)) for name in one.reverse_scores}
    units = lcm(
        *((factor / rules[name].units).denominator for name in one.of),
        *((both * factor).denominator for both in turned.values()),
    )
    parts = []
    for name in one.of:
        worth = int(factor / rules[name].units * units)
        plus = int(turned[name] * factor * units) if name in turned else 0
        parts.append((name, -worth if name in turned else worth, plus))
    table = _table(one, units)
    rule = Combined(one.id, units if table is None else table[1], tuple(parts), None if table is None else table[0])
    return _small_enough(definition, one, rule)


def _turned(one: Score) -> Fraction:
    """Lowest plus highest of a score: what it is taken from when it counts the other way round."""
    assert one.range is not None
    return Fraction(str(one.range[0])) + Fraction(str(one.range[1]))


def _table(one: Score, units: int) -> tuple[Mapping[int, int], int] | None:
    """A table by units of what goes in, and its own units of what comes out."""
    if one.table is None:
        return None
    entries = {Fraction(key): Fraction(str(entry)) for key, entry in one.table.items()}
    out = lcm(*(entry.denominator for entry in entries.values()))
    return {int(key * units): int(entry * out) for key, entry in entries.items() if units % key.denominator == 0}, out


def _small_enough(definition: Definition, one: Score, rule: R) -> R:
    ends: tuple[Number, Number] = one.range or (0, 0)
    if rule.units * max(abs(end) for end in ends) >= LARGEST:
        raise NotAtScale(f"{definition.id}.{one.id} would need numbers that are too large.")
    return rule

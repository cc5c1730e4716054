"""From a formula to numbers: `y ~ time * arm` with a table gives the columns of a regression and their names.

The part of R's formula language that reports need: `+`, `*`, `:`, `1` and `0`, plain columns and factors coded against
their first level, `(terms | group)` for what varies by group, and `us(visit | person)` for free covariances of visits.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Column = Sequence[float | str | None]
"""One column of a table: numbers or labels, None where missing."""


class FormulaError(ValueError):
    """A formula that cannot be read, or that names what the table does not have."""


@dataclass(frozen=True, slots=True)
class Varying:
    """What varies by group: `(Days | Subject)` gives the terms of `Days` for every `Subject`."""

    terms: tuple[tuple[str, ...], ...]  # () is the intercept
    group: str


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula taken apart. A term is the columns that are multiplied; () is the intercept."""

    outcome: str
    terms: tuple[tuple[str, ...], ...]
    varying: tuple[Varying, ...] = ()
    repeated: tuple[str, str] | None = None  # (visit, person)


@dataclass(frozen=True, slots=True)
class Factor:
    """A column of labels with its levels; the first is what others are compared with."""

    levels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Design:
    """Columns of a regression."""

    names: tuple[str, ...]
    values: Numbers


def read_formula(text: str) -> Formula:
    """Take a formula apart. FormulaError names the part that is not understood."""
    outcome, tilde, right = text.partition("~")
    if not tilde or not _is_name(outcome.strip()):
        raise FormulaError(f"A formula reads like y ~ time * arm, and this one is {text!r}.")
    varying, repeated, plain = [], None, []
    for part in _split(right):
        bracket = re.fullmatch(r"(us)?\((.*)\|([^|]*)\)", part)
        if bracket is None:
            plain.append(part)
            continue
        inside, group = bracket[2].strip(), bracket[3].strip()
        if not _is_name(group) or (bracket[1] and not _is_name(inside)):
            raise FormulaError(f"The part {part!r} of the formula is not understood.")
        if bracket[1]:
            repeated = (inside, group)
        else:
            varying.append(Varying(_expand(_split(inside)), group))
    return Formula(outcome.strip(), _expand(plain), tuple(varying), repeated)


def _is_name(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z_.][\w.]*", text) is not None


def _split(text: str) -> list[str]:
    """Parts between plus signs that stand in no bracket."""
    parts, depth, start = [], 0, 0
    for place, sign in enumerate(text):
        depth += (sign == "(") - (sign == ")")
        if sign == "+" and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    if depth:
        raise FormulaError(f"A bracket is left open in {text.strip()!r}.")
    return [part.strip() for part in parts]


def _expand(parts: list[str]) -> tuple[tuple[str, ...], ...]:
    """Terms in R's order: the intercept, single columns, then products of two and more."""
    intercept, found = True, []
    for part in parts:
        if part in ("0", "-1"):
            intercept = False
            continue
        if part == "1":
            continue
        names = [name.strip() for name in re.split(r"[*:]", part)]
        if not all(_is_name(name) for name in names):
            raise FormulaError(f"The part {part!r} of the formula is not understood.")
        if "*" in part and ":" in part:
            raise FormulaError(f"Please write {part!r} with * or with :, not both.")
        if "*" in part:
            for size in range(1, 2 ** len(names)):
                chosen = tuple(name for place, name in enumerate(names) if size >> place & 1)
                found.append(chosen)
        else:
            found.append(tuple(names))
    single = sorted(dict.fromkeys(found), key=len)
    return ((), *single) if intercept else tuple(single)


def columns_of(formula: Formula) -> tuple[str, ...]:
    """Every column that a row must have to be used."""
    named = [formula.outcome]
    for terms in (formula.terms, *(one.terms for one in formula.varying)):
        named += [name for term in terms for name in term]
    named += [one.group for one in formula.varying]
    named += list(formula.repeated or ())
    return tuple(dict.fromkeys(named))


def build(terms: Sequence[tuple[str, ...]], table: Mapping[str, Column], factors: Mapping[str, Factor]) -> Design:
    """The columns of these terms, with names as R gives them: `ARMTRT`, `time:arm`."""
    rows = len(next(iter(table.values())))
    names: list[str] = []
    columns: list[Numbers] = []
    for term in terms:
        parts: list[tuple[str, Numbers]] = [("", np.ones(rows))]
        for name in term:
            parts = (
                [
                    (f"{before}:{label}" if before else label, values * own)
                    for before, values in parts
                    for label, own in _coded(name, table, factors)
                ]
                if len(parts) == 1
                else [
                    (f"{before}:{label}", values * own)
                    for label, own in _coded(name, table, factors)
                    for before, values in parts
                ]
            )
        names += [label or "(Intercept)" for label, _ in parts]
        columns += [values for _, values in parts]
    return Design(tuple(names), np.column_stack(columns) if columns else np.empty((rows, 0)))


def _coded(name: str, table: Mapping[str, Column], factors: Mapping[str, Factor]) -> list[tuple[str, Numbers]]:
    if name not in table:
        raise FormulaError(f"There is no column {name!r}. There are: {', '.join(table)}.")
    if name in factors:
        values = np.asarray(table[name], dtype=object)
        return [(f"{name}{level}", (values == level).astype(float)) for level in factors[name].levels[1:]]
    return [(name, np.asarray(table[name], dtype=float))]

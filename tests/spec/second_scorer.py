"""A second way to score, to check the first by: many forms at once, whole numbers in columns, straight from the files.

It reads a definition as plain data and shares no code with `kindcircle.spec`. A score is a numerator and a denominator,
each a column of whole numbers, so it is exact without fractions. Made-up answers come with what they are: this is how a
wrong one is known to be wrong without asking the code that is looked at.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import yaml

FILES = Path(__file__).resolve().parents[2] / "src" / "kindcircle" / "content" / "instruments"
NONE = -(10**9)
"""Stands for "no number" in a column."""

Column = np.ndarray[Any, Any]


def plain(file: Path) -> dict[str, Any]:
    """A definition as it is written."""
    found: dict[str, Any] = yaml.safe_load(file.read_text(encoding="utf-8"))
    return found


def all_files() -> list[Path]:
    return sorted(FILES.glob("*/*.yaml"))


# --- made-up answers ---


@dataclass
class Forms:
    """Many filled-in forms of one questionnaire.

    given   what each person sent, item by item
    values  the number an answer stands for, or NONE where there is none or it cannot be one
    raw     the number as it was sent, fitting or not: what a safety rule looks at; nan for none
    bad     forms with something in them that nobody could have chosen
    """

    given: list[dict[str, Any]]
    values: Column
    raw: Column
    bad: Column


def make_forms(one: dict[str, Any], many: int, seed: int) -> Forms:
    """Whole forms, forms with gaps, nearly empty ones, and some with answers that cannot be."""
    rng = np.random.default_rng(seed)
    items = one["items"]
    gaps = rng.choice([0.0, 0.04, 0.15, 0.4, 0.9], size=(many, 1), p=[0.35, 0.25, 0.2, 0.15, 0.05])
    wrong = rng.choice([0.0, 0.02, 0.3], size=(many, 1), p=[0.85, 0.1, 0.05])
    draw, slips = rng.random((many, len(items))), rng.random((many, len(items)))
    # Some people answer all over, some lean to one side, some sit at one end: so that every floor and band is met.
    own, side = rng.choice([1.0, 0.5, 0.1], size=many), rng.choice([0.0, 1.0, 0.5, 0.2, 0.8], size=many)
    turned = {number for rule in one["scores"] for number in rule.get("reverse", ())}
    values = np.full((many, len(items)), NONE, dtype=np.int64)
    raw = np.full((many, len(items)), np.nan)
    bad = np.zeros(many, dtype=bool)
    given: list[dict[str, Any]] = [{} for _ in range(many)]
    for place, item in enumerate(items):
        kind = one["responses"][item["response"]]
        fits, not_applicable = _can_be(kind), (kind.get("not_applicable") or {}).get("code")
        odd = _cannot_be(kind, not_applicable)
        where = rng.random(many) * own + side * (1 - own)
        where = 1 - where if item["number"] in turned else where
        pick = np.minimum(where * len(fits), len(fits) - 1).astype(int)
        other = rng.integers(0, len(odd), many)
        for row in range(many):
            if draw[row, place] < gaps[row, 0]:
                # Left out, left blank, or "does not fit".
                left = int(other[row]) % 3
                if left == 1:
                    given[row][item["id"]] = None
                elif left == 2 and not_applicable:
                    given[row][item["id"]] = not_applicable
                continue
            if slips[row, place] < wrong[row, 0]:
                answer = odd[other[row]]
                bad[row] = True
                if answer is not None and not isinstance(answer, str):
                    raw[row, place] = float(answer)
            else:
                answer = fits[pick[row]]
                if kind["type"] != "text":
                    values[row, place] = int(answer)
                    raw[row, place] = float(answer)
                    answer = _written(answer, kind, int(other[row]))
            given[row][item["id"]] = answer
    for row in np.flatnonzero(rng.random(many) < 0.01):
        given[int(row)]["no_such_item"] = 1
        bad[row] = True
    return Forms(given, values, raw, bad)


def _can_be(kind: dict[str, Any]) -> list[Any]:
    if kind["type"] == "likert":
        return [anchor["value"] for anchor in kind["values"]]
    if kind["type"] == "scale":
        return list(range(kind["low"], kind["high"] + 1))
    return [0, 1] if kind["type"] == "tick" else ["", "a few words", "x" * kind["longest"]]


def _cannot_be(kind: dict[str, Any], not_applicable: str | None) -> list[Any]:
    if kind["type"] == "text":
        return [1, 0.5, True, "x" * (kind["longest"] + 1)]
    fits = _can_be(kind)
    odd: list[Any] = [min(fits) - 1, max(fits) + 1, 99, -7, min(fits) + 0.5, "2", "", "on", float("inf")]
    odd += [value for value in range(min(fits), max(fits)) if value not in fits]
    if not_applicable is None:
        odd.append("NA")
    return odd if kind["type"] == "tick" else [*odd, True, False]


def _written(answer: int, kind: dict[str, Any], turn: int) -> Any:
    """The same answer as another door may hand it on: 2 or 2.0, and a tick as 1 or True."""
    if kind["type"] == "tick" and turn % 3 == 0:
        return bool(answer)
    return float(answer) if turn % 5 == 0 else answer


# --- scoring, a column for every score ---


@dataclass
class Scored:
    """One score of all forms. bottom is 0 where there is no number; word is "" where there is none."""

    top: Column
    bottom: Column
    word: Column
    prorated: Column
    answered: Column
    of: int
    state: Column = field(default_factory=lambda: np.array([]))
    band: Column = field(default_factory=lambda: np.array([]))
    rounded: Column = field(default_factory=lambda: np.array([]))

    @property
    def there(self) -> Column:
        found: Column = (self.bottom > 0) | (self.word != "")
        return found


def score_all(one: dict[str, Any], forms: Forms) -> dict[str, Scored]:
    """Every score of every form."""
    values = _as_they_count(one, forms.values)
    counted = [place for place, item in enumerate(one["items"]) if item.get("scored", True)]
    empty = (values[:, counted] == NONE).sum(axis=1)
    no_score = forms.bad | (empty > one["most_empty"] if one.get("most_empty") is not None else False)
    found: dict[str, Scored] = {}
    for rule in one["scores"]:
        scored = _one_score(one, rule, values, found)
        blocked = no_score.copy()
        for needed in rule.get("requires", ()):
            blocked |= ~found[needed].there
        scored.bottom[blocked] = 0
        scored.word[blocked] = ""
        scored.state = np.where(scored.prorated, "prorated", "complete").astype(object)
        scored.state[~scored.there] = "not_scorable"
        scored.state[forms.bad] = "invalid"
        _rounded_and_banded(one, rule, scored)
        found[rule["id"]] = scored
    return found


def whole_form(one: dict[str, Any], found: dict[str, Scored]) -> Column:
    """The state of each form, from its main scores."""
    names = one.get("state_from") or [rule["id"] for rule in one["scores"] if rule["role"] == "primary"]
    if not names:
        many = len(next(iter(found.values())).state) if found else 0
        return np.full(many, "not_scorable", dtype=object)
    states = np.stack([found[name].state for name in names])
    told = np.full(states.shape[1], "complete", dtype=object)
    told[(states == "prorated").any(axis=0)] = "prorated"
    told[(states == "not_scorable").any(axis=0)] = "partial"
    told[(states == "not_scorable").all(axis=0)] = "not_scorable"
    told[(states == "invalid").any(axis=0)] = "invalid"
    return told


def spoken(one: dict[str, Any], forms: Forms) -> dict[str, Column]:
    """For each safety rule, which forms it speaks of. It looks at what was sent, whatever the rest is like."""
    found = {}
    for rule in one["safety"]:
        sent = forms.raw[:, rule["item"] - 1]
        [(how, mark)] = rule["when"].items()
        with np.errstate(invalid="ignore"):
            found[rule["id"]] = {"at_least": sent >= mark, "at_most": sent <= mark, "equals": sent == mark}[how]
    return found


def _as_they_count(one: dict[str, Any], values: Column) -> Column:
    """What each answer counts as: a part that was not asked for has its own value, and some answers are recoded."""
    counted = values.copy()
    for place, item in enumerate(one["items"]):
        if item.get("recode"):
            for answer, worth in item["recode"].items():
                counted[values[:, place] == int(answer), place] = worth
        if item.get("unasked") is not None:
            before = values[:, [number - 1 for number in item["show_if"]["any_item"]]]
            settled = ((before != NONE) & (before < item["show_if"]["at_least"])).all(axis=1)
            counted[settled, place] = item["unasked"]
    return counted


def _ends(one: dict[str, Any], number: int) -> tuple[int, int]:
    item = one["items"][number - 1]
    worth = list(item["recode"].values()) if item.get("recode") else _can_be(one["responses"][item["response"]])
    return min(worth), max(worth)


def _one_score(one: dict[str, Any], rule: dict[str, Any], values: Column, found: dict[str, Scored]) -> Scored:
    if rule.get("of"):
        return _of_others(one, rule, found)
    many, numbers = len(values), rule["items"]
    used = values[:, [number - 1 for number in numbers]].copy()
    there = used != NONE
    for place, number in enumerate(numbers):
        if number in rule.get("reverse", ()):
            low, high = _ends(one, number)
            used[:, place] = np.where(there[:, place], low + high - used[:, place], NONE)
    blank = np.full(many, "", dtype=object)
    if rule["method"] == "symptom_count":
        return _syndrome(rule, used, there)
    if rule["method"] == "mean_where":
        return _where(rule, values, used, there)
    answered = there.sum(axis=1)
    total = np.where(there, used, 0).sum(axis=1)
    gaps = len(numbers) - answered
    top, bottom = total, np.ones(many, dtype=np.int64)
    if rule["method"] == "count":
        top = (there & (used >= rule["at_least"])).sum(axis=1)
    elif rule["method"] == "mean":
        bottom = answered.copy()
    else:
        top = np.where(gaps > 0, total * len(numbers), total)
        bottom = np.where(gaps > 0, answered, 1)
    bottom = np.where(gaps > rule["missing"].get("max_missing", 0), 0, bottom)
    return _factor_and_table(rule, Scored(top, bottom, blank, gaps > 0, answered, len(numbers)))


def _where(rule: dict[str, Any], values: Column, used: Column, there: Column) -> Scored:
    """A mean of the lines whose partner reaches a mark."""
    partners = values[:, [number - 1 for number in rule["where"]["items"]]]
    counts = (partners != NONE) & (partners >= rule["where"]["at_least"])
    below = (partners != NONE) & ~counts
    known = below | (counts & there)
    gaps = (~known).sum(axis=1)
    take = counts & there
    enough = gaps <= rule["missing"].get("max_missing", 0)
    word = np.full(len(values), "", dtype=object)
    word[enough & ~take.any(axis=1)] = "none"
    scored = Scored(
        np.where(take, used, 0).sum(axis=1), np.where(enough, take.sum(axis=1), 0), word, gaps > 0,
        known.sum(axis=1), used.shape[1],
    )  # fmt: skip
    return _factor_and_table(rule, scored)


def _syndrome(rule: dict[str, Any], used: Column, there: Column) -> Scored:
    marks = rule["symptoms"]
    special = {int(number): mark for number, mark in marks.get("special", {}).items()}
    present = np.stack(
        [used[:, place] >= special.get(number, marks["at"]) for place, number in enumerate(rule["items"])], axis=1
    )
    core = present[:, [rule["items"].index(number) for number in marks["core"]]].any(axis=1)
    many = present.sum(axis=1)
    word = np.full(len(used), "none", dtype=object)
    word[core & (many >= marks["other"])] = "other_depressive_syndrome"
    word[core & (many >= max(marks["major"], marks["other"]))] = "major_depressive_syndrome"
    word[~there.all(axis=1)] = ""
    zeros = np.zeros(len(used), dtype=np.int64)
    return Scored(zeros, zeros.copy(), word, zeros > 0, there.sum(axis=1), used.shape[1])


def _of_others(one: dict[str, Any], rule: dict[str, Any], found: dict[str, Scored]) -> Scored:
    ranges = {other["id"]: other.get("range") for other in one["scores"]}
    parts = [found[name] for name in rule["of"]]
    many = len(parts[0].top)
    top, bottom = np.zeros(many, dtype=np.int64), np.ones(many, dtype=np.int64)
    gone, prorated = np.zeros(many, dtype=bool), np.zeros(many, dtype=bool)
    for name, part in zip(rule["of"], parts, strict=True):
        part_top, part_bottom = part.top, np.maximum(part.bottom, 1)
        if name in rule.get("reverse_scores", ()):
            ends_top, ends_bottom = _quotient(Decimal(str(ranges[name][0])) + Decimal(str(ranges[name][1])))
            part_top = ends_top * part_bottom - part_top * ends_bottom
            part_bottom = part_bottom * ends_bottom
        top, bottom = top * part_bottom + part_top * bottom, bottom * part_bottom
        gone |= part.bottom == 0
        prorated |= part.state == "prorated"
    if rule["method"] == "mean_of_scores":
        bottom = bottom * len(parts)
    answered = np.sum([part.answered for part in parts], axis=0)
    blank = np.full(many, "", dtype=object)
    scored = Scored(top, np.where(gone, 0, bottom), blank, prorated, answered, sum(part.of for part in parts))
    return _factor_and_table(rule, scored)


def _factor_and_table(rule: dict[str, Any], scored: Scored) -> Scored:
    if rule.get("multiply") is not None:
        top, bottom = _quotient(Decimal(str(rule["multiply"])))
        scored.top, scored.bottom = scored.top * top, scored.bottom * bottom
    if rule.get("table") is not None:
        whole = (scored.bottom > 0) & (scored.top % np.maximum(scored.bottom, 1) == 0)
        keys = scored.top // np.maximum(scored.bottom, 1)
        top, bottom = np.zeros_like(scored.top), np.zeros_like(scored.bottom)
        for key, worth in rule["table"].items():
            hit = whole & (keys == int(key))
            top[hit], bottom[hit] = _quotient(Decimal(str(worth)))
        scored.top, scored.bottom = top, bottom
    return scored


def _rounded_and_banded(one: dict[str, Any], rule: dict[str, Any], scored: Scored) -> None:
    top, bottom = scored.top, np.maximum(scored.bottom, 1)
    if rule.get("band_rounding", "none") == "half_up":
        size = (2 * np.abs(top) + bottom) // (2 * bottom)
        top, bottom = np.sign(top) * size, np.ones_like(bottom)
        scored.rounded = np.where(scored.bottom > 0, top, NONE)
    scored.band = np.full(len(top), "", dtype=object)
    for bands in one["bands"]:
        if bands["score"] != rule["id"]:
            continue
        # From the top down: each lower band overwrites what lies in it.
        for cut in reversed(bands["cuts"]):
            end_top, end_bottom = _quotient(Decimal(str(cut["upto"])))
            left, right = top * end_bottom, end_top * bottom
            scored.band[left < right if cut.get("exclusive") else left <= right] = cut["id"]
    scored.band[scored.bottom == 0] = ""


def _quotient(number: Decimal) -> tuple[int, int]:
    top, bottom = number.as_integer_ratio()
    return top, bottom


def chunks(many: int, size: int = 5000) -> Iterator[tuple[int, int]]:
    """How many forms to make at a time, with a seed for each lot."""
    for number, begin in enumerate(range(0, many, size)):
        yield min(size, many - begin), number

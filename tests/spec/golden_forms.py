"""Filled-in forms with what they come to, one file for each questionnaire: chosen so that no wrong rule gives the same.

The second scorer works the figures out, not the code that is tested with them. For a new version of a questionnaire:
python -m tests.spec.golden_forms   (writes only what is not there yet; read it before you commit it)
"""

import json
import math
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from tests.spec.rule_mutants import mutants_of
from tests.spec.second_scorer import NONE, Column, Forms, all_files, make_forms, plain, score_all, spoken, whole_form

FOLDER = Path(__file__).resolve().parents[1] / "vectors" / "scoring"
POOL = 4000
SPARE = 6
"""Forms taken on top, whatever they show."""


def name_of(file: Path) -> str:
    return f"{file.parent.name}@{file.stem}"


def golden(file: Path) -> dict[str, Any]:
    """The forms of one questionnaire as they are kept, and which of its scores stand on top."""
    found: dict[str, Any] = json.loads((FOLDER / f"{name_of(file)}.json").read_text(encoding="utf-8"))
    return found


def seen_of(one: dict[str, Any], forms: Forms) -> list[Column]:
    """Everything that can be seen of the forms, column by column: two rules that differ in none are the same rule."""
    found = score_all(one, forms)
    columns: list[Column] = []
    for rule in one["scores"]:
        scored = found[rule["id"]]
        bottom = np.maximum(scored.bottom, 1)
        common = np.gcd(np.abs(scored.top), bottom)
        columns += [
            np.where(scored.bottom > 0, scored.top // common, NONE),
            np.where(scored.bottom > 0, bottom // common, 0),
        ]
        columns += [scored.word, scored.state, scored.band, scored.answered]
        columns.append(np.where(scored.bottom > 0, scored.rounded, NONE) if len(scored.rounded) else common * 0)
    columns.append(whole_form(one, found) if found else np.zeros(len(forms.given)))
    for rule in one["safety"]:
        hits = spoken(one, forms)[rule["id"]]
        blank = (forms.values[:, rule["item"] - 1] == NONE) & ~hits & (rule["when_missing"] != "nothing")
        columns += [np.where(hits, rule["level"], ""), blank]
    for item in one["items"]:
        if item.get("show_if"):
            before = forms.values[:, [number - 1 for number in item["show_if"]["any_item"]]]
            columns.append((before >= item["show_if"]["at_least"]).any(axis=1))
    return columns


def _make(file: Path) -> None:
    one = plain(file)
    forms = make_forms(one, POOL, seed=17)
    base = seen_of(one, forms)
    can_be_kept = np.array([_short(given) for given in forms.given])
    kills: list[Column] = []
    for name, changed in mutants_of(one):
        try:
            other = seen_of(changed, forms)
        except (IndexError, KeyError, ValueError):
            continue  # it cannot even be scored: the definition refuses it
        differs = np.zeros(POOL, dtype=bool)
        if len(other) != len(base):
            continue  # a whole column came or went: any form shows it
        for mine, theirs in zip(base, other, strict=True):
            differs |= mine != theirs
        if (differs & can_be_kept).any():
            kills.append(differs & can_be_kept)
        else:
            print(f"{name_of(file)}: no form tells {name}")
    chosen = [int(row) for row in np.flatnonzero(can_be_kept)[:SPARE]]
    left = [row for row in kills if not row[chosen].any()]
    while left:
        best = int(np.argmax(np.sum(left, axis=0)))
        chosen.append(best)
        left = [row for row in left if not row[best]]
    _write(file, one, forms, sorted(chosen))


def _short(given: dict[str, Any]) -> bool:
    """Whether a form can be kept in a file that somebody reads."""
    return all(
        len(answer) < 40 if isinstance(answer, str) else answer is None or abs(answer) < 1000
        for answer in given.values()
    )


def _is_shown(rule: dict[str, Any], sent: Column) -> bool:
    return any(sent[number - 1] >= rule["at_least"] for number in rule["any_item"])


def _write(file: Path, one: dict[str, Any], forms: Forms, rows: list[int]) -> None:
    found, hits = score_all(one, forms), spoken(one, forms)
    states = whole_form(one, found) if found else None
    lines = []
    for row in rows:
        scores = {}
        for name, scored in found.items():
            bottom = int(scored.bottom[row])
            value = str(Fraction(int(scored.top[row]), bottom)) if bottom else scored.word[row] or None
            rounded = int(scored.rounded[row]) if bottom and len(scored.rounded) else None
            scores[name] = [value, scored.state[row], scored.band[row], int(scored.answered[row]), rounded]
        sent = forms.values[row]
        asked = [rule for rule in one["safety"] if rule["when_missing"] != "nothing"]
        branching = [item for item in one["items"] if item.get("show_if")]
        line = {
            "answers": forms.given[row],
            "scores": scores,
            "state": states[row] if states is not None else None,
            "safety": [[rule["id"], rule["level"]] for rule in one["safety"] if hits[rule["id"]][row]],
            "blank": [rule["id"] for rule in asked if sent[rule["item"] - 1] == NONE and not hits[rule["id"]][row]],
            "shown": [item["id"] for item in branching if _is_shown(item["show_if"], sent)],
        }
        lines.append(json.dumps(line, ensure_ascii=False))
    body = ",\n".join(lines)
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / f"{name_of(file)}.json").write_text(
        f'{{"figures": {json.dumps(_figures(one))}, "forms": [\n{body}\n]}}\n', encoding="utf-8"
    )


def _figures(one: dict[str, Any]) -> dict[str, Any]:
    """What stands beside the scores: which are on top, which way is better, marks, steps that matter, means of others.

    A reliable change is worked out in points: 1.96 times the error of a difference.
    """
    steps = [
        [row["score"], row["kind"],
         row["value"] if "value" in row else round(1.96 * row["sd"] * math.sqrt(2 * (1 - row["reliability"])), 6)]
        for row in one["change"]
    ]  # fmt: skip
    return {
        "headlines": [rule["id"] for rule in one["scores"] if rule["role"] == "primary" and rule.get("range")],
        "better": {rule["id"]: rule.get("better", "neither") for rule in one["scores"]},
        "marks": [[mark["score"], mark.get("at_least"), mark.get("at_most")] for mark in one["cutoffs"]],
        "steps": steps,
        "means": [[row["score"], row["mean"], row.get("sd")] for row in one["norms"]],
    }


if __name__ == "__main__":
    for each in all_files():
        if not (FOLDER / f"{name_of(each)}.json").exists():
            _make(each)
            print(name_of(each), len(golden(each)["forms"]), file=sys.stderr)

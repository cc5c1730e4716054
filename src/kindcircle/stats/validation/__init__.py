"""Self-validation: answer a folder of reference cases with this library, for any data of the same layout.

A folder holds `cases.json` (what to compute, one object a case with its arguments) and the CSV files that cases name.
Its name begins with two digits that tell the method. A site that must show that its installation computes rightly
compares the answers with figures from other software.
"""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from kindcircle.stats.columns import TableError
from kindcircle.stats.results import Undefined
from kindcircle.stats.validation.reading import BadCase, Case

METHODS: Final = {
    "01": "effect_sizes",
    "02": "reliable_change",
    "03": "reliability",
    "04": "serial_mediation",
    "05": "meta_analysis",
    "06": "mixed_models",
    "07": "social_relations",
    "08": "heart_rate",
    "09": "missing_data",
    "10": "feasibility",
}
"""The module that answers each kind of folder, by the digits its name begins with."""

NOT_OFFERED: Final = "this library does not offer this"


def answer_folder(folder: Path, *, done: Callable[[str], None] = lambda case: None) -> dict[str, Any]:
    """An answer to every case of a folder: `{case id: figures}`, and under `reasons` why a figure is null.

    done  called with each case's id once it is answered
    Raises BadCase with a sentence about what is wrong with the folder, and in which case.
    """
    method = METHODS.get(folder.name[:2])
    if method is None:
        known = ", ".join(f"{digits} ({name.replace('_', ' ')})" for digits, name in METHODS.items())
        raise BadCase(f"The folder {folder.name!r} begins with no method we know. We know {known}.")
    try:
        cases = json.loads((folder / "cases.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BadCase(f"There is no cases.json in {folder.name!r}.") from None
    except ValueError as problem:
        raise BadCase(f"cases.json is no JSON: {problem}") from None
    if not isinstance(cases, list) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in cases
    ):
        raise BadCase("cases.json must be a list of cases, each with an id.")
    answer = importlib.import_module(f"kindcircle.stats.validation.{method}").answer
    found: dict[str, Any] = {}
    reasons: dict[str, str] = {}
    for given in cases:
        case = Case(folder, given)
        found[case.id] = _plain(_answered(answer, case), case.id, reasons)
        done(case.id)
    return found | {"reasons": reasons}


def _answered(answer: Callable[[Case], Any], case: Case) -> Any:
    try:
        return answer(case)
    except (BadCase, TableError) as problem:
        raise BadCase(f"Case {case.id!r}: {problem}") from None
    except KeyError as problem:
        raise BadCase(f"Case {case.id!r} does not say {problem.args[0]!r}.") from None


def _plain(value: Any, path: str, reasons: dict[str, str]) -> Any:
    """Figures as JSON; one that does not exist is null, and its reason is kept beside."""
    if isinstance(value, dict):
        return {str(key): _plain(inner, f"{path}.{key}", reasons) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner, f"{path}.{place}", reasons) for place, inner in enumerate(value)]
    if isinstance(value, Undefined):
        reasons[path] = value.text
        return None
    if value is NOT_OFFERED:
        reasons[path] = NOT_OFFERED
        return None
    if hasattr(value, "tolist"):
        return _plain(value.tolist(), path, reasons)
    # Fifteen digits, as other software writes its reference figures: the sixteenth is rounding error on both sides.
    return float(f"{value:.15g}") if isinstance(value, float) else value

"""The questionnaires this house knows: read once, checked hard, found by id and version.

One file per version: `instruments/<id>/<version>.yaml`, in the package and, when a site has its own
folder, there too. A definition that contradicts itself or its own worked examples never gets in.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

from kindcircle.spec.definition import Definition
from kindcircle.spec.parts import Example
from kindcircle.spec.safety import positive
from kindcircle.spec.scoring import (
    ScoreResult,
    answers_in_order,
    form_state,
    half_up,
    problems,
    score,
)
from kindcircle.spec.shelves import State, files_under
from kindcircle.spec.texts import SHIPPED, ContentError, build, parse_yaml, read_file


class UnknownInstrument(LookupError):
    """There is no questionnaire, or no such version of it, by this name."""

    def __init__(self, instrument: str, version: str | None) -> None:
        self.instrument, self.version = instrument, version
        wanted = f"{instrument} version {version}" if version else instrument
        super().__init__(f"There is no questionnaire called {wanted}.")


def load_instrument(instrument: str, version: str | None = None, *, site: Path | None = None) -> Definition:
    """One questionnaire: the version asked for, or the newest active one.

    Old versions stay readable for ever, because old answers are scored by the rules they were given under.
    UnknownInstrument when there is none; ContentError when a file cannot be used.
    """
    found = _library(site)
    if version is not None:
        if (instrument, version) not in found:
            raise UnknownInstrument(instrument, version)
        return found[instrument, version]
    active = [one for one in found.values() if one.id == instrument and one.status == "active"]
    if not active:
        raise UnknownInstrument(instrument, None)
    return max(active, key=_version_order)


def all_instruments(*, site: Path | None = None) -> tuple[Definition, ...]:
    """The newest active version of every questionnaire, by id."""
    active = sorted({one.id for one in _library(site).values() if one.status == "active"})
    return tuple(load_instrument(name, site=site) for name in active)


def versions_of(instrument: str, *, site: Path | None = None) -> tuple[str, ...]:
    """Every version that is here, oldest first: old answers are still scored by theirs."""
    return tuple(one.version for one in sorted(_library(site).values(), key=_version_order) if one.id == instrument)


def read_definition(file: Path) -> Definition:
    """One definition file, checked whole: shape, references, ranges, words, and its own worked examples."""
    one = build(Definition, parse_yaml(read_file(file), file), file)
    if (file.parent.name, file.stem) != (one.id, one.version):
        raise ContentError(
            file, [("id", f"says {one.id} {one.version}, but the file lies at {file.parent.name}/{file.name}")]
        )
    faults = [
        (f"tests.{number}", fault) for number, example in enumerate(one.tests) for fault in example_faults(one, example)
    ]
    if faults:
        raise ContentError(file, faults)
    return one


def example_faults(one: Definition, example: Example) -> Iterator[str]:
    """How a worked example that travels with a definition differs from what the definition gives."""
    codes = {
        answers.not_applicable.code
        for answers in one.responses.values()
        if answers.type == "likert" and answers.not_applicable
    }
    given = [None if answer == "NA" and "NA" not in codes else answer for answer in example.responses]
    answers = answers_in_order(one, given)
    if answers is None:
        yield f"lists {len(given)} answers"
        return
    results = score(one, answers)
    by_id = {result.score: result for result in results}
    for name, expected in example.expect.items():
        computed: object
        if name == "state":
            computed = str(form_state(one, results))
        elif name == "band":
            computed = by_id[one.total.id].band if one.total else None
        elif name == "safety":
            computed = tuple(sorted(hit.rule for hit in positive(one, answers)))
        elif name in by_id:
            computed = _shown(one, by_id[name])
        else:
            yield f"expects {name!r}, which this definition does not give"
            continue
        if isinstance(expected, int | float):
            expected_value: object = half_up(Fraction(str(expected)), one.score(name).decimals)
        elif isinstance(expected, tuple):
            expected_value = tuple(sorted(expected))
        else:
            expected_value = expected
        if computed != expected_value:
            yield f"expects {name} to be {expected}, but it is {computed}"


def read_answer(definition: Definition, item_id: str, text: str) -> int | str | None:
    """What a person sent from a form field, as an answer to store. Blank is None.

    ValueError when it is not an answer to this item; LookupError when there is no such item.
    """
    item = next((item for item in definition.items if item.id == item_id), None)
    if item is None:
        raise LookupError(f"{definition.id} has no item {item_id!r}")
    cleaned = text.strip()
    if not cleaned:
        return None
    answer: int | str = cleaned
    if definition.response(item).type == "tick":
        answer = {"on": 1, "1": 1, "0": 0}.get(cleaned, cleaned)
    elif definition.response(item).type in ("likert", "scale") and cleaned.isascii():
        digits = cleaned.removeprefix("-")
        answer = int(cleaned) if digits.isdigit() and len(digits) <= 6 else cleaned
    if any(fault.item == item_id for fault in problems(definition, {item_id: answer})):
        raise ValueError(f"{cleaned[:40]!r} is not an answer to {item_id}")
    return answer


def _shown(one: Definition, result: ScoreResult) -> Decimal | str | None:
    """A score as its definition shows it: rounded half up to its decimals, or its word."""
    if result.exact is None:
        return result.category
    return half_up(result.exact, one.score(result.score).decimals)


def _version_order(one: Definition) -> tuple[int, ...]:
    return tuple(int(part) for part in one.version.split("."))


def _library(site: Path | None) -> dict[tuple[str, str], Definition]:
    """Read once; a site's own are read again when one of them changed."""
    folder = site / "instruments" if site else None
    return _read_library(site, files_under(folder) if folder and folder.is_dir() else ())


@lru_cache(maxsize=8)
def _read_library(site: Path | None, state: State) -> dict[tuple[str, str], Definition]:
    found: dict[tuple[str, str], Definition] = {}
    for folder in (SHIPPED, *([site] if site else ())):
        for file in sorted((folder / "instruments").glob("*/*.yaml")):
            one = read_definition(file)
            if (one.id, one.version) in found:
                raise ContentError(file, [("version", "this version is already there; give a new one")])
            found[one.id, one.version] = one
    return found

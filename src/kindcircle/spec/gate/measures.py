"""Rules for the questionnaires a programme asks: each is known, and the main outcome has one main score."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from kindcircle.spec.gate.findings import Finding, finding
from kindcircle.spec.gate.shelf import Shelf
from kindcircle.spec.instruments import read_definition
from kindcircle.spec.programmes import Programme
from kindcircle.spec.shelves import SHIPPED
from kindcircle.spec.texts import ContentError


def measures(file: str, programme: Programme, shelf: Shelf) -> Iterator[Finding]:
    """Everything the gate finds in a programme's schedule of questionnaires."""
    homes = [at / "instruments" for at in (shelf.folder, SHIPPED) if (at / "instruments").is_dir()]
    outcomes = programme.instruments("baseline")
    for number, time in enumerate(programme.measures):
        for name in time.instruments:
            place = f"measures.{number}"
            if not any((home / name).is_dir() for home in homes):
                yield finding("names.questionnaire", file, place, f"there is no questionnaire {name!r}")
            elif time.occasion == "baseline" and not _has_main_score(name, homes):
                # The first one is the outcome a group is judged by, chosen before it starts.
                rule = "measure.main-score" if name == outcomes[0] else "measure.no-main-score"
                message = f"{name!r} has no one main score, so a report cannot set before beside after"
                yield finding(rule, file, place, message)


def _has_main_score(name: str, homes: Iterable[Path]) -> bool:
    """Whether every version has a total with a range. A file that cannot be read is reported under its own name."""
    for path in (path for home in homes for path in (home / name).glob("*.yaml")):
        try:
            total = read_definition(path).total
        except ContentError:
            continue
        if total is None or total.range is None:
            return False
    return True

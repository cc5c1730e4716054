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
            elif time.occasion == "baseline":
                main = _main_scores(name, homes)
                # The first one is the outcome a group is judged by, chosen before it starts.
                if name == outcomes[0] and main != 1:
                    message = f"{name!r} comes first and has {main} main scores; the first one has exactly one"
                    yield finding("measure.main-score", file, place, message)
                elif main == 0:
                    message = f"{name!r} has no main score, so a report cannot set before beside after"
                    yield finding("measure.no-main-score", file, place, message)


def _main_scores(name: str, homes: Iterable[Path]) -> int:
    """How many main scores with two ends its poorest version has. A file that cannot be read is reported by itself."""
    counts: list[int] = []
    for path in (path for home in homes for path in (home / name).glob("*.yaml")):
        try:
            counts.append(len(read_definition(path).headlines))
        except ContentError:
            continue
    return min(counts, default=0)

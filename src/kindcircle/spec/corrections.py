"""When a rule of a questionnaire was wrong: the version that puts it right, with the same questions and answers.

Its number says so: 1.0.1 corrects 1.0.0, and 1.1.0 does not. What people answered to the one is what they would have
answered to the other, so their answers may be scored anew; nothing else may change with such a version.
"""

from __future__ import annotations

from pathlib import Path

from kindcircle.spec.definition import Definition
from kindcircle.spec.instruments import UnknownInstrument, load_instrument


def correction_of(one: Definition, *, site: Path | None = None) -> Definition:
    """The newest active version that corrects this one; itself, when there is none."""
    newest = one
    major, minor, patch = one.version.split(".")
    for number in range(int(patch) + 1, int(patch) + 100):
        try:
            later = load_instrument(one.id, f"{major}.{minor}.{number}", site=site)
        except UnknownInstrument:
            break
        if later.status == "active" and asks_the_same(one, later):
            newest = later
    return newest


def asks_the_same(one: Definition, other: Definition) -> bool:
    """Whether both put the same questions with the same answers, so that a form of one is a form of the other."""
    return _asked(one) == _asked(other)


def _asked(one: Definition) -> list[tuple[object, ...]]:
    return [(item.id, item.number, item.text_key, one.response(item), item.show_if, item.part_of) for item in one.items]

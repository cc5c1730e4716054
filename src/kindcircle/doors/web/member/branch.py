"""One's own days with practice as a branch: a leaf for each such day, side by side. It shows no gap and no number.

Between two leaves may lie a day or a month: the branch does not tell. Hard days that somebody noted are small lamps on
it, as much part of it as the leaves. The same days stand beside it in words.
"""

from dataclasses import dataclass
from datetime import date

MOST = 60
"""Leaves that are drawn; what came before them is in the wood."""

WIDTH = 340
_A_ROW = 10
_STEP = 30  # between two leaves
_RISE = 62  # between two rows
_EDGE = 35


@dataclass(frozen=True, slots=True)
class Mark:
    """One day on the branch: where it grows, which way it leans, and whether it is a leaf, a lamp, or both."""

    x: int
    y: int
    turn: int
    leaf: bool
    lamp: bool


@dataclass(frozen=True, slots=True)
class Branch:
    """The picture: its stem as a path, its marks from the oldest to the newest, and how high it is."""

    stem: str
    marks: tuple[Mark, ...]
    height: int
    width: int = WIDTH


def grow(practised: set[date], hard: set[date]) -> Branch:
    """The branch of these days. It grows from below, to and fro, and the newest day is at its tip."""
    days = sorted(practised | hard)[-MOST:]
    rows = max(1, -(-len(days) // _A_ROW))
    height = rows * _RISE + 24
    marks = []
    for number, day in enumerate(days):
        row, place = divmod(number, _A_ROW)
        onwards = row % 2 == 0
        x = _EDGE + place * _STEP if onwards else WIDTH - _EDGE - place * _STEP
        above = number % 2 == 0
        lean = -50 if above else 50
        marks.append(
            Mark(x, _level(row, height), lean if onwards else 180 - lean, leaf=day in practised, lamp=day in hard)
        )
    return Branch(_stem(len(days), height), tuple(marks), height)


def _level(row: int, height: int) -> int:
    return height - 40 - row * _RISE


def _stem(count: int, height: int) -> str:
    """From the lower edge along each row, with a bend at its end into the next one."""
    path = [f"M6 {_level(0, height)}"]
    for row in range(max(1, -(-count // _A_ROW))):
        here = min(count - row * _A_ROW, _A_ROW)
        y, onwards = _level(row, height), row % 2 == 0
        end = _EDGE + max(here - 1, 0) * _STEP + 14
        path.append(f"L{end if onwards else WIDTH - end} {y}")
        if count > (row + 1) * _A_ROW:
            bend = WIDTH - 2 if onwards else 2
            path.append(f"C{bend} {y} {bend} {y - _RISE} {WIDTH - _EDGE if onwards else _EDGE} {y - _RISE}")
    return "".join(path)

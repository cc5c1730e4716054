"""Who starts now and who later, drawn by chance: in blocks of changing size, or as a lot for a fixed number of seats.

Everything follows from one secret and nothing else, so a draw can be made again by anybody who is shown the secret
afterwards. Its mark is published before, so that nobody can have looked for a secret that suits them. No random
generator of a library is used: what is drawn today can be drawn again in twenty years, in any language.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

Item = TypeVar("Item")

NAME: Final = b"kindcircle-allocation/1"
SHORTEST_SECRET: Final = 16
SECRET_BYTES: Final = 32
NOW, LATER = "now", "later"
MULTIPLES: Final = (2, 3, 4)
"""A block holds so many times the ratio. Which of them comes next nobody can tell."""


@dataclass(frozen=True, slots=True)
class Entrant:
    """Somebody who is in the draw, by code, and the stratum in which they are drawn."""

    code: str
    stratum: str = ""


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where chance put somebody. `block` counts from 1 within a stratum; 0: drawn all at once."""

    code: str
    stratum: str
    arm: str
    block: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """One place in the sequence of a stratum."""

    arm: str
    block: int
    size: int


class Stream:
    """Numbers that follow from a secret and a label: HMAC-SHA256 of a counter, eight bytes at a time."""

    def __init__(self, secret: bytes, label: str) -> None:
        if len(secret) < SHORTEST_SECRET:
            raise ValueError(f"A secret has at least {SHORTEST_SECRET} bytes.")
        self._key = hmac.new(secret, NAME + b"\0" + label.encode(), hashlib.sha256).digest()
        self._counter = 0

    def below(self, end: int) -> int:
        """A whole number from 0 up to, not including, this one, each equally likely."""
        if end < 1:
            raise ValueError("There is no whole number below that.")
        # What does not divide evenly is thrown again, or the small numbers would come up a little more often.
        fair = 2**64 - 2**64 % end
        while True:
            made = hmac.new(self._key, self._counter.to_bytes(8, "big"), hashlib.sha256).digest()
            self._counter += 1
            number = int.from_bytes(made[:8], "big")
            if number < fair:
                return number % end

    def shuffled(self, items: Sequence[Item]) -> list[Item]:
        """The same items in an order of which each is equally likely (Fisher and Yates, from the end)."""
        found = list(items)
        for place in range(len(found) - 1, 0, -1):
            other = self.below(place + 1)
            found[place], found[other] = found[other], found[place]
        return found


def commitment(secret: bytes) -> str:
    """The secret's mark. It tells nothing of the secret, and no other secret has it."""
    return hashlib.sha256(NAME + b"\0" + secret).hexdigest()


def sequence(
    secret: bytes, stratum: str, ratio: Mapping[str, int], *, multiples: Sequence[int] = MULTIPLES
) -> Iterator[Turn]:
    """The arms of one stratum, without end: blocks of changing size, each with the ratio exactly."""
    _check(ratio, multiples)
    stream = Stream(secret, f"blocks:{stratum}")
    for block in itertools.count(1):
        multiple = multiples[stream.below(len(multiples))]
        arms = [arm for arm in sorted(ratio) for _ in range(ratio[arm] * multiple)]
        for arm in stream.shuffled(arms):
            yield Turn(arm, block, len(arms))


def blocked(
    entrants: Sequence[Entrant], ratio: Mapping[str, int], *, secret: bytes, multiples: Sequence[int] = MULTIPLES
) -> list[Drawn]:
    """Everybody by the sequence of their stratum, in the order in which they came."""
    _check_codes(entrants)
    strata = {one.stratum: sequence(secret, one.stratum, ratio, multiples=multiples) for one in entrants}
    found = []
    for one in entrants:
        turn = next(strata[one.stratum])
        found.append(Drawn(one.code, one.stratum, turn.arm, turn.block))
    return found


def lottery(entrants: Sequence[Entrant], seats: int, *, secret: bytes) -> list[Drawn]:
    """So many seats exactly, the same chance for everybody, and each stratum with its share of them.

    A share that is no whole number is rounded by chance, up or down. In what order people are given does not matter.
    """
    _check_codes(entrants)
    if not 0 < seats < len(entrants):
        raise ValueError("There are fewer seats than people, and one at least.")
    stream = Stream(secret, "lottery")
    strata: dict[str, list[Entrant]] = {}
    for one in sorted(entrants, key=lambda one: one.code):
        strata.setdefault(one.stratum, []).append(one)
    names = stream.shuffled(sorted(strata))
    row = [one for name in names for one in stream.shuffled(strata[name])]
    # Systematic sampling: so many equal steps round the row, from a start that chance gives.
    start = stream.below(len(row))
    found = []
    for place, one in enumerate(row):
        steps = (place * seats + start) // len(row), ((place + 1) * seats + start) // len(row)
        found.append(Drawn(one.code, one.stratum, NOW if steps[1] > steps[0] else LATER))
    return sorted(found, key=lambda one: one.code)


def result_mark(drawn: Sequence[Drawn]) -> str:
    """The mark of a whole result: another one for any other result."""
    rows = [[one.code, one.stratum, one.arm, one.block] for one in sorted(drawn, key=lambda one: one.code)]
    return hashlib.sha256(json.dumps(rows, ensure_ascii=True, separators=(",", ":")).encode()).hexdigest()


def _check(ratio: Mapping[str, int], multiples: Sequence[int]) -> None:
    if len(ratio) < 2 or any(share < 1 for share in ratio.values()):
        raise ValueError("A ratio has two arms or more, with a whole number from 1 for each.")
    if len(set(multiples)) < 2 or any(multiple < 1 for multiple in multiples):
        raise ValueError("Blocks of one size can be foreseen: two sizes are needed at least.")


def _check_codes(entrants: Sequence[Entrant]) -> None:
    if len({one.code for one in entrants}) != len(entrants):
        raise ValueError("Somebody is in this draw twice.")

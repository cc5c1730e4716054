"""Whether a programme is the same for everybody: by what is known of people without having asked them for it."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from kindcircle.rooms.research.cohorts import Cohort, CohortScore, Slice
from kindcircle.stats.disclosure import SMALLEST_SHOWN, part_of, told_in_parts
from kindcircle.stats.effects.paired import change_of
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.results import MeanEstimate

LOOKED_AT: Final = ("met", "answered", "language")


@dataclass(frozen=True, slots=True)
class Kind:
    """People who have one thing in common. None stands where that figure of this view is not told."""

    name: str
    left: Proportion | None
    seats: Proportion | None
    change: MeanEstimate | None


@dataclass(frozen=True, slots=True)
class Alike:
    """One view. No kinds: it is not told, because a row would hold fewer than five, or everybody is of one kind.

    only  the one kind that everybody is of, or ""
    """

    what: str
    kinds: tuple[Kind, ...]
    only: str = ""


def alike(
    found: Sequence[Cohort], left: Sequence[int], seats: Sequence[int], main: Sequence[CohortScore]
) -> tuple[Alike, ...]:
    """Every view, over those groups whose sums may be told, and told anew only where no kind gives away a few.

    left, seats: after how many groups each sum was told;  main: scores of the main measure that may stand together.
    """
    return tuple(_view(what, found, left, seats, main) for what in LOOKED_AT)


def _view(
    what: str, found: Sequence[Cohort], left: Sequence[int], seats: Sequence[int], main: Sequence[CohortScore]
) -> Alike:
    kinds = _by_kind(found, what)
    if len(kinds) == 1:
        return Alike(what, (), only=next(iter(kinds)))
    gone = _told(found, left, what, _left_fit)
    came = _told(found, seats, what, _seats_fit)
    scored = [one for one in found if any(score in main for score in one.scores)]
    moved = _told(scored, range(1, len(scored) + 1), what, _pairs_fit)
    if not (gone or came or moved):
        return Alike(what, ())
    return Alike(
        what,
        tuple(
            Kind(
                name=kind,
                left=Proportion(gone[kind].left, gone[kind].people) if kind in gone else None,
                seats=Proportion(came[kind].came, came[kind].offered) if kind in came else None,
                change=_change(moved.get(kind)),
            )
            for kind in sorted({*gone, *came, *moved})
        ),
    )


def _told(found: Sequence[Cohort], ends: Sequence[int], what: str, fit: Callable[[Slice], bool]) -> dict[str, Slice]:
    """Sums by kind over groups that end where a sum was told, and where each kind of what is new is fit to be told."""
    blocks = [found[begin:end] for begin, end in pairwise((0, *ends))]

    def all_fit(some: Sequence[Sequence[Cohort]]) -> bool:
        return all(fit(one) for one in _by_kind([row for block in some for row in block], what).values())

    told = told_in_parts(blocks, all_fit)
    kinds = _by_kind([row for block in blocks[: told[-1]] for row in block], what) if told else {}
    # One kind beside nothing is no comparison.
    return kinds if len(kinds) > 1 else {}


def _by_kind(rows: Sequence[Cohort], what: str) -> dict[str, Slice]:
    parts: dict[str, list[Slice]] = defaultdict(list)
    for one in rows:
        for name, kind, some in one.alike:
            if name == what:
                parts[kind].append(some)
    return {kind: _sum(some) for kind, some in sorted(parts.items())}


def _sum(some: Sequence[Slice]) -> Slice:
    return Slice(
        people=sum(one.people for one in some),
        left=sum(one.left for one in some),
        came=sum(one.came for one in some),
        offered=sum(one.offered for one in some),
        n=sum(one.n for one in some),
        total=sum(one.total for one in some),
        squares=sum(one.squares for one in some),
    )


def _left_fit(one: Slice) -> bool:
    return part_of({"left": one.left, "stayed": one.people - one.left}).shown


def _seats_fit(one: Slice) -> bool:
    return one.people >= SMALLEST_SHOWN and part_of({"came": one.came, "away": one.offered - one.came}).shown


def _pairs_fit(one: Slice) -> bool:
    return not 0 < one.n < SMALLEST_SHOWN


def _change(some: Slice | None) -> MeanEstimate | None:
    if some is None or some.n < SMALLEST_SHOWN:
        return None
    mean = some.total / some.n
    left = max(0.0, some.squares - some.n * mean * mean)
    return change_of(mean, (left / (some.n - 1)) ** 0.5, n=some.n, dropped=some.people - some.n)

"""Whether a programme is the same for everybody: by what is known of people without having asked them for it."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kindcircle.rooms.research.cohorts import Cohort, CohortScore, Slice
from kindcircle.stats.disclosure import SMALLEST_SHOWN, part_of, told_in_parts
from kindcircle.stats.effects.paired import change_of
from kindcircle.stats.feasibility import Proportion
from kindcircle.stats.results import MeanEstimate

LOOKED_AT: Final = ("met", "answered", "language")


@dataclass(frozen=True, slots=True)
class Kind:
    """People who have one thing in common. change is None where the changes by this view are not told."""

    name: str
    people: int
    left: Proportion
    seats: Proportion
    change: MeanEstimate | None


@dataclass(frozen=True, slots=True)
class Alike:
    """One view. No kinds: it is not told, because a kind would hold fewer than five, or everybody is of one kind.

    only  the one kind that everybody is of, or ""
    """

    what: str
    groups: int
    kinds: tuple[Kind, ...]
    only: str = ""


def alike(found: Sequence[Cohort], ends: Sequence[int], main: Sequence[CohortScore]) -> tuple[Alike, ...]:
    """Every view, over those groups whose sums may be told (`ends`), and told anew only where no kind gives away a few.

    main: the scores of the main measure that may stand beside one another.
    """
    begins = (0, *ends)
    blocks = [found[begin:end] for begin, end in zip(begins, ends, strict=False)]
    return tuple(_view(what, found, blocks, main) for what in LOOKED_AT)


def _view(what: str, found: Sequence[Cohort], blocks: Sequence[Sequence[Cohort]], main: Sequence[CohortScore]) -> Alike:
    told = told_in_parts(blocks, lambda rows: _fit([one for block in rows for one in block], what))
    rows = [one for block in blocks[: told[-1]] for one in block] if told else []
    sums = _by_kind(rows, what)
    if len(sums) < 2:
        return Alike(what, len(rows), (), only=next(iter(sums), ""))
    scored = [one for one in found if any(score in main for score in one.scores)]
    ends = told_in_parts(scored, lambda some: _enough(some, what))
    changes = _by_kind(scored[: ends[-1]], what) if ends else {}
    return Alike(
        what,
        len(rows),
        tuple(
            Kind(
                name=kind,
                people=one.people,
                left=Proportion(one.left, one.people),
                seats=Proportion(one.came, one.offered),
                change=_change(changes.get(kind)),
            )
            for kind, one in sums.items()
        ),
    )


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


def _fit(rows: Sequence[Cohort], what: str) -> bool:
    """Of each kind nobody or five left, and nobody or five stayed."""
    kinds = _by_kind(rows, what).values()
    return all(part_of({"left": one.left, "stayed": one.people - one.left}).shown for one in kinds)


def _enough(rows: Sequence[Cohort], what: str) -> bool:
    """Of each kind nobody or five have both scores."""
    return all(not 0 < one.n < SMALLEST_SHOWN for one in _by_kind(rows, what).values())


def _change(some: Slice | None) -> MeanEstimate | None:
    if some is None or some.n < SMALLEST_SHOWN:
        return None
    mean = some.total / some.n
    left = max(0.0, some.squares - some.n * mean * mean)
    return change_of(mean, (left / (some.n - 1)) ** 0.5, n=some.n, dropped=some.people - some.n)

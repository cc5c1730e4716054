"""What may be told of many organisations: a line for each programme, each organisation and everybody.

Two lines can be subtracted. So a place (one organisation in one programme) with fewer than five people who have both
scores stands in no line and in no sum, and whatever two lines differ by is at least one whole place that may be told by
itself. Counts within a line are told in fives. The reasons stand in docs/methods/national-outcomes.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from kindcircle.national.cells import Cell, Sums, together
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Suppressed
from kindcircle.stats.results import Interval, Undefined
from kindcircle.stats.sentences import ENOUGH_TO_TELL

Count = int | Suppressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """How many people ended where, each in fives. `recovered` is None where no cut-off was used."""

    deteriorated: Count
    unchanged: Count
    improved: Count
    recovered: Count | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What changed for the people of a line who have both scores. `n` is exact; everything else rests on it."""

    n: int
    groups: int
    mean_before: float
    mean_after: float
    sd_before: float
    sd_after: float
    change: float
    sd_change: float
    interval: Interval | Undefined
    reliable: Counts | Suppressed | None  # withheld below twelve people; None where no norm is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One programme, one organisation, or everybody. All counts in fives.

    people        everybody with a sheet, in places where at least five have one
    too_few       people with both scores in places where fewer than five have both: they are in no figure
    """

    name: str
    people: Count
    missing_after: Count
    missing_before: Count
    missing_both: Count
    too_few: Count
    not_counted: Count  # sheets with an impossible answer, or with an item answered twice
    figures: Figures | Suppressed


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Everybody, and the lines by name. An order by outcome would be a league table, and there is none."""

    whole: Line
    programmes: tuple[Line, ...]
    organisations: tuple[Line, ...]


def report_of(cells: Sequence[Cell], *, reliable: bool, cutoff: bool, smallest: int = SMALLEST_SHOWN) -> Report:
    """All lines of these cells. ValueError for two cells of one place, whose people could be told apart."""
    if any(often > 1 for often in Counter((cell.organisation, cell.programme) for cell in cells).values()):
        raise ValueError("Each organisation has one cell for each programme.")

    def line(name: str, some: Iterable[Cell]) -> Line:
        return _line(name, list(some), reliable=reliable, cutoff=cutoff, smallest=smallest)

    def by(which: Callable[[Cell], str]) -> tuple[Line, ...]:
        return tuple(
            line(name, (cell for cell in cells if which(cell) == name)) for name in sorted(set(map(which, cells)))
        )

    return Report(
        whole=line("", cells),
        programmes=by(lambda cell: cell.programme),
        organisations=by(lambda cell: cell.organisation),
    )


def in_fives(count: int, *, smallest: int = SMALLEST_SHOWN) -> Count:
    """A count to the nearest five, and nothing below five, not even that it is none."""
    return Suppressed() if count < smallest else 5 * round(count / 5)


def _line(name: str, cells: Sequence[Cell], *, reliable: bool, cutoff: bool, smallest: int) -> Line:
    listed = [cell for cell in cells if cell.people >= smallest]
    told = [cell for cell in cells if cell.sums.n >= smallest]
    left_out = sum(cell.sums.n for cell in listed if cell.sums.n < smallest)
    sums = together(cell.sums for cell in told)

    def count(of: Callable[[Cell], int]) -> Count:
        return in_fives(sum(of(cell) for cell in listed), smallest=smallest)

    return Line(
        name=name,
        people=count(lambda cell: cell.people),
        missing_after=count(lambda cell: cell.missing_after),
        missing_before=count(lambda cell: cell.missing_before),
        missing_both=count(lambda cell: cell.missing_both),
        too_few=in_fives(left_out, smallest=smallest),
        not_counted=count(lambda cell: cell.faulty + cell.doubled),
        figures=_figures(sums, reliable=reliable, cutoff=cutoff) if told else Suppressed(),
    )


def _figures(sums: Sums, *, reliable: bool, cutoff: bool) -> Figures:
    counts: Counts | Suppressed | None = None
    if reliable:
        counts = Suppressed()
        if sums.n >= ENOUGH_TO_TELL:
            counts = Counts(
                deteriorated=in_fives(sums.deteriorated),
                unchanged=in_fives(sums.unchanged),
                improved=in_fives(sums.improved),
                recovered=in_fives(sums.recovered) if cutoff else None,
            )
    return Figures(
        n=sums.n,
        groups=sums.groups,
        mean_before=sums.mean_before,
        mean_after=sums.mean_after,
        sd_before=sums.sd_before,
        sd_after=sums.sd_after,
        change=sums.change,
        sd_change=sums.sd_change,
        interval=sums.interval(),
        reliable=counts,
    )

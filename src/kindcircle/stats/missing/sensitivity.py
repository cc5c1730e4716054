"""What if those who left did worse than people like them who stayed: the answer under shifts of a known size.

Filling in takes it that gaps depend on what was seen. Nobody can check that. A shift says in points of the scale how
far wrong it would have to be before the answer changes (delta adjustment: Rubin 1977; Cro et al. 2020).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.missing.filling import Filled
from kindcircle.stats.missing.pooling import PooledEstimate
from kindcircle.stats.results import Reason, Undefined

Answer = Callable[[Filled], Mapping[str, PooledEstimate] | Undefined]
"""What is done with filled-in tables, such as `lambda filled: regress_each(filled, "after ~ arm + before")`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """One figure under several shifts.

    shifted   how many people had a value that was moved
    answers   the figure for each shift, from the smallest shift to the largest; 0 is always among them
    """

    column: str
    figure: str
    shifted: int
    answers: Mapping[float, PooledEstimate]

    def turns_at(self, level: float = 0.95) -> float | Undefined:
        """The smallest shift tried, up or down, at which the interval says something else than without a shift.

        That is: it holds zero where it did not, does not where it did, or lies on the other side of zero. Undefined
        when none does.
        """
        usual = _side(self.answers[0.0], level)
        turned = [delta for delta, one in self.answers.items() if _side(one, level) != usual]
        return min(turned, key=lambda delta: (abs(delta), delta)) if turned else Undefined(Reason.NO_TURN)


def _side(one: PooledEstimate, level: float) -> int:
    interval = one.interval(level)
    if isinstance(interval, Undefined):
        return int(np.sign(one.estimate))
    return 0 if interval.contains(0.0) else int(np.sign(one.estimate))


def shift(filled: Filled, column: str, delta: float, *, rows: Sequence[bool] | None = None) -> Filled:
    """Move what was filled in by `delta` points; what was measured stays as it is.

    rows  whose filled-in values move, such as one arm; everybody's without it
    The shift comes after filling in, so other columns do not follow it. Raises ValueError for a column without gaps, a
    column of labels, a shift that is no number, or rows of another length.
    """
    if column not in filled.missing:
        known = ", ".join(filled.missing) or "none"
        raise ValueError(f"Nothing was filled in in {column!r}. Columns with gaps: {known}.")
    if column in filled.factors:
        raise ValueError(f"{column} holds labels, which have no points to be moved by.")
    if not np.isfinite(delta):
        raise ValueError("A shift is a number of points.")
    moved = _moved(filled, column, rows)
    values = filled.columns[column].copy()
    values[:, moved] += delta
    return replace(filled, columns={**filled.columns, column: values})


def sensitivity(
    filled: Filled,
    column: str,
    deltas: Sequence[float],
    analyse: Answer,
    *,
    figure: str,
    rows: Sequence[bool] | None = None,
) -> Sensitivity | Undefined:
    """One figure of an analysis under every shift of `deltas`, and without any.

    Undefined when the analysis is. Raises ValueError as `shift` does, or for a figure that the analysis does not give.
    """
    answers: dict[float, PooledEstimate] = {}
    for delta in sorted({0.0, *(float(one) for one in deltas)}):
        found = analyse(shift(filled, column, delta, rows=rows))
        if isinstance(found, Undefined):
            return found
        if figure not in found:
            raise ValueError(f"The analysis gives no {figure!r}. It gives: {', '.join(found)}.")
        answers[delta] = found[figure]
    return Sensitivity(column=column, figure=figure, shifted=int(_moved(filled, column, rows).sum()), answers=answers)


def _moved(filled: Filled, column: str, rows: Sequence[bool] | None) -> NDArray[np.bool_]:
    gone = filled.missing[column]
    if rows is None:
        return gone
    chosen = np.asarray(rows, dtype=bool)
    if chosen.shape != gone.shape:
        raise ValueError(f"There must be one entry for each of {filled.n} people in rows.")
    return np.asarray(gone & chosen)

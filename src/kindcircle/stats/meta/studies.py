"""What a synthesis starts from: one estimate and its sampling variance per study, checked before anything is pooled."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Studies:
    """Independent studies of one question: `y` their estimates, `v` their sampling variances, one entry a study.

    Several results from the same people are not independent: choose one per study before anything is known.
    """

    y: Numbers
    v: Numbers
    dropped: int  # studies without an estimate or a variance; counted, never guessed

    @property
    def k(self) -> int:
        """How many studies there are."""
        return len(self.y)

    @property
    def se(self) -> Numbers:
        """Standard errors, the unit of the estimates."""
        return np.sqrt(self.v)

    def only(self, kept: NDArray[np.bool_] | NDArray[np.int64]) -> Studies:
        """Some of them, or all in another order."""
        return replace(self, y=self.y[kept], v=self.v[kept])


def read_studies(estimates: Sequence[float | None], *, se: Sequence[float | None]) -> Studies:
    """Studies from two lists of equal length; None where a study does not say.

    Raises ValueError naming the row (counted from 1) when a number is not finite or a standard error is not above 0.
    """
    if len(estimates) != len(se):
        raise ValueError("There must be as many standard errors as estimates.")
    kept = []
    for row, (estimate, error) in enumerate(zip(estimates, se, strict=True), start=1):
        if estimate is None or error is None:
            continue
        if not math.isfinite(estimate) or not math.isfinite(error):
            raise ValueError(f"Study {row} has a number that is not finite.")
        if error <= 0 or not 0 < error * error < math.inf:
            raise ValueError(f"Study {row} has the standard error {error:g}; it must be a usable number above 0.")
        kept.append((estimate, error * error))
    y, v = np.asarray(kept, dtype=float).reshape(-1, 2).T.copy()
    return Studies(y=y, v=v, dropped=len(estimates) - len(kept))

"""How much hangs on a single study: pooled again without each in turn, all of them side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.meta.between import CLOSE_ENOUGH, MOST_STEPS, between_studies
from kindcircle.stats.meta.studies import Studies

Numbers = NDArray[np.float64]

AT_ONCE: Final = 1_000_000
"""Weights held in memory at a time, 8 MB for each table of them."""


@dataclass(frozen=True, slots=True)
class WithoutOne:
    """The mean effect of all studies but one, by REML: how much hangs on a single study."""

    left_out: int  # its place in the list, from 0
    estimate: float
    tau2: float
    share: float  # I², 0 to 1


@dataclass(frozen=True, slots=True)
class _Sums:
    """For each study that is left out: sums over the others, at a τ² of its own."""

    mean: Numbers
    slope: Numbers  # of the restricted likelihood
    information: Numbers
    trace: Numbers


def leave_one_out(studies: Studies, *, until: float = 0.0) -> list[WithoutOne]:
    """Pool again without each study in turn; nothing below three studies. `until` as in between_studies."""
    if studies.k < 3:
        return []
    found: list[WithoutOne] = []
    size = max(1, AT_ONCE // studies.k)
    for first in range(0, studies.k, size):
        found += _without(studies, np.arange(first, min(first + size, studies.k)), until)
    return found


def _without(studies: Studies, places: NDArray[np.int64], until: float) -> list[WithoutOne]:
    k, y, v = studies.k, studies.y, studies.v
    n = k - 1
    # The Hedges-Olkin estimate to start from: the plain spread of the others less what sampling explains.
    mean = (y.sum() - y[places]) / n
    sampling = v.sum() - v[places]
    squares = _others((y - mean[:, None]) ** 2, places).sum(axis=1)
    tau2 = np.maximum(0.0, (squares - sampling * (1 - 1 / n)) / (n - 1))
    small = CLOSE_ENOUGH * (tau2 + sampling / n)
    open_ = np.ones(len(places), dtype=bool)
    for _ in range(MOST_STEPS):
        at = np.flatnonzero(open_)
        if not len(at):
            break
        sums = _sums(studies, places[at], tau2[at])
        step = sums.slope / sums.information
        settled = np.abs(step) <= CLOSE_ENOUGH * tau2[at] + small[at] * 1e-3
        settled |= (tau2[at] == 0.0) & (step <= 0)
        if until:
            while (past := (tau2[at] + step < 0) & ~settled).any():
                step[past] /= 2
        moved = at[~settled]
        tau2[moved] = np.maximum(0.0, tau2[moved] + step[~settled])
        settled |= np.abs(step) <= until
        open_[at[settled]] = False
    everyone = np.ones(k, dtype=bool)
    for row in np.flatnonzero(open_):  # these will not settle by steps
        everyone[places[row]] = False
        tau2[row] = between_studies(studies.only(everyone), "REML", until=until).tau2
        everyone[places[row]] = True
    means = _sums(studies, places, tau2).mean
    typical = (n - 1) / _sums(studies, places, np.zeros(len(places))).trace
    shares = tau2 / (tau2 + typical)
    return [
        WithoutOne(int(place), float(mean), float(apart), float(share))
        for place, mean, apart, share in zip(places, means, tau2, shares, strict=True)
    ]


def _sums(studies: Studies, places: NDArray[np.int64], tau2: Numbers) -> _Sums:
    weights = _others(1 / (studies.v + tau2[:, None]), places)
    squares = weights * weights
    first, second = weights.sum(axis=1), squares.sum(axis=1)
    third = np.einsum("ij,ij->i", squares, weights)
    mean = weights @ studies.y / first
    residuals = studies.y - mean[:, None]
    trace = first - second / first
    return _Sums(
        mean,
        np.einsum("ij,ij,ij->i", squares, residuals, residuals) - trace,
        second - 2 * third / first + (second / first) ** 2,
        trace,
    )


def _others(table: Numbers, places: NDArray[np.int64]) -> Numbers:
    """The table with nothing where a study stands that is left out."""
    table[np.arange(len(places)), places] = 0.0
    return table

"""What an unmeasured cause of both ends of a path could do to the ways that lead over it.

A way through a mediator is taken at its word only if nothing unmeasured moves the mediator and what comes after it.
That cannot be tested. It can be asked how strong such a thing would have to be: ρ is the correlation it would leave
between what the two equations do not explain. Source: Imai, Keele & Yamamoto (2010), for linear equations without an
interaction; agrees with mediation::medsens() there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.mediation.model import Model
from kindcircle.stats.mediation.paths import sweep_all
from kindcircle.stats.mediation.resampling import covariances, make_ready
from kindcircle.stats.resampling import draw
from kindcircle.stats.results import Interval, Reason, Undefined, check_level

Numbers = NDArray[np.float64]

STEP: Final = 0.01
"""So finely it is looked for how strong a hidden cause may be before an interval holds zero."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """One path from a mediator to what comes next, and the effects over it, for any ρ between -1 and 1.

    The first row of `partial`, `ratio` and of each factor is of these data, the others of resamples.
    """

    mediator: str
    outcome: str
    n: int
    dropped: int
    groups: int | None
    redrawn: int
    left_mediator: float  # share of the mediator's variance that its equation leaves unexplained
    left_outcome: float
    partial: Numbers  # correlation of both ends, all that comes before them held equal
    ratio: Numbers  # spread left in the outcome over spread left in the mediator
    factors: Mapping[str, Numbers]  # the other paths of each effect, multiplied

    @property
    def vanishes_at(self) -> float:
        """The ρ at which the path, and every effect over it, is nothing."""
        return float(self.partial[0])

    @property
    def share_of_the_rest(self) -> float:
        """The product of two shares: what a hidden cause would explain of the rest of each end, for it to vanish."""
        return self.vanishes_at**2

    @property
    def share_of_all(self) -> float:
        """The same product, of all the variance of each end."""
        return self.share_of_the_rest * self.left_mediator * self.left_outcome

    def vanishes_between(self, level: float = 0.95) -> Interval:
        """Where the ρ at which it vanishes may lie: percentile limits over resamples."""
        return self._limits(self.partial[1:], level)

    def effect(self, name: str, rho: float) -> float:
        """An effect, were ρ this. At 0 it is the one that is usually told. Raises ValueError unless -1 < ρ < 1."""
        return float(self._at(name, rho)[0])

    def interval(self, name: str, rho: float, level: float = 0.95) -> Interval:
        """Its percentile limits over resamples."""
        return self._limits(self._at(name, rho)[1:], level)

    def holds_until(self, name: str, level: float = 0.95) -> float | None:
        """The smallest ρ, to either side, at which the interval of an effect holds zero; None when it does at 0.

        Never beyond the ρ at which the effect itself vanishes, to within a step of one hundredth.
        """
        for step in range(round(1 / STEP)):
            for rho in dict.fromkeys((step * STEP, -step * STEP)):
                if self.interval(name, rho, level).contains(0.0):
                    return None if step == 0 else rho
        return 1.0

    def _at(self, name: str, rho: float) -> Numbers:
        if not -1 < rho < 1:
            raise ValueError("A correlation that is asked about lies between -1 and 1.")
        bend = np.sqrt((1 - self.partial**2) / (1 - rho**2))
        found: Numbers = self.factors[name] * self.ratio * (self.partial - rho * bend)
        return found

    def _limits(self, draws: Numbers, level: float) -> Interval:
        check_level(level)
        low, high = np.quantile(draws, [(1 - level) / 2, (1 + level) / 2], method="weibull")
        unit = "people" if self.groups is None else "groups"
        return Interval(float(low), float(high), level, f"percentile bootstrap, {len(draws)} resamples of {unit}")


def sensitivity(
    data: Mapping[str, Sequence[float | None]],
    model: Model,
    *,
    mediator: str | None = None,
    resamples: int = 10_000,
    generator: np.random.Generator,
    group: Sequence[str] | None = None,
    done: Callable[[int], object] | None = None,
) -> Sensitivity | Undefined:
    """How strong an unmeasured cause of a mediator and of what comes next would have to be.

    mediator  whose path is asked about; the last one when it is not said. With two in a row, the first leads to the
              second, and only the way through both goes over that path
    Undefined where `bootstrap` is, and for two mediators side by side: a hidden cause of one is tied to the other.
    """
    if model.order == "parallel" and len(model.mediators) == 2:
        return Undefined(Reason.SIDE_BY_SIDE)
    mediator = mediator or model.mediators[-1]
    if mediator not in model.mediators:
        raise ValueError(f"{mediator} is no mediator here. There is: {', '.join(model.mediators)}.")
    ready = make_ready(data, model, resamples=resamples, group=group)
    if isinstance(ready, Undefined):
        return ready
    last = mediator == model.mediators[-1]
    outcome = model.y if last else model.mediators[1]
    effects = _over(model, last=last)
    names = model.columns
    ends = (names.index(mediator), names.index(outcome))
    before = list(range(ends[0]))

    def of(sums: Numbers, n: Numbers) -> Numbers:
        return _pieces(covariances(sums, n, len(names)), model, before, ends, effects)

    own = of(ready.units.sum(axis=0)[None], np.array([ready.sizes.sum()]))
    if not np.isfinite(own).all():
        return Undefined(Reason.PERFECT_CORRELATION)
    drawn = draw(ready.units, ready.sizes, of, resamples, generator, done)
    if drawn is None:
        return Undefined(Reason.NO_SPREAD)
    rows = np.concatenate([own, drawn[0]])
    scale = dict(zip(names, ready.scale.tolist(), strict=True))
    step = scale[outcome] / scale[mediator]
    whole = scale[model.y] / scale[model.x]
    return Sensitivity(
        mediator=mediator,
        outcome=outcome,
        n=round(float(ready.sizes.sum())),
        dropped=ready.dropped,
        groups=ready.groups,
        redrawn=drawn[1],
        left_mediator=float(own[0, 2]),
        left_outcome=float(own[0, 3]),
        partial=rows[:, 0],
        ratio=rows[:, 1] * step,
        factors={name: rows[:, 4 + place] * whole / step for place, name in enumerate(effects)},
    )


def _over(model: Model, *, last: bool) -> dict[str, tuple[str, ...]]:
    """Each effect that leads over the path, and the other paths in it."""
    if len(model.mediators) == 1:
        return {"ind_m1": ("a1",)}
    return {"ind_m2": ("a2",), "ind_serial": ("a1", "d21")} if last else {"ind_serial": ("a1", "b2")}


def _pieces(
    covariance: Numbers, model: Model, before: list[int], ends: tuple[int, int], effects: dict[str, tuple[str, ...]]
) -> Numbers:
    """Of each matrix: the partial correlation, the ratio of spreads, both shares left, and each effect's factor."""
    swept = sweep_all(covariance, model, lenient=True)
    assert swept is not None
    paths = dict(zip(model.effect_names, swept[0].T, strict=True))
    bad = ~np.isfinite(swept[0]).all(axis=1)
    sound = covariance.copy()
    sound[bad] = np.eye(covariance.shape[1])
    across = _part(sound, before, ends)
    solved = np.linalg.solve(_part(sound, before, before), across)
    rest = _part(sound, ends, ends) - np.swapaxes(across, 1, 2) @ solved
    one, two = rest[:, 0, 0], rest[:, 1, 1]
    rows = np.column_stack(
        [
            rest[:, 0, 1] / np.sqrt(one * two),
            np.sqrt(two / one),
            one / sound[:, ends[0], ends[0]],
            two / sound[:, ends[1], ends[1]],
            *(math.prod(paths[name] for name in others) for others in effects.values()),
        ]
    )
    rows[bad] = math.nan
    return rows


def _part(matrices: Numbers, rows: Sequence[int], columns: Sequence[int]) -> Numbers:
    return matrices[:, list(rows)][:, :, list(columns)]

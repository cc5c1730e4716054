"""Two arms that both met in groups: the standardised difference with what people of one group share taken into account.

People of one group are alike, so the spread over everybody looks smaller than it is in general, and the means are less
sure than so many strangers would make them. How alike they are (ICC) must come from elsewhere, or from many groups.
Source: Hedges (2007), J Educ Behav Stat 32:341, the effect by total spread, for groups of any sizes.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kindcircle.stats.effects.independent import d_independent
from kindcircle.stats.results import Effect, Interval, Reason, Undefined, t_quantile
from kindcircle.stats.samples import ArmSummary, hedges_factor


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusteredEffect(Effect):
    """How far two arms in groups are apart, in standard deviations over people of all groups."""

    n: tuple[int, int]
    dropped: tuple[int, int]
    groups: tuple[int, int]
    icc: float
    df: float  # of the spread: fewer than people less two, because people of one group share some of it

    def interval(self, level: float = 0.95) -> Interval | Undefined:
        """Estimate ± Student's t × standard error; the number of groups, less two, limits the degrees of freedom."""
        if isinstance(self.variance, Undefined):
            return self.variance
        half = t_quantile(level, sum(self.groups) - 2) * math.sqrt(self.variance)
        return Interval(self.estimate - half, self.estimate + half, level, "Student t, groups less two")


def d_clustered(
    first: ArmSummary, second: ArmSummary, *, sizes: tuple[Sequence[int], Sequence[int]], icc: float
) -> ClusteredEffect | Undefined:
    """The difference divided by the total spread, d_T, without small-sample factor. See `g_clustered`."""
    return _effect(first, second, sizes, icc, corrected=False)


def g_clustered(
    first: ArmSummary, second: ArmSummary, *, sizes: tuple[Sequence[int], Sequence[int]], icc: float
) -> ClusteredEffect | Undefined:
    """The same times Hedges' exact factor J(h), the one for a meta-analysis.

    sizes  how many people with a score each group had, by arm; whoever was in no group is no group of one here
    icc    the part of the spread that lies between groups of one arm, from 0 to less than 1
    With sizes n alike: d_T = (M₁-M₂)/S_p √(1 - 2(n-1)ICC/(N-2)), and of the variance
    (N/(n₁n₂))(1+(n-1)ICC) + d_T²[(N-2)(1-ICC)² + n(N-2n)ICC² + 2(N-2n)ICC(1-ICC)] / (2(N-2)[(N-2)-2(n-1)ICC]).
    Undefined below two groups in an arm. Raises ValueError for another ICC, and when sizes do not add up to the people.
    """
    return _effect(first, second, sizes, icc, corrected=True)


def _effect(
    first: ArmSummary,
    second: ArmSummary,
    sizes: tuple[Sequence[int], Sequence[int]],
    icc: float,
    *,
    corrected: bool,
) -> ClusteredEffect | Undefined:
    if not 0 <= icc < 1:
        raise ValueError("How alike people of one group are (ICC) is a number from 0 to less than 1.")
    for arm, own in zip((first, second), sizes, strict=True):
        if sum(own) != arm.n or any(one < 1 for one in own):
            raise ValueError("The sizes of the groups of an arm add up to its people, and no group is empty.")
    if min(len(own) for own in sizes) < 2:
        return Undefined(Reason.TOO_FEW_GROUPS)
    plain = d_independent(first, second)
    if isinstance(plain, Undefined):
        return plain
    n = (first.n, second.n)
    people = sum(n)
    # By the letters of the paper: ñ of the means, A and B of the spread. With sizes n alike n, n(N-2n) and N-2n.
    squares, cubes = ([sum(one**power for one in own) for own in sizes] for power in (2, 3))
    of_means = (n[1] * squares[0] / n[0] + n[0] * squares[1] / n[1]) / people
    b = sum(mine - square / mine for mine, square in zip(n, squares, strict=True))
    a = sum(
        square + (square / mine) ** 2 - 2 * cube / mine for mine, square, cube in zip(n, squares, cubes, strict=True)
    )
    left = people - 2 - (people - 2 - b) * icc
    unrest = (people - 2) * (1 - icc) ** 2 + a * icc**2 + 2 * b * icc * (1 - icc)
    df = left**2 / unrest
    d = plain.estimate * math.sqrt(left / (people - 2))
    means = people / (n[0] * n[1]) * (1 + (of_means - 1) * icc)
    variance = means + d * d * unrest / (2 * (people - 2) * left)
    factor = hedges_factor(df) if corrected else 1.0
    if isinstance(factor, Undefined):
        return factor
    return ClusteredEffect(
        label="g_clustered" if corrected else "d_clustered",
        estimate=factor * d,
        variance=factor * factor * variance,
        convention="first minus second arm, divided by the total spread, groups taken into account; "
        + ("exact J with h df, variance times J²" if corrected else "not corrected"),
        source="Hedges (2007)",
        n=n,
        dropped=(first.dropped, second.dropped),
        groups=(len(sizes[0]), len(sizes[1])),
        icc=icc,
        df=df,
    )

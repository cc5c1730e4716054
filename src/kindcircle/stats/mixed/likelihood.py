"""The likelihood of rows that hang together in blocks: y = Xb + noise, V = Σ θ_k G_k in every block.

θ holds variances and covariances, so that V is linear in it, and derivatives of the restricted likelihood have closed
forms (Harville 1977; Kenward & Roger 1997).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kindcircle.stats.mixed.layouts import Stacked

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Sums:
    """What one θ gives: estimates, their covariance, the likelihood, and slopes in θ."""

    beta: Numbers
    covariance: Numbers  # (XᵀV⁻¹X)⁻¹
    log_likelihood: float
    slope: Numbers
    inner: Numbers  # XᵀV⁻¹G_kV⁻¹X, parts × p × p
    traces: Numbers  # tr(V⁻¹G_kV⁻¹G_l), parts × parts; 0 unless asked for


class Singular(ValueError):
    """V or the regression cannot be inverted at this θ."""


def evaluate(theta: Numbers, stacked: Stacked, *, restricted: bool, information: bool = False) -> Sums:
    """Likelihood and slopes at θ. Raises Singular where V is not positive."""
    p, k = len(stacked.plain), len(theta)
    whole, log_det = np.zeros((p + 1, p + 1)), 0.0
    middle, shares, traces = np.zeros((k, p + 1, p + 1)), np.zeros(k), np.zeros((k, k))
    for one in stacked.blocks:
        v = np.tensordot(theta, one.g, axes=1)
        try:
            root = np.linalg.cholesky(v)
        except np.linalg.LinAlgError:
            raise Singular("V is not positive") from None
        log_det += 2 * float(np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1) @ one.times)
        inverse = _inverse(v)
        whole += one.total(inverse)
        middle += one.between(inverse, one.g)
        shares += [one.trace(inverse, part) for part in one.g]
        if information:
            through = [inverse @ part for part in one.g]
            traces += [[one.trace(left, right) for right in through] for left in through]
    crossed = whole[:p, :p]
    try:
        covariance = _inverse(crossed)
    except np.linalg.LinAlgError:
        raise Singular("the regression is singular") from None
    beta = covariance @ whole[:p, p]
    away = np.r_[-beta, 1.0]  # z times this is what the fixed effects leave
    inner = middle[:, :p, :p]
    slope = 0.5 * (away @ middle @ away - shares)
    value = -0.5 * (log_det + float(away @ whole @ away) + stacked.n * math.log(2 * math.pi))
    if restricted:
        _sign, half = np.linalg.slogdet(crossed)
        value -= 0.5 * float(half) - 0.5 * p * math.log(2 * math.pi)
        slope += 0.5 * np.einsum("kpq,qp->k", inner, covariance)
    return Sums(stacked.plain + beta, covariance, value, slope, inner, traces)


def _inverse(matrix: Numbers) -> Numbers:
    return np.asarray(np.linalg.inv(matrix), dtype=np.float64)


def second_order(theta: Numbers, stacked: Stacked) -> Numbers:
    """Q_kl = XᵀV⁻¹G_kV⁻¹G_lV⁻¹X of Kenward & Roger (1997), parts × parts × p × p."""
    p, k = len(stacked.plain), len(theta)
    found = np.zeros((k, k, p, p))
    for one in stacked.blocks:
        inverse = _inverse(np.tensordot(theta, one.g, axes=1))
        for i, left in enumerate(one.g):
            found[i] += one.between(inverse, [left @ inverse @ right for right in one.g])[:, :p, :p]
    return found

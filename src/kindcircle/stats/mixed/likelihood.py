"""The likelihood of rows that hang together in blocks: y = Xb + noise, V = Σ θ_k G_k in every block.

Blocks do not share a person or a group. Everything is found from sums over blocks; blocks of one size are worked on
together. θ holds variances and covariances, so that V is linear in it, and derivatives of the restricted likelihood
have closed forms (Harville 1977; Kenward & Roger 1997).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of one size n: x is blocks × n × p, y blocks × n, g parts × blocks × n × n."""

    x: Numbers
    y: Numbers
    g: Numbers
    rows: NDArray[np.int64]  # blocks × n: where each row stands in the table


@dataclass(frozen=True, slots=True)
class Sums:
    """What one θ gives: estimates, their covariance, the likelihood, and slopes in θ."""

    beta: Numbers
    covariance: Numbers  # (XᵀV⁻¹X)⁻¹
    log_likelihood: float
    slope: Numbers
    expected: Numbers  # expected information in θ


class Singular(ValueError):
    """V or the regression cannot be inverted at this θ."""


def stack(
    x: Numbers, y: Numbers, parts: Sequence[tuple[Numbers, Numbers, NDArray[np.int64]]], block: NDArray[np.int64]
) -> list[Blocks]:
    """Sort rows into blocks. A part is (left, right, group): G is left_i right_j, made symmetric, within a group."""
    order = np.argsort(block, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(block[order]) > 0])
    pieces = np.split(order, starts[1:])
    by_size: dict[int, list[NDArray[np.int64]]] = {}
    for piece in pieces:
        by_size.setdefault(len(piece), []).append(piece)
    found = []
    for members in by_size.values():
        rows = np.stack(members)
        g = np.empty((len(parts), *rows.shape, rows.shape[1]))
        for place, (left, right, group) in enumerate(parts):
            same = group[rows][:, :, None] == group[rows][:, None, :]
            product = left[rows][:, :, None] * right[rows][:, None, :]
            g[place] = np.where(same, (product + np.swapaxes(product, 1, 2)) / (1 if left is not right else 2), 0.0)
        found.append(Blocks(x[rows], y[rows], g, rows))
    return found


def evaluate(theta: Numbers, blocks: Sequence[Blocks], *, restricted: bool, information: bool = False) -> Sums:
    """Likelihood and slopes at θ. Raises Singular where V is not positive."""
    p, k = blocks[0].x.shape[2], len(theta)
    n = sum(one.y.size for one in blocks)
    crossed, right, log_det = np.zeros((p, p)), np.zeros(p), 0.0
    inverses = []
    for one in blocks:
        v = np.tensordot(theta, one.g, axes=1)
        try:
            root = np.linalg.cholesky(v)
        except np.linalg.LinAlgError:
            raise Singular("V is not positive") from None
        log_det += 2 * float(np.log(np.diagonal(root, axis1=1, axis2=2)).sum())
        inverse = np.linalg.inv(v)
        weighted = inverse @ one.x
        crossed += _crossed(one.x, weighted)
        right += weighted.reshape(-1, p).T @ one.y.ravel()
        inverses.append((inverse, weighted))
    try:
        covariance = np.asarray(np.linalg.inv(crossed), dtype=np.float64)
    except np.linalg.LinAlgError:
        raise Singular("the regression is singular") from None
    beta = covariance @ right
    quadratic = 0.0
    slope = np.zeros(k)
    expected = np.zeros((k, k))
    inner = np.zeros((k, p, p))  # Σ XᵀV⁻¹G_kV⁻¹X
    for one, (inverse, weighted) in zip(blocks, inverses, strict=True):
        away = one.y - one.x @ beta
        left = (inverse @ away[:, :, None])[:, :, 0]
        quadratic += float(np.sum(left * away))
        for place, part in enumerate(one.g):
            # tr(V⁻¹G) needs no product: both are symmetric.
            slope[place] += 0.5 * float(np.sum((part @ left[:, :, None])[:, :, 0] * left) - np.sum(inverse * part))
            inner[place] += _crossed(weighted, part @ weighted)
        if information:
            through = [inverse @ part for part in one.g]
            for i in range(k):
                for j in range(k):
                    expected[i, j] += 0.5 * float(np.sum(through[i] * np.swapaxes(through[j], 1, 2)))
    value = -0.5 * (log_det + quadratic + n * math.log(2 * math.pi))
    if restricted:
        _sign, half = np.linalg.slogdet(crossed)
        value -= 0.5 * float(half) - 0.5 * p * math.log(2 * math.pi)
        slope += 0.5 * np.einsum("kpq,qp->k", inner, covariance)
    return Sums(beta, covariance, value, slope, expected)


def _crossed(left: Numbers, right: Numbers) -> Numbers:
    """Σ over blocks and rows of left_p right_q."""
    return np.asarray(left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2]))


@dataclass(frozen=True, slots=True)
class Second:
    """What small-sample corrections need at θ: first and second weighted products, and traces."""

    first: Numbers  # P_k = -XᵀV⁻¹G_kV⁻¹X, parts × p × p
    second: Numbers  # Q_kl = XᵀV⁻¹G_kV⁻¹G_lV⁻¹X, parts × parts × p × p
    traces: Numbers  # tr(V⁻¹G_kV⁻¹G_l)


def second_order(theta: Numbers, blocks: Sequence[Blocks]) -> Second:
    """The products of Kenward & Roger (1997)."""
    p, k = blocks[0].x.shape[2], len(theta)
    first, second, traces = np.zeros((k, p, p)), np.zeros((k, k, p, p)), np.zeros((k, k))
    for one in blocks:
        inverse = np.linalg.inv(np.tensordot(theta, one.g, axes=1))
        weighted = inverse @ one.x
        moved = [part @ weighted for part in one.g]
        through = [inverse @ part for part in one.g]
        for i in range(k):
            first[i] -= _crossed(weighted, moved[i])
            for j in range(k):
                second[i, j] += _crossed(moved[i], inverse @ moved[j])
                traces[i, j] += float(np.sum(through[i] * np.swapaxes(through[j], 1, 2)))
    return Second(first, second, traces)


def extra(blocks: Sequence[Blocks], theta: Numbers, weights: Numbers) -> Numbers:
    """XᵀV⁻¹(Σ w_k G_k)V⁻¹X for weights of one's own."""
    p = blocks[0].x.shape[2]
    found = np.zeros((p, p))
    for one in blocks:
        weighted = np.linalg.inv(np.tensordot(theta, one.g, axes=1)) @ one.x
        found += _crossed(weighted, np.tensordot(weights, one.g, axes=1) @ weighted)
    return found

"""Rows sorted into blocks that share no person and no group, and summed up before any search.

Two things make large tables quick, and both are exact. Blocks laid out alike have one covariance, inverted once for
all of them. And what a block holds beyond its people and groups is plain noise: turned by an orthogonal matrix, eighty
answers of ten people become a dozen numbers that tell of people and group, and the rest, which only tells of noise.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Part = tuple[Numbers, Numbers, Places]
"""Left, right and group of each row: G is left_i right_j, made symmetric, within a group."""

LARGEST_SUM = 2000
"""Rows times columns of a block, up to which alike ones are summed up: the sums take this squared in memory."""


@dataclass(frozen=True, slots=True)
class Blocks:
    """Blocks of one size, and the layouts they have. z is the regression's columns, then the outcome: q together.

    n is how many rows a block has, m how many numbers are left of it after turning, or n where nothing was turned.
    """

    rows: Places  # blocks × n: where each row stands in the table
    layout: Places  # of each block
    times: Numbers  # how many blocks have each layout
    turn: Numbers | None  # layouts × n × m
    g: Numbers  # parts × layouts × m × m
    z: Numbers | None  # blocks × m × q, where no two blocks share a layout
    crossed: Numbers | None  # else layouts × m × m × q × q: each row with each other, summed over blocks

    def total(self, inner: Numbers) -> Numbers:
        """Σ zᵀMz over blocks, for one M to each layout."""
        if self.z is not None:
            return _crossed(self.z, inner @ self.z)
        assert self.crossed is not None
        q = self.crossed.shape[-1]
        return np.asarray((inner.ravel() @ self.crossed.reshape(-1, q * q)).reshape(q, q))

    def between(self, inverse: Numbers, middles: Sequence[Numbers] | Numbers) -> Numbers:
        """Σ zᵀV⁻¹MV⁻¹z over blocks, for each M of `middles`."""
        if self.z is None:
            return np.stack([self.total(inverse @ middle @ inverse) for middle in middles])
        weighted = inverse @ self.z
        return np.stack([_crossed(weighted, middle @ weighted) for middle in middles])

    def trace(self, left: Numbers, right: Numbers) -> float:
        """Σ tr(LR) over blocks."""
        return float(np.einsum("kij,kji->k", left, right) @ self.times)

    def weighted(self, inverse: Numbers, away: Numbers) -> Numbers:
        """V⁻¹ times what the fixed effects leave of each row, blocks × n, as far as it tells of people and groups."""
        left = away[self.rows][:, :, None]
        if self.turn is not None:
            turn = self.turn[self.layout]
            return np.asarray((turn @ (inverse[self.layout] @ (np.swapaxes(turn, 1, 2) @ left)))[:, :, 0])
        return np.asarray((inverse[self.layout] @ left)[:, :, 0])


@dataclass(frozen=True, slots=True)
class Stacked:
    """All rows in blocks. Outcomes are what a plain regression leaves of them, so that sums of squares keep digits."""

    plain: Numbers  # the fixed effects of that regression
    n: int
    blocks: tuple[Blocks, ...]


def stack(x: Numbers, y: Numbers, parts: Sequence[Part], block: Places, *, noises: int) -> Stacked:
    """Sort rows into blocks, and blocks by how they are laid out.

    noises  how many of the parts, at the end, are noise of single rows, each of rows of its own
    """
    plain = np.asarray(np.linalg.lstsq(x, y, rcond=None)[0], dtype=np.float64)
    z = np.column_stack([x, y - x @ plain])
    columns = np.column_stack(list({id(one): one for left, right, _ in parts for one in (left, right)}.values()))
    groupings = list({id(group): group for _, _, group in parts}.values())
    order = _order(columns, groupings, block)
    starts = np.flatnonzero(np.r_[True, np.diff(block[order]) > 0])
    sizes = np.diff(np.r_[starts, len(order)])
    labels = [_first_row(group[order]) - np.repeat(starts, sizes) for group in groupings]
    looks = np.column_stack([columns[order], *labels])
    alike: dict[bytes, list[Places]] = {}
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        alike.setdefault(looks[start : start + size].tobytes(), []).append(order[start : start + size])
    batches: dict[tuple[int, bool, int | None], list[Places]] = {}
    for members in map(np.stack, alike.values()):
        # With fewer blocks than columns the sums would be longer than what is summed up.
        together = len(members) > z.shape[1] and members[0].size * z.shape[1] <= LARGEST_SUM
        noise = next((at for at in range(noises) if parts[at - noises][0][members[0]].all()), None)
        batch = batches.setdefault((members.shape[1], together, noise), [])
        batch.extend([members] if together else members[:, None])
    blocks = []
    spare, count = np.zeros((noises, z.shape[1], z.shape[1])), np.zeros(noises)
    for (_, together, noise), layouts in batches.items():
        one, rest = _blocks(z, parts, layouts, noises, together=together, turned=noise is not None)
        blocks.append(one)
        if noise is not None:
            spare[noise] += rest
            count[noise] += one.rows.size - len(one.rows) * one.g.shape[-1]
    for at in np.flatnonzero(count).tolist():
        g = np.zeros((len(parts), 1, 1, 1))
        g[at - noises] = 1.0
        nobody = np.empty((0, 1), dtype=np.int64)
        blocks.append(Blocks(nobody, nobody[:, 0], count[[at]], None, g, None, spare[at][None, None, None]))
    return Stacked(plain, len(y), tuple(blocks))


def _order(columns: Numbers, groupings: Sequence[Places], block: Places) -> Places:
    """Rows by block, group and value, such that blocks laid out alike come to look alike, however they were typed.

    Groups stand by what they hold, told by a sum of marks. Where marks fall together, blocks alike may go unnoticed:
    that costs time, never exactness.
    """
    rng = np.random.default_rng(1)
    kinds, kind = np.unique(columns @ rng.random(columns.shape[1]), return_inverse=True)
    marks = rng.integers(1 << 30, size=len(kinds))[kind]
    keys = [kind]
    for group in sorted(groupings, key=lambda one: -int(one.max())):
        held = np.bincount(group, weights=marks)
        place = np.empty(len(held), dtype=np.int64)
        place[np.argsort(held, kind="stable")] = np.arange(len(held))
        keys.append(place[group])
    return np.lexsort([*keys, block])


def _first_row(group: Places) -> Places:
    """For each row the first row of its group."""
    first = np.empty(int(group.max()) + 1, dtype=np.int64)
    first[group[::-1]] = np.arange(len(group))[::-1]  # of rows in one group the last written stays
    return first[group]


def _blocks(
    z: Numbers, parts: Sequence[Part], layouts: Sequence[Places], noises: int, *, together: bool, turned: bool
) -> tuple[Blocks, Numbers]:
    """Blocks of one size, given by the rows of those that share a layout; and Σ zzᵀ of the plain noise beside them.

    turned  whether all rows have the same noise, so that turning leaves it as it is
    """
    firsts, rows = np.stack([members[0] for members in layouts]), np.concatenate(layouts)
    times = np.array([len(members) for members in layouts])
    layout = np.repeat(np.arange(len(layouts)), times)
    n, q = rows.shape[1], z.shape[1]
    varying, noise = parts[: len(parts) - noises], parts[len(parts) - noises :]
    halves = {
        (id(column), id(group)): _half(column[firsts], group[firsts])
        for left, right, group in varying
        for column in (left, right)
    }
    held, rest, turn = z[rows], np.zeros((q, q)), None
    if turned and 0 < sum(half.shape[2] for half in halves.values()) < n:
        # A block may have fewer groups than another: any more columns do no harm, as long as they are orthonormal.
        turn = np.asarray(np.linalg.qr(np.concatenate(list(halves.values()), axis=2))[0], dtype=np.float64)
        back = np.swapaxes(turn, 1, 2)
        halves = {key: back @ half for key, half in halves.items()}
        kept = back[layout] @ held
        away = held - turn[layout] @ kept
        held, rest = kept, _crossed(away, away)
    m = held.shape[1]
    g = np.zeros((len(parts), len(layouts), m, m))
    for place, (left, right, group) in enumerate(varying):
        product = halves[id(left), id(group)] @ np.swapaxes(halves[id(right), id(group)], 1, 2)
        g[place] = product if left is right else product + np.swapaxes(product, 1, 2)
    for place, (mine, _, _) in enumerate(noise, len(varying)):
        g[place] = np.eye(m) * mine[firsts][:, :m, None]
    if not together:
        return Blocks(rows, layout, times.astype(float), turn, g, held, None), rest
    crossed = np.empty((len(layouts), m, m, q, q))
    for place in range(len(layouts)):
        flat = held[layout == place].reshape(-1, m * q)
        crossed[place] = (flat.T @ flat).reshape(m, q, m, q).swapaxes(1, 2)
    return Blocks(rows, layout, times.astype(float), turn, g, None, crossed), rest


def _half(values: Numbers, groups: Places) -> Numbers:
    """Z of ZZᵀ: the values with a column to each group, layouts × n × groups."""
    first = (groups[:, :, None] == groups[:, None, :]).argmax(axis=2)
    number = np.cumsum(first == np.arange(groups.shape[1]), axis=1) - 1
    number = np.take_along_axis(number, first, axis=1)
    return np.where(number[:, :, None] == np.arange(number.max() + 1), values[:, :, None], 0.0)


def _crossed(left: Numbers, right: Numbers) -> Numbers:
    """Σ over blocks and rows of left_p right_q."""
    return np.asarray(left.reshape(-1, left.shape[2]).T @ right.reshape(-1, right.shape[2]))

"""One group, one scale, before and after: everything a page or a report needs, in one record.

The command line and the web report both use this record, so they cannot disagree.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from kindcircle.stats.change import ENOUGH_FOR_OWN_SD, Better, Cutoff, Norms, ReliableChange, reliable_change
from kindcircle.stats.disclosure import SMALLEST_SHOWN, Suppressed
from kindcircle.stats.effects.paired import PAIRED_EFFECTS, mean_change
from kindcircle.stats.results import MeanEstimate, PairedEffect, Reason, Undefined
from kindcircle.stats.samples import (
    Movement,
    PairCounts,
    PairedSummary,
    Scores,
    as_pairs,
    count_movement,
    count_pairs,
    spread,
    summarise_pairs,
)
from kindcircle.stats.sentences import ENOUGH_TO_TELL, Message, choose_sentence

# The lines past which a warning is printed; their reasons stand in docs/methods/before-after.md.
MANY_LOST = 0.20
DIFFERENT_START = 0.25  # SDs between those who answered again and those who did not
FAR_FROM_NORM = 0.50  # SDs of the norm
MANY_AT_THE_END = 0.15
ENOUGH_GROUPS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the scores themselves do not tell, and the warnings need. The defaults warn about nothing."""

    entry_used_cutoff: bool = False  # people were let in by a score on this same scale
    groups: int | None = None  # groups these people sat in; None when not known
    same_version: bool = True  # same form, language and scoring before and after
    outcomes: int = 1  # outcomes looked at in the same report
    scale_ends: tuple[float, float] | None = None  # lowest and highest possible score


@dataclass(frozen=True, slots=True, kw_only=True)
class BeforeAfter:
    """What happened in one group without a comparison group. It describes; it does not prove.

    Changes are after minus before. `reliable` is None when no norms were given. `expected_change` is how many
    points a group that starts like this one would move with no programme at all, None when not known.
    """

    pairs: PairCounts
    better: Better | None
    summary: PairedSummary | Undefined
    moved: Movement
    change: MeanEstimate | Undefined  # mean change in points, with the paired t interval
    effects: Mapping[str, PairedEffect | Undefined]  # every label of PAIRED_EFFECTS, the default first
    reliable: ReliableChange | Undefined | None
    expected_change: float | None
    warnings: tuple[Message, ...]
    sentence: Message

    @property
    def g_raw(self) -> PairedEffect | Undefined:
        """The default standardised effect (metafor SMCR, Wald interval)."""
        return self.effects["g_raw"]

    @property
    def g_av(self) -> PairedEffect | Undefined:
        """The effect on the average spread (metafor SMCRP, Wald interval)."""
        return self.effects["g_av"]


def analyse_before_after(
    before: Scores,
    after: Scores,
    *,
    better: Better | None = None,
    norms: Norms | None = None,
    cutoff: Cutoff | None = None,
    context: Context | None = None,
    smallest: int = SMALLEST_SHOWN,
) -> BeforeAfter | Suppressed:
    """Analyse one group before and after, one entry per person, None or NaN where a score is missing.

    Returns `Suppressed` with fewer than `smallest` complete pairs; only someone who already holds the raw
    file sets it to 0. Reliable change needs `norms` with a reliability, and `better`; ValueError without a
    direction. Also ValueError for lists of unequal length and infinite scores. Nothing is filled in or rounded.
    """
    pairs = count_pairs(before, after)
    if pairs.n < smallest:
        return Suppressed()
    context = context or Context()
    reliable = _reliable(before, after, better, norms, cutoff, context)
    summary = summarise_pairs(before, after)
    if not context.same_version:
        summary = Undefined(Reason.VERSION_CHANGED)
    moved = count_movement(before, after)
    change = summary if isinstance(summary, Undefined) else mean_change(summary)
    expected = _expected_change(summary, norms)
    return BeforeAfter(
        pairs=pairs,
        better=better,
        summary=summary,
        moved=moved if context.same_version else Movement(up=0, down=0, same=0),
        change=change,
        effects={
            label: summary if isinstance(summary, Undefined) else effect(summary)
            for label, effect in PAIRED_EFFECTS.items()
        },
        reliable=reliable,
        expected_change=expected,
        warnings=_warnings(before, after, pairs, summary, better, norms, reliable, expected, context),
        sentence=choose_sentence(moved=moved, change=change, better=better, smallest=smallest)
        if context.same_version
        else Message("version_changed"),
    )


def _reliable(
    before: Scores,
    after: Scores,
    better: Better | None,
    norms: Norms | None,
    cutoff: Cutoff | None,
    context: Context,
) -> ReliableChange | Undefined | None:
    if norms is None or norms.reliability is None:
        return None
    if better is None:
        raise ValueError("Reliable change needs to know whether a higher or a lower score is better.")
    if not context.same_version:
        return Undefined(Reason.VERSION_CHANGED)
    return reliable_change(before, after, norms=norms, better=better, cutoff=cutoff, scale_ends=context.scale_ends)


def _expected_change(summary: PairedSummary | Undefined, norms: Norms | None) -> float | None:
    """Regression to the mean: (1 - r)(μ - M), the change to expect from how the group was chosen."""
    if isinstance(summary, Undefined) or norms is None:
        return None
    if norms.retest is None or norms.mean_functional is None:
        return None
    return (1 - norms.retest) * (norms.mean_functional - summary.mean_before)


def _warnings(
    before: Scores,
    after: Scores,
    pairs: PairCounts,
    summary: PairedSummary | Undefined,
    better: Better | None,
    norms: Norms | None,
    reliable: ReliableChange | Undefined | None,
    expected: float | None,
    context: Context,
) -> tuple[Message, ...]:
    """The warnings that apply, in the order of their numbers."""
    found = [Message("W1") if expected is None else Message("W1.expected", {"shift": expected})]
    if context.entry_used_cutoff:
        found.append(Message("W2.entry"))
    elif _began_far_from_norm(summary, better, norms):
        found.append(Message("W2.distance"))
    if pairs.n < SMALLEST_SHOWN:
        found.append(Message("W3.private", {"smallest": SMALLEST_SHOWN}))
    elif pairs.n < ENOUGH_TO_TELL:
        found.append(Message("W3", {"n": pairs.n}))
    if context.groups is not None and context.groups < ENOUGH_GROUPS:
        found.append(Message("W4", {"groups": ENOUGH_GROUPS - 1}))
    started = pairs.n + pairs.missing_after
    if started and pairs.missing_after > MANY_LOST * started:
        found.append(Message("W5.many", {"missing": pairs.missing_after, "started": started}))
    if _lost_began_differently(before, after):
        found.append(Message("W5.different"))
    if not context.same_version:
        found.append(Message("W6"))
    at_the_end, measured = _at_the_ends(before, after, context.scale_ends)
    if measured and at_the_end >= MANY_AT_THE_END * measured:
        found.append(Message("W7", {"count": at_the_end, "n": measured}))
    if context.outcomes > 1:
        found.append(Message("W8", {"outcomes": context.outcomes}))
    found.append(Message("W10"))
    if isinstance(reliable, ReliableChange):
        if reliable.sd_before_is_own and pairs.n < ENOUGH_FOR_OWN_SD:
            found.append(Message("RC.own_spread", {"enough": ENOUGH_FOR_OWN_SD}))
        found.append(Message("RC.chance"))
    return tuple(found)


def _began_far_from_norm(summary: PairedSummary | Undefined, better: Better | None, norms: Norms | None) -> bool:
    """Whether the group began more than half an SD of the norm on the side that feels worse."""
    if isinstance(summary, Undefined) or better is None or norms is None:
        return False
    if norms.mean_functional is None or norms.sd_functional is None:
        return False
    below = norms.mean_functional - summary.mean_before
    worse_by = below if better == "higher" else -below
    return worse_by > FAR_FROM_NORM * norms.sd_functional


def _lost_began_differently(before: Scores, after: Scores) -> bool:
    """Whether those without a second score began more than a quarter SD away from those with one."""
    first, second = as_pairs(before, after)
    stayed = first[~np.isnan(first) & ~np.isnan(second)]
    lost = first[~np.isnan(first) & np.isnan(second)]
    # One person who left nearly always differs by this much, and saying so would tell where they began.
    if len(lost) < 2 or not len(stayed):
        return False
    gap = abs(float(stayed.mean()) - float(lost.mean()))
    return gap > DIFFERENT_START * spread(np.concatenate((stayed, lost))) > 0


def _at_the_ends(before: Scores, after: Scores, ends: tuple[float, float] | None) -> tuple[int, int]:
    """How many people with a before score sit at whichever end of the scale is fuller, and of how many."""
    if ends is None:
        return 0, 0
    first, _ = as_pairs(before, after)
    known = first[~np.isnan(first)]
    return max(int(np.sum(known <= ends[0])), int(np.sum(known >= ends[1]))), len(known)

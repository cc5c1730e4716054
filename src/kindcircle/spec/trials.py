"""What randomised trials of programmes like ours found, as reviews of them put it together.

Only figures that stand in a review with their interval. Each is a difference between people in a programme and people
who waited or had something else. One group before and after is another quantity, and usually comes out larger, so the
two are shown beside each other and never subtracted or ranked.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kindcircle.spec.definition import Definition


@dataclass(frozen=True, slots=True)
class Review:
    """One review of trials. people is how many took part at most; caution is what its authors add."""

    authors: str
    year: int
    source: str
    trials: int
    people: int
    caution: str


@dataclass(frozen=True, slots=True)
class Pooled:
    """One mean effect with its 95 % interval. Above 0 is the hoped-for way, whatever the scale.

    effect  what the review calls its effect: g (with a small-sample factor) or d
    trials  behind this very figure; None where only the number of the whole review is known
    """

    area: str
    effect: str
    estimate: float
    low: float
    high: float
    trials: int | None
    review: Review


WILSON: Final = Review(
    authors="Wilson and colleagues",
    year=2019,
    source="Mindfulness 10:979",
    trials=22,
    people=1172,
    caution="Against other active programmes there was no clear difference.",
)
KIRBY: Final = Review(
    authors="Kirby, Tellegen and Steindl",
    year=2017,
    source="Behavior Therapy 48:778",
    trials=21,
    people=1285,
    caution="Many of the studies were small.",
)

POOLED: Final = (
    Pooled("self-compassion", "g", 0.52, 0.32, 0.71, None, WILSON),
    Pooled("anxiety", "g", 0.46, 0.25, 0.66, None, WILSON),
    Pooled("depression", "g", 0.40, 0.23, 0.57, None, WILSON),
    Pooled("self-compassion", "d", 0.70, 0.59, 0.87, 13, KIRBY),
    Pooled("depression", "d", 0.64, 0.45, 0.82, 9, KIRBY),
    Pooled("anxiety", "d", 0.49, 0.30, 0.68, 9, KIRBY),
    Pooled("wellbeing", "d", 0.51, 0.30, 0.63, 8, KIRBY),
)


def trials_for(one: Definition) -> tuple[Pooled, ...]:
    """What trials found for what this form asks about; nothing where it asks about several things at once."""
    if len(one.outcome_areas) != 1 or len(one.headlines) != 1 or one.licence.kind == "original":
        return ()
    return tuple(found for found in POOLED if found.area == one.outcome_areas[0])

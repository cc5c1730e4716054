"""How many people and groups a study takes, before it begins: by formula, by width of intervals, by trying it out."""

from kindcircle.stats.power.designs import (
    FEWEST_GROUPS,
    BeforeAfter,
    Design,
    InGroups,
    PartlyGrouped,
    TwoArms,
    design_effect,
    spread_sizes,
)
from kindcircle.stats.power.formula import Power, enough, invited, power, smallest_effect
from kindcircle.stats.power.precision import (
    difference_half_width,
    people_for_none_seen,
    people_for_share,
    share_interval,
    spread_limits,
)
from kindcircle.stats.power.simulation import ANALYSES, Analysis, Simulated, simulate

__all__ = [
    "ANALYSES",
    "FEWEST_GROUPS",
    "Analysis",
    "BeforeAfter",
    "Design",
    "InGroups",
    "PartlyGrouped",
    "Power",
    "Simulated",
    "TwoArms",
    "design_effect",
    "difference_half_width",
    "enough",
    "invited",
    "people_for_none_seen",
    "people_for_share",
    "power",
    "share_interval",
    "simulate",
    "smallest_effect",
    "spread_limits",
    "spread_sizes",
]

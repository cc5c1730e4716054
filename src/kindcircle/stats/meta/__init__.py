"""Many studies together: pooling, what differs between them, and what small ones add."""

from kindcircle.stats.meta.between import METHODS, Method
from kindcircle.stats.meta.leaving import WithoutOne, leave_one_out
from kindcircle.stats.meta.pooling import Heterogeneity, Pooled, Test, pool
from kindcircle.stats.meta.regression import MetaRegression, WeightedLine, regress
from kindcircle.stats.meta.small_studies import (
    FEWEST_FOR_A_TEST,
    RankTest,
    TrimAndFill,
    begg,
    egger,
    egger_mixed,
    trim_and_fill,
)
from kindcircle.stats.meta.studies import Studies, read_studies

__all__ = [
    "FEWEST_FOR_A_TEST",
    "METHODS",
    "Heterogeneity",
    "MetaRegression",
    "Method",
    "Pooled",
    "RankTest",
    "Studies",
    "Test",
    "TrimAndFill",
    "WeightedLine",
    "WithoutOne",
    "begg",
    "egger",
    "egger_mixed",
    "leave_one_out",
    "pool",
    "read_studies",
    "regress",
    "trim_and_fill",
]

"""People who are missing: who they are, what could have been, and how much depends on it.

The order in which to use it: describe (`gaps`, `losses`), a model of all visits that were kept (`fit_visits`), or
filled-in tables (`fill`, then `regress_each` or `analyse_each`), and how far the answer moves when those who left did
worse than anybody like them who stayed (`sensitivity`). Nobody's last value is carried on, and no mean stands in for a
person.
"""

from kindcircle.stats.missing.analysis import Regression, analyse_each, plain_formula, regress, regress_each
from kindcircle.stats.missing.filling import Filled, Unfillable, fill
from kindcircle.stats.missing.patterns import Caution, Gaps, Losses, gaps, losses
from kindcircle.stats.missing.pooling import PooledEstimate, how_many_tables, pool, pool_each
from kindcircle.stats.missing.sensitivity import Sensitivity, sensitivity, shift
from kindcircle.stats.missing.visits import Untold, Visits, fit_visits

__all__ = [
    "Caution",
    "Filled",
    "Gaps",
    "Losses",
    "PooledEstimate",
    "Regression",
    "Sensitivity",
    "Unfillable",
    "Untold",
    "Visits",
    "analyse_each",
    "fill",
    "fit_visits",
    "gaps",
    "how_many_tables",
    "losses",
    "plain_formula",
    "pool",
    "pool_each",
    "regress",
    "regress_each",
    "sensitivity",
    "shift",
]

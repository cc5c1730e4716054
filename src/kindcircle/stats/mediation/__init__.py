"""Paths through one or two mediators: how large an indirect way is in these data. It cannot show that it is a cause.

x → m₁ → m₂ → y with all paths (PROCESS model 6), the same with parallel mediators, and one mediator alone; with
covariates in every equation. Ordinary least squares throughout, so total = direct + indirect holds exactly. Sources:
Hayes (2018); Taylor, MacKinnon & Tein (2008); bootstrap intervals Efron (1987).

Everything is found from cross-products by sweeping, for thousands of resamples at once: rows of data are touched only
to count how often each was drawn.
"""

from kindcircle.stats.mediation.fitting import Coefficient, Equation, Mediation, mediate
from kindcircle.stats.mediation.model import CAUTION, Model
from kindcircle.stats.mediation.paths import mediate_covariance, standardise
from kindcircle.stats.mediation.resampling import FEWEST_GROUPS, Bootstrap, bootstrap
from kindcircle.stats.mediation.sensitivity import Sensitivity, sensitivity

__all__ = [
    "CAUTION",
    "FEWEST_GROUPS",
    "Bootstrap",
    "Coefficient",
    "Equation",
    "Mediation",
    "Model",
    "Sensitivity",
    "bootstrap",
    "mediate",
    "mediate_covariance",
    "sensitivity",
    "standardise",
]

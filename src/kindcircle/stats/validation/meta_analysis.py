"""Folder 05: pooling, heterogeneity, small studies, leaving one out, and regression on a moderator."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from kindcircle.stats import meta
from kindcircle.stats.results import Interval, Undefined
from kindcircle.stats.validation.reading import BadCase, Case, limits

# Every pair of estimator and test that the layout asks for.
MODELS: Final[tuple[tuple[meta.Method, meta.Test], ...]] = (
    ("EE", "z"),
    *((method, test) for method in ("DL", "REML", "PM") for test in ("z", "knha", "adhoc")),
    *((method, "z") for method in ("ML", "EB", "SJ", "HS", "HE")),
)
# The reference calls stop their iterations here; the library itself goes on to rounding error.
AS_REFERENCE: Final = 1e-5


def answer(case: Case) -> dict[str, Any]:
    """The figures of one case."""
    if case.type == "undefined":
        return _refused(case)
    table = case.table()
    studies = _studies(table.scores("yi"), table.scores("sei"))
    found: dict[str, Any] = {
        "k": studies.k,
        "models": {f"{method}_{test}": _model(meta.pool(studies, method=method, test=test)) for method, test in MODELS},
        "egger_lm": _egger(meta.egger(studies)),
        "egger_mixed": _egger_mixed(meta.egger_mixed(studies, until=AS_REFERENCE)),
        "begg": _begg(meta.begg(studies)),
        "trimfill": {
            f"{method}_{counting}": _filled(
                meta.trim_and_fill(studies, method=method, counting=counting, until=AS_REFERENCE)
            )
            for method in ("REML", "DL")
            for counting in ("L0", "R0")
        },
        "leave_one_out": _left_out(studies),
    }
    if case.get("moderator"):
        name = str(case["moderator"])
        moderator = table.scores(name)
        kept = [value for value in moderator if value is not None]
        if len(kept) != studies.k:
            raise BadCase(f"the moderator {name} is missing for a study.")
        found["meta_regression"] = {
            test: _regression(meta.regress(studies, {name: kept}, knapp_hartung=test == "knha", until=AS_REFERENCE))
            for test in ("z", "knha")
        }
    return found


def _studies(estimates: list[float | None], errors: list[float | None]) -> meta.Studies:
    try:
        return meta.read_studies(estimates, se=errors)
    except ValueError as problem:
        raise BadCase(str(problem)) from None


def _refused(case: Case) -> dict[str, Any]:
    """A single study comes back as it is, and everything about several is refused."""
    found = meta.pool(_studies(case["yi"], case["sei"]))
    if isinstance(found, Undefined):
        return {"result": "undefined", "reason": found.text}
    return {
        "k": found.k,
        "estimate": found.estimate,
        "se": found.se,
        "tau2": found.heterogeneity if isinstance(found.heterogeneity, Undefined) else found.heterogeneity.tau2,
        "pi_riley_t_k_minus_2": limits(found.prediction_interval()),
        "result": "undefined",
    }


def _model(found: meta.Pooled | Undefined) -> Any:
    if isinstance(found, Undefined) or isinstance(found.heterogeneity, Undefined):
        return found
    apart = found.heterogeneity
    return {
        "k": found.k,
        "estimate": found.estimate,
        "se": found.se,
        "statistic": found.statistic,
        "p": found.p,
        "ci": limits(found.interval()),
        "tau2": apart.tau2,
        "se_tau2": apart.tau2_se,
        "I2": 100 * apart.share,
        "H2": apart.ratio,
        "Q": apart.q,
        "Q_p": apart.q_p,
        "Q_df": apart.q_df,
        "pi_default": limits(found.prediction_interval_by_test()),
        "pi_riley_t_k_minus_2": limits(found.prediction_interval()),
        "tau2_ci_qprofile": limits(apart.tau2_interval),
        "I2_ci_qprofile": _percent(apart.share_interval),
        "logLik": found.log_likelihood,
    }


def _percent(share: Interval | Undefined) -> Any:
    return share if isinstance(share, Undefined) else [100 * share.low, 100 * share.high]


def _egger(found: meta.WeightedLine | Undefined) -> Any:
    if isinstance(found, Undefined):
        return found
    return {
        "t": found.t,
        "df": found.df,
        "p": found.p,
        "limit_estimate": found.at_zero,
        "limit_ci": limits(found.at_zero_interval()),
        # The same line, seen as standardised effects over precision.
        "intercept_of_snd_on_precision": found.slope,
        "slope_of_snd_on_precision": found.at_zero,
    }


def _egger_mixed(found: meta.MetaRegression | Undefined) -> Any:
    if isinstance(found, Undefined):
        return found
    return {"z": float(found.beta[1] / found.se[1]), "p": float(found.p[1]), "limit_estimate": float(found.beta[0])}


def _begg(found: meta.RankTest | Undefined) -> Any:
    return found if isinstance(found, Undefined) else {"tau": found.tau, "p": found.p}


def _filled(found: meta.TrimAndFill | Undefined) -> Any:
    if isinstance(found, Undefined) or isinstance(found.pooled.heterogeneity, Undefined):
        return found
    return {
        "side": found.side,
        "k0": found.filled,
        "se_k0": found.filled_se,
        "estimate": found.pooled.estimate,
        "se": found.pooled.se,
        "ci": limits(found.pooled.interval()),
        "tau2": found.pooled.heterogeneity.tau2,
    }


def _left_out(studies: meta.Studies) -> dict[str, Any]:
    rest = meta.leave_one_out(studies, until=AS_REFERENCE)
    return {
        "estimate": [one.estimate for one in rest],
        "tau2": [one.tau2 for one in rest],
        "I2": [100 * one.share for one in rest],
    }


def _regression(found: meta.MetaRegression | Undefined) -> Any:
    if isinstance(found, Undefined):
        return found
    ends = [found.interval(place) for place in range(len(found.beta))]
    explained = found.explained
    return {
        "k": found.k,
        "beta": found.beta,
        "se": found.se,
        "p": found.p,
        "ci_lb": np.array([end.low for end in ends]),
        "ci_ub": np.array([end.high for end in ends]),
        "tau2": found.tau2,
        "I2": 100 * found.share,
        "R2": explained if isinstance(explained, Undefined) else 100 * explained,
        "QM": found.moderators_statistic,
        "QMp": found.moderators_p,
        "QE": found.q_left,
    }

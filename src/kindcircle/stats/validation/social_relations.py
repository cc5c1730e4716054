"""Folder 07: round-robin ratings in groups: one rating, two of the same thing, or two of different things."""

from __future__ import annotations

import math
from typing import Any

from kindcircle.stats.results import Undefined
from kindcircle.stats.round_robin import (
    Component,
    RoundRobin,
    SocialRelations,
    each_group,
    read_round_robin,
    social_relations,
    stable_relations,
    two_ratings,
)
from kindcircle.stats.validation.reading import BadCase, Case


def answer(case: Case) -> Any:
    """The figures of one case, by its type."""
    if case.type == "undefined":
        return _typed(case)
    outcomes = case["outcome"]
    names = [outcomes] if isinstance(outcomes, str) else [str(name) for name in outcomes]
    table = case.table()
    try:
        found = read_round_robin(
            table.cells(case["rater"]),
            table.cells(case["target"]),
            table.cells(case["group"]),
            *(table.scores(name) for name in names),
        )
    except ValueError as problem:
        raise BadCase(str(problem)) from None
    if case.type == "univariate":
        return _one(found[0])
    if len(found) != 2:
        raise BadCase("two outcomes are needed.")
    if case.type == "latent":
        shared = stable_relations(*found)
        return shared if isinstance(shared, Undefined) else {"tripler": {"components": _components(shared)}}
    if case.type == "bivariate":
        return _two(*found)
    raise BadCase(f"the type {case.type!r} is none of univariate, latent and bivariate.")


def _typed(case: Case) -> dict[str, Any]:
    rows = case["ratings"]
    who = [str(number) for number in range(len(rows))]
    raters = [name for name in who for _ in who]
    values = [value for row in rows for value in row]
    ratings = read_round_robin(raters, who * len(who), ["1"] * len(raters), values)[0]
    found = social_relations(ratings)
    if isinstance(found, Undefined):
        return {"result": "undefined", "reason": found.text}
    return {"result": "defined"}


def _component(one: Component) -> dict[str, Any]:
    tested = one.se > 0
    return {
        "estimate": one.estimate,
        "standardized": one.share,
        "se": one.se if tested else None,
        "t": one.t if tested else None,
        "p": one.p if tested else None,
    }


def _components(found: SocialRelations) -> dict[str, Any]:
    error = {} if found.error is None else {"error_variance": _component(found.error)}
    return {
        "actor_variance": _component(found.actor),
        "partner_variance": _component(found.partner),
        "relationship_variance": _component(found.relationship),
        **error,
        "actor_partner_covariance": _component(found.actor_partner),
        "relationship_covariance": _component(found.relationship_covariance),
    }


def _one(ratings: RoundRobin) -> Any:
    found = social_relations(ratings)
    if isinstance(found, Undefined):
        return found
    return {
        "tripler": {"components": _components(found)},
        "by_formula": {
            "pooled": {
                "actor": found.actor.estimate,
                "partner": found.partner.estimate,
                "relationship": found.relationship.estimate,
                "actor_partner": found.actor_partner.estimate,
                "relationship_covariance": found.relationship_covariance.estimate,
            },
            "groups": {
                group.name: {
                    "n": group.n,
                    "mean": group.mean,
                    "actor": group.actor,
                    "partner": group.partner,
                    "relationship": group.relationship,
                    "actor_partner": group.actor_partner,
                    "relationship_covariance": group.relationship_covariance,
                    "actor_effects": _tidy(group.actor_effects),
                    "partner_effects": _tidy(group.partner_effects),
                }
                for group in each_group(ratings)
            },
        },
        "group_sizes": list(found.sizes),
        "generalized_reciprocity_r": found.actor_partner.share,
        "dyadic_reciprocity_r": found.relationship_covariance.share,
        "reliability": {"actor": found.actor_reliability, "partner": found.partner_reliability},
    }


def _tidy(effects: Any) -> dict[str, float]:
    """An effect of 0 comes out of the sums as rounding error."""
    return {name: 0.0 if math.isclose(value, 0.0, abs_tol=1e-12) else value for name, value in effects.items()}


def _two(first: RoundRobin, second: RoundRobin) -> Any:
    found, alone = two_ratings(first, second), [social_relations(one) for one in (first, second)]
    if isinstance(found, Undefined):
        return found
    return {
        "tripler": {
            "univariate": [one if isinstance(one, Undefined) else _components(one) for one in alone],
            "bivariate": {
                "actor_actor_covariance": _component(found.actor_actor),
                "partner_partner_covariance": _component(found.partner_partner),
                "actor_partner_covariance": _component(found.actor_partner),
                "partner_actor_covariance": _component(found.partner_actor),
                "intrapersonal_relationship_covariance": _component(found.within_pairs),
                "interpersonal_relationship_covariance": _component(found.across_pairs),
            },
        }
    }

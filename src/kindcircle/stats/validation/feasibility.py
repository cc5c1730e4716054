"""Folder 10: attendance, counts and what a zero can mean."""

from __future__ import annotations

from typing import Any

from kindcircle.stats.feasibility import ClusteredRate, Proportion, summarise_attendance
from kindcircle.stats.results import Undefined
from kindcircle.stats.validation.reading import BadCase, Case, limits


def answer(case: Case) -> dict[str, Any] | Undefined:
    """The figures of one case, by its type."""
    if case.type == "proportion":
        return _proportion(case)
    if case.type == "clustered_attendance":
        return _attendance(case)
    raise BadCase(f"the type {case.type!r} is neither proportion nor clustered_attendance.")


def _proportion(case: Case) -> dict[str, Any]:
    found = Proportion(case["x"], case["n"])
    return {
        "proportion": found.estimate,
        "wilson": limits(found.interval()),
        "clopper_pearson": limits(found.exact_interval()),
        "one_sided_upper_95_if_zero": found.upper_limit_if_zero(),
        "rule_of_three": found.rule_of_three(),
    }


def _attendance(case: Case) -> dict[str, Any] | Undefined:
    table = case.table()
    marks = table.scores(case.get("attended_col", "attended"))
    found = summarise_attendance(
        [None if mark is None else int(mark) for mark in marks],
        member=table.cells(case.get("member_col", "member")),
        group=table.cells(case.get("group_col", "group")),
    )
    if isinstance(found, Undefined):
        return found
    return {
        "sessions": found.sessions.n,
        "members": found.members,
        "groups": found.groups,
        "attendance_rate": found.sessions.estimate,
        "naive_wilson": limits(found.sessions.interval()),
        "completers_75pc": found.completers.count,
        "median_sessions_attended": found.median_attended,
        **_clustered("member", found.by_member),
        **_clustered("group", found.by_group),
    }


def _clustered(by: str, rate: ClusteredRate | Undefined) -> dict[str, Any]:
    if isinstance(rate, Undefined):
        return {f"se_clustered_{by}": rate, f"ci_clustered_{by}_t": rate}
    return {f"se_clustered_{by}": rate.se, f"ci_clustered_{by}_t": limits(rate.interval())}

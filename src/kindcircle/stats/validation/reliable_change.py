"""Folder 02: reliable and clinically significant change of one group."""

from __future__ import annotations

from typing import Any

from kindcircle.stats.change import Norms, reliable_change
from kindcircle.stats.results import Undefined
from kindcircle.stats.validation.reading import BadCase, Case

SHOWN = 10


def answer(case: Case) -> dict[str, Any] | Undefined:
    """The figures of one case."""
    table = case.table()
    if case.get("arm") is not None:
        table = table.where(case.get("arm_col", "arm"), str(case["arm"]))
    try:
        norms = Norms(
            reliability=case["reliability"],
            sd_before=case.get("sd_pre"),
            mean_clinical=case.get("m_clinical"),
            mean_functional=case.get("m_functional"),
            sd_functional=case.get("sd_functional"),
        )
        before, after = (table.scores(case[which]) for which in ("pre", "post"))
        found = reliable_change(before, after, norms=norms, better=case["better"], cutoff=case.get("cutoff"))
    except ValueError as problem:
        raise BadCase(str(problem)) from None
    if isinstance(found, Undefined):
        return found
    names = table.cells(table.header[0])
    counts = found.counts
    return {
        "n_listed": found.pairs.n_listed,
        "n_complete": found.pairs.n,
        "mean_pre": found.mean_before,
        "sd_pre_used": found.sd_before_used,
        "m_clinical_used": found.mean_clinical_used,
        "se_measurement": found.se_measurement,
        "s_diff": found.s_diff,
        "smallest_reliable_change": found.smallest_reliable_change,
        "cutoff_value": found.cutoff_value,
        "counts": {
            "recovered": counts.recovered,
            "improved": counts.improved,
            "unchanged": counts.unchanged,
            "deteriorated": counts.deteriorated,
        },
        "reliably_improved": counts.reliably_improved,
        "reliably_deteriorated": counts.deteriorated,
        "started_clinical": found.started_clinical,
        "ended_functional": found.ended_functional,
        "crossed_into_functional": found.crossed_into_functional,
        f"first_{SHOWN}": [
            {
                "id": names[person.position],
                "pre": person.before,
                "post": person.after,
                "rci": person.rci,
                "category": str(person.category),
            }
            for person in found.people[:SHOWN]
        ],
        "sum_abs_rci": found.sum_abs_rci,
    }

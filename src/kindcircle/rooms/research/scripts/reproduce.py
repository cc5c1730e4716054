"""Works out the figures of this release again from its rows, and says how far they are from the report's.

    python analysis/reproduce.py            (needs numpy and scipy)

Ends with 0 when every figure agrees to the eighth digit, with 1 when one does not.
"""

import csv
import json
import math
import sys
from pathlib import Path

import numpy as np
from scipy import stats

HERE = Path(__file__).resolve().parent.parent
ABOUT = json.loads((HERE / "report" / "parameters.json").read_text(encoding="utf-8"))


def table(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def figures(before: np.ndarray, after: np.ndarray) -> dict[str, float]:
    both = ~np.isnan(before) & ~np.isnan(after)
    x, y, n = before[both], after[both], int(both.sum())
    found = {
        "people": len(before),
        "both": n,
        "before_only": int(np.sum(~np.isnan(before) & np.isnan(after))),
        "after_only": int(np.sum(np.isnan(before) & ~np.isnan(after))),
        "neither": int(np.sum(np.isnan(before) & np.isnan(after))),
        "mean_before": x.mean(),
        "sd_before": x.std(ddof=1),
        "mean_after": y.mean(),
        "sd_after": y.std(ddof=1),
        "change": (y - x).mean(),
    }
    half = stats.t.ppf(0.975, n - 1) * (y - x).std(ddof=1) / math.sqrt(n)
    wide = half * math.sqrt(1 + (ABOUT["mean_group_size"] - 1) * ABOUT["icc"])
    correction = math.exp(math.lgamma((n - 1) / 2) - math.log(math.sqrt((n - 1) / 2)) - math.lgamma((n - 2) / 2))
    g = correction * found["change"] / found["sd_before"]
    spread = 1.959963984540054 * math.sqrt(2 * (1 - np.corrcoef(x, y)[0, 1]) / n + g * g / (2 * n))
    limits = {"low": -half, "high": half, "wide_low": -wide, "wide_high": wide}
    found |= {name: found["change"] + way for name, way in limits.items()}
    return found | {"g": g, "g_low": g - spread, "g_high": g + spread}


people = [row["person"] for row in table(HERE / "data" / ABOUT["people"])]
rows = table(HERE / "data" / ABOUT["scores"])
furthest = 0.0
for told in table(HERE / "report" / "figures.csv"):
    columns = []
    for occasion in ("before", "after"):
        values = {
            row["person"]: row["value"]
            for row in rows
            if (row["instrument"], row["score"], row["occasion"]) == (told["instrument"], told["score"], occasion)
        }
        columns.append(np.array([float(values.get(person) or "nan") for person in people]))
    own = figures(*columns)
    for name, value in own.items():
        if told[name]:
            furthest = max(furthest, abs(value - float(told[name])) / max(1.0, abs(value)))
    change, low, high = (f"{own[name]:.2f}" for name in ("change", "wide_low", "wide_high"))
    print(f"{told['instrument']} {told['score']}: {own['both']} people, change {change} ({low} to {high})")
print(f"Largest difference from the report: {furthest:.1e}")
print(ABOUT["warning"])
sys.exit(1 if furthest > 1e-8 else 0)

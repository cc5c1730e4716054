"""How far our figures lie from those of other software, method by method: writes docs/reference/agreement-with-r.md.

    python bench/agreement.py [FOLDER]

FOLDER holds one folder for each method, with cases.json, CSV files and expected.json; without it, that of the
environment (KINDCIRCLE_REFERENCE). The tests compare by the same rules, and hold the page against what they find.
"""

import json
import math
import os
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kindcircle.stats.validation import METHODS, answer_folder

REPOSITORY = Path(__file__).resolve().parents[1]
REFERENCE = Path(os.environ.get("KINDCIRCLE_REFERENCE", REPOSITORY.parent / "shared" / "reference")) / "stats"
PAGE = REPOSITORY / "docs" / "reference" / "agreement-with-r.md"

# (what it is, part of the dotted key, relative, absolute): the first that fits holds.
TOLERANCE = {
    "01": [
        ("limits by the noncentral t", r"noncentral_t.*ci|effectsize_.*ci", 1e-5, 1e-6),
        ("effects, variances, other limits", r"", 1e-8, 1e-10),
    ],
    "02": [
        ("counts of people", r"counts|^reliably|^started|^ended|^crossed|^n_", 0, 0),
        ("indices and cut-offs", r"", 1e-9, 1e-10),
    ],
    # The reference program stops a little before the top.
    "03": [
        ("fitted by likelihood", r"reml|omega|loadings|residual|fit|logLik|_delta", 1e-3, 1e-4),
        ("alpha, ICC, agreement", r"", 1e-8, 1e-10),
    ],
    "04": [
        ("delta-method errors, standardised effects", r"fully_standardized|delta_method", 1e-5, 1e-7),
        ("paths and effects", r"", 1e-8, 1e-10),
    ],
    # R's root finder stops Q-profile limits early: ours meet the quantile to 1e-9 (test_meta.py).
    "05": [
        ("Q-profile limits", r"qprofile", 2e-4, 1e-5),
        ("found step by step, prediction intervals", r"(PM|REML|ML|EB)_.*(tau2|I2|H2)|pi_", 1e-4, 1e-5),
        ("in closed form", r"(DL|EE|HS|HE|SJ)_", 1e-8, 1e-9),
        ("means, small studies, regression", r"", 1e-5, 1e-6),
    ],
    "06": [
        (
            "degrees of freedom and what follows from them",
            r"satterthwaite.*(df|ci|\.p)|kenward.*(df|ci|\.p)",
            1e-2,
            1e-3,
        ),
        ("variances", r"variance|vcov|sdcor|random_effects|ratio", 1e-2, 1e-5),
        ("likelihood", r"logLik|AIC|BIC", 1e-6, 1e-3),
        ("effects and their errors", r"", 1e-4, 1e-5),
    ],
    "07": [("variances, reciprocities, effects", r"", 1e-7, 1e-9)],
    "08": [("spectrum", r"frequency_spec", 1e-6, 1e-8), ("time", r"", 1e-9, 1e-9)],
    "09": [
        ("degrees of freedom and what follows from them", r"satterthwaite.*(df|\.p|CL)|kenward", 2e-2, 1e-2),
        ("likelihood", r"logLik|AIC", 1e-5, 1e-2),
        ("Rubin's rules", r"qbar|ubar|^terms.*(total|fmi|lambda)", 1e-9, 1e-12),
        ("means, effects, covariances at visits", r"", 1e-3, 1e-4),
    ],
    "10": [("shares, limits, attendance", r"", 1e-8, 1e-10)],
}

SOFTWARE = {
    "01": "metafor, effectsize",
    "02": "the definition; clinicalsignificance",
    "03": "psych, lavaan, multilevel, lme4",
    "04": "lavaan, boot",
    "05": "metafor",
    "06": "lme4, lmerTest, pbkrtest, nlme",
    "07": "TripleR",
    "08": "NumPy and SciPy by the definition",
    "09": "mmrm, emmeans, mice",
    "10": "base R",
}

# Words about a figure, not figures; what another package prints for information only; how far two of them lie apart.
NOT_FIGURES = re.compile(
    r"^truth\.|^rhrv\.version|^rhrv\.pgram|information_only|(^|\.)(call|formula|sign|reason|note|group_weight)$|^package\.|^generalizability\.|nlme_df|variance_table|max_abs_coef_difference|^lavaan_bootstrap|^bootstrap\.re|_mcsd|boot_se"
)

# Where the reference program stopped below the top of the likelihood (by 0.008), and ours went on.
STOPPED_EARLY = re.compile(r"partially_nested_change: nlme\.")

BY_CHANCE = "by random numbers"
SMALL = 1e-6
"""Differences are relative, or absolute where the reference is smaller than this."""
ROUNDING = 1e-9
"""Below it a difference is rounding error, and where it is largest says nothing."""


@dataclass(frozen=True, slots=True)
class Compared:
    """One figure beside its reference. given: None where we have none. reach: allowed for random numbers, else 0."""

    where: str
    kind: str
    given: Any
    wanted: Any
    relative: float
    absolute: float
    reach: float

    @property
    def difference(self) -> float:
        """Relative to the reference; to what is allowed for random numbers; infinite where there is no figure."""
        if not isinstance(self.given, int | float):
            return math.inf
        apart = abs(self.given - self.wanted)
        if self.reach:
            return apart / self.reach
        return apart / abs(self.wanted) if abs(self.wanted) >= SMALL else apart

    @property
    def agrees(self) -> bool:
        if self.given is None or isinstance(self.given, str):
            return False
        absolute = max(self.absolute, self.reach)
        return math.isclose(self.given, self.wanted, rel_tol=self.relative, abs_tol=absolute)


@dataclass(frozen=True, slots=True)
class Line:
    """What a page says of one kind of figure: how many there are, and a power of ten that no difference is above."""

    method: str
    kind: str
    figures: int
    most: str
    where: str


def compare(folder: Path) -> tuple[list[Compared], list[str]]:
    """Every figure of one method's folder; and in words, what is no figure and should be the same and is not."""
    digits = folder.name[:2]
    answers = json.loads(json.dumps(answer_folder(folder), allow_nan=False))
    found, flaws = [], []
    for case in json.loads((folder / "expected.json").read_text(encoding="utf-8"))["cases"]:
        answer = answers[case["id"]]
        if case.get("type") == "undefined":
            if answer["result"] != "undefined":
                flaws.append(f"{case['id']} has no answer elsewhere, and one here")
            continue
        for path, wanted in leaves(case["expected"]):
            key = ".".join(path)
            where = f"{case['id']}: {key}"
            if NOT_FIGURES.search(key):
                continue
            given = at(answer, path)
            if wanted is None or isinstance(wanted, str):
                if given != wanted:
                    flaws.append(f"{where} is {given!r} instead of {wanted!r}")
                continue
            if STOPPED_EARLY.match(where):
                continue
            kind, relative, absolute = next(
                (kind, near, close) for kind, part, near, close in TOLERANCE[digits] if re.search(part, key)
            )
            reach = may_differ(path, case["expected"])
            kind = BY_CHANCE if reach else kind
            found.append(Compared(where, kind, given, wanted, relative, absolute, reach))
    return found, flaws


def may_differ(path: tuple[str, ...], expected: Any) -> float:
    """How far a figure from random numbers may lie from another's: by what the reference says of its own spread."""
    match path:
        case ("terms", _, "estimate_mean" | "se_mean"):
            around = at(expected, path[:-1])
            return 4 * around[path[-1].replace("_mean", "_mcsd")] + 0.02 * around["se_mean"]
        case ("bootstrap", "intervals", _, "percentile" | "bca" | "bc" as kind, end):
            around = at(expected, path[:-2])
            return max(6 * around[f"{kind}_mcsd"][int(end)], 0.025 * abs(around[kind][1] - around[kind][0]))
    return 0.0


def leaves(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every single value of nested answers, with the way to it."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, str(key)))
    else:
        yield path, value


def at(answer: Any, path: tuple[str, ...]) -> Any:
    """What stands at the end of this way, or None."""
    for part in path:
        if answer is None:
            return None
        answer = answer[int(part)] if isinstance(answer, list) else answer.get(part)
    return answer


def folder_of(digits: str, reference: Path = REFERENCE) -> Path:
    """The folder of the method with these two digits."""
    return next(reference.glob(f"{digits}_*"))


def called(digits: str) -> str:
    """The method as people write it."""
    return METHODS[digits].replace("_", " ").replace("meta analysis", "meta-analysis")


def lines_of(digits: str, compared: list[Compared]) -> list[Line]:
    """The lines of one method, in the order of its tolerances."""
    method = called(digits)
    lines = []
    for kind in (*(one[0] for one in TOLERANCE[digits]), BY_CHANCE):
        rows = [one for one in compared if one.kind == kind]
        if not rows:
            continue
        furthest = max(rows, key=lambda one: one.difference)
        if kind == BY_CHANCE:
            most, where = f"{math.ceil(100 * furthest.difference)} % of what is allowed", furthest.where
        else:
            most = rounded_up(furthest.difference)
            where = furthest.where if furthest.difference > ROUNDING else ""
        lines.append(Line(method, kind, len(rows), most, where))
    return lines


def rounded_up(difference: float) -> str:
    """The next power of ten above it, "0" for none at all. Whatever is below 1e-10 differs from machine to machine."""
    return "0" if difference == 0 else f"1e{max(-10, math.ceil(math.log10(difference))):d}"


def holds(line: Line, stated: str) -> bool:
    """Whether what a page states is true of what was found now."""
    if line.kind == BY_CHANCE:
        return int(line.most.split()[0]) <= max(100, int(stated.split()[0]))
    return float(line.most) <= max(float(stated), 1e-10)


def page(lines: dict[str, list[Line]]) -> str:
    """The whole page, in Markdown."""
    rows = [
        f"| {one.method} | {one.kind} | {one.figures} | {one.most} | {f'`{one.where}`' if one.where else ''} |"
        for found in lines.values()
        for one in found
    ]
    software = [f"| {called(digits)} | {SOFTWARE[digits]} |" for digits in lines]
    total = sum(one.figures for found in lines.values() for one in found)
    return (
        "# Agreement with other software\n\n"
        "Made by `python bench/agreement.py`; do not edit. The tests go through the same figures and hold this\n"
        "page against them.\n\n"
        f"`kindcircle stats answer` answers {total} figures of the reference cases. Each is set beside that of R 4.2\n"
        "and its packages, or of NumPy and SciPy for heartbeats. A difference is relative, or absolute where the\n"
        "reference is below one millionth. The page names the next power of ten above the largest; below 1e-10 it\n"
        "is rounding error of the machine. Where random numbers are behind both, it is told as a part of what the\n"
        "spread between seeds of the reference allows.\n\n"
        "| Method | Figures | How many | Largest difference | Where |\n|---|---|---:|---:|---|\n"
        + "\n".join(rows)
        + "\n\n## Where they are larger\n\n"
        "Limits of the Q-profile: the root finder of the reference stops early, ours meets the quantile to nine\n"
        "digits. Degrees of freedom, variances and omega: both come from slopes or fits found in steps, where each\n"
        "program stops in its own way. One fit of the reference stopped below the top of its likelihood, and its\n"
        "figures are left out (`partially_nested_change: nlme`); so is what another package prints for information\n"
        "only.\n\n"
        "## Beside what\n\n| Method | Software |\n|---|---|\n" + "\n".join(software) + "\n"
    )


def main() -> None:
    reference = Path(sys.argv[1]) if len(sys.argv) > 1 else REFERENCE
    if not reference.is_dir():
        sys.exit("There are no reference cases here. Name their folder, or set KINDCIRCLE_REFERENCE.")
    lines = {}
    for digits in METHODS:
        compared, flaws = compare(folder_of(digits, reference))
        flaws += [f"{one.where} is {one.given!r} instead of {one.wanted!r}" for one in compared if not one.agrees]
        if flaws:
            sys.exit("\n".join(["Nothing was written, because these do not agree:", *flaws]))
        lines[digits] = lines_of(digits, compared)
    PAGE.write_text(page(lines), encoding="utf-8")
    print(f"The page is in {PAGE.relative_to(REPOSITORY)}.")


if __name__ == "__main__":
    main()

"""How fast the statistics are beside their peers, on the same data, in turns, in one run.

Peers are Python packages in an environment of their own (bench/peers/stats.txt) and, where they are on the machine,
packages of R (lme4, lmerTest, lavaan, metafor). A peer's time is its work alone, without starting and reading. What can
be compared is: beside each ratio stands how far the two estimates are apart.
"""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # before NumPy is loaded; peers inherit it

import argparse
import csv
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from results import table, write

from kindcircle.spec.instruments import load_instrument
from kindcircle.stats import meta, missing, mixed, reliability, round_robin
from kindcircle.stats.change import Norms
from kindcircle.stats.design import Factor, read_formula
from kindcircle.stats.effects.independent import g_independent
from kindcircle.stats.hrv import spectrum, time_domain
from kindcircle.stats.mediation import Model, bootstrap
from kindcircle.stats.reliability_resampling import resample_alpha
from kindcircle.stats.samples import summarise_arm

HERE = Path(__file__).resolve().parent
PEERS = HERE.parent / "var" / "bench" / "stats" / "bin" / "python"
NOT_ALIKE = {
    "loading statsmodels.api",
    "loading pingouin",
    "imputation statsmodels",
    "imputation mice",
    "mediation pingouin",
}
"""Where the two figures are not of the same thing."""

R_PEERS = ("lavaan", "metafor", "lmerTest", "lme4", "mice", "psych", "mmrm", "nlme", "TripleR")

QUICK, TIMES = 0.02, 20
"""Work of fewer seconds is done so many times in each turn, here as in the peers."""

Run = Callable[[], float]
"""Does the work once and gives the figure that is compared."""


@dataclass(frozen=True)
class Work:
    """One piece of work, ours ready to be run, and who else does it: name and how many times faster we must be."""

    name: str
    key: str
    ours: Run
    peers: tuple[tuple[str, float], ...]


def works(folder: Path) -> list[Work]:
    """Everything that is measured, with its data written down for the peers."""
    rng = np.random.default_rng(20261122)
    x = rng.normal(size=176)
    m1 = 0.5 * x + rng.normal(size=176)
    m2 = 0.3 * x + 0.4 * m1 + rng.normal(size=176)
    people = {"x": x, "m1": m1, "m2": m2, "y": 0.2 * x + 0.3 * m1 + 0.3 * m2 + rng.normal(size=176)}
    _columns(folder / "mediation.csv", people)
    model = Model("x", ("m1", "m2"), "y")
    lists = {name: column.tolist() for name, column in people.items()}

    def paths(resamples: int = 5000) -> float:
        found = bootstrap(lists, model, resamples=resamples, generator=np.random.default_rng(1))
        for name in model.effect_names:
            for kind in ("percentile", "bca"):
                found.interval(name, kind=kind)
        return float(found.original[found.names.index("d21")])

    studies = {}
    for k in (20, 100, 1000, 10000):
        v = rng.uniform(0.02, 0.2, k)
        y = rng.normal(0.4, np.sqrt(v + 0.05))
        _columns(folder / f"meta_{k}.csv", {"y": y, "v": v})
        studies[k] = meta.read_studies(y.tolist(), se=np.sqrt(v).tolist())

    def pooled(k: int) -> float:
        found = meta.pool(studies[k])
        found.interval(), found.prediction_interval()
        if k == 20:
            return found.estimate + 0 * found.heterogeneity.tau2_interval.low
        return found.estimate

    def left_out() -> float:
        return meta.leave_one_out(studies[100])[-1].estimate

    rows = _groups(rng)
    _columns(folder / "mixed.csv", {name: np.array(column) for name, column in rows.items()})
    formula = read_formula("y ~ time * arm + (1 | group) + (1 | person)")

    def fitted(*, judged: bool) -> float:
        found = mixed.fit(mixed.prepare(formula, rows))
        if judged:
            mixed.satterthwaite(found).effects()
        return found.beta["time:arm"]

    pairs = rng.normal(size=(1000, 2, 20)) + np.array([0.5, 0])[None, :, None]
    np.save(folder / "hedges.npy", pairs)

    def hedges() -> float:
        for first, second in pairs:
            found = g_independent(summarise_arm(first), summarise_arm(second))
            found.exact_interval()
        return found.estimate

    whole = rng.normal(size=(100, 8)) @ np.linalg.cholesky(0.6 * np.eye(8) + 0.4).T
    whole[rng.random(whole.shape) < 0.1] = np.nan
    gaps = {f"v{n}": whole[:, n] for n in range(8)}
    _columns(folder / "gaps.csv", gaps)
    gap_lists = {name: column.tolist() for name, column in gaps.items()}

    def filled() -> float:
        tables = missing.fill(gap_lists, m=50, rounds=10, generator=np.random.default_rng(1))
        return missing.regress_each(tables, "v0 ~ v1 + v2")["v1"].estimate

    hearts = 850 + np.cumsum(rng.normal(0, 4, (200, 350)), axis=1) * 0.2 + rng.normal(0, 25, (200, 350))
    np.save(folder / "heart.npy", hearts)

    def beats() -> float:
        for one in hearts:
            found = time_domain(one).rmssd
            spectrum(one)
        return float(found)

    seen = _ratings(rng)
    _columns(folder / "ratings.csv", {name: np.array(column) for name, column in seen.items()})
    (robin,) = round_robin.read_round_robin(seen["actor"], seen["partner"], seen["group"], seen["rating"])

    def relations() -> float:
        found = round_robin.social_relations(robin)
        return found.actor.estimate

    trait = rng.normal(size=1084)
    items = np.clip(np.round(3 + trait[:, None] + rng.normal(size=(1084, 26))), 1, 5)
    _columns(folder / "items.csv", {f"i{n}": items[:, n] for n in range(26)})
    item_lists = {f"i{n}": items[:, n].tolist() for n in range(26)}

    def alpha() -> float:
        answers = reliability.read_answers(item_lists)
        found = reliability.alpha(answers)
        found.interval()
        resample_alpha(answers, resamples=2000, generator=np.random.default_rng(1)).interval()
        return found.estimate

    visits = _visits(rng)
    _columns(folder / "visits.csv", {name: np.array(column) for name, column in visits.items()})
    levels = {"visit": Factor(("v0", "v1", "v2", "v3")), "arm": Factor(("a", "b"))}

    def visited() -> float:
        found = missing.fit_visits("y ~ before + arm * visit + us(visit | person)", visits, factors=levels)
        mixed.satterthwaite(found.fitted).effects()
        return found.fitted.beta["armb:visitv3"]

    sheets = rng.integers(1, 6, (10_000_016 // 52, 2, 26)).astype(np.int8)
    gaps = rng.integers(0, 26, (*sheets.shape[:2], 1))
    # On two sheets in five one line is left out; two of one part would undo the score, which no plain way looks at.
    np.put_along_axis(sheets, gaps, np.where(rng.random(gaps.shape) < 0.4, 0, 3).astype(np.int8), axis=2)
    np.save(folder / "sheets.npy", sheets)

    def loading() -> float:
        line = "import kindcircle.stats.mixed, kindcircle.stats.meta, kindcircle.stats.mediation"
        subprocess.run([sys.executable, "-c", line], check=True)
        return 0.0

    return [
        Work("paths through two mediators, 5,000 resamples, all limits", "mediation", paths,
             (("lavaan", 1000), ("pingouin", 15))),
        Work("the same, 10,000 resamples", "mediation 10000", lambda: paths(10000), (("NumPy", 10),)),
        Work("20 studies: REML, Knapp-Hartung, Q-profile, prediction", "meta 20", lambda: pooled(20),
             (("metafor", 8),)),
        Work("1,000 studies: REML, Knapp-Hartung, prediction", "meta 1000", lambda: pooled(1000),
             (("metafor", 500), ("PyMARE", 5))),
        Work("10,000 studies, the same", "meta 10000", lambda: pooled(10000), (("PyMARE", 5),)),
        Work("100 studies, each left out in turn, REML", "left out", left_out, (("metafor", 200),)),
        Work("1,000 groups × 10 × 8: fit and Satterthwaite", "mixed", lambda: fitted(judged=True), (("lmerTest", 8),)),
        Work("the same, fit alone", "mixed", lambda: fitted(judged=False), (("lme4", 4), ("statsmodels", 20))),
        Work("1,000 Hedges' g with exact limits", "hedges", hedges, (("pingouin", 3),)),
        Work("gaps of 100 × 8 filled 50 times, pooled", "imputation", filled,
             (("mice", 8), ("statsmodels", 80))),
        Work("a model of four visits of 100 people, Satterthwaite", "visits", visited, (("mmrm", 0.5), ("nlme", 0.5))),
        Work("300 round robins of 10, with errors and tests", "relations", relations, (("TripleR", 200),)),
        Work("alpha of 1,084 × 26, items, limits by 2,000 resamples", "alpha", alpha, (("psych", 50),)),
        Work("200 hearts of 350 beats, time and frequency", "heart", beats, (("NeuroKit2", 8),)),
        Work("10 million answers of 26 items, wide: scored, change judged", "sheets", lambda: scored(sheets),
             (("pandas", 15),)),
        Work("loading the library", "loading", loading, (("statsmodels.api", 4), ("pingouin", 4))),
    ]  # fmt: skip


def _groups(rng: np.random.Generator) -> dict[str, list]:
    """A thousand circles of ten, asked eight times; every other circle has the programme."""
    group, person, visit = (part.ravel() for part in np.indices((1000, 10, 8)))
    arm = group % 2
    y = (
        20 - 0.2 * visit - 0.1 * visit * arm + rng.normal(0, 1, 1000)[group]
        + rng.normal(0, 2, (1000, 10))[group, person] + rng.normal(0, 1.5, len(group))
    )  # fmt: skip
    return {
        "y": y.tolist(),
        "time": visit.astype(float).tolist(),
        "arm": arm.astype(float).tolist(),
        "group": [f"g{one}" for one in group],
        "person": [f"g{one}p{two}" for one, two in zip(group, person, strict=True)],
    }


def _ratings(rng: np.random.Generator) -> dict[str, list]:
    """How each of ten sees each other, in three hundred groups."""
    group, actor, partner = (part.ravel() for part in np.indices((300, 10, 10)))
    rating = rng.normal(0, 1, (300, 10))[group, actor] + rng.normal(0, 0.7, (300, 10))[group, partner]
    rating = rating + rng.normal(5, 1, len(group))
    kept = actor != partner
    names = {"group": "g", "actor": "m", "partner": "m"}
    places = {"group": group, "actor": actor, "partner": partner}
    told = {name: [f"{letter}{one}" for one in places[name][kept]] for name, letter in names.items()}
    return told | {"rating": rating[kept].tolist()}


def _visits(rng: np.random.Generator) -> dict[str, list]:
    """A hundred people in two arms, four visits, one in ten not kept."""
    person, visit = (part.ravel() for part in np.indices((100, 4)))
    before = rng.normal(0, 1, 100)[person]
    y = rng.normal(0, 1, 100)[person] + 0.5 * before + rng.normal(0, 1 + 0.2 * visit) - 0.3 * visit * (person % 2)
    kept = rng.random(len(person)) > 0.1
    return {
        "person": [f"p{one}" for one in person[kept]],
        "visit": [f"v{one}" for one in visit[kept]],
        "arm": ["ab"[one % 2] for one in person[kept]],
        "before": before[kept].tolist(),
        "y": y[kept].tolist(),
    }


def scored(sheets: np.ndarray) -> float:
    """How many people got reliably better; the way our library has for many sheets: as rows, with every check."""
    import ibis
    import pyarrow as pa

    from kindcircle.national.cells import together
    from kindcircle.national.outcomes import outcomes
    from kindcircle.national.sheets import Times

    one = load_instrument("scs-26")
    whole = one.score("total_items_mean")
    people = len(sheets)
    names = [item.id for item in one.scored_items]
    columns: dict[str, object] = {"person": np.tile(np.arange(people), 2)}
    columns["time"] = pa.DictionaryArray.from_arrays(np.repeat(np.int8([0, 1]), people), ["before", "after"])
    for place, name in enumerate(names):
        values = sheets[:, :, place].T.ravel()
        columns[name] = pa.array(values, mask=values == 0)
    engine = ibis.duckdb.connect()
    engine.raw_sql("SET threads = 1")
    wide = engine.create_table("wide", pa.table(columns), temp=True)
    long = wide.pivot_longer(names, names_to="item", values_to="value").mutate(
        organisation=ibis.literal("a house"), programme=ibis.literal("a programme"), measure=ibis.literal("scs-26"),
        group=(ibis._.person // 10).cast("string"), person=ibis._.person.cast("string"),
    )  # fmt: skip
    found = outcomes(long, one, whole, times=Times("before", "after"), norms=Norms(reliability=0.92, sd_before=0.65))
    engine.disconnect()
    return float(together(cell.sums for cell in found.cells).improved)


def _columns(path: Path, columns: dict[str, np.ndarray]) -> None:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in zip(*(column.tolist() for column in columns.values()), strict=True):
            writer.writerow(["" if value != value else value for value in row])


def _theirs(work: str, folder: Path) -> tuple[float, float] | None:
    """Seconds and figure of a peer; None where it is not on this machine."""
    if work.split()[-1] in R_PEERS:
        run = ["Rscript", "--vanilla", str(HERE / "peers" / "stats_peers.R"), work, str(folder)]
        if shutil.which("Rscript") is None:
            return None
    else:
        run = [str(PEERS), str(HERE / "peers" / "stats_peers.py"), work, str(folder)]
        if not PEERS.exists():
            return None
    done = subprocess.run(run, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"  {work} could not be run: {done.stderr.strip().splitlines()[-1:]}", file=sys.stderr)
        return None
    seconds, figure = done.stdout.split()
    return float(seconds), float(figure)


def measure(work: Work, folder: Path, rounds: int) -> list[list[str]]:
    """Ours and theirs in turns; medians."""
    ours, theirs = [], {name: [] for name, _must in work.peers}
    began = time.perf_counter()
    figure, told = work.ours(), {}
    times = TIMES if time.perf_counter() - began < QUICK else 1
    for _round in range(rounds):
        began = time.perf_counter()
        for _time in range(times):
            work.ours()
        ours.append((time.perf_counter() - began) / times)
        for name, _must in work.peers:
            found = _theirs(f"{work.key} {name}", folder)
            if found is not None:
                theirs[name].append(found[0])
                told[name] = found[1]
    own = statistics.median(ours)
    rows = []
    for name, must in work.peers:
        if not theirs[name]:
            rows.append([work.name, f"{own * 1000:.3g}", name, "not here", "", f"{must:g}", ""])
            continue
        other = statistics.median(theirs[name])
        apart = abs(told[name] - figure)
        rows.append(
            [work.name, f"{own * 1000:.3g}", name, f"{other * 1000:.3g}", f"{other / own:.3g}", f"{must:g}",
             "–" if f"{work.key} {name}" in NOT_ALIKE else f"{apart:.0e}"]
        )  # fmt: skip
        print(" | ".join(rows[-1]), flush=True)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--no-write", action="store_true", help="print only")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", help="keys of some work, printed only")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        some = [work for work in works(Path(folder)) if not chosen.only or work.key in chosen.only]
        rows = [row for work in some for row in measure(work, Path(folder), chosen.rounds)]
    text = (
        f"## The statistics beside their peers\n\n`bench/stats.py`: medians of {chosen.rounds} turns, one thread. "
        "lavaan's resamples are a hundredth, counted a hundred times; statsmodels fills in five tables, counted ten "
        "times; pingouin's mediators are parallel and its limits of g approximate; ours gives alpha's limits by "
        "formula besides; nlme fits and gives no degrees of freedom. *Not here*: no package of this "
        "system offers it. Ten million answers as a matrix: ours turns them into rows, as answers are "
        "stored, checks each one and every part of the form, and is exact; pandas has them as rows already and checks "
        "nothing. There is no shorter way for a matrix in our library. Ours turns the noncentral t around twice for "
        "each g, half of its time, where pingouin multiplies by a normal quantile. *Apart*: the two estimates.\n\n"
        + table(["work", "ours, ms", "peer", "peer, ms", "×", "must", "apart"], rows)
    )
    if not chosen.no_write and not chosen.only:
        write("statistics", text)


if __name__ == "__main__":
    main()

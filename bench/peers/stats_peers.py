"""One piece of work by a Python peer: stats_peers.py WORK FOLDER prints seconds and the figure to compare."""

import subprocess
import sys
import time
import warnings
from pathlib import Path

import numpy as np

warnings.simplefilter("ignore")

REVERSED = (1, 2, 4, 6, 8, 11, 13, 16, 18, 20, 21, 24, 25)
"""Of the SCS-26, as its score over all items turns them."""


def mediation_pingouin(folder: Path) -> tuple[float, float]:
    import pandas
    import pingouin

    data = pandas.read_csv(folder / "mediation.csv")
    began = time.perf_counter()
    # Parallel mediators: it offers no serial ones.
    found = pingouin.mediation_analysis(data, x="x", m=["m1", "m2"], y="y", n_boot=5000, seed=1)
    took = time.perf_counter() - began
    return took, float(found.loc[found["path"] == "Total", "coef"].iloc[0])


def mediation_numpy(folder: Path) -> tuple[float, float]:
    """The plain way: three regressions for each resample, and percentile limits of the four effects."""
    x, m1, m2, y = np.loadtxt(folder / "mediation.csv", delimiter=",", skiprows=1, unpack=True)
    rng = np.random.default_rng(1)
    one = np.ones(len(x))

    def paths(rows: np.ndarray) -> tuple[list[float], float]:
        a, b, c, d = x[rows], m1[rows], m2[rows], y[rows]
        first = np.linalg.lstsq(np.column_stack([one, a]), b, rcond=None)[0]
        second = np.linalg.lstsq(np.column_stack([one, a, b]), c, rcond=None)[0]
        third = np.linalg.lstsq(np.column_stack([one, a, b, c]), d, rcond=None)[0]
        effects = [first[1] * third[2], second[1] * third[3], first[1] * second[2] * third[3], third[1]]
        return effects, float(second[2])

    began = time.perf_counter()
    found = np.array([paths(rng.integers(0, len(x), len(x)))[0] for _ in range(10000)])
    np.percentile(found, [2.5, 97.5], axis=0)
    return time.perf_counter() - began, paths(np.arange(len(x)))[1]


def meta_pymare(folder: Path, k: int) -> tuple[float, float]:
    from pymare import Dataset
    from pymare.estimators import VarianceBasedLikelihoodEstimator

    y, v = np.loadtxt(folder / f"meta_{k}.csv", delimiter=",", skiprows=1, unpack=True)
    dataset = Dataset(y, v, add_intercept=True)
    VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(dataset)
    began = time.perf_counter()
    for _time in range(20):
        found = VarianceBasedLikelihoodEstimator(method="REML").fit_dataset(dataset)
    took = (time.perf_counter() - began) / 20
    return took, float(np.ravel(found.summary().get_fe_stats()["est"])[0])


def mixed_statsmodels(folder: Path) -> tuple[float, float]:
    import pandas
    import statsmodels.formula.api as smf

    data = pandas.read_csv(folder / "mixed.csv")
    began = time.perf_counter()
    model = smf.mixedlm("y ~ time * arm", data, groups="group", vc_formula={"person": "0 + C(person)"}, re_formula="1")
    found = model.fit(reml=True)
    took = time.perf_counter() - began
    return took, float(found.params["time:arm"])


def hedges_pingouin(folder: Path) -> tuple[float, float]:
    import pingouin

    rows = np.load(folder / "hedges.npy")
    began = time.perf_counter()
    for one in rows:
        effect = pingouin.compute_effsize(one[0], one[1], eftype="hedges")
        # Its interval is approximate.
        pingouin.compute_esci(stat=effect, nx=one.shape[1], ny=one.shape[1], eftype="hedges", decimals=6)
    return time.perf_counter() - began, float(effect)


def imputation_statsmodels(folder: Path) -> tuple[float, float]:
    import pandas
    import statsmodels.api as sm
    from statsmodels.imputation import mice

    data = pandas.read_csv(folder / "gaps.csv")
    began = time.perf_counter()
    found = mice.MICE("v0 ~ v1 + v2", sm.OLS, mice.MICEData(data)).fit(10, 5)
    return (time.perf_counter() - began) * 10, float(found.params[1])


def heart_neurokit(folder: Path) -> tuple[float, float]:
    import neurokit2

    found = 0.0
    rows = np.load(folder / "heart.npy")
    peaks = [neurokit2.intervals_to_peaks(row, sampling_rate=1000) for row in rows]
    began = time.perf_counter()
    for one in peaks:
        found = float(neurokit2.hrv_time(one, sampling_rate=1000)["HRV_RMSSD"].iloc[0])
        neurokit2.hrv_frequency(one, sampling_rate=1000)
    return time.perf_counter() - began, found


def sheets_pandas(folder: Path) -> tuple[float, float]:
    """The plain way with answers as rows: turn, average where four in five are there, set side by side, judge."""
    import pandas

    sheets = np.load(folder / "sheets.npy")
    person, after, item = (part.ravel() for part in np.indices(sheets.shape, dtype=np.int32))
    rows = pandas.DataFrame({"person": person, "after": after, "item": item, "value": sheets.ravel()})
    rows = rows[rows["value"] > 0].sample(frac=1, random_state=1)  # no order that would help
    turned = np.isin(np.arange(26) + 1, REVERSED)
    began = time.perf_counter()
    value = rows["value"].where(~turned[rows["item"]], 6 - rows["value"])
    found = value.groupby([rows["person"], rows["after"]], sort=False).agg(["sum", "count"])
    mean = (found["sum"] / found["count"]).where(found["count"] >= 20)
    people = mean.unstack("after").dropna()
    rci = (people[1] - people[0]) / (2**0.5 * 0.65 * (1 - 0.92) ** 0.5)
    better, worse = (rci > 1.96), (rci < -1.96)
    groups = people.assign(better=better, worse=worse).groupby(people.index // 10)[["better", "worse"]].sum()
    return time.perf_counter() - began, float(groups["better"].sum())


def loading(module: str) -> tuple[float, float]:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"import {module}"], check=True, capture_output=True)
    return time.perf_counter() - began, 0.0


WORKS = {
    "mediation pingouin": mediation_pingouin,
    "mediation 10000 NumPy": mediation_numpy,
    "meta 1000 PyMARE": lambda folder: meta_pymare(folder, 1000),
    "meta 10000 PyMARE": lambda folder: meta_pymare(folder, 10000),
    "mixed statsmodels": mixed_statsmodels,
    "hedges pingouin": hedges_pingouin,
    "imputation statsmodels": imputation_statsmodels,
    "heart NeuroKit2": heart_neurokit,
    "sheets pandas": sheets_pandas,
    "loading statsmodels.api": lambda _folder: loading("statsmodels.api"),
    "loading pingouin": lambda _folder: loading("pingouin"),
}

if __name__ == "__main__":
    seconds, figure = WORKS[sys.argv[1]](Path(sys.argv[2]))
    print(repr(seconds), repr(figure))

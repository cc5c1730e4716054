"""The outcomes of a whole service: how time and memory grow with the answers, and what others need for the same.

Every piece of work runs in a process of its own, from a Parquet file to the counts of each place. `ours` is the library
as it is used, with every check; pandas and polars are the plain way: the same sums, no check of any answer. On
PostgreSQL it is the same library, after the file was copied in.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from national_data import make
from results import table, write

from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.parts import Score

RELIABILITY = 0.84
MEMORY = "4GB"
KEYS = ["organisation", "programme", "group", "person"]
PLACE = ["organisation", "programme"]
HERE = Path(__file__).resolve()
Sums = dict[str, float]


def spread(score: Score) -> float:
    """A standard deviation to judge change by: a fifth of the scale."""
    low, high = score.range
    return (high - low) / 5


def ours(file: Path, instrument: str) -> Sums:
    import ibis

    engine = ibis.duckdb.connect()
    engine.raw_sql(f"SET memory_limit = '{MEMORY}'")
    return _asked(engine.read_parquet(file), instrument)


def postgresql(file: Path, instrument: str) -> Sums:
    import ibis

    engine = ibis.connect(os.environ["KINDCIRCLE_DATABASE"].replace("/kindcircle?", "/postgres?"))
    return _asked(engine.table(file.stem), instrument)


def _asked(answers: object, instrument: str) -> Sums:
    from kindcircle.national.cells import together
    from kindcircle.national.outcomes import outcomes
    from kindcircle.national.sheets import Times
    from kindcircle.stats.change import Norms

    one = load_instrument(instrument)
    norms = Norms(reliability=RELIABILITY, sd_before=spread(one.total))
    found = outcomes(answers, one, one.total, times=Times("before", "after"), norms=norms)  # type: ignore[arg-type]
    sums = together(cell.sums for cell in found.cells)
    interval = sums.interval()
    return {
        "n": sums.n, "change": sums.change, "deteriorated": sums.deteriorated, "improved": sums.improved,
        "low": interval.low,
    }  # fmt: skip


def pandas(file: Path, instrument: str) -> Sums:
    import pandas as pd

    one = load_instrument(instrument)
    score = one.total
    rows = pd.read_parquet(file)
    rows = rows[rows["measure"] == instrument]
    rows["value"] = rows["value"].astype("float64")
    parts = []
    for part in [one.score(name) for name in score.of] or [score]:
        items = {one.item(number).id for number in part.items}
        turned = {one.item(number).id for number in part.reverse}
        low, high = one.scored_span(one.item(part.items[0]))
        some = rows[rows["item"].isin(items)]
        value = some["value"].where(~some["item"].isin(turned), low + high - some["value"])
        sheets = value.groupby([some[key] for key in (*KEYS, "time")], sort=False).agg(["sum", "count"])
        mean = (sheets["sum"] / sheets["count"]).where(sheets["count"] >= len(items) - part.missing.max_missing)
        mean = mean * len(items) if part.method == "sum" else mean
        parts.append(sum(part.range) - mean if part.id in score.reverse_scores else mean)
    total = sum(parts[1:], parts[0]) / len(parts)
    people = total.unstack("time").dropna()
    change = people["after"] - people["before"]
    gain = change / (2**0.5 * spread(score) * (1 - RELIABILITY) ** 0.5) * (-1 if score.better == "lower" else 1)
    people = people.assign(change=change, improved=gain > 1.96, deteriorated=gain < -1.96, n=1)
    places = people.groupby(PLACE)[["n", "change", "improved", "deteriorated"]].sum().sum()
    return {
        "n": int(places["n"]), "change": places["change"] / places["n"],
        "deteriorated": int(places["deteriorated"]), "improved": int(places["improved"]),
    }  # fmt: skip


def polars(file: Path, instrument: str) -> Sums:
    import polars as pl

    one = load_instrument(instrument)
    score = one.total
    rows = pl.scan_parquet(file).filter(pl.col("measure") == instrument)
    parts = [one.score(name) for name in score.of] or [score]
    sums = []
    for n, part in enumerate(parts):
        items = [one.item(number).id for number in part.items]
        turned = [one.item(number).id for number in part.reverse]
        low, high = one.scored_span(one.item(part.items[0]))
        value = pl.col("value").cast(pl.Int64)
        here = pl.col("item").is_in(items)
        value = pl.when(pl.col("item").is_in(turned)).then(low + high - value).otherwise(value)
        sums += [value.filter(here).sum().alias(f"s{n}"), value.filter(here).count().alias(f"c{n}")]
    means = []
    for n, part in enumerate(parts):
        enough = pl.col(f"c{n}") >= len(part.items) - part.missing.max_missing
        mean = pl.when(enough).then(pl.col(f"s{n}") / pl.col(f"c{n}"))
        mean = mean * len(part.items) if part.method == "sum" else mean
        means.append(sum(part.range) - mean if part.id in score.reverse_scores else mean)
    total = sum(means[1:], means[0]) / len(means)
    sheets = rows.group_by([*KEYS, "time"]).agg(sums).with_columns(total=total)
    of = {time: pl.col("total").filter(pl.col("time") == time).max() for time in ("before", "after")}
    people = sheets.group_by(KEYS).agg(**of).drop_nulls(["before", "after"])
    gain = (pl.col("after") - pl.col("before")) / (2**0.5 * spread(score) * (1 - RELIABILITY) ** 0.5)
    gain = gain * (-1 if score.better == "lower" else 1)
    places = people.group_by(PLACE).agg(
        n=pl.len(), change=(pl.col("after") - pl.col("before")).sum(), improved=(gain > 1.96).sum(),
        deteriorated=(gain < -1.96).sum(),
    )  # fmt: skip
    whole = places.select(pl.all().exclude(PLACE).sum()).collect().row(0, named=True)
    return whole | {"change": whole["change"] / whole["n"]}


WORKS = {"ours": ours, "ours on PostgreSQL": postgresql, "pandas": pandas, "polars": polars}


def run(work: str, file: Path, instrument: str) -> dict[str, float]:
    """Seconds, peak memory in MB and the figures, from a process of its own."""
    words = [sys.executable, str(HERE), "--work", work, "--file", str(file), "--instrument", instrument]
    done = subprocess.run(words, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout)
    print(f"  {work}, {file.stem}: {found['seconds']:.2f} s, {found['memory']:.0f} MB", flush=True)
    return found


def work(name: str, file: Path, instrument: str) -> None:
    """What one process does: libraries are loaded first, and not counted as time."""
    import duckdb  # noqa: F401
    import ibis  # noqa: F401
    import pandas
    import polars as pl
    import pyarrow.parquet  # noqa: F401

    assert pandas and pl
    began = time.perf_counter()
    found = WORKS[name](file, instrument)
    took = time.perf_counter() - began
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(found | {"seconds": took, "memory": memory}))


def copy_in(file: Path) -> float:
    """Put a file into PostgreSQL; seconds."""
    import duckdb
    import psycopg

    began = time.perf_counter()
    text = file.with_suffix(".csv")
    duckdb.execute(f"COPY (FROM '{file}') TO '{text}' (HEADER false)")
    columns = ", ".join(f'"{name}" text' for name in [*KEYS, "measure", "time", "item"]) + ", value smallint"
    with psycopg.connect(os.environ["KINDCIRCLE_DATABASE"].replace("/kindcircle?", "/postgres?")) as server:
        server.execute(f'CREATE TABLE "{file.stem}" ({columns})')
        with server.cursor().copy(f'COPY "{file.stem}" FROM STDIN (FORMAT csv)') as into, text.open("rb") as lines:
            while chunk := lines.read(1 << 20):
                into.write(chunk)
        server.commit()
        server.autocommit = True
        server.execute(f'ANALYZE "{file.stem}"')
    text.unlink()
    return time.perf_counter() - began


def same(found: list[dict[str, float]]) -> bool:
    """Whether all counted the same people, to the person, and the same mean change."""
    first = found[0]
    return all(
        one[name] == first[name] for one in found for name in ("n", "deteriorated", "improved")
    ) and all(abs(one["change"] - first["change"]) <= 1e-9 for one in found)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--work", choices=WORKS)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--instrument", default="phq-9")
    parser.add_argument("--no-write", action="store_true", help="print only")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--largest", type=float, default=1e8)
    parser.add_argument("--data", type=Path, help="where files of answers are kept between runs")
    chosen = parser.parse_args()
    if chosen.work:
        work(chosen.work, chosen.file, chosen.instrument)
        return
    with tempfile.TemporaryDirectory() as folder:
        measure(chosen.data or Path(folder), chosen)


def measure(folder: Path, chosen: argparse.Namespace) -> None:
    server = os.environ.get("KINDCIRCLE_DATABASE", "").startswith("postgresql://")
    rows = []
    goals = ""
    for instrument, responses in (
        ("phq-9", 1e5), ("phq-9", 1e6), ("phq-9", 1e7), ("phq-9", 1e8), ("scs-26", 1e7),
    ):  # fmt: skip
        if responses > chosen.largest:
            continue
        file = folder / f"{instrument}-{int(responses)}.parquet"
        if not file.exists():
            make(file, int(responses), instrument=instrument, shuffled=instrument == "scs-26")
        names = ["ours", "pandas", "polars"] if responses <= 1e7 else ["ours"]
        if server and responses <= 1e7 and instrument == "phq-9":
            print(f"  copied into PostgreSQL in {copy_in(file):.1f} s", flush=True)
            names.append("ours on PostgreSQL")
        found: dict[str, list[dict[str, float]]] = {name: [] for name in names}
        for turn in range(chosen.rounds if responses <= 1e7 else 1):
            for name in names:
                if name != "ours on PostgreSQL" or responses < 1e7 or not turn:
                    found[name].append(run(name, file, instrument))
        assert same([one[0] for one in found.values()]), found
        if "ours on PostgreSQL" in found:
            there = found["ours on PostgreSQL"][0]
            assert {name: there[name] for name in ("n", "change", "low")} == {
                name: found["ours"][0][name] for name in ("n", "change", "low")
            }
        own = statistics.median(one["seconds"] for one in found["ours"])
        if instrument == "scs-26":
            times = {name: statistics.median(one["seconds"] for one in found[name]) / own for name in found}
            goals = (
                f"Goals for scs-26: 4 times as fast as pandas (here {times['pandas']:.2f}), no slower than polars "
                f"(here {times['polars']:.2f}); loading the file and the checks are in our time. "
            )
        for name in names:
            seconds = statistics.median(one["seconds"] for one in found[name])
            memory = statistics.median(one["memory"] for one in found[name])
            of_server = name == "ours on PostgreSQL"
            rows.append([
                f"{instrument}, 10^{len(str(int(responses))) - 1}", name, f"{found[name][0]['n']:,}", f"{seconds:.2f}",
                f"{seconds / responses * 1e6:.2f}", "in the server" if of_server else f"{memory:.0f}",
                "" if name == "ours" else f"{seconds / own:.2f}",
            ])  # fmt: skip
            print(" | ".join(rows[-1]), flush=True)
    text = (
        f"## The outcomes of a whole service\n\n`bench/national.py`: medians of {chosen.rounds} turns (one for 10^8, "
        "and for PostgreSQL at 10^7), each in its own process, from a Parquet file to counts of each place; DuckDB "
        f"with {MEMORY} at most. Ours checks every answer, works out intervals over groups and is exact; pandas and "
        "polars add up and judge, no more. All count the same people; PostgreSQL says the same as DuckDB to the last "
        f"digit. Rows of scs-26 are in mixed order. {goals}*×*: beside ours.\n\n"
        + table(["answers", "by", "people with both", "s", "µs an answer", "peak, MB", "×"], rows)
    )
    if not chosen.no_write:
        write("national", text)


if __name__ == "__main__":
    main()

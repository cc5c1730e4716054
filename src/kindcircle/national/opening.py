"""Where the answers lie: a Parquet or CSV file that DuckDB reads, or a table of a PostgreSQL database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import duckdb
import ibis
import ibis.expr.types as ir
import psycopg
from ibis.common.exceptions import IbisError

from kindcircle.national.sheets import COLUMNS
from kindcircle.stats.columns import TableError
from kindcircle.stats.results import gettext_noop

SERVERS: Final = ("postgresql", "postgres")
CSV: Final = frozenset({".csv", ".tsv", ".txt"})
EMPTY: Final = ("", ".", "NA", "na", "NaN", "nan", "NULL", "null")


@contextmanager
def answers_in(
    source: str, *, names: Mapping[str, str], table: str | None = None, memory: str | None = None
) -> Iterator[ir.Table]:
    """The answers as a table with COLUMNS, for as long as the engine is open.

    source  a file, or an address like postgresql://…, which also needs `table`
    names   what a column is called there, where it is not called as here
    memory  how much DuckDB may take, as in "4GB"; what does not fit goes to disk meanwhile
    TableError for all that somebody can put right, in the middle of the work too.
    """
    server = urlsplit(source).scheme in SERVERS
    if server and not table:
        raise TableError(gettext_noop("Please also say which table of the database holds the answers: --table NAME."))
    engine: Any = None
    try:
        engine = ibis.connect(source) if server else ibis.duckdb.connect()
        if memory and not server:
            engine.raw_sql("SET memory_limit = ?", parameters=[memory])
        yield _named(engine.table(table) if server else _file(engine, source, names), names)
    except (duckdb.Error, psycopg.Error, IbisError) as problem:
        what = str(problem).strip() or type(problem).__name__
        raise TableError(
            gettext_noop("The answers could not be read: %(why)s"), why=what.splitlines()[0][:200]
        ) from problem
    finally:
        if engine is not None:
            engine.disconnect()


def values_in(answers: ir.Table, column: str, *, most: int = 20) -> list[str]:
    """What stands in a column, in order; the first few of many."""
    found = answers.select(column).distinct().limit(10 * most).to_pyarrow()[column].to_pylist()
    return sorted(str(value) for value in found if value is not None)[:most]


def _file(engine: Any, source: str, names: Mapping[str, str]) -> ir.Table:
    path = Path(source)
    kind = path.suffix.casefold()
    if kind != ".parquet" and kind not in CSV:
        raise TableError(gettext_noop("Please give a .parquet or a .csv file, or the address of a database."))
    if not path.exists():
        raise TableError(gettext_noop("We could not find the file %(file)s."), file=source)
    if kind == ".parquet":
        return engine.read_parquet(path)
    first = engine.read_csv(path, nullstr=list(EMPTY))
    _all_there(first, names)
    # House 01 and house 1 are two houses, so only values may be read as numbers.
    texts = {names.get(name, name): "VARCHAR" for name in COLUMNS if name != "value"}
    return engine.read_csv(path, nullstr=list(EMPTY), types=texts)


def _all_there(table: ir.Table, names: Mapping[str, str]) -> None:
    for name in COLUMNS:
        if names.get(name, name) not in table.columns:
            raise TableError(
                gettext_noop("There is no column called %(name)s. The columns are: %(columns)s."),
                name=names.get(name, name),
                columns=", ".join(table.columns),
            )


def _named(table: ir.Table, names: Mapping[str, str]) -> ir.Table:
    _all_there(table, names)
    columns = {name: table[names.get(name, name)] for name in COLUMNS}
    texts = {name: column.cast("string") for name, column in columns.items() if name != "value"}
    return table.select(**texts, value=columns["value"])

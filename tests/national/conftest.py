"""The engines that a national report is asked of: DuckDB always, PostgreSQL where the tests have a server."""

import os
from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import ibis
import pyarrow as pa
import pytest

Load = Callable[[pa.Table], Any]
SERVER = os.environ.get("KINDCIRCLE_DATABASE", "")
ENGINES = ["DuckDB", *(["PostgreSQL"] if SERVER.startswith("postgresql://") else [])]


@pytest.fixture
def on_duckdb() -> Iterator[Load]:
    engine = ibis.duckdb.connect()
    yield lambda rows: engine.create_table(f"answers_{uuid4().hex}", rows, temp=True)
    engine.disconnect()


@pytest.fixture
def on_postgresql() -> Iterator[Load]:
    # The tests' own database is Django's; tables that last as long as a connection need none.
    engine = ibis.connect(SERVER.replace("/kindcircle?", "/postgres?"))
    yield lambda rows: engine.create_table(f"answers_{uuid4().hex}", rows, temp=True)
    engine.disconnect()


@pytest.fixture(params=ENGINES)
def load(request: pytest.FixtureRequest) -> Load:
    """Put a table of answers into one engine."""
    found: Load = request.getfixturevalue("on_" + request.param.lower())
    return found

"""How many check-ins a second are kept for good, beside the bare database doing the same statements.

    python bench/check_in.py [--seconds 8] [--clients 8] [--no-write]

Ours is the whole product: a real server process, signed-in members, the form with its key and its safety mark, one
transaction with sealed answers, scores, screening and the audit record, flushed to disk before it is acknowledged.
One sheet in ten asks for a person, and that alert and its message are in the same transaction. The bare database is
the physical limit on this machine: as many clients hand it the statements of one such transaction (recorded from
the product, without alert), with the same durable settings and nothing around them.

Both start from the same file with the same people. SQLite by default; with KINDCIRCLE_DATABASE set, a scratch
database beside the one it names. Every acknowledged sheet is counted again in the database afterwards.
"""

import argparse
import http.client
import os
import re
import secrets
import shutil
import sqlite3
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from bench import results, site

ASKS_FOR_A_PERSON = 10  # one sheet in so many
SHEETS_A_SECOND = 1200  # more than any machine we know can keep


@dataclass
class Run:
    """What the clients of one side saw: seconds from sending to acknowledgement, and what went wrong."""

    waits: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    seconds: float = 0.0
    processor: float = 0.0  # seconds of processor that the server spent meanwhile

    @property
    def rate(self) -> float:
        return len(self.waits) / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        return float(np.percentile(self.waits, share)) * 1000


@dataclass(frozen=True)
class Member:
    """One member's session and the sheets waiting for them."""

    session: str
    sheets: list[str]


# --- a site with made-up people ---


def make_site(home: Path, clients: int, sheets: int) -> list[Member]:
    """Keys, tables, and one signed-in member for each client with so many sheets to fill in."""
    site.prepare(home)
    from kindcircle.base.lib import clock
    from kindcircle.rooms.measures.models import Assignment
    from tests.world import make_world

    world = make_world(at=clock.now() - timedelta(hours=1), members=clients)
    members = []
    for person in world.members:
        rows = Assignment.objects.bulk_create(
            Assignment(
                member=person, group=world.group, instrument="after-session", version="1.0.0",
                # A fresh occasion for each, because a sheet is given once per occasion.
                occasion=f"b{number:09d}", opens_at=world.at, closes_at=world.at + timedelta(days=1),
            )
            for number in range(sheets)
        )  # fmt: skip
        members.append(Member(site.sign_in(person), [row.code for row in rows]))
    return members


# --- ours: the whole product ---


def measure_ours(members: list[Member], port: int, seconds: float) -> Run:
    """Each client sends one sheet after another over one connection."""

    def client(place: int, keep: Callable[[float, str], bool]) -> None:
        member = members[place]
        headers = {
            "Cookie": f"session={member.session}; csrf={site.CSRF}",
            "Origin": f"http://127.0.0.1:{port}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=30)) as connection:
            for number, sheet in enumerate(member.sheets):
                form = {
                    "csrfmiddlewaretoken": site.CSRF, "key": secrets.token_urlsafe(16), "ease": "7", "fit": "8",
                    "steadiness": "6", "to_know": "A line or two about how the evening was for me.",
                }  # fmt: skip
                if number % ASKS_FOR_A_PERSON == 0:
                    form["contact"] = "1"
                began = time.perf_counter()
                connection.request("POST", f"/check/{sheet}/", urlencode(form), headers)
                answer = connection.getresponse()
                answer.read()
                took = time.perf_counter() - began
                good = answer.status == 303 and str(answer.headers["Location"]).endswith("/done/")
                if not keep(took, "" if good else f"status {answer.status}"):
                    return

    return measured(client, len(members), seconds)


# --- the bare database ---


@dataclass(frozen=True)
class Statement:
    """One recorded statement: its SQL, its values, and which (table, column) each value is for."""

    sql: str
    values: tuple[Any, ...]
    places: tuple[tuple[str, str], ...]


def record_statements(member: Member) -> list[Statement]:
    """What one submission, without alert, says to the database. Sends the member's last sheet, in this process."""
    from django.db import connection

    from kindcircle.base.lib import clock
    from kindcircle.rooms.groups.queries import actor_for
    from kindcircle.rooms.measures.actions import submit_response
    from kindcircle.rooms.measures.queries import sheets

    sheet = sheets().get(code=member.sheets.pop())
    said: list[Statement] = []

    def listen(execute: Any, sql: str, values: Any, many: bool, context: Any) -> Any:
        if sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE")):
            said.append(Statement(sql, tuple(values), places_in(sql)))
        return execute(sql, values, many, context)

    by = actor_for(sheet.member)
    answers = {"ease": 7, "fit": 8, "steadiness": 6, "to_know": "A line or two about how the evening was for me."}
    submit = {"assignment": sheet, "answers": answers, "client_key": secrets.token_urlsafe(16), "by": by}
    with connection.execute_wrapper(listen):
        submit_response(**submit, at=clock.now())  # type: ignore[arg-type]
    return said


def places_in(sql: str) -> tuple[tuple[str, str], ...]:
    """The (table, column) of each placeholder, in order."""
    if insert := re.match(r'INSERT (?:OR IGNORE )?INTO "(\w+)" \(([^)]*)\)', sql):
        columns = re.findall(r'"(\w+)"', insert[2])
        return tuple((insert[1], column) for column in columns) * (sql.count("%s") // len(columns))
    table = re.search(r'(?:FROM|UPDATE) "(\w+)"', sql)
    found = re.findall(r'"(\w+)" (?:=|>|<|>=|<=) %s', sql)
    assert table and len(found) == sql.count("%s"), f"a statement of a new shape: {sql}"
    return tuple((table[1], column) for column in found)


def measure_bare(statements: list[Statement], sheets: list[list[int]], seconds: float, connect: Any) -> Run:
    """Each client says the same statements for one sheet after another, in one durable transaction each."""

    def client(place: int, keep: Callable[[float, str], bool]) -> None:
        with closing(connect()) as database:
            for sheet in sheets[place]:
                began = time.perf_counter()
                fault = ""
                try:
                    say(database, statements, sheet)
                except Exception as error:
                    fault = f"{type(error).__name__}: {error}"
                    database.rollback()
                if not keep(time.perf_counter() - began, fault):
                    return

    return measured(client, len(sheets), seconds)


def say(database: Any, statements: list[Statement], sheet: int) -> None:
    """One transaction: the recorded values, with this sheet's own in place of the recorded sheet's."""
    fresh: dict[tuple[str, str], Any] = {
        ("measures_assignment", "id"): sheet,
        ("measures_response", "assignment_id"): sheet,
        ("measures_response", "code"): secrets.token_urlsafe(16),
        ("measures_response", "client_key"): secrets.token_urlsafe(16),
        ("audit_auditentry", "about_code"): secrets.token_urlsafe(16),
    }
    lite = isinstance(database, sqlite3.Connection)
    cursor = database.cursor()
    cursor.execute("BEGIN IMMEDIATE" if lite else "BEGIN")
    for one in statements:
        values = [_in_its_place(fresh, place, value) for place, value in zip(one.places, one.values, strict=True)]
        cursor.execute(one.sql.replace("%s", "?") if lite else one.sql, values)
        rows = cursor.fetchall() if cursor.description else []
        table = one.places[0][0] if one.places else ""
        if one.sql.startswith("INSERT") and table == "measures_response":
            fresh["measures_score", "response_id"] = rows[0][0]
        elif one.sql.startswith("SELECT") and table == "audit_audithead":
            columns = re.findall(r'"audit_audithead"."(\w+)"', one.sql.partition(" FROM ")[0])
            number = dict(zip(columns, rows[0], strict=True))["number"] + 1
            fresh["audit_auditentry", "number"] = fresh["audit_audithead", "number"] = number
            fresh["audit_auditentry", "hash"] = fresh["audit_audithead", "hash"] = secrets.token_hex(32)
    cursor.execute("COMMIT")
    cursor.close()


def _in_its_place(fresh: dict[tuple[str, str], Any], place: tuple[str, str], recorded: Any) -> Any:
    value = fresh.get(place, recorded)
    # Several rows in one statement come as one list for each column where the database takes lists.
    return [value] * len(recorded) if isinstance(recorded, list) and not isinstance(value, list) else value


def connector(file: Path | None) -> Callable[[], Any]:
    """How a bare client connects, with the product's own durable settings."""
    from django.conf import settings

    options = settings.DATABASES["default"]["OPTIONS"]
    if file is None:
        import psycopg

        return lambda: psycopg.connect(os.environ["KINDCIRCLE_DATABASE"], options=options["options"], autocommit=True)

    def connect() -> sqlite3.Connection:
        database = sqlite3.connect(file, timeout=options["timeout"], isolation_level=None)
        for pragma in options["init_command"].split(";"):
            database.execute(pragma)
        return database

    return connect


# --- measuring ---


def measured(client: Callable[[int, Callable[[float, str], bool]], None], clients: int, seconds: float) -> Run:
    """Run the clients side by side for so long; a breath at the beginning is not counted."""
    run, lock = Run(), threading.Lock()
    gate = threading.Barrier(clients + 1)
    times: dict[str, float] = {}

    def work(place: int) -> None:
        def keep(took: float, fault: str) -> bool:
            now = time.perf_counter()
            with lock:
                if fault:
                    run.faults.append(fault)
                elif times["from"] <= now - took and now <= times["until"]:
                    run.waits.append(took)
            return now < times["until"]

        gate.wait()
        client(place, keep)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(clients)]
    for thread in threads:
        thread.start()
    times["from"] = time.perf_counter() + 1
    times["until"] = times["from"] + seconds
    gate.wait()
    for thread in threads:
        thread.join()
    run.seconds = seconds
    return run


def check(members: list[Member], ours: Run) -> tuple[int, int]:
    """Nothing acknowledged is missing or there twice, and alerts equal the sheets that asked for a person.

    Returns how many sheets and alerts there are.
    """
    from kindcircle.base.audit.log import verify
    from kindcircle.rooms.measures.models import Response, Score
    from kindcircle.rooms.safety.models import Alert

    kept = Response.objects.count()
    asked = sum(
        Response.objects.filter(assignment__code__in=member.sheets[::ASKS_FOR_A_PERSON]).count() for member in members
    )
    assert kept >= len(ours.waits), f"{len(ours.waits)} acknowledged, {kept} kept"
    assert Score.objects.count() == 3 * kept
    assert Alert.objects.count() == asked, f"{asked} asked for a person, {Alert.objects.count()} alerts"
    assert not list(verify()), "the audit chain does not hold"
    return kept, asked


def report(ours: Run, bare: Run, engine: str, clients: int, statements: int, kept: int, asked: int) -> str:
    rows = [
        [name, f"{run.rate:.0f}", f"{run.percentile(50):.1f} / {run.percentile(99):.1f}"]
        for name, run in (("ours, whole", ours), ("bare database", bare))
    ]
    share = ours.rate / bare.rate
    return "\n\n".join(
        [
            f"## Check-ins kept for good ({engine}, {clients} clients)",
            results.table(["", "a second", "p50 / p99 ms"], rows),
            f"Ours is **{share:.0%}** of the bare database, which says the same {statements} statements in each "
            f"durable transaction; it spends {1000 * ours.processor / kept:.1f} ms of one processor on each sheet. "
            f"{kept} sheets and {asked} alerts are in the database: none lost, none doubled, as many alerts as sheets "
            "that asked for a person, and the audit chain holds. `python bench/check_in.py`",
        ]
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--no-write", action="store_true", help="leave RESULTS.md as it is")
    given = parser.parse_args()
    sheets = int((given.seconds + 2) * SHEETS_A_SECOND / given.clients)
    port = site.free_port()
    os.environ["PORT"] = str(port)
    with tempfile.TemporaryDirectory(prefix="kindcircle-bench-") as folder, site.scratch_database():
        home = Path(folder)
        members = make_site(home, given.clients, sheets)
        statements = record_statements(members[0])
        from django.db import connection, connections

        from kindcircle.rooms.measures.models import Assignment, Response

        lite = connection.vendor == "sqlite"
        bare_sheets = [
            list(Assignment.objects.filter(member__assignments__code=one.sheets[0]).values_list("pk", flat=True))
            for one in members
        ]
        recorded = set(Response.objects.values_list("assignment_id", flat=True))
        bare_sheets = [[sheet for sheet in mine if sheet not in recorded] for mine in bare_sheets]
        connections.close_all()
        if lite:
            shutil.copy(home / "data" / "kindcircle.sqlite3", home / "bare.sqlite3")
        with site.process(site.ours(port), port, home / "server.log") as running:
            before = site.processor_of(running.pid)
            ours = measure_ours(members, port, given.seconds)
            ours.processor = site.processor_of(running.pid) - before
        kept, asked = check(members, ours)
        connections.close_all()
        if not lite:
            # One database serves both: the bare clients take the sheets that are left.
            done = set(Response.objects.values_list("assignment_id", flat=True))
            bare_sheets = [[sheet for sheet in mine if sheet not in done] for mine in bare_sheets]
            connections.close_all()
        bare = measure_bare(statements, bare_sheets, given.seconds, connector(home / "bare.sqlite3" if lite else None))
    engine = "SQLite" if lite else "PostgreSQL"
    if faults := sorted({*ours.faults, *bare.faults}):
        raise SystemExit("Something went wrong, so nothing is reported:\n" + "\n".join(faults[:5]))
    text = report(ours, bare, engine, given.clients, len(statements), kept, asked)
    sys.stdout.write(text + "\n")
    if not given.no_write:
        results.write(f"check-in {engine}", text)


if __name__ == "__main__":
    main()

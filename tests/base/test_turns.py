"""Writing threads of one process take turns; whatever ends a transaction gives the turn back."""

import threading
import time

import pytest
from django.conf import settings
from django.db import transaction
from django.db.utils import ConnectionHandler, OperationalError

from kindcircle.base.lib.sqlite3 import base

ENGINE = settings.DATABASES["default"]["ENGINE"]


@pytest.fixture
def connect(tmp_path, django_db_blocker):
    """New connections to one file, each as a thread of its own would have it. The test database is not touched."""
    made = []

    def new(**more):
        options = {"transaction_mode": "IMMEDIATE", "timeout": 20, **more}
        one = {"ENGINE": "kindcircle.base.lib.sqlite3", "NAME": tmp_path / "turns.sqlite3", "OPTIONS": options}
        handler = ConnectionHandler({"default": one})
        connection = handler["default"]
        connection.inc_thread_sharing()
        made.append(connection)
        return connection

    with django_db_blocker.unblock():
        with new().cursor() as cursor:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("CREATE TABLE words (word TEXT)")
        yield new
        for connection in made:
            connection.close()


def begin(connection) -> None:
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


def free() -> bool:
    """Whether nobody has the turn."""
    if base._turn.acquire(blocking=False):
        base._turn.release()
        return True
    return False


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_whatever_ends_a_transaction_gives_the_turn_back(connect, end):
    connection = connect()
    begin(connection)
    assert not free()
    getattr(connection, end)()
    assert free()


def test_a_transaction_that_cannot_begin_gives_it_back(connect):
    other, connection = connect(), connect(timeout=0.01)
    other.ensure_connection()
    other.connection.execute("BEGIN IMMEDIATE")  # another process, as far as we can tell
    with pytest.raises(OperationalError, match="locked"):
        begin(connection)
    assert free()
    other.connection.execute("ROLLBACK")


def test_reading_waits_for_nobody(connect):
    writer, reader = connect(), connect()
    begin(writer)
    with reader.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM words")
        assert cursor.fetchone() == (0,)
    writer.rollback()


def test_who_gets_no_turn_asks_the_database_itself(connect, monkeypatch):
    monkeypatch.setattr(base, "PATIENCE", 0.01)
    with base._turn:
        connection = connect()
        begin(connection)
        with connection.cursor() as cursor:
            cursor.execute("INSERT INTO words VALUES ('kind')")
        connection.commit()
        assert not free(), "the turn was not ours, so we do not give it back"


def test_those_who_wait_are_woken_at_once_and_none_is_forgotten(connect):
    gate, waits = threading.Barrier(8), []

    def write() -> None:
        connection = connect()
        gate.wait()
        for _ in range(20):
            began = time.perf_counter()
            begin(connection)
            with connection.cursor() as cursor:
                cursor.execute("INSERT INTO words VALUES ('kind')")
            time.sleep(0.002)
            connection.commit()
            connection.set_autocommit(True)
            waits.append(time.perf_counter() - began)

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with connect().cursor() as cursor:
        cursor.execute("SELECT count(*) FROM words")
        assert cursor.fetchone() == (160,)
    assert free()


def test_the_site_takes_turns_where_only_one_can_write(db):
    with transaction.atomic():
        assert free() == ("sqlite3" not in ENGINE)

"""Somebody else who holds the site's database: a backup gone wrong, a person with a console."""

import sqlite3

import psycopg
from django.db import connection

TABLES = "live_event, live_presence, live_signal, groups_gathering, groups_attendance"


class Lock:
    """On SQLite nobody else may write; on PostgreSQL nobody may even read what a meeting is made of."""

    def __init__(self, tables: str = TABLES) -> None:
        self._tables = tables
        self._held: sqlite3.Connection | psycopg.Connection | None = None

    def take(self) -> None:
        if connection.vendor == "sqlite":
            lite = sqlite3.connect(
                str(connection.settings_dict["NAME"]), isolation_level=None, timeout=10, check_same_thread=False
            )
            lite.execute("BEGIN EXCLUSIVE")
            self._held = lite
            return
        there = connection.settings_dict
        line = psycopg.connect(host=there["HOST"], user=there["USER"], dbname=there["NAME"])
        line.execute(f"LOCK TABLE {self._tables} IN ACCESS EXCLUSIVE MODE")
        self._held = line

    def free(self) -> None:
        assert self._held is not None
        self._held.rollback()
        self._held.close()
        self._held = None

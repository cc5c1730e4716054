"""SQLite lets one transaction write at a time. Inside this process the others wait in line and are woken at once.

Left to itself SQLite makes those who wait sleep and try again, ever longer: under load a form that should take
10 ms took up to a second while the database stood idle (bench/check_in.py). Other processes still wait in SQLite's
own way.
"""

import threading
from typing import Any

from django.db.backends.sqlite3 import base

# Longer than any transaction of ours, and never for ever: who does not get a turn asks SQLite itself.
PATIENCE = 10.0

_turn = threading.Lock()


class DatabaseWrapper(base.DatabaseWrapper):
    """Takes the turn when a transaction begins and gives it back when it ends, in whatever way it ends."""

    _has_turn = False

    def _start_transaction_under_autocommit(self) -> None:
        self._has_turn = _turn.acquire(timeout=PATIENCE)
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc]
        except BaseException:
            self._give_back()
            raise

    def _commit(self) -> Any:
        try:
            return super()._commit()  # type: ignore[misc]
        finally:
            self._give_back()

    def _rollback(self) -> Any:
        try:
            return super()._rollback()  # type: ignore[misc]
        finally:
            self._give_back()

    def _close(self) -> Any:
        try:
            return super()._close()  # type: ignore[misc]
        finally:
            self._give_back()

    def _give_back(self) -> None:
        if self._has_turn:
            self._has_turn = False
            _turn.release()

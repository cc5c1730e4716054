"""Saying "there is something newer" to whoever serves open pages. What is newer stands in the tables, never here."""

import logging
from collections.abc import Callable

from django.db import connection, transaction

log = logging.getLogger("kindcircle.live")

Listener = Callable[[str, int | None], None]

CHANNEL = "kindcircle_live"

# Called with a gathering's code and its newest event number; None instead of a number means that something
# for the facilitators' eyes changed (a private signal, somebody arriving).
listeners: list[Listener] = []


def after_commit(gathering_code: str, n: int | None) -> None:
    """Tell every listener once the surrounding transaction is safely on disk, and only then.

    PostgreSQL also tells the other server processes, at the same moment (doors/sockets/elsewhere.py).
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, f"{gathering_code} {'' if n is None else n}"])
    transaction.on_commit(lambda: _tell(gathering_code, n))


def _tell(gathering_code: str, n: int | None) -> None:
    for listener in listeners:
        try:
            listener(gathering_code, n)
        except Exception as error:  # the commit stands; pages that missed this ask again by themselves
            log.error("an announcement was not passed on: %s", type(error).__name__)

"""Saying "there is something newer" to whoever serves open pages. What is newer stands in the tables, never here."""

import logging

from django.db import transaction

from kindcircle.rooms.live import feed

log = logging.getLogger("kindcircle.live")

# Called with a gathering's code and its newest event number; None instead of a number means that something
# for the facilitators' eyes changed (a private signal, somebody arriving).
listeners: list[feed.Hear] = []


def after_commit(gathering_code: str, n: int | None) -> None:
    """Tell every listener once the surrounding transaction is safely on disk, and only then.

    Those of other server processes hear it by the site's feed, at nearly the same moment.
    """
    transaction.on_commit(lambda: _tell(gathering_code, n))
    feed.chosen().send(gathering_code, n)


def _tell(gathering_code: str, n: int | None) -> None:
    for listener in listeners:
        try:
            listener(gathering_code, n)
        except Exception as error:  # the commit stands; pages that missed this ask again by themselves
            log.error("an announcement was not passed on: %s", type(error).__name__)

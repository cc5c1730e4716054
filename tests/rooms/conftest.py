"""Tests with several threads need rows that all of them can see."""

from collections.abc import Iterator

import pytest

from tests.site import RunningSite
from tests.world import World, make_world


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    """A world that other threads can see. Its rows stay: the audit record refuses to be emptied.

    No server goes on beside it, because its worker would send what these tests mean to send themselves.
    """
    server = RunningSite.going
    if server is not None:
        server.stop()
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield make_world(members=2)
    if server is not None:
        server.start()

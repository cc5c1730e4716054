"""Tests with several threads need rows that all of them can see."""

from collections.abc import Iterator

import pytest

from tests.world import World, make_world


@pytest.fixture
def committed(django_db_setup: None, django_db_blocker: object) -> Iterator[World]:
    """A world that other threads can see. Its rows stay: the audit record refuses to be emptied."""
    with django_db_blocker.unblock():  # type: ignore[attr-defined]
        yield make_world(members=2)

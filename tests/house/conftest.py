"""The two houses of the matrix, made once for all tests of a file and taken away again after them."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from kindcircle.base.lib import clock
from kindcircle.base.vault import keys
from kindcircle.doors.web.shared.help_page import help_file
from tests.house.matrix_house import House, build_house


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: object) -> Iterator[House]:
    """Inside one transaction that never ends well: whatever a test does here is gone afterwards."""
    had_help_page = help_file().exists()
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        yield build_house(clock.now())
        transaction.set_rollback(True)
    # Keys that were opened belong to rows that never came to be.
    keys.forget_opened()
    if not had_help_page:
        help_file().unlink(missing_ok=True)

"""The demo's house can be built on any day, whatever the clocks do."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from kindcircle.doors.cli.demo_world.build import build, next_quarter
from kindcircle.doors.cli.demo_world.house import ZONE
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.queries import gatherings_of
from kindcircle.rooms.measures.models import Response

HERE = ZoneInfo(ZONE)


@pytest.mark.parametrize(
    "local",
    [
        datetime(2026, 3, 29, 0, 30, tzinfo=HERE),  # the clocks go forward this night
        datetime(2026, 10, 25, 12, 7, tzinfo=HERE),  # they went back this morning
        datetime(2027, 1, 1, 23, 59, tzinfo=HERE),
        datetime(2028, 2, 29, 9, 0, tzinfo=HERE),
    ],
    ids=str,
)
def test_it_stands_on_any_day(db: None, local: datetime) -> None:
    at = local.astimezone(UTC)
    build(at=at)
    second = gatherings_of(Group.objects.get(name="Alder circle"))[1]
    assert second.starts_at == next_quarter(at)
    assert not Response.objects.filter(submitted_at__gt=at).exists()


@pytest.mark.parametrize(("minute", "quarter"), [(0, 0), (1, 15), (15, 15), (44, 45)])
def test_the_next_quarter(minute: int, quarter: int) -> None:
    assert next_quarter(datetime(2026, 5, 4, 10, minute, tzinfo=UTC)) == datetime(2026, 5, 4, 10, quarter, tzinfo=UTC)

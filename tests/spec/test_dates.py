"""What the clock of a place shows, across both clock changes and where there are none."""

from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.spec.dates import exists, instant, moved_with, wall_clock

on_the_clock = datetime.fromisoformat
SPRING, AUTUMN = on_the_clock("2027-03-28 01:30"), on_the_clock("2027-10-31 01:30")
LONDON, KOLKATA = "Europe/London", "Asia/Kolkata"


def test_six_in_the_evening_stays_six_over_both_changes():
    for first, hours in ((on_the_clock("2027-03-25 18:00"), (18, 17)), (on_the_clock("2027-10-28 18:00"), (17, 18))):
        walls = [first, first + timedelta(days=7)]
        assert [instant(wall, LONDON).hour for wall in walls] == list(hours)
        assert [wall_clock(instant(wall, LONDON), LONDON) for wall in walls] == walls


def test_an_hour_that_the_clocks_leave_out_is_known_and_means_one_later():
    assert not exists(SPRING, LONDON)
    assert wall_clock(instant(SPRING, LONDON), LONDON) == SPRING + timedelta(hours=1)
    assert exists(SPRING, KOLKATA)


def test_an_hour_that_comes_twice_means_its_first_time():
    assert exists(AUTUMN, LONDON)
    assert instant(AUTUMN, LONDON) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize("zone", [LONDON, KOLKATA, "America/New_York", "Australia/Lord_Howe", "UTC"])
def test_there_and_back_again(zone):
    for hours in range(0, 24 * 366, 7):
        at = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=hours)
        wall = wall_clock(at, zone)
        assert exists(wall, zone)
        # Only the second of two equal hours comes back as the first.
        assert at - instant(wall, zone) in (timedelta(0), timedelta(hours=1), timedelta(minutes=30))


def test_others_move_as_far_as_the_first_on_the_wall_clock():
    old, new = on_the_clock("2027-03-25 18:00"), on_the_clock("2027-03-26 19:30")
    assert moved_with(old, new, on_the_clock("2027-04-01 18:00")) == on_the_clock("2027-04-02 19:30")

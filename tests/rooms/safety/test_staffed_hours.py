"""Waiting is counted in staffed minutes on the house's own clock: nights, weekends, holidays and clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.rooms.safety.staffed import (
    StaffedHours,
    end_of_next_shift,
    next_staffed,
    staffed_deadline,
)

LONDON = ZoneInfo("Europe/London")
OFFICE = StaffedHours("Europe/London", frozenset({1, 2, 3, 4, 5}), time(9), time(17))
TWO_HOURS, FOUR_HOURS = timedelta(hours=2), timedelta(hours=4)


def london(*when: int) -> datetime:
    return datetime(*when, tzinfo=LONDON).astimezone(UTC)


def test_within_a_day_waiting_is_plain_time():
    assert staffed_deadline(OFFICE, london(2026, 6, 3, 10), TWO_HOURS) == london(2026, 6, 3, 12)


def test_what_is_left_in_the_evening_goes_on_in_the_morning():
    assert staffed_deadline(OFFICE, london(2026, 6, 3, 16, 15), TWO_HOURS) == london(2026, 6, 4, 10, 15)


def test_a_deadline_may_fall_on_closing_time_itself():
    assert staffed_deadline(OFFICE, london(2026, 6, 3, 15), TWO_HOURS) == london(2026, 6, 3, 17)


def test_the_minute_of_opening_is_staffed_and_the_minute_of_closing_is_not():
    for moment, there in ((london(2026, 6, 3, 9), True), (london(2026, 6, 3, 17), False)):
        assert (next_staffed(OFFICE, moment) == moment) is there


def test_no_wait_at_all_is_over_at_once_even_on_a_sunday():
    sunday = london(2026, 6, 7, 12)
    assert staffed_deadline(OFFICE, sunday, timedelta()) == sunday


def test_nights_and_weekends_do_not_count():
    assert staffed_deadline(OFFICE, london(2026, 6, 5, 18), TWO_HOURS) == london(2026, 6, 8, 11)
    assert staffed_deadline(OFFICE, london(2026, 6, 6, 3), FOUR_HOURS) == london(2026, 6, 8, 13)


def test_a_closed_day_does_not_count():
    with_holiday = StaffedHours(
        "Europe/London", OFFICE.days, OFFICE.opens, OFFICE.closes, closed_on=frozenset({date(2026, 6, 8)})
    )
    assert staffed_deadline(with_holiday, london(2026, 6, 5, 16), TWO_HOURS) == london(2026, 6, 9, 10)
    assert end_of_next_shift(with_holiday, london(2026, 6, 5, 10)) == london(2026, 6, 9, 17)


def test_the_clock_going_forward_or_back_moves_no_office_hour():
    # 29 March 2026 and 25 October 2026 are Sundays; the Mondays after start at 9 by the new clock.
    assert staffed_deadline(OFFICE, london(2026, 3, 27, 16), TWO_HOURS) == datetime(2026, 3, 30, 9, tzinfo=UTC)
    assert staffed_deadline(OFFICE, london(2026, 10, 23, 16), TWO_HOURS) == datetime(2026, 10, 26, 10, tzinfo=UTC)


@pytest.mark.parametrize(("saturday", "hours"), [((2026, 3, 28), 9), ((2026, 10, 24), 11)], ids=["spring", "autumn"])
def test_a_night_shift_over_a_clock_change_is_counted_in_real_time(saturday, hours):
    began = london(*saturday, 22)
    nights = StaffedHours("Europe/London", frozenset({6}), time(22), time(8))
    shift = next(nights.shifts(began))
    assert shift[1] - shift[0] == timedelta(hours=hours)
    assert staffed_deadline(nights, began, timedelta(hours=5)) == began + timedelta(hours=5)


def test_a_night_shift_still_counts_after_midnight():
    nights = StaffedHours("Europe/London", frozenset({5}), time(22), time(6))
    assert next_staffed(nights, london(2026, 6, 6, 3)) == london(2026, 6, 6, 3)
    assert next_staffed(nights, london(2026, 6, 6, 7)) != london(2026, 6, 6, 7)


def test_equal_times_mean_round_the_clock():
    always = StaffedHours("UTC", frozenset(range(1, 8)), time(0), time(0))
    at = datetime(2026, 6, 6, 3, tzinfo=UTC)
    assert next_staffed(always, at) == at
    assert staffed_deadline(always, at, timedelta(hours=30)) == at + timedelta(hours=30)


def test_where_nobody_ever_comes_every_hour_counts():
    nobody = StaffedHours("Europe/London", frozenset(), time(9), time(17))
    at = london(2026, 6, 6, 3)
    assert staffed_deadline(nobody, at, TWO_HOURS) == at + TWO_HOURS
    assert end_of_next_shift(nobody, at) == at + timedelta(days=1)
    assert next_staffed(nobody, at) is None


def test_somebody_is_in_touch_by_the_end_of_the_first_working_day_that_begins_later():
    assert end_of_next_shift(OFFICE, london(2026, 6, 3, 10)) == london(2026, 6, 4, 17)
    assert end_of_next_shift(OFFICE, london(2026, 6, 3, 7)) == london(2026, 6, 3, 17)
    assert end_of_next_shift(OFFICE, london(2026, 6, 5, 18)) == london(2026, 6, 8, 17)


QUARTERS = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
NEW_YEAR_2025 = datetime(2025, 1, 1, tzinfo=UTC)


@given(
    at=st.timedeltas(timedelta(), timedelta(days=1000)).map(lambda since: NEW_YEAR_2025 + since),
    days=st.sets(st.integers(1, 7), min_size=1),
    opens=QUARTERS,
    closes=QUARTERS,
    zone=st.sampled_from(["Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "UTC"]),
    closed=st.sets(st.dates(date(2025, 1, 1), date(2027, 12, 31)), max_size=20),
    minutes=st.integers(1, 600),
)
def test_exactly_the_wait_passes_in_staffed_time(at, days, opens, closes, zone, closed, minutes):
    hours = StaffedHours(zone, frozenset(days), opens, closes, frozenset(closed))
    wait = timedelta(minutes=minutes)
    end = staffed_deadline(hours, at, wait)
    passed, counted_until = timedelta(), at
    for starts, ends in hours.shifts(at):
        if starts >= end:
            break
        # Shifts may overlap where a night reaches into the next day; a minute is never counted twice.
        begins = max(starts, counted_until)
        if min(ends, end) > begins:
            passed += min(ends, end) - begins
            counted_until = min(ends, end)
    assert passed == wait
    assert end >= at + wait

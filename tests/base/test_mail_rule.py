"""When a message may leave: quiet hours by the clock on the wall, a week's measure, pauses, and what nothing stops."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from kindcircle.base.outbox.rule import GO, Reader, Verdict, day_of, is_quiet, judge
from kindcircle.base.outbox.wishes import Wish
from kindcircle.spec import dates

LONDON = "Europe/London"
NEWS, MEETING, NUDGE, CHANGE, SAFETY = (
    "something-waiting",
    "next-meeting",
    "quiet-moment",
    "new-time",
    "staff-please-look",
)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def reader(zone: str = LONDON, **more) -> Reader:
    sorts = {name: more.pop(name) for name in ("had", "nudged", "reserved", "returned") if name in more}
    return Reader(Wish(**more), zone, **sorts)


def rule(kind: str, who: Reader, at: str, useful_until: str = "") -> Verdict:
    return judge(kind, who, useful_until=utc(useful_until) if useful_until else None, at=utc(at))


# --- quiet hours ---


@pytest.mark.parametrize(
    ("at", "until"),
    [
        ("2027-01-12 20:59", ""),
        ("2027-01-12 21:00", "2027-01-13 08:00"),
        ("2027-01-13 07:59", "2027-01-13 08:00"),
        ("2027-01-13 08:00", ""),
        ("2027-07-12 20:30", "2027-07-13 07:00"),  # half past nine in London in summer
        # The night of 28 March 2027 is an hour shorter, that of 31 October an hour longer.
        ("2027-03-27 22:00", "2027-03-28 07:00"),
        ("2027-10-30 22:00", "2027-10-31 08:00"),
    ],
)
def test_what_comes_in_quiet_hours_waits_until_they_are_over(at, until):
    assert rule(NEWS, reader(), at) == (Verdict("quiet", utc(until)) if until else GO)


def test_quiet_hours_are_those_of_the_reader_and_not_of_the_house():
    at = "2027-01-12 12:00"  # noon in London, one in the morning in Auckland
    assert rule(NEWS, reader(), at).go
    assert rule(NEWS, reader("Pacific/Auckland"), at) == Verdict("quiet", utc("2027-01-12 19:00"))


def test_quiet_hours_that_end_in_the_hour_that_comes_twice_or_never():
    early = {"quiet_from": time(21), "quiet_until": time(1, 30)}
    # Half past one comes first at 00:30 UTC; in the second run of that hour it is quiet again, and ends at 01:30 UTC.
    assert rule(NEWS, reader(**early), "2027-10-31 00:10").until == utc("2027-10-31 00:30")
    assert rule(NEWS, reader(**early), "2027-10-31 01:10").until == utc("2027-10-31 01:30")
    # In spring half past one is left out: the clock shows half past two instead.
    assert rule(NEWS, reader(**early), "2027-03-28 00:30").until == utc("2027-03-28 01:30")


def test_the_same_hour_twice_means_that_no_hour_is_quiet():
    assert all(
        rule(NEWS, reader(quiet_from=time(8), quiet_until=time(8)), f"2027-01-12 {hour:02}:00").go for hour in range(24)
    )


@given(
    at=some.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2029-01-01")),
    begins=some.times(),
    ends=some.times(),
    zone=some.sampled_from(
        [LONDON, "Australia/Lord_Howe", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "UTC"]
    ),
)
def test_whatever_the_hours_and_the_place_it_waits_less_than_two_days_and_never_into_the_quiet(at, begins, ends, zone):
    who = reader(zone, quiet_from=begins.replace(microsecond=0), quiet_until=ends.replace(microsecond=0))
    at = at.replace(tzinfo=UTC)
    found = judge(NEWS, who, useful_until=None, at=at)
    if found.go:
        assert not is_quiet(dates.wall_clock(at, zone).time(), who.wish)
        return
    assert found.why == "quiet" and found.until is not None
    assert at < found.until < at + 2 * DAY
    assert judge(NEWS, who, useful_until=None, at=found.until).go


# --- so many a week ---


def days(*texts: str) -> list[date]:
    return [date.fromisoformat(text) for text in texts]


def test_two_in_any_seven_days_and_the_third_waits_for_its_place():
    had = days("2027-01-04", "2027-01-06")
    assert rule(NEWS, reader(had=had), "2027-01-10 12:00") == Verdict("limit", utc("2027-01-11 08:00"))
    assert rule(NEWS, reader(had=had), "2027-01-11 12:00").go, "Monday's is a week ago"


def test_the_place_of_a_reminder_to_come_is_kept():
    monday, next_monday = days("2027-01-04", "2027-01-11")
    who = reader(had=[monday], reserved=[next_monday])
    # With one sent on Monday and one to come, there is room for one more in between ...
    assert rule(NEWS, who, "2027-01-06 12:00").go
    # ... and then for none before Wednesday, because the reminder stands in every week until then.
    full = reader(had=[monday, date(2027, 1, 6)], reserved=[next_monday])
    assert rule(NEWS, full, "2027-01-08 12:00") == Verdict("limit", utc("2027-01-13 08:00"))
    assert rule(MEETING, replace(full, reserved=[]), "2027-01-11 17:00", "2027-01-12 18:00").go


def test_a_reminder_a_minute_late_last_week_does_not_hold_up_this_one():
    had = [day_of(utc("2027-01-05 17:01"), LONDON)]
    assert rule(MEETING, reader(had=had, most_messages=1), "2027-01-12 17:00", "2027-01-13 18:00").go


def test_nudges_are_counted_apart():
    full = days("2027-01-05", "2027-01-06")
    assert rule(NUDGE, reader(nudges=True, had=full), "2027-01-07 12:00", "2027-01-07 14:00").go
    assert rule(
        NUDGE, reader(nudges=True, nudged=full, most_nudges=2), "2027-01-07 12:00", "2027-01-07 14:00"
    ) == Verdict("limit"), "tomorrow it would be another day's nudge"
    assert rule(NEWS, reader(nudges=True, nudged=full), "2027-01-07 12:00").go


def test_those_who_work_here_get_them_as_they_come():
    assert rule(NEWS, reader(most_messages=0, had=days(*["2027-01-10"] * 9)), "2027-01-10 12:00").go


@given(
    gaps=some.lists(some.integers(0, 60), min_size=1, max_size=40),
    most=some.integers(1, 7),
    zone=some.sampled_from([LONDON, "Pacific/Auckland", "America/New_York"]),
)
def test_however_many_come_no_seven_days_ever_hold_more(gaps, most, zone):
    """Messages come hour by hour, across both clock changes; each is asked for again when it may go."""
    at, had = utc("2027-03-20 12:00"), []
    for gap in gaps:
        at += gap * HOUR
        moment = at
        for _ in range(60):
            found = judge(NEWS, reader(zone, had=had, most_messages=most), useful_until=None, at=moment)
            if found.go:
                had.append(day_of(moment, zone))
                break
            if found.until is None:
                break
            moment = found.until
        at = max(at, moment)
    for first in had:
        assert sum(first <= one < first + 7 * DAY for one in had) <= most


# --- pauses, and what nothing stops ---


def test_while_mail_rests_it_waits_and_what_would_be_too_late_is_not_sent():
    who = reader(paused_until=utc("2027-01-20 00:00"))
    assert rule(NEWS, who, "2027-01-12 12:00") == Verdict("paused", utc("2027-01-20 08:00"))
    assert rule(MEETING, who, "2027-01-12 17:00", "2027-01-13 18:00") == Verdict("paused")
    assert rule(NEWS, who, "2027-01-20 08:00").go


@pytest.mark.parametrize(
    ("kind", "wish", "why"),
    [
        (NEWS, {"any_mail": False}, "no-mail"),
        (CHANGE, {"any_mail": False}, "no-mail"),
        (NEWS, {"news": False}, "not-wanted"),
        (MEETING, {"meetings": False}, "not-wanted"),
        (NUDGE, {}, "not-wanted"),
    ],
)
def test_what_is_not_wanted_is_never_sent_and_says_why(kind, wish, why):
    assert rule(kind, reader(**wish), "2027-01-12 12:00", "2027-01-12 18:00") == Verdict(why)


def test_a_reminder_of_what_has_begun_is_not_sent():
    assert rule(MEETING, reader(), "2027-01-12 18:00", "2027-01-12 18:00") == Verdict("too-late")


def test_a_change_within_a_day_goes_before_the_limit_the_night_and_a_pause_but_not_against_no_mail():
    busy = reader(had=days("2027-01-12", "2027-01-12"), paused_until=utc("2027-02-01 00:00"))
    assert rule(CHANGE, busy, "2027-01-12 23:30", "2027-01-13 18:00").go
    assert (
        rule(CHANGE, replace(busy, wish=Wish(any_mail=False)), "2027-01-12 23:30", "2027-01-13 18:00").why == "no-mail"
    )
    # Further off it keeps to the rule, and waits no longer than until it becomes urgent.
    assert rule(CHANGE, busy, "2027-01-12 23:30", "2027-01-20 18:00") == Verdict("paused", utc("2027-01-19 18:00"))
    # It is news also once the old time has come.
    assert rule(CHANGE, reader(), "2027-01-14 12:00", "2027-01-13 18:00").go


def test_safety_mail_is_always_sent():
    nothing = reader(any_mail=False, news=False, paused_until=utc("2030-01-01 00:00"), returned=True)
    assert rule(SAFETY, nothing, "2027-01-12 03:00").go

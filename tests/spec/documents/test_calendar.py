"""Calendar files, read by another library than the one that wrote them."""

from datetime import UTC, datetime, timedelta, timezone

import vobject

from kindcircle.spec.documents.calendar import Entry, calendar_file

AT = datetime(2027, 3, 25, 18, tzinfo=UTC)


def entry(**other) -> Entry:
    given = {
        "uid": "one", "title": "Appointment", "starts_at": AT, "ends_at": AT + timedelta(hours=1), "revision": 0,
        "changed_at": AT - timedelta(days=9),
    }  # fmt: skip
    return Entry(**given | other)


def read(*entries: Entry):
    return vobject.readOne(calendar_file(entries, name="Appointment").decode())


def test_an_entry_says_when_and_its_one_word_and_nothing_else():
    event = read(entry()).vevent
    assert (event.dtstart.value, event.dtend.value) == (AT, AT + timedelta(hours=1))
    assert {name: lines[0].value for name, lines in event.contents.items() if name not in ("dtstart", "dtend")} == {
        "uid": "one",
        "summary": "Appointment",
        "sequence": "0",
        "status": "CONFIRMED",
        "class": "PRIVATE",
        "dtstamp": AT - timedelta(days=9),
        "last-modified": AT - timedelta(days=9),
    }


def test_an_empty_calendar_is_a_whole_one():
    assert calendar_file([], name="Busy").startswith(b"BEGIN:VCALENDAR\r\n")
    assert vobject.readOne(calendar_file([], name="Busy").decode()).contents["x-wr-calname"][0].value == "Busy"


def test_times_of_any_zone_become_utc():
    local = AT.astimezone(timezone(timedelta(hours=5, minutes=30)))
    assert b"DTSTART:20270325T180000Z" in calendar_file([entry(starts_at=local)], name="x")


def test_a_place_cannot_break_out_of_its_line():
    nasty = "Room 2; first floor, left\r\nEND:VEVENT\r\nBEGIN:VEVENT\r\nSUMMARY:boo " + "é" * 200
    whole = read(entry(place=nasty))
    assert len(whole.contents["vevent"]) == 1
    assert whole.vevent.location.value.replace("\n", "") == nasty.replace("\r\n", "")
    assert all(len(line) <= 75 for line in calendar_file([entry(place=nasty)], name="x").split(b"\r\n"))


def test_what_was_called_off_says_so_under_the_same_name():
    first, then = read(entry()).vevent, read(entry(called_off=True, revision=1)).vevent
    assert first.uid.value == then.uid.value
    assert (then.status.value, int(then.sequence.value)) == ("CANCELLED", 1)

"""Calendar files (RFC 5545), for people's own calendars. They say when, and only what the person chose to be said.

Times are in UTC, so that no calendar has to know a zone or its clock changes: each entry is one moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from icalendar import Calendar, Event

MADE_BY = "-//calendar//1//EN"
"""Names the format's maker, as the format asks, and nothing of what the site is for."""

ASK_AGAIN = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of somebody's calendar.

    uid       the same for as long as the entry lives, moved or called off
    revision  rises with every change, so that an older copy never wins
    """

    uid: str
    title: str
    starts_at: datetime
    ends_at: datetime
    revision: int
    changed_at: datetime
    place: str = ""
    called_off: bool = False


def calendar_file(entries: Iterable[Entry], *, name: str) -> bytes:
    """The entries as an .ics file. `name` is what a calendar calls the whole."""
    whole = Calendar()
    whole.add("prodid", MADE_BY)
    whole.add("version", "2.0")
    whole.add("calscale", "GREGORIAN")
    whole.add("method", "PUBLISH")
    whole.add("x-wr-calname", name)
    whole.add("refresh-interval", ASK_AGAIN, {"VALUE": "DURATION"})
    whole.add("x-published-ttl", "PT6H")
    for entry in entries:
        whole.add_component(_event(entry))
    return bytes(whole.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("last-modified", entry.changed_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", entry.title)
    event.add("sequence", entry.revision)
    event.add("status", "CANCELLED" if entry.called_off else "CONFIRMED")
    event.add("class", "PRIVATE")
    if entry.place:
        event.add("location", entry.place)
    return event

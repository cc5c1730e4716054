"""One session as a run-sheet: when each part begins, what is said, and its practices opened."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.spec.programmes import PracticeUse, Session, Slot
from kindcircle.spec.texts import pinned_handout


def sheet_of(session: Session, starts_at: datetime | None = None) -> dict[str, Any]:
    """What the template `shared/_sheet.html` draws; with the clock beside each step when the start is known."""
    return {
        "steps": list(_steps(session, starts_at)),
        "materials": sorted({thing for slot in session.agenda for thing in slot.materials}),
        "home": [option.words for option in session.home.usual],
        "minimum": session.home.minimum.words,
    }


def spoken(slot: Slot) -> list[list[str]]:
    """The facilitator's words: paragraphs of lines, as they are spoken."""
    return [block.splitlines() for block in slot.script.strip().split("\n\n")]


def _steps(session: Session, starts_at: datetime | None) -> Iterator[dict[str, Any]]:
    minute = 0
    for slot in session.agenda:
        yield {
            "slot": slot,
            "from": minute,
            "until": minute + slot.minutes,
            "begins": starts_at and starts_at + timedelta(minutes=minute),
            "practice": _practice(slot.practice),
            "gentler": _practice(slot.gentler),
            "ground_first": _practice(slot.ground_first),
            "then": _practice(slot.then),
            "handouts": [_handout(name) for name in slot.handouts],
            "script": spoken(slot),
        }
        minute += slot.minutes


def _practice(use: PracticeUse | None) -> dict[str, Any] | None:
    if use is None:
        return None
    words = use.load()
    return {
        "use": use,
        "practice": words,
        "steps": words.length(use.seconds).steps,
        "guide": as_html(words.guide, deeper=2),
    }


def _handout(name: str) -> dict[str, Any]:
    handout = pinned_handout(name)
    return {"title": handout.title, "text": as_html(handout.text, deeper=2), "items": handout.items}

"""Whoever opens what somebody else wrote or answered leaves exactly one line, and the writer sees it (TRUST T9).

Each page of the site is opened by each of the staff who may open it. The seals themselves say whose words they opened.
"""

from collections import Counter
from dataclasses import dataclass, field

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.people.models import User
from kindcircle.base.vault.seals import Seal
from kindcircle.doors.web.privacy.words import WHAT
from kindcircle.rooms.ending.who_saw import OPENINGS
from tests.house.matrix import Doors, cells
from tests.house.matrix_expected import EVERYBODY
from tests.house.matrix_house import House

# Opened for somebody else without a line of its own, each for a reason that the list itself tells in a sentence.
NOT_TOLD = {
    "name": "on lists of who is in a group",
    "member-note": "a note of those who lead, while they work with it; opening all of one person's is told",
    "debrief-line": "a note of those who lead, from their talk after a meeting",
    "one-to-one": "a note of those who lead about a talk with this person",
    "alert-note": "a note of those who handled an alert",
    "task-note": "a note of those who did a task",
    "whereabouts-how": "whether somebody can talk now, on the list of a meeting by screen",
    "shared-unnamed": "words without a name: the line would say whose they are",
    "credential": "a paper of somebody who works here, on the house's own list; that it was looked at is told",
}
STAFF = sorted(
    name for name in EVERYBODY if any(word in name for word in ("facilitator", "lead", "stand-in", "operator"))
)


@dataclass
class Watch:
    """Whose words were opened while a page was made, and which lines were written."""

    opened: set[tuple[str, str, str]] = field(default_factory=set)  # kind, row, whose
    lines: list[tuple[str, str, str, str]] = field(default_factory=list)  # event, about, actor, whose


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    seen = Watch()
    really_open, really_save = Seal.open, AuditEntry.save

    def opening(seal: Seal, sealed: bytes, *, code: str, holder: object) -> str:
        if isinstance(holder, User):
            seen.opened.add((seal.kind, code, holder.code))
        return really_open(seal, sealed, code=code, holder=holder)  # type: ignore[arg-type]

    def saving(entry: AuditEntry, *args: object, **kwargs: object) -> None:
        if entry.event in OPENINGS:
            seen.lines.append((entry.event, entry.about_kind + entry.about_code, entry.actor, entry.concerns))
        really_save(entry, *args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(Seal, "open", opening)
    monkeypatch.setattr(AuditEntry, "save", saving)
    return seen


@pytest.mark.parametrize("name", STAFF)
def test_each_opening_by_somebody_else_leaves_one_line(house: House, name: str, watch: Watch) -> None:
    doors = Doors(house, house.people[name])
    user = house.people[name].user
    me = user.code if user else ""
    wrong = []
    for cell in cells(house):
        if cell.method != "GET" or name not in cell.page.may(cell.about, "GET"):
            continue
        watch.opened.clear()
        watch.lines.clear()
        doors.knock(cell)
        whose = {person for kind, _row, person in watch.opened if kind not in NOT_TOLD and person != me}
        told = {person for _event, _about, actor, person in watch.lines if actor == me}
        twice = [line for line, count in Counter(watch.lines).items() if count > 1]
        # A line that one member left for another is sealed for whoever gets it, and told to whoever wrote it.
        kept = {event for event, *_ in watch.lines} == {"kept line opened"}
        if whose - told and not kept:
            kinds = sorted({kind for kind, _row, person in watch.opened if person in whose - told})
            wrong.append(f"{cell} opened {kinds} and wrote no line")
        if twice:
            wrong.append(f"{cell} wrote the same line twice: {twice[0][0]}")
    doors.close()
    assert not wrong, "\n".join(wrong)


def test_every_opening_has_words() -> None:
    assert set(WHAT) == OPENINGS
    assert all("%(who)s" in str(words) for words in WHAT.values())

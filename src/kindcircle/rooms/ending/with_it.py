"""What goes along when a row goes again after an old copy of the database came back, as it did the first time."""

from collections.abc import Callable
from datetime import datetime

from kindcircle.base.audit.log import Ref
from kindcircle.rooms.live.models_debrief import DebriefLine
from kindcircle.rooms.sharing.again import remember_again
from kindcircle.rooms.tasks.actions import settle, settle_one
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.writing.journal import draft_of
from kindcircle.rooms.writing.models import Draft, JournalEntry


def also_gone(label: str, *, code: str, at: datetime) -> None:
    """Before this row goes: nobody is left to do, and nothing left to read, what was there because of it alone."""
    if label in WITH_IT:
        WITH_IT[label](code, at)


def _share(code: str, at: datetime) -> None:
    remember_again(code=code, at=at)


def _debrief_line(code: str, at: datetime) -> None:
    line = DebriefLine.objects.select_related("gathering__group__organisation").filter(code=code).first()
    if line is not None:
        settle_one(Kind.DEBRIEF_CONTACT, organisation=line.gathering.group.organisation, once=line.code, at=at)


def _credential(code: str, at: datetime) -> None:
    settle(Kind.CREDENTIAL_ENDS, about=Ref("credential", code), at=at)


def _entry(code: str, at: datetime) -> None:
    entry = JournalEntry.objects.filter(code=code).first()
    if entry is not None:
        Draft.objects.filter(author=entry.author_id, kind=draft_of(entry)).delete()


WITH_IT: dict[str, Callable[[str, datetime], None]] = {
    "sharing.Share": _share,
    "live.DebriefLine": _debrief_line,
    "team.Credential": _credential,
    "writing.JournalEntry": _entry,
}
"""Which kinds of rows have something beside them that the database does not take along by itself."""

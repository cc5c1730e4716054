"""The words before a meeting: a draft from the house's handout, looked over by those who lead, read by members."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.reminders.errors import MeetingBegan, WordsChanged
from kindcircle.rooms.reminders.models import Reminder
from kindcircle.spec.texts import load_handout

# From then on a draft stands on the desk.
READY = timedelta(days=6)


@dataclass(frozen=True, slots=True)
class Draft:
    """The words as they stand. own: they differ from the handout; stale: the meeting has moved since they were
    looked over, so that members do not see them until somebody looks again; seen: what a change is made from."""

    words: str
    own: bool
    confirmed: bool
    stale: bool
    seen: str


def draft_of(gathering: Gathering, *, by: Actor) -> Draft:
    """What stands ready for this meeting. For those who lead the group."""
    require(by, Permission.REMINDER_KEEP, gathering)
    row = Reminder.objects.filter(gathering=gathering).first()
    own = _own(row, gathering) if row else ""
    shown = bool(row and row.confirmed_at)
    return Draft(
        words=own or usual_words(gathering),
        own=bool(own),
        confirmed=shown and not _stale(row, gathering),
        stale=shown and _stale(row, gathering),
        seen=_seen(row),
    )


def keep_words(*, gathering: Gathering, words: str, show: bool, seen: str, by: Actor, at: datetime) -> Reminder:
    """Save the words; show them to the members once they are looked over. It sends nothing and moves no date.

    The handout's own words are not stored: they follow the meeting. Raises MeetingBegan, WordsChanged.
    """
    require(by, Permission.REMINDER_KEEP, gathering)
    plain = words.replace("\r\n", "\n").strip()
    with transaction.atomic():
        Gathering.objects.select_for_update(no_key=True).get(pk=gathering.pk)
        gathering.refresh_from_db()
        if gathering.state != Gathering.State.PLANNED:
            raise MeetingBegan
        row = Reminder.objects.select_for_update(no_key=True).filter(gathering=gathering).first()
        if _seen(row) != seen:
            raise WordsChanged
        row = row or Reminder(gathering=gathering)
        own = plain not in ("", usual_words(gathering).strip())
        house = gathering.group.organisation
        row.sealed_words = seals.REMINDER.seal(plain, code=row.code, holder=house) if own else b""
        row.confirmed_at, row.confirmed_by_id = (at, by.user_id) if show else (None, None)
        row.saved_at = at
        row.save()
        if show:
            about = log.Ref("gathering", gathering.code)
            log.record(Event.REMINDER_CONFIRMED, by=by, about=about, at=at, chain=house.code)
    return row


def words_for(gathering: Gathering) -> str:
    """What those who lead want members to know before this meeting; empty until they have looked it over."""
    row = Reminder.objects.filter(gathering=gathering, confirmed_at__isnull=False).first()
    if row is None or _stale(row, gathering):
        return ""
    return _own(row, gathering) or usual_words(gathering)


def to_look_over(gatherings: list[Gathering], *, at: datetime) -> list[Gathering]:
    """Those of these meetings whose draft waits on the desk: within six days, and not looked over as they are now."""
    near = [one for one in gatherings if one.state == "planned" and at < one.starts_at <= at + READY]
    rows = Reminder.objects.filter(gathering__in=gatherings, confirmed_at__isnull=False)
    done = {row.gathering_id: row for row in rows}
    return [one for one in near if one.pk not in done or _stale(done[one.pk], one)]


def usual_words(gathering: Gathering) -> str:
    """The house's own words about this meeting, on the group's clock. They name no illness and no person."""
    begins = gathering.starts_at.astimezone(ZoneInfo(gathering.group.zone))
    handout = load_handout("weekly-reminder")
    values = {
        "first_name": _("friend"),
        "group": gathering.group.name,
        "day": date_format(begins, "l j F"),
        "time": time_format(begins, "H:i"),
        "place": gathering.place or _("Online. The link is on your page."),
    }
    return handout.fill({name: values[name] for name in handout.fields})


def _own(row: Reminder, gathering: Gathering) -> str:
    if not row.sealed_words:
        return ""
    return seals.REMINDER.open(row.sealed_words, code=row.code, holder=gathering.group.organisation)


def _stale(row: Reminder | None, gathering: Gathering) -> bool:
    """Own words may name a day; after a move somebody has to read them again."""
    if row is None or row.confirmed_at is None or not row.sealed_words or gathering.moved_at is None:
        return False
    return gathering.moved_at > row.confirmed_at


def _seen(row: Reminder | None) -> str:
    return row.saved_at.isoformat() if row else ""

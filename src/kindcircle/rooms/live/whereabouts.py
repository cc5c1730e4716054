"""The lobby of a meeting by screen: saying where one is, reading it when it matters, and taking it away again."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.db import transaction
from django.db.models import Q

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import MEETING, Gathering
from kindcircle.rooms.live import announce
from kindcircle.rooms.live.errors import LobbyShut, SayWhere
from kindcircle.rooms.live.models_whereabouts import Whereabouts
from kindcircle.rooms.preparing.queries import is_word_of
from kindcircle.rooms.safety.models import Alert

EARLY = timedelta(hours=2)
KEPT_AFTER = timedelta(hours=6)
"""After the close. Long enough for a call on the same evening or afternoon; the next morning somebody may be anywhere
else, and an address that no longer holds helps nobody. As long as an alert about them is open, it stays."""
LONGEST = 300
LINES = ("place", "number", "contact", "headphones")


class How(StrEnum):
    """How somebody said it is with them."""

    ALONE = "alone"  # alone, or where nobody hears
    NOT_TODAY = "not-today"  # would not like to say, and comes in all the same
    OVERHEARD = "overheard"  # somebody is near
    OUT = "out"  # on the way, driving, or in public
    WORD = "word"  # used the word by which they say that they cannot speak freely


WAITING = {How.OVERHEARD, How.OUT, How.WORD}
"""Who waits in the lobby: for themselves, and for the others, whom somebody else would hear."""


@dataclass(frozen=True, slots=True)
class Told:
    """What those who lead see at a glance: how it is with somebody, and the code by which the rest is opened.

    opens  there is a place or a number to open
    """

    code: str
    how: How
    opens: bool
    at: datetime


def is_by_screen(gathering: Gathering) -> bool:
    """Whether people may come to this meeting by screen. Before it is opened, a video room is the sign of it."""
    return gathering.online if gathering.state != Gathering.State.PLANNED else bool(gathering.video_link)


def lobby_is_open(gathering: Gathering, *, at: datetime) -> bool:
    """Whether where somebody is matters now: from two hours before the beginning until the close."""
    soon = gathering.state == Gathering.State.PLANNED and gathering.starts_at - EARLY <= at < gathering.ends_at
    return is_by_screen(gathering) and (soon or gathering.state in MEETING)


def tell(*, gathering: Gathering, how: str, lines: Mapping[str, str], by: Actor, at: datetime) -> Whereabouts:
    """Say how it is and, when alone, where one is. Saying it again replaces it.

    Whoever is not alone is asked for nothing else, and nothing else is kept. Their own word is heard in any box.
    Raises LobbyShut, SayWhere.
    """
    require(by, Permission.LOBBY_USE, gathering)
    with transaction.atomic():
        person = User.objects.select_for_update(no_key=True).get(code=by.code)
        now = Gathering.objects.select_related("group__organisation").get(pk=gathering.pk)
        if not lobby_is_open(now, at=at):
            raise LobbyShut
        heard = any(is_word_of(person, words) for words in lines.values())
        if not heard and how not in set(How) - {How.WORD}:
            raise SayWhere
        said = How.WORD if heard else How(how)
        kept = {name: lines[name].strip()[:LONGEST] for name in LINES if lines.get(name, "").strip()}
        if said == How.ALONE and "place" not in kept:
            raise SayWhere
        row = Whereabouts.objects.filter(gathering=now, person=person).first()
        row = row or Whereabouts(gathering=now, person=person)
        row.waits, row.told_at = said in WAITING, at
        row.sealed_how = seals.WHEREABOUTS_HOW.seal(said, code=row.code, holder=person)
        if said == How.ALONE:
            row.sealed_lines = seals.WHEREABOUTS.seal(json.dumps(kept), code=row.code, holder=person)
        elif said != How.WORD or not row.sealed_lines:
            row.sealed_lines = b""  # what was told before somebody used their word may be needed most just then
        row.save()
        if row.waits and now.state in MEETING:
            groups.record_leaving(gathering=now, user=person, at=at)
        _record(Event.WHEREABOUTS_TOLD, row, by=by, at=at)
        announce.after_commit(now.code, None)
    return row


def own(gathering: Gathering, *, by: Actor) -> tuple[Told, dict[str, str]] | None:
    """What this person said for this meeting, or None."""
    require(by, Permission.LOBBY_USE, gathering)
    row = Whereabouts.objects.filter(gathering=gathering, person_id=by.user_id).select_related("person").first()
    return None if row is None else (_told(row), _lines(row))


def waits_in_lobby(gathering: Gathering) -> set[int]:
    """Who is not let in for now because they said so themselves, by user id."""
    rows = Whereabouts.objects.filter(gathering=gathering, waits=True)
    return set(rows.values_list("person_id", flat=True)) if gathering.online else set()


def told_in(gathering: Gathering, *, at: datetime) -> dict[int, Told]:
    """How it is with everybody who said so, by user id. For those who lead; no address and no number is opened."""
    rows = Whereabouts.objects.filter(gathering=gathering).select_related("person", "gathering")
    return {row.person_id: _told(row) for row in rows if matters(row, at=at)}


def opened(row: Whereabouts, *, by: Actor, at: datetime) -> tuple[Told, dict[str, str]]:
    """Where one person is, for somebody who leads. It is noted who opened it, and the person sees it.

    Once it does not matter any more it is not there, also before it is taken away.
    """
    require(by, Permission.WHEREABOUTS_OPEN, row)
    if not matters(row, at=at):
        raise NotFound
    _record(Event.WHEREABOUTS_OPENED, row, by=by, at=at)
    return _told(row), _lines(row)


def matters(row: Whereabouts, *, at: datetime) -> bool:
    """Whether it may still be looked at: until some hours after the close, and while an alert about them is open."""
    over = row.gathering.closed_at or max(row.gathering.ends_at, row.told_at)
    return at < over + KEPT_AFTER or _asked_for(row)


def erase_due(*, at: datetime) -> int:
    """Take away what does not matter any more. Returns how much went."""
    rows = Whereabouts.objects.filter(
        Q(gathering__closed_at__lte=at - KEPT_AFTER) | Q(gathering__closed_at=None, told_at__lte=at - KEPT_AFTER)
    )
    gone = 0
    for row in rows.select_related("gathering__group__organisation", "person"):
        if matters(row, at=at):
            continue
        with transaction.atomic():
            if Whereabouts.objects.filter(pk=row.pk, told_at=row.told_at).delete()[0]:
                _record(Event.WHEREABOUTS_GONE, row, by=SYSTEM, at=at)
                gone += 1
    return gone


def number_in(text: str) -> str:
    """The first thing in a line that can be dialled, or nothing."""
    found = re.search(r"\+?\d[\d\s()/.-]{4,}\d", text)
    return found.group().strip() if found else ""


def _asked_for(row: Whereabouts) -> bool:
    return Alert.objects.filter(member_id=row.person_id, group_id=row.gathering.group_id, closed_at=None).exists()


def _told(row: Whereabouts) -> Told:
    how = seals.WHEREABOUTS_HOW.open(row.sealed_how, code=row.code, holder=row.person)
    return Told(row.code, How(how), bool(row.sealed_lines), row.told_at)


def _lines(row: Whereabouts) -> dict[str, str]:
    if not row.sealed_lines:
        return {}
    return dict(json.loads(seals.WHEREABOUTS.open(row.sealed_lines, code=row.code, holder=row.person)))


def _record(event: Event, row: Whereabouts, *, by: Actor, at: datetime) -> None:
    about, chain = log.Ref("whereabouts", row.code), row.gathering.group.organisation.code
    log.record(event, by=by, about=about, at=at, chain=chain, concerns=row.person.code)

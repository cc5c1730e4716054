"""The notes about each person: whose names stand in them, and one person's notes alone."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.care.errors import NamesToLookAt
from kindcircle.rooms.care.models import LookedOver
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.models_absence import CatchUp
from kindcircle.rooms.groups.queries import AfterNotes, attendances, gatherings_of, notes_of, places
from kindcircle.spec.naming import Found, names_in

Field = int | None
"""Whose line, by user id; None is the note that all share."""


@dataclass(frozen=True, slots=True)
class MeetingNote:
    """What one person's notes say of one meeting. came is None for somebody who was not there.

    caught_up   how they made up for it later, which is never the same as having been there
    to_look_at  words in the shared note and in the own line that may be somebody else's name, nobody having looked yet
    """

    gathering: Gathering
    shared: str
    line: str
    came: Attendance | None
    caught_up: CatchUp | None
    to_look_at: tuple[tuple[str, ...], tuple[str, ...]]


def names_found(group: Group, notes: AfterNotes) -> dict[Field, list[Found]]:
    """Where the notes of a meeting may name somebody they should not: anybody in the shared note, others in a line."""
    return _found(notes, member_names(group))


def member_names(group: Group) -> dict[int, str]:
    """The chosen names of everybody who ever was a member, by user id. Those who left are not named either."""
    return seals.names_of([place.user for place in places(group)])


def to_look_at(gathering: Gathering, notes: AfterNotes) -> dict[Field, tuple[str, ...]]:
    """The same as words, each once, without what somebody has looked at and found fine."""
    return _to_look_at(gathering, notes, member_names(gathering.group))


def look_over(*, gathering: Gathering, member: User | None, words: Iterable[str], by: Actor, at: datetime) -> None:
    """These words, which were shown to somebody, are no names in this note. It is asked anew when the note changes."""
    require(by, Permission.GATHERING_RECORD, gathering)
    with transaction.atomic():
        # The meeting is held, so that two who look at once make one row of it, and read as it stands now.
        held = Gathering.objects.select_for_update(of=("self",), no_key=True).select_related("group__organisation")
        gathering = held.get(pk=gathering.pk)
        text = _text(notes_of(gathering, by=by), member.pk if member else None)
        row = LookedOver.objects.filter(gathering=gathering, member=member).first()
        fine = _fine(row, text) if row else set()
        row = row or LookedOver(gathering=gathering, member=member, code=codes.new_code())
        row.by_id, row.at = by.user_id, at  # type: ignore[assignment]
        kept = json.dumps({"text": text, "words": sorted(fine | set(words))})
        row.sealed_text = seals.LOOKED_OVER.seal(kept, code=row.code, holder=_holder(row))
        row.save()
        log.record(
            Event.NAMES_LOOKED_OVER,
            by=by,
            about=log.Ref("gathering", gathering.code),
            at=at,
            chain=gathering.group.organisation.code,
            concerns=member.code if member else "",
        )


def person_notes(place: Membership, *, by: Actor, at: datetime) -> list[MeetingNote]:
    """One person's notes, meeting by meeting: the shared words, their own lines, when they came. Leaves a trace."""
    require(by, Permission.NOTES_EXPORT, place)
    found = _collect(place, by=by)
    _trace(Event.MEMBER_NOTES_OPENED, place, by=by, at=at)
    return found


def notes_to_keep(place: Membership, *, by: Actor, at: datetime) -> list[MeetingNote]:
    """The same, to leave the house on paper. Raises NamesToLookAt as long as a name of somebody else may be in it."""
    require(by, Permission.NOTES_EXPORT, place)
    found = _collect(place, by=by)
    if any(any(one.to_look_at) for one in found):
        raise NamesToLookAt
    _trace(Event.MEMBER_NOTES_EXPORTED, place, by=by, at=at)
    return found


def _collect(place: Membership, *, by: Actor) -> list[MeetingNote]:
    names = member_names(place.group)
    made_up = {row.gathering_id: row for row in CatchUp.objects.filter(place=place)}
    found = []
    for gathering in gatherings_of(place.group).filter(state=Gathering.State.CLOSED):
        came = attendances(gathering).get(place.user_id)
        notes = notes_of(gathering, by=by)
        line = notes.lines.get(place.user_id, "")
        if came is None and not line and not _belonged(place, gathering):
            continue
        look = _to_look_at(gathering, notes, names)
        found.append(
            MeetingNote(
                gathering=gathering,
                shared=notes.note,
                line=line,
                came=came,
                caught_up=made_up.get(gathering.pk),
                to_look_at=(look.get(None, ()), look.get(place.user_id, ())),
            )
        )
    return found


def _belonged(place: Membership, gathering: Gathering) -> bool:
    """Whether this person was a member while the group met; an absence is part of their notes."""
    closed_at = gathering.closed_at or gathering.ends_at
    return place.joined_at <= closed_at and (place.left_at is None or place.left_at >= gathering.starts_at)


def _found(notes: AfterNotes, names: dict[int, str]) -> dict[Field, list[Found]]:
    looked: dict[Field, list[Found]] = {None: names_in(notes.note, names.values())}
    for user_id, line in notes.lines.items():
        others = [name for pk, name in names.items() if pk != user_id]
        looked[user_id] = names_in(line, others, own=names.get(user_id, ""))
    return {field: found for field, found in looked.items() if found}


def _to_look_at(gathering: Gathering, notes: AfterNotes, names: dict[int, str]) -> dict[Field, tuple[str, ...]]:
    found = _found(notes, names)
    if not found:
        return {}
    rows = LookedOver.objects.filter(gathering=gathering).select_related("member", "gathering__group__organisation")
    fine = {row.member_id: _fine(row, _text(notes, row.member_id)) for row in rows}
    words = {field: dict.fromkeys(one.words for one in places) for field, places in found.items()}
    left = {field: tuple(one for one in all_ if one not in fine.get(field, ())) for field, all_ in words.items()}
    return {field: some for field, some in left.items() if some}


def _fine(row: LookedOver, text: str) -> set[str]:
    """The words that somebody found fine, as long as the note is still the one they looked at."""
    kept = json.loads(seals.LOOKED_OVER.open(row.sealed_text, code=row.code, holder=_holder(row)))
    return set(kept["words"]) if kept["text"] == text else set()


def _text(notes: AfterNotes, field: Field) -> str:
    """Line ends as browsers send them make no other text of it."""
    return (notes.note if field is None else notes.lines.get(field, "")).replace("\r\n", "\n")


def _holder(row: LookedOver) -> User | Organisation:
    return row.member or row.gathering.group.organisation


def _trace(event: Event, place: Membership, *, by: Actor, at: datetime) -> None:
    chain = place.group.organisation.code
    log.record(event, by=by, about=log.Ref("membership", place.code), at=at, chain=chain, concerns=place.user.code)

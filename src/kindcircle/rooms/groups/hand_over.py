"""What those who lead a group write down for whoever leads it next, for one evening or for good."""

import json
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.errors import HandOverChanged
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.team.models import HandOver

WRITTEN = (
    "needs", "left_out", "mood", "promised", "reached_at", "room_keys", "online_keys", "on_call", "supervisor",
)  # fmt: skip
"""What only a person can say; everything else on the page comes from what is known."""
LONGEST = 1500


def written_for(group: Group, *, by: Actor) -> tuple[dict[str, str], datetime | None]:
    """The words as they were written last, and when. For those who lead the group, also for one evening."""
    require(by, Permission.GATHERING_RECORD, group)
    row = HandOver.objects.filter(group_id=group.pk).first()
    if row is None:
        return dict.fromkeys(WRITTEN, ""), None
    kept = json.loads(seals.HAND_OVER.open(row.sealed_words, code=row.code, holder=group.organisation))
    return {name: kept.get(name, "") for name in WRITTEN}, row.written_at


def write(*, group: Group, words: Mapping[str, str], seen_at: datetime | None, by: Actor, at: datetime) -> None:
    """Keep these words in place of those before.

    seen_at  when what the page showed was written, so that two people never write over each other
    Raises HandOverChanged.
    """
    require(by, Permission.GATHERING_RECORD, group)
    kept = json.dumps({name: words.get(name, "").strip()[:LONGEST] for name in WRITTEN})
    with transaction.atomic():
        Group.objects.select_for_update(no_key=True).get(pk=group.pk)
        row = HandOver.objects.filter(group_id=group.pk).first()
        if (row.written_at if row else None) != seen_at:
            raise HandOverChanged
        row = row or HandOver(group_id=group.pk)
        row.sealed_words = seals.HAND_OVER.seal(kept, code=row.code, holder=group.organisation)
        row.written_by_id, row.written_at = by.user_id, at  # type: ignore[assignment]
        row.save()
        _record(Event.HAND_OVER_WRITTEN, group, by=by, at=at)


def note_opened(group: Group, *, by: Actor, at: datetime) -> None:
    """Somebody reads the page. Kept in the record, because it gathers what is known of a whole group."""
    require(by, Permission.GATHERING_RECORD, group)
    _record(Event.HAND_OVER_OPENED, group, by=by, at=at)


def _record(event: Event, group: Group, *, by: Actor, at: datetime) -> None:
    about = log.Ref("group", group.code)
    log.record(event, by=by, about=about, at=at, chain=group.organisation.code)

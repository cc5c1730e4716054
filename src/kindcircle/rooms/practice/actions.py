"""The log that fills itself: a practice was begun, and this much of it was played."""

from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.lib.codes import digest
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.practice.models import Play
from kindcircle.spec.practices import Practice


def start_play(
    *, practice: Practice, seconds: int, client_key: str, member: User, group: Group | None, by: Actor, at: datetime
) -> Play:
    """Somebody pressed start. The same key again is the same play: a retry never logs twice."""
    require(by, Permission.PRACTICE_PLAY)
    require(by, Permission.IN_OWN_NAME, member)
    play, _ = Play.objects.get_or_create(
        # Under the member's own code: nobody's key can ever meet somebody else's.
        client_key=digest(f"{member.code} {client_key}"),
        member=member,
        defaults={
            "group": group,
            "practice": practice.id,
            "practice_version": practice.version,
            "seconds_planned": seconds,
            "started_at": at,
        },
    )
    return play


def record_played(*, play: Play, seconds: int, by: Actor, at: datetime) -> Play:
    """How far it was played so far. It only grows, stops at the planned length, and marks the end when reached.

    A phone that reports late or twice changes nothing that was already known.
    """
    require(by, Permission.PLAY_RECORD, play)
    with transaction.atomic():
        row = Play.objects.select_for_update(no_key=True).get(pk=play.pk)
        row.seconds_played = max(row.seconds_played, min(seconds, row.seconds_planned))
        if row.finished_at is None and row.seconds_played >= row.seconds_planned:
            row.finished_at = max(at, row.started_at)
        row.save(update_fields=["seconds_played", "finished_at"])
    return row

"""Whether anything about who is here has changed, for many gatherings at once."""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Q

from kindcircle.rooms.groups.models import Attendance
from kindcircle.rooms.live.models import Presence
from kindcircle.rooms.live.queries import QUIET_AFTER

Face = tuple[int, int, int, int]
"""How many were heard, how many of them lately, how many came, how many went."""


def faces(gathering_ids: Collection[int], *, at: datetime) -> dict[int, Face]:
    """In two queries for all of them. The same face again means that there is nothing to tell."""
    lately, gone = Count("pk", filter=Q(last_at__gte=at - QUIET_AFTER)), Count("pk", filter=Q(left_at__isnull=False))
    rows = Presence.objects.filter(gathering_id__in=gathering_ids).values_list("gathering_id")
    heard = {one: (many, awake) for one, many, awake in rows.annotate(many=Count("pk"), awake=lately)}
    came = Attendance.objects.filter(gathering_id__in=gathering_ids).values_list("gathering_id")
    here = {one: (many, left) for one, many, left in came.annotate(many=Count("pk"), left=gone)}
    return {one: (*heard.get(one, (0, 0)), *here.get(one, (0, 0))) for one in gathering_ids}

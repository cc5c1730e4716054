"""Words without a name appear as a handful, together, on a morning, and go together once too few are left.

Why in handfuls, and why all of one goes when somebody leaves: docs/adr, and the model of it in tests/rooms/sharing.
"""

import secrets
from collections import defaultdict
from datetime import datetime

from django.db import transaction

from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.sharing.models import Handful, Share
from kindcircle.spec.ladder import Step, in_force, last_morning, may_gather, may_stand


def gather_due(*, at: datetime) -> int:
    """Let handfuls appear that were complete this morning, and end those that may no longer be seen. How many came."""
    waiting = Share.objects.filter(step=Step.UNNAMED, handful=None).values_list("group_id", flat=True)
    open_ones = Handful.objects.filter(over_at=None).values_list("group_id", flat=True)
    came = 0
    for pk in sorted(set(waiting) | set(open_ones)):
        with transaction.atomic():
            group = Group.objects.select_for_update(no_key=True).get(pk=pk)
            for handful in Handful.objects.filter(group=group, over_at=None):
                _keep_true(handful, at=at)
            came += _gather(group, at=at)
    return came


def _gather(group: Group, *, at: datetime) -> int:
    morning = last_morning(at, group.zone)
    here = {place.user_id: place for place in present_places(group)}
    rows = [
        row
        for row in Share.objects.filter(group=group, step=Step.UNNAMED, handful=None)
        if row.author_id in here and _in_force(row, morning) == Step.UNNAMED and _let_in_by(row, morning)
    ]
    if not may_gather(row.author_id for row in rows if not row.known):
        return 0
    handful = Handful.objects.create(
        group=group,
        roster=sorted({here[row.author_id].code for row in rows}),
        first_at=min(row.since for row in rows),
        gathered_at=morning,
    )
    secrets.SystemRandom().shuffle(rows)
    for place, row in enumerate(rows):
        row.handful, row.place = handful, place
    Share.objects.bulk_update(rows, ["handful", "place"])
    return 1


def take_out(row: Share, *, at: datetime) -> None:
    """Somebody takes their words out of a handful. Inside the caller's transaction."""
    handful = row.handful
    if handful is None:
        return
    row.handful = None
    Share.objects.filter(pk=row.pk).update(handful=None)
    _keep_true(handful, at=at)


def standing_in(group: Group, *, at: datetime) -> dict[Handful, list[Share]]:
    """The handfuls that may be seen now, oldest first, each with what is in it in the order drawn by lot."""
    rows: dict[int, list[Share]] = defaultdict(list)
    for row in Share.objects.filter(group=group, handful__over_at=None, handful__isnull=False).order_by("place"):
        if row.handful_id is not None and _in_force(row, at) == Step.UNNAMED:
            rows[row.handful_id].append(row)
    here = set(present_places(group).values_list("code", flat=True))
    return {
        handful: rows[handful.pk]
        for handful in Handful.objects.filter(pk__in=rows, over_at=None).order_by("gathered_at", "pk")
        if _may_stand(handful, rows[handful.pk], here)
    }


def _keep_true(handful: Handful, *, at: datetime) -> None:
    """Write down that a handful is over, and take out what has a name by now. What is over stays over."""
    for row in Share.objects.filter(handful=handful, step=Step.NAMED):
        if _in_force(row, at) == Step.NAMED:
            Share.objects.filter(pk=row.pk).update(handful=None, known=True)
    rows = [row for row in Share.objects.filter(handful=handful) if _in_force(row, at) == Step.UNNAMED]
    here = set(present_places(handful.group).values_list("code", flat=True))
    if not _may_stand(handful, rows, here):
        Handful.objects.filter(pk=handful.pk, over_at=None).update(over_at=at)


def _may_stand(handful: Handful, rows: list[Share], here: set[str]) -> bool:
    writers = (row.author_id for row in rows if not row.known)
    return may_stand(writers, somebody_left=not set(handful.roster) <= here)


def _in_force(row: Share, at: datetime) -> str:
    let_in = row.review in (Share.Review.NONE, Share.Review.LET_IN)
    return in_force(row.step, row.before, seen_from=row.seen_from, let_in=let_in, at=at)


def _let_in_by(row: Share, at: datetime) -> bool:
    return row.reviewed_at is None or row.reviewed_at <= at

"""Whoever shows something of themselves by name should not meet silence: those who lead are reminded, once."""

from datetime import datetime, timedelta

from kindcircle.base.audit.log import Ref
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.sharing.models import Share
from kindcircle.rooms.tasks.actions import raise_task, settle_one
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.spec.ladder import Step, in_force

BEFORE = timedelta(days=1)
"""So long before the next meeting those who lead hear of it."""


def remind_due(*, at: datetime) -> None:
    """What stands there by name and had no kind sign is put before those who lead, the day before they meet."""
    soon = Gathering.objects.filter(
        state=Gathering.State.PLANNED, starts_at__gt=at, starts_at__lte=at + BEFORE
    ).select_related("group__organisation")
    for gathering in soon:
        here = Membership.objects.filter(group=gathering.group, role=Membership.Role.MEMBER, left_at=None)
        rows = Share.objects.filter(group=gathering.group, author__in=here.values("user"), warmth=None)
        for row in rows.select_related("author"):
            let_in = row.review in (Share.Review.NONE, Share.Review.LET_IN)
            now = in_force(row.step, row.before, seen_from=row.seen_from, let_in=let_in, at=at)
            if now in (Step.LEADERS, Step.NAMED):
                raise_task(
                    Kind.KIND_SIGN,
                    organisation=gathering.group.organisation,
                    about=Ref("group", gathering.group.code),
                    once=row.code,
                    due_at=gathering.starts_at,
                    at=at,
                    group_id=gathering.group_id,
                    concerns=row.author,
                )


def settle(row: Share, *, at: datetime) -> None:
    """Somebody has sent a sign, or it is no longer shared."""
    settle_one(Kind.KIND_SIGN, organisation=row.group.organisation, once=row.code, at=at)

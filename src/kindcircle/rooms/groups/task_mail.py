"""Telling people that something waits for them: once when it comes up, once more when its day has passed.

The first word goes to whoever answers for it, the second to somebody else, so that nothing lies with one person alone.
"""

from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.tasks.models import Task

# Nobody hears in one breath that a thing waits and that it is late.
BETWEEN = timedelta(hours=4)

WAITING = Task.objects.filter(done_at=None).select_related("organisation", "owner")


def tell_of_tasks(*, at: datetime) -> int:
    """Tell of what is new, then of what is late. Returns how many tasks were told of.

    One that cannot be told of never holds up the others; its error comes after them.
    """
    told = 0
    broken: Exception | None = None
    late = WAITING.filter(late_told_at=None, due_at__lt=at, told_at__lte=at - BETWEEN)
    for rows, late_now in ((WAITING.filter(told_at=None), False), (late, True)):
        for row in list(rows.order_by("pk")):
            try:
                told += _tell(row, late=late_now, at=at)
            except Exception as error:
                broken = error
    if broken is not None:
        raise broken
    return told


def _tell(task: Task, *, late: bool, at: datetime) -> int:
    with transaction.atomic():
        row = WAITING.select_for_update(of=("self",), no_key=True).filter(pk=task.pk).first()
        if row is None or (row.late_told_at if late else row.told_at) is not None:
            return 0
        if late:
            row.late_told_at = at
        else:
            row.told_at = at
        row.save(update_fields=["late_told_at" if late else "told_at"])
        # What came up in one moment, such as at the end of a meeting, is one message.
        once = f"late:{row.due_at.timestamp()}" if late else f"new:{row.raised_at.timestamp()}"
        for person in _people(row, late=late):
            queue.enqueue(
                "staff-please-look" if late else "something-waiting",
                to=person, about=Ref("task", row.code), once=once, at=at,
            )  # fmt: skip
    return 1


def _people(task: Task, *, late: bool) -> list[User]:
    """Who is told: those who answer for it, and once it is late those who stand behind them. The house at the last."""
    if task.group_id is not None:
        group = Group.objects.get(pk=task.group_id)
        leading = [place.user for place in present_places(group, Membership.Role.FACILITATOR) if place.user.is_active]
        first = group.alerts_backup_id if late else task.owner_id or group.alerts_owner_id
        named = [person for person in leading if person.pk == first]
        if named or leading:
            return named or leading
    elif task.owner is not None and task.owner.is_active and not late:
        return [task.owner]
    leads = StaffRole.objects.filter(
        role=StaffRole.Role.ORGANISATION_LEAD, user__organisation=task.organisation_id, user__is_active=True
    )
    return [role.user for role in leads.select_related("user").order_by("pk")]

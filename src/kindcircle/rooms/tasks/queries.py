"""What waits for somebody, soonest first, and what was done lately."""

from datetime import datetime

from django.db.models import Q, QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import can
from kindcircle.rooms.tasks.models import Task


def tasks() -> QuerySet[Task]:
    """Tasks with all that showing one needs."""
    return Task.objects.select_related("organisation", "concerns", "owner", "group", "done_by")


def waiting_for(actor: Actor) -> QuerySet[Task]:
    """Open tasks this person may do: of their groups, their own, and the house's for whoever leads it."""
    return _theirs(actor, tasks().filter(done_at=None)).order_by("due_at", "pk")


def done_lately(actor: Actor, *, since: datetime) -> QuerySet[Task]:
    """What they or others finished since then, newest first. What settled itself needs nobody's eye."""
    return _theirs(actor, tasks().filter(done_at__gte=since, done_by__isnull=False)).order_by("-done_at", "-pk")


def _theirs(actor: Actor, rows: QuerySet[Task]) -> QuerySet[Task]:
    mine = Q(group_id__in=actor.facilitates) | Q(owner_id=actor.user_id)
    if "organisation-lead" in actor.roles:
        mine |= Q(group=None, owner=None, organisation_id=actor.organisation_id)
    rows = rows.filter(mine)
    return rows.filter(pk__in=[task.pk for task in rows if can(actor, Permission.TASK_DO, task)])

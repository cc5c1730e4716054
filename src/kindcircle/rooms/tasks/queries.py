"""What waits for somebody, soonest first."""

from django.db.models import Q, QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import can, require
from kindcircle.base.vault import seals
from kindcircle.rooms.tasks.models import Task


def waiting_for(actor: Actor) -> QuerySet[Task]:
    """Open tasks this person may do: of their groups, their own, and the house's for whoever leads it."""
    mine = Q(group_id__in=actor.facilitates) | Q(owner_id=actor.user_id)
    if "organisation-lead" in actor.roles:
        mine |= Q(group=None, owner=None, organisation_id=actor.organisation_id)
    rows = Task.objects.filter(mine, done_at=None).select_related("organisation", "concerns", "owner", "group")
    allowed = [task.pk for task in rows if can(actor, Permission.TASK_DO, task)]
    return rows.filter(pk__in=allowed).order_by("due_at", "pk")


def note_of(task: Task, *, by: Actor) -> str:
    """What was written when it ended; may be empty."""
    require(by, Permission.TASK_DO, task)
    if not task.sealed_note:
        return ""
    return seals.TASK_NOTE.open(task.sealed_note, code=task.code, holder=task.concerns or task.organisation)

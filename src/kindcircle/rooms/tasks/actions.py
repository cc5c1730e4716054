"""Raising a task once, and ending it with what came of it."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import seals
from kindcircle.rooms.tasks.errors import DoneBefore, SayHowItEnded, TooLong
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

# How a task may end. A word from a closed list, so that a house can count; the rest goes into the note.
OUTCOMES = ("done", "reached", "not-reached", "not-needed")
SETTLED = "settled"
LONGEST = 2000


def raise_task(
    kind: Kind,
    *,
    organisation: Organisation,
    about: Ref,
    once: str,
    due_at: datetime,
    at: datetime,
    group_id: int | None = None,
    owner: User | None = None,
    concerns: User | None = None,
) -> None:
    """Have this wait for a person, once per kind and `once`, inside the caller's transaction."""
    task = Task(
        organisation=organisation,
        group_id=group_id,
        owner=owner,
        concerns=concerns,
        kind=kind,
        about_kind=about.kind,
        about_code=about.code,
        once_key=f"{kind}:{organisation.code}:{once}",
        raised_at=at,
        due_at=due_at,
    )
    Task.objects.bulk_create([task], ignore_conflicts=True)


def was_raised(kind: Kind, *, organisation: Organisation, once: str) -> bool:
    """Whether this was asked for on this occasion, whatever came of it."""
    return Task.objects.filter(once_key=f"{kind}:{organisation.code}:{once}").exists()


def hold(kind: Kind, *, group_id: int) -> None:
    """Who raises these for a group, who settles them and who finishes one by hand wait for each other.

    Inside the caller's transaction and before its entry in the record: `finish` takes the two in this order.
    """
    rows = Task.objects.select_for_update(no_key=True).filter(kind=kind, group_id=group_id)
    list(rows.order_by("pk").values_list("pk", flat=True))


def finish(*, task: Task, outcome: str, note: str, by: Actor, at: datetime) -> Task:
    """Somebody did it and says how it ended. The same said twice is said once.

    Raises SayHowItEnded, TooLong, and DoneBefore where the first ending was another one: it stands.
    """
    require(by, Permission.TASK_DO, task)
    note = note.strip()
    if outcome not in OUTCOMES:
        raise SayHowItEnded
    if len(note) > LONGEST:
        raise TooLong(LONGEST)
    with transaction.atomic():
        locked = Task.objects.select_for_update(no_key=True).select_related("organisation").get(pk=task.pk)
        if locked.done_at is not None:
            if (locked.done_by_id, locked.outcome, _note(locked)) != (by.user_id, outcome, note):
                raise DoneBefore
            return locked
        locked.done_at, locked.done_by_id, locked.outcome = at, by.user_id, outcome
        if note:
            locked.sealed_note = seals.TASK_NOTE.seal(note, code=locked.code, holder=_holder(locked))
        locked.save(update_fields=["done_at", "done_by", "outcome", "sealed_note"])
        concerns = locked.concerns.code if locked.concerns else ""
        log.record(
            Event.TASK_DONE,
            by=by,
            about=Ref("task", locked.code),
            at=at,
            chain=locked.organisation.code,
            concerns=concerns,
            reason=outcome,
        )
    return locked


def settle(kind: Kind, *, about: Ref, at: datetime) -> None:
    """What was to be done has come about in another way: nobody needs to do it any more."""
    still = Task.objects.filter(kind=kind, about_kind=about.kind, about_code=about.code, done_at=None)
    still.update(done_at=at, outcome=SETTLED)


def settle_occasion(kind: Kind, *, organisation: Organisation, once: str, at: datetime) -> None:
    """The same for one occasion, or for all whose `once` begins with this one and a colon."""
    key = f"{kind}:{organisation.code}:{once}"
    still = Task.objects.filter(Q(once_key=key) | Q(once_key__startswith=f"{key}:"), kind=kind, done_at=None)
    still.update(done_at=at, outcome=SETTLED)


def settle_one(kind: Kind, *, organisation: Organisation, once: str, at: datetime) -> None:
    """The same for one task alone, by the occasion it was raised for."""
    still = Task.objects.filter(once_key=f"{kind}:{organisation.code}:{once}", done_at=None)
    still.update(done_at=at, outcome=SETTLED)


def note_of(task: Task, *, by: Actor) -> str:
    """What was written when it ended; may be empty."""
    require(by, Permission.TASK_DO, task)
    return _note(task)


def unsettle(kind: Kind, *, about: Ref) -> None:
    """It had come about in another way, and now it has not: it waits again. What a person finished stays finished."""
    settled = Task.objects.filter(kind=kind, about_kind=about.kind, about_code=about.code, outcome=SETTLED)
    settled.update(done_at=None, outcome="")


def unsettle_one(kind: Kind, *, organisation: Organisation, once: str) -> None:
    """The same for one task alone, by the occasion it was raised for."""
    settled = Task.objects.filter(once_key=f"{kind}:{organisation.code}:{once}", outcome=SETTLED)
    settled.update(done_at=None, outcome="")


def _note(task: Task) -> str:
    return seals.TASK_NOTE.open(task.sealed_note, code=task.code, holder=_holder(task)) if task.sealed_note else ""


def _holder(task: Task) -> User | Organisation:
    """Words about a person go when that person's key goes."""
    return task.concerns or task.organisation

"""Once an hour an alert about nobody goes the way of the others, and a machine looks whether it came through.

It is written with its message in one transaction, leased and tried again like any message, and asks the mail server
whether it takes mail; no mail is written. Then the queue is read as a page reads it. Where a trial is not seen in time,
or could not even be written, whoever leads the house has it on their list, and those who answer alerts read that
messages may be late.
"""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q

from kindcircle.base.audit import log
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.safety.models_watch import TrialAlert
from kindcircle.rooms.safety.queries import handled_alerts, trial_is_late
from kindcircle.rooms.tasks.actions import raise_task, settle, unsettle_one
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task

TRIAL = "trial"
"""What the outbox calls it."""

KEPT = timedelta(days=14)


def raise_due(*, at: datetime) -> int:
    """A trial for every house whose groups run and that has had none this hour. Returns how many.

    One house that cannot have one never holds up the others; its error comes after them.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    had = TrialAlert.objects.filter(hour=hour).values("organisation")
    raised = 0
    broken: Exception | None = None
    for house in Organisation.objects.filter(groups__state=Group.State.RUNNING).exclude(pk__in=had).distinct():
        try:
            raised += _raise(house, hour, at)
        except Exception as error:
            broken = error
    _forget(at)
    if broken is not None:
        raise broken
    return raised


def came_through(*, code: str, at: datetime) -> None:
    """The outbox has taken it as far as the mail server."""
    TrialAlert.objects.filter(code=code, delivered_at=None).update(delivered_at=at)


def look(*, at: datetime) -> int:
    """The machine reads the queue of each house, and sees the trial there. How many were seen."""
    seen = 0
    waiting = TrialAlert.objects.filter(delivered_at__isnull=False, seen_at=None).select_related("organisation")
    for trial in waiting.order_by("pk"):
        # Whatever keeps a page from reading the queue keeps the trial from being seen.
        for alert in handled_alerts().filter(group__organisation=trial.organisation, closed_at=None)[:5]:
            _ = alert.house
        seen += TrialAlert.objects.filter(pk=trial.pk, seen_at=None).update(seen_at=at)
    return seen


def tell_of_late(*, at: datetime) -> None:
    """Whoever leads a house whose trial has not come through has it on their list, until one does."""
    had = Q(pk__in=TrialAlert.objects.values("organisation"))
    for house in Organisation.objects.filter(had | Q(groups__state=Group.State.RUNNING)).distinct():
        _tell(house, at)


def _tell(house: Organisation, at: datetime) -> None:
    """One task for whoever leads the house, gone by itself once a trial comes through again."""
    about = log.Ref("organisation", house.code)
    if not trial_is_late(house.pk, at=at):
        settle(Kind.ALERTS_LATE, about=about, at=at)
        return
    if Task.objects.filter(kind=Kind.ALERTS_LATE, organisation=house, done_at=None).exists():
        return
    with transaction.atomic():
        once = f"{at:%Y%m%d%H}"
        raise_task(Kind.ALERTS_LATE, organisation=house, about=about, once=once, due_at=at, at=at)
        # A trial came through within this hour, and the next thing did not.
        unsettle_one(Kind.ALERTS_LATE, organisation=house, once=once)


def _raise(house: Organisation, hour: datetime, at: datetime) -> bool:
    to = _somebody(house)
    if to is None:
        return False
    with transaction.atomic():
        trial = TrialAlert(organisation=house, hour=hour, raised_at=at)
        TrialAlert.objects.bulk_create([trial], ignore_conflicts=True)
        # Two workers at once: the one whose trial stayed sends its message.
        stayed = TrialAlert.objects.filter(code=trial.code).exists()
        if stayed:
            about = log.Ref(TRIAL, trial.code)
            queue.enqueue("staff-please-look", to=to, about=about, once=f"trial:{trial.code}", at=at)
    return stayed


def _somebody(house: Organisation) -> User | None:
    """To whom the message is addressed that is never written: a safety lead, or whoever leads the house."""
    staff = User.objects.filter(organisation=house, is_active=True)
    for role in (StaffRole.Role.SAFETY_LEAD, StaffRole.Role.ORGANISATION_LEAD, StaffRole.Role.FACILITATOR):
        found = staff.filter(staff_roles__role=role).order_by("pk").first()
        if found is not None:
            return found
    return None


def _forget(at: datetime) -> None:
    old = TrialAlert.objects.filter(raised_at__lt=at - KEPT)
    Delivery.objects.filter(about_kind=TRIAL, about_code__in=old.values("code")).delete()
    old.delete()

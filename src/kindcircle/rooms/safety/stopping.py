"""After something serious: one named person decides within a day whether the group goes on, pauses or changes."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from kindcircle.base.access import SYSTEM, Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.outbox import queue
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.standing_in import leading
from kindcircle.rooms.safety.errors import EventNotClear, StepTaken
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.rooms.safety.models_unwanted import StopReview
from kindcircle.rooms.safety.queries import safety_leads
from kindcircle.rooms.tasks.actions import raise_task, settle
from kindcircle.rooms.tasks.kinds import Kind

SERIOUS = 4
WITHIN = timedelta(hours=24)
LONGEST = 2000
ABOUT = "adverse-event"


def begin_stop_review(event: AdverseEvent, *, at: datetime) -> None:
    """The clock of a serious event begins, once, inside the caller's transaction. All safety leads are told at once."""
    leads = list(safety_leads(event.group.organisation_id))
    owner = leads[0] if leads else event.group.alerts_owner
    review = StopReview(event=event, owner=owner, begun_at=at, due_at=at + WITHIN)
    if not StopReview.objects.filter(event=event).exists():
        review.save(force_insert=True)
        raise_task(
            Kind.STOP_REVIEW, organisation=event.group.organisation, about=log.Ref(ABOUT, event.code),
            once=event.code, due_at=review.due_at, at=at, owner=owner, concerns=event.member,
        )  # fmt: skip
        _tell(event, leads or [owner], "", at)
        _record(Event.STOP_REVIEW_BEGUN, event, SYSTEM, at)


def open_reviews(*, by: Actor) -> QuerySet[StopReview]:
    """Decisions that are still to be made in this house, the most pressing first."""
    require(by, Permission.ADVERSE_EVENTS_EXPORT)
    rows = StopReview.objects.filter(decided_at=None, event__group__organisation=by.organisation_id)
    return rows.select_related("event__group__organisation", "owner").order_by("due_at", "pk")


def decide(*, event: AdverseEvent, outcome: str, why: str, by: Actor, at: datetime) -> StopReview:
    """Go on, pause or change, and why. One decision; the same said twice is said once.

    Raises EventNotClear, and StepTaken where somebody else decided otherwise before.
    """
    require(by, Permission.ADVERSE_EVENT_REVIEW, event)
    why = why.strip()
    if outcome not in StopReview.Outcome.values:
        raise EventNotClear(_("Please choose: go on, pause or change."))
    if not why:
        raise EventNotClear(_("Please write down why. One sentence is enough."))
    if len(why) > LONGEST:
        raise EventNotClear(_("This is longer than we can keep. Up to %(n)s signs fit.") % {"n": LONGEST})
    with transaction.atomic():
        rows = StopReview.objects.select_for_update(of=("self",), no_key=True)
        row = rows.filter(event=event).first()
        if row is None:
            raise EventNotClear(_("Nothing has to be decided here."))
        if row.decided_at is not None:
            if (row.outcome, row.decided_by_id) == (outcome, by.user_id):
                return row
            raise StepTaken
        row.outcome, row.decided_at, row.decided_by_id = outcome, at, by.user_id
        row.sealed_why = seals.STOP_REVIEW.seal(why, code=row.code, holder=event.member)
        row.save(update_fields=["outcome", "decided_at", "decided_by", "sealed_why"])
        settle(Kind.STOP_REVIEW, about=log.Ref(ABOUT, event.code), at=at)
        if outcome != StopReview.Outcome.GO_ON:
            # Whoever leads the group has to act on it; whoever decided knows.
            others = [person for person in leading(event.group, at=at) if person.pk != by.user_id]
            _tell(event, others, "decided", at)
        _record(Event.STOP_REVIEW_DECIDED, event, by, at, reason=outcome)
    return row


def why_decided(review: StopReview, *, by: Actor) -> str:
    """The reason in words. For those who may read the event."""
    require(by, Permission.ADVERSE_EVENT_RECORD, review)
    if not review.sealed_why:
        return ""
    return seals.STOP_REVIEW.open(review.sealed_why, code=review.code, holder=review.event.member)


def pass_on_due(*, at: datetime) -> int:
    """A day has passed and nobody has decided: every safety lead is told once more, and those who lead the group.

    Returns how many. Each is told of once, whatever crashes in between. One that cannot be told of never holds up the
    others; its error is raised after them, and whoever answers alerts reads that messages may be late.
    """
    told = 0
    broken: Exception | None = None
    due = StopReview.objects.filter(decided_at=None, late_told_at=None, due_at__lte=at)
    for pk in list(due.order_by("due_at").values_list("pk", flat=True)):
        try:
            told += _pass_on(pk, at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return told


def _pass_on(pk: int, at: datetime) -> bool:
    with transaction.atomic():
        rows = StopReview.objects.select_for_update(of=("self",), no_key=True).filter(decided_at=None)
        row = rows.select_related("event__group__organisation", "event__member", "owner").filter(
            pk=pk, late_told_at=None
        ).first()  # fmt: skip
        if row is None:
            return False
        row.late_told_at = at
        row.save(update_fields=["late_told_at"])
        group = row.event.group
        people = {one.pk: one for one in [*safety_leads(group.organisation_id), *leading(group, at=at), row.owner]}
        _tell(row.event, [one for one in people.values() if one.is_active], "late", at)
        _record(Event.STOP_REVIEW_LATE, row.event, SYSTEM, at)
        return True


def _tell(event: AdverseEvent, people: list[User], when: str, at: datetime) -> None:
    once = f"adverse-event:{event.code}{':' + when if when else ''}"
    for person in people:
        queue.enqueue("staff-please-look", to=person, about=log.Ref(ABOUT, event.code), once=once, at=at)


def _record(what: Event, event: AdverseEvent, by: Actor, at: datetime, reason: str = "") -> None:
    about = log.Ref(ABOUT, event.code)
    chain, concerns = event.group.organisation.code, event.member.code
    log.record(what, by=by, about=about, at=at, chain=chain, concerns=concerns, reason=reason)

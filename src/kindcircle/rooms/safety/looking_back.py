"""Once a week a safety lead looks back on every alert that was closed, sees what was late, and signs."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.base.vault import seals
from kindcircle.rooms.safety.errors import LineMissing, StepTaken
from kindcircle.rooms.safety.ladder import CALLED, LADDER, in_touch_by, record
from kindcircle.rooms.safety.models import Alert, AlertStep
from kindcircle.rooms.safety.models_protocol import AlertRung
from kindcircle.rooms.safety.models_watch import AlertReview, TrialAlert
from kindcircle.rooms.safety.queries import handled_alerts, staffed_hours
from kindcircle.rooms.safety.staffed import StaffedHours, staffed_deadline
from kindcircle.spec.safety import load_ladder

State = Alert.State


@dataclass(frozen=True, slots=True)
class LookedBack:
    """One closed alert, what of it came later than promised, and the level that counted last, if one was chosen."""

    alert: Alert
    seen_late: bool
    reached_late: bool
    rung: int | None = None

    @property
    def late(self) -> bool:
        return self.seen_late or self.reached_late


@dataclass(frozen=True, slots=True)
class Trials:
    """How the hourly trial went: how many, how many came through, and the slowest of them in seconds."""

    all: int
    seen: int
    slowest: int


def to_look_back_on(organisation: Organisation, *, by: Actor, at: datetime) -> list[LookedBack]:
    """Every closed alert of the house that nobody has looked back on yet, the earliest first."""
    require(by, Permission.ALERTS_REVIEW, organisation)
    hours = staffed_hours(organisation)
    rows = list(_closed(organisation, at))
    reached = dict(
        AlertStep.objects.filter(alert__in=rows, state=State.CONTACTED).order_by("-at").values_list("alert", "at")
    )
    chosen = dict(AlertRung.objects.filter(alert__in=rows).order_by("pk").values_list("alert", "rung"))
    return [_looked_back(row, hours, reached.get(row.pk), chosen.get(row.pk)) for row in rows]


def last_review(organisation: Organisation) -> AlertReview | None:
    """The latest time somebody signed."""
    return AlertReview.objects.filter(organisation=organisation).select_related("by").order_by("-until").first()


def is_due(organisation: Organisation, *, at: datetime) -> bool:
    """Whether something closed has waited a week to be looked back on."""
    week = timedelta(days=load_ladder().review_every_days)
    return _closed(organisation, at - week).exists()


def trials_of(organisation: Organisation, *, since: datetime, at: datetime) -> Trials:
    """How the hourly trial went in this time. The one that is still on its way does not count."""
    rows = TrialAlert.objects.filter(organisation=organisation, raised_at__gte=since, raised_at__lte=at)
    took = [(row.seen_at - row.raised_at).total_seconds() for row in rows if row.seen_at is not None]
    on_its_way = rows.filter(seen_at=None, raised_at__gt=at - timedelta(minutes=5)).count()
    return Trials(all=rows.count() - on_its_way, seen=len(took), slowest=round(max(took, default=0)))


def sign(*, organisation: Organisation, line: str, by: Actor, at: datetime) -> AlertReview:
    """I have looked back on all of these. Each is then reviewed. Raises LineMissing, StepTaken."""
    require(by, Permission.ALERTS_REVIEW, organisation)
    if not line.strip():
        raise LineMissing
    before = last_review(organisation)
    first = Alert.objects.filter(_of(organisation)).order_by("raised_at").values_list("raised_at", flat=True).first()
    since = before.until if before else min(first or at, at - timedelta(days=load_ladder().review_every_days))
    if since >= at:
        raise StepTaken
    try:
        with transaction.atomic():
            looked = to_look_back_on(organisation, by=by, at=at)
            review = AlertReview(
                organisation=organisation,
                since=since,
                until=at,
                by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned is a safety lead
                looked_at=len(looked),
                late=sum(one.late for one in looked),
            )
            review.sealed_line = seals.ALERT_REVIEW.seal(line.strip(), code=review.code, holder=organisation)
            review.save(force_insert=True)
            for one in looked:
                if not Alert.objects.filter(pk=one.alert.pk, state=State.CLOSED).update(
                    state=State.REVIEWED, review=review
                ):
                    raise StepTaken
                AlertStep.objects.create(alert=one.alert, state=State.REVIEWED, by_id=by.user_id, at=at)
            for one in looked:
                record(Event.ALERT_REVIEWED, one.alert, by=by, at=at)
    except IntegrityError:  # somebody else signed the same week at the same moment
        raise StepTaken from None
    return review


def line_of(review: AlertReview, *, by: Actor) -> str:
    """What was written when it was signed."""
    require(by, Permission.ALERTS_REVIEW, review)
    return seals.ALERT_REVIEW.open(review.sealed_line, code=review.code, holder=review.organisation)


def _looked_back(row: Alert, hours: StaffedHours, reached_at: datetime | None, rung: int | None) -> LookedBack:
    backup = next(step for step in load_ladder().steps if CALLED[step.tell] == LADDER[1])
    see_by = staffed_deadline(hours, row.waits_since, timedelta(minutes=backup.after_staffed_minutes))
    pressing = row.level != Alert.Level.REVIEW
    return LookedBack(
        alert=row,
        seen_late=pressing and (row.seen_at is None or row.seen_at > see_by),
        reached_late=pressing and (reached_at is None or reached_at > in_touch_by(row)),
        rung=rung,
    )


def _closed(organisation: Organisation, at: datetime) -> QuerySet[Alert]:
    rows = handled_alerts().filter(_of(organisation), state=State.CLOSED, closed_at__lte=at)
    return rows.order_by("closed_at", "pk")


def _of(organisation: Organisation) -> Q:
    return Q(group__organisation=organisation) | Q(intake__organisation=organisation)

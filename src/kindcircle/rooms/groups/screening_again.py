"""A decision grows old: six weeks later somebody asks how things are now, before the first meeting."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, Min, OuterRef, Q

from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox import queue
from kindcircle.rooms.groups.actions.seats import DECISION_HOLDS
from kindcircle.rooms.groups.models import Gathering, Group, KeptPlace, Membership
from kindcircle.rooms.intake.actions.screening import ask_once_more
from kindcircle.rooms.intake.models import Application, Decision, Intake, ScreeningForm
from kindcircle.rooms.intake.queries import latest_decision, screeners_of
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind

ASK_BEFORE = timedelta(days=7)
"""How long before a decision runs out the question goes out."""


def ask_again_due(*, at: datetime) -> int:
    """Ask those whose decision runs out before their group begins, and remind of those whom we promised to ask again.

    Returns how many were asked about. One that cannot be asked never holds up the others; its error comes after them.
    """
    asked = 0
    broken: Exception | None = None
    for decision in [*_running_out(at), *_promised(at)]:
        try:
            with transaction.atomic():
                asked += _ask(decision, at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return asked


def _ask(decision: Decision, at: datetime) -> int:
    application = decision.application
    if latest_decision(application) != decision:
        return 0
    again = decision.opens_a_place
    kind = Kind.SCREEN_AGAIN if again else Kind.ASK_LATER
    for screener in screeners_of(application.intake):
        raise_task(
            kind,
            organisation=application.intake.organisation,
            about=Ref("application", application.code),
            once=f"{decision.code}:{screener.code}",
            due_at=max(decision.decided_at + DECISION_HOLDS, at + ASK_BEFORE) if again else at + ASK_BEFORE,
            owner=screener,
            concerns=application.person,
            at=at,
        )
    if again:
        form = ask_once_more(application=application, at=at)
        about = Ref("screening-form", form.code)
        queue.enqueue("something-waiting", to=application.person, about=about, once=f"again:{form.code}", at=at)
    return 1


def _running_out(at: datetime) -> list[Decision]:
    """Decisions to join that are nearly six weeks old, where the group begins later than that, or nobody knows when."""
    ahead = Group.objects.annotate(begins=Min("gatherings__starts_at")).filter(begins__gt=at)
    ahead = ahead.exclude(gatherings__state__in=(Gathering.State.OPEN, Gathering.State.CLOSED))
    begins = dict(ahead.values_list("pk", "begins"))
    kept = dict(KeptPlace.objects.filter(group__in=begins, given_up_at=None).values_list("application_id", "group_id"))
    members = Membership.objects.filter(group__in=begins, role=Membership.Role.MEMBER, left_at=None)
    kept |= dict(members.exclude(admission=None).values_list("admission__application_id", "group_id"))
    has_place = KeptPlace.objects.filter(application=OuterRef("application"), given_up_at=None)
    asked = ScreeningForm.objects.filter(
        application=OuterRef("application"), kind=ScreeningForm.Kind.AGAIN, begun_at__gte=OuterRef("decided_at")
    )
    waits = Q(application__state=Application.State.DECIDED) & ~Exists(has_place)
    rows = Decision.objects.filter(
        Q(application__in=kept) | waits,
        ~Exists(asked),
        decided_at__lte=at - DECISION_HOLDS + ASK_BEFORE,
        outcome__in=(Decision.Outcome.JOIN, Decision.Outcome.JOIN_WITH_PLAN),
        application__withdrawn_at=None,
        application__person__is_active=True,
    ).select_related("application__person", "application__intake__organisation")

    def too_late(decision: Decision) -> bool:
        group = kept.get(decision.application_id)
        if group is not None:
            return bool(begins[group] > decision.decided_at + DECISION_HOLDS)
        intake = decision.application.intake
        today = at.astimezone(ZoneInfo(intake.zone)).date()
        closed = intake.state == Intake.State.CLOSED and intake.starts_about is None
        return not closed and (intake.starts_about is None or intake.starts_about >= today)

    return [row for row in rows.order_by("decided_at", "pk") if too_late(row)]


def _promised(at: datetime) -> list[Decision]:
    """Answers of “later” whose day has come, on the clock of the intake."""
    rows = Decision.objects.filter(
        outcome=Decision.Outcome.LATER,
        ask_again_on__lte=(at + timedelta(days=1)).date(),
        application__withdrawn_at=None,
    ).select_related("application__person", "application__intake__organisation")
    return [
        row
        for row in rows.order_by("ask_again_on", "pk")
        if row.ask_again_on and row.ask_again_on <= at.astimezone(ZoneInfo(row.application.intake.zone)).date()
    ]

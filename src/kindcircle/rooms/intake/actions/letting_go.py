"""What people wrote before a talk does not stay for ever where no place came of it."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.events import Event
from kindcircle.rooms.intake.actions.applying import hold, record
from kindcircle.rooms.intake.models import Application, ScreeningForm, Talk
from kindcircle.rooms.intake.queries import latest_decision

AFTER_TAKEN_BACK = timedelta(days=30)
"""Long enough to finish what a yes on the form has begun, and to think again."""
WITHOUT_PLACE = timedelta(days=365)
AT_ONCE = 20


def let_go_due(*, at: datetime) -> int:
    """Take away what was written for requests that were taken back, or led to no place. Returns how many.

    Not what was decided and why: that is the house's record. One that cannot be taken never holds up the others.
    """
    gone = 0
    broken: Exception | None = None
    back = Q(withdrawn_at__lte=at - AFTER_TAKEN_BACK)
    quiet = Q(withdrawn_at=None, applied_at__lte=at - WITHOUT_PLACE) & ~Q(state=Application.State.PLACED)
    # Where a place was taken, and be it left since, it belongs to the records of somebody who came.
    came = Application.objects.filter(Q(kept_places__taken_at__isnull=False) | Q(decisions__places__isnull=False))
    rows = (
        Application.objects.filter(back | quiet, words_gone_at=None)
        .exclude(pk__in=came.values("pk"))
        .exclude(person__held=True)
        .order_by(F("withdrawn_at").asc(nulls_last=True), "pk")
    )
    for application in rows.iterator():
        if gone >= AT_ONCE:
            break
        try:
            gone += _let_go(application, at)
        except Exception as error:
            broken = error
    if broken is not None:
        raise broken
    return gone


def _let_go(application: Application, at: datetime) -> int:
    with transaction.atomic():
        held = hold(application)
        decision = latest_decision(held)
        if decision is not None and held.withdrawn_at is None and decision.decided_at > at - WITHOUT_PLACE:
            return 0
        held.sealed_answers, held.words_gone_at = b"", at
        held.save(update_fields=["sealed_answers", "words_gone_at"])
        ScreeningForm.objects.filter(application=held).update(sealed_answers=b"")
        Talk.objects.filter(application=held).update(sealed_note=b"")
        record(Event.RECORDS_GONE, application=held, by=SYSTEM, at=at)
    return 1

"""The sheets that one person is asked for together, such as the set before the first meeting: one errand, one mail."""

from datetime import datetime

from kindcircle.base.audit.log import Ref
from kindcircle.base.outbox import queue
from kindcircle.rooms.measures.models import Assignment

REMINDER = "something-waiting"
ABOUT = "sheets-"
"""Before the occasion: what such a mail is about, so that one for the week and one for the end stay apart."""


def about(sheet: Assignment) -> Ref:
    """What a reminder of this sheet's set is about. Its code tells nobody anything."""
    return Ref(f"{ABOUT}{sheet.occasion}", sheet.gathering.code if sheet.gathering else sheet.circle.code)


def answered(sheet: Assignment, *, at: datetime) -> None:
    """This sheet is done; where it was the last of its set, a reminder that still waits is not sent any more."""
    rest = Assignment.objects.filter(
        member=sheet.member,
        group=sheet.group,
        intake=sheet.intake,
        gathering=sheet.gathering,
        occasion=sheet.occasion,
        closes_at__gt=at,
        response=None,
    )
    if not rest.exists():
        queue.take_back(REMINDER, to=sheet.member, about=about(sheet), at=at)

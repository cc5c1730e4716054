"""Cards that were typed in once and wait: for a second person, or for a look at the card."""

from datetime import datetime

from django.db.models import QuerySet

from kindcircle.base.audit.log import Ref
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.models_paper import PaperSheet
from kindcircle.rooms.tasks.actions import hold, settle
from kindcircle.rooms.tasks.kinds import Kind


def open_cards() -> QuerySet[PaperSheet]:
    """Cards that are not settled, of sheets that nobody has sent."""
    rows = PaperSheet.objects.filter(settled_at=None, assignment__response=None)
    return rows.select_related("assignment__member", "assignment__group__organisation", "first_by", "second_by")


def waiting_cards(group: Group) -> int:
    """How many cards of this group were typed in and wait for a second person, or for a look at the card."""
    return open_cards().filter(assignment__group=group).count()


def hold_waiting(assignment: Assignment) -> None:
    """Cards of one group that are typed in at the same moment are counted one after the other.

    Else the last one could be settled while a new one comes in, and nobody would be asked for that one. Inside the
    transaction that keeps the answers, before its entry in the record.
    """
    if assignment.group_id is not None and PaperSheet.objects.filter(assignment=assignment).exists():
        hold(Kind.PAPER_AGAIN, group_id=assignment.group_id)


def no_longer_waits(assignment: Assignment, *, at: datetime) -> None:
    """This sheet is answered. Where it was the last card that waited in its group, nobody is asked any more.

    Inside the transaction that keeps the answers, after them and after `hold_waiting`.
    """
    group = assignment.group
    if group is None or not PaperSheet.objects.filter(assignment=assignment).exists() or waiting_cards(group):
        return
    for meeting in Gathering.objects.filter(group=group):
        settle(Kind.PAPER_AGAIN, about=Ref("gathering", meeting.code), at=at)

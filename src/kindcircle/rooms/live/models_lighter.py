"""A meeting made lighter because the one before it was a lot: what was taken, or why not, and by whom."""

from django.db import models
from django.db.models import Q

from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering


class LighterMeeting(models.Model):
    """What those who lead decided about the proposal for one meeting. Decided anew, the last word counts."""

    class Why(models.TextChoices):
        TALKED = "talked"  # the group wants to go on
        OTHER = "other-plan"  # they make room in another way
        NOT_SEEN = "not-seen"  # it does not fit what they see

    gathering = models.OneToOneField(Gathering, on_delete=models.CASCADE, related_name="lighter")
    # Words of spec.slowing.PARTS, with commas between; empty where it stays as written.
    parts = models.CharField(max_length=40, blank=True, default="")
    why_not = models.CharField(max_length=10, choices=Why.choices, blank=True, default="")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"by"}
        operational = {"id", "gathering", "parts", "why_not", "at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(parts="") & Q(why_not="") | Q(parts="") & ~Q(why_not=""),
                name="lighter_meeting_taken_or_says_why",
            ),
        ]

"""After something serious: whether the group goes on, decided within a day by one named person."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.safety.models import AdverseEvent


class StopReview(models.Model):
    """Go on, pause or change: one decision for each serious event, with its reason in writing."""

    class Outcome(models.TextChoices):
        GO_ON = "go-on"
        PAUSE = "pause"
        CHANGE = "change"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    event = models.OneToOneField(AdverseEvent, on_delete=models.CASCADE, related_name="stop_review")
    owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # When everybody who could decide was told that the day has passed.
    late_told_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True, default="")
    sealed_why = models.BinaryField(default=bytes, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_why"}
        personal = {"owner", "decided_by"}
        operational = {"id", "code", "event", "begun_at", "due_at", "late_told_at", "decided_at"}
        research = {"outcome"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(outcome="", decided_by=None, decided_at=None)
                | (~Q(outcome="") & Q(decided_by__isnull=False, decided_at__isnull=False)),
                name="stop_review_decided_by_somebody",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(decided_at=None), name="stop_review_open")]

    def access_facts(self) -> Facts:
        return self.event.access_facts()

"""What a group is no longer asked."""

from django.db import models

from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group


class StoppedAsking(models.Model):
    """One group is not given one questionnaire any more. What was answered stays, and so does who decided it."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="stopped_asking")
    instrument = models.CharField(max_length=40)
    stopped_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    stopped_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"stopped_by"}
        operational = {"id", "group", "instrument", "stopped_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "instrument"], name="stopped_asking_once")]

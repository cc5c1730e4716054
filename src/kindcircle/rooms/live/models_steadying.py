"""Being looked after during a meeting: what was done for one person, who dropped off, and when to slow down."""

from django.db import models
from django.db.models import Q

from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering


class Steadying(models.Model):
    """It became too much for somebody, and one of those who lead looked after them. One at a time for each person."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="steadyings")
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    begun_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    # What they answered and one line about it, as JSON under the member's key.
    sealed_said = models.BinaryField(default=bytes, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_said"}
        personal = {"member", "begun_by"}
        operational = {"id", "code", "gathering", "begun_at", "ended_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["gathering", "member"], condition=Q(ended_at=None), name="steadying_one_at_a_time"
            )
        ]


class SteadyingStep(models.Model):
    """One of the eight steps was done. Ticked twice, it is done once."""

    steadying = models.ForeignKey(Steadying, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=8)
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"by"}
        operational = {"id", "steadying", "step", "at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["steadying", "step"], name="steadying_step_once")]


class DropOff(models.Model):
    """Online, a device fell silent while a practice that can stir people up went on. Noticed once."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="drop_offs")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    silent_from = models.DateTimeField()
    noticed_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"user"}
        operational = {"id", "gathering", "silent_from", "noticed_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "user", "silent_from"], name="drop_off_once")]


class SlowDown(models.Model):
    """This meeting was a lot, so the next one may be lighter. A suggestion with its reason; people decide."""

    class Reason(models.TextChoices):
        STEP_OUTS = "step-outs"
        CALLED = "called"

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="slow_downs")
    reason = models.CharField(max_length=9, choices=Reason.choices)
    # Empty where it follows from the taps.
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"by"}
        operational = {"id", "gathering", "reason", "at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "reason"], name="slow_down_once")]

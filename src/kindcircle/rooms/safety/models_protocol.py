"""What whoever handles an alert decides that it asks for, and what their house has agreed to do then."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.safety.models import Alert


class AlertRung(models.Model):
    """How much an alert asks for, 0 to 4, as a person judged it after they looked; the latest one counts.

    Never worked out from answers. It says what is to be done and by when, and nothing about how somebody is.
    """

    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="rungs")
    rung = models.PositiveSmallIntegerField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"by"}
        operational = {"id", "alert", "at"}
        research = {"rung"}

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(rung__lte=4), name="alert_rung_0_to_4")]


class HouseProtocol(models.Model):
    """What this house does at each level, in its own words and in versions. Kept by whoever answers for safety."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveSmallIntegerField()
    lines = models.JSONField(help_text="Words by level, '0' to '4', and 'always'.")
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"kept_by"}
        operational = {"id", "organisation", "number", "lines", "kept_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="protocol_number_once")]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)

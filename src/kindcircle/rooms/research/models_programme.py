"""What a programme's report rests on: the figures of each group, worked out once, and what was planned beforehand."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models import Group


class CohortRecord(models.Model):
    """One ended group in sums and means, kept as it was when its last sheets had closed.

    A figure that changed when one person answered late, or had their answers removed, would tell that person's answers
    to whoever saw both. So it never changes. Nobody's line is in it, and below five people no score.
    """

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="cohort_record")
    made_at = models.DateTimeField()
    figures = models.JSONField(help_text="See rooms/research/cohorts.py.")

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "group", "made_at"}
        research = {"figures"}


class ProgrammePlan(models.Model):
    """What somebody of the house said they would look at across the groups of a programme, before they looked.

    Said once. What is looked at besides was not planned, and the report says which is which.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="programme_plans")
    programme = models.CharField(max_length=60)
    # The main measure, as "questionnaire:score", and the change in between, if one is looked at.
    primary = models.CharField(max_length=81)
    between = models.CharField(max_length=81, blank=True, default="")
    # How many groups could be seen side by side on the page by then.
    seen = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"made_by"}
        operational = {"id", "organisation", "programme", "primary", "between", "seen", "made_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "programme"], name="programme_plan_said_once"),
            models.CheckConstraint(condition=~Q(primary=""), name="programme_plan_has_a_main_measure"),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)

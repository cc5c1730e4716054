"""Groups that are proposed and not begun: a time of the week, and the people who would sit together.

A proposal gives nobody anything. Somebody looks it over, moves people, and starts the group; then the places are kept
and the proposal is gone.
"""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.intake.models import Application, Intake, WeeklySlot


class ProposedGroup(models.Model):
    """One group that could begin at one time of the week."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="proposed_groups")
    slot = models.ForeignKey(WeeklySlot, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField(help_text="Its number on the page, from 1.")
    # Empty where people were seated in the order in which they asked.
    seed = models.CharField(max_length=40, blank=True, default="", help_text="By which the lot can be drawn again.")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"made_by"}
        operational = {"id", "code", "intake", "slot", "number", "seed", "made_at"}
        research: set[str] = set()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["intake", "number"], name="proposed_group_number_once")]

    def access_facts(self) -> Facts:
        return self.intake.access_facts()


class ProposedSeat(models.Model):
    """Somebody who would sit in a proposed group. Nobody stands in two."""

    proposed = models.ForeignKey(ProposedGroup, on_delete=models.CASCADE, related_name="seats")
    application = models.OneToOneField(Application, on_delete=models.CASCADE, related_name="proposed_seat")

    class Data:
        private: set[str] = set()
        personal = {"application"}
        operational = {"id", "proposed"}
        research: set[str] = set()

"""My safety plan: steps for the hardest moments, one after the other, in somebody's own words."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User


class SafetyPlan(models.Model):
    """The steps that one person wrote, alone or together with a clinician. Theirs alone until they share it."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="safety_plan")
    # A JSON object by the id of the step.
    sealed_lines = models.BinaryField()
    saved_at = models.DateTimeField()
    shared_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_lines"}
        personal = {"person"}
        operational = {"id", "code", "saved_at", "shared_at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.person.organisation_id, owner_id=self.person_id)

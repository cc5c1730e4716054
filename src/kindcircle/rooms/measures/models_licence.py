"""The number that an owner gave a house with the leave to use a questionnaire."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.people.models import Organisation, User


class LicenceNumber(models.Model):
    """A registration or a licence, as the house wrote it down. It is the house's word: nobody here can look it up."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    instrument = models.CharField(max_length=40)
    number = models.CharField(max_length=80)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"written_by"}
        operational = {"id", "organisation", "instrument", "number", "written_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "instrument"], name="licence_number_once")]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)

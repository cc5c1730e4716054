"""Where somebody is while one online meeting goes on. Kept for some hours, and then taken away."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering


class Whereabouts(models.Model):
    """What one person said in the lobby: whether they can talk, and if they like where they are and their number.

    Even how they said they are is sealed: that somebody used their word must not be readable on a stolen disk.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="whereabouts")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    # Stays in the lobby for now: not alone, or on the way.
    waits = models.BooleanField(default=False)
    sealed_how = models.BinaryField()
    sealed_lines = models.BinaryField(default=bytes, blank=True)
    told_at = models.DateTimeField()

    class Data:
        private = {"sealed_how", "sealed_lines"}
        personal = {"person"}
        operational = {"id", "code", "gathering", "waits", "told_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "person"], name="whereabouts_once_a_meeting")]

    def access_facts(self) -> Facts:
        group = self.gathering.group
        return Facts(group.organisation_id, group.pk, owner_id=self.person_id, gathering_id=self.gathering_id)

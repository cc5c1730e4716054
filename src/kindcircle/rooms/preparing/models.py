"""Getting ready for a group: a plan for hard moments, safe ways to be reached, a talk of one's own, and what was seen.

None of it is asked for. Nothing here counts as having been at a meeting.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Membership

LONGEST_TALK = 240  # minutes


class SupportPlan(models.Model):
    """What helps one person, and what does not. Theirs alone until they say that those who lead may see it."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="support_plan")
    # A JSON object by the id of the line.
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


class SafeContact(models.Model):
    """How to reach one person without harm: which way, which hours, what name, whom to call, and whom never."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="safe_contact")
    sealed_lines = models.BinaryField()
    saved_at = models.DateTimeField()

    class Data:
        private = {"sealed_lines"}
        personal = {"person"}
        operational = {"id", "code", "saved_at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.person.organisation_id, owner_id=self.person_id)


class PreparedStep(models.Model):
    """Somebody looked at a part of getting ready and said so. Seen by them alone."""

    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="prepared_steps")
    step = models.CharField(max_length=20)
    done_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"person"}
        operational = {"id", "step", "done_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "step"], name="prepared_step_once")]


class OneToOne(models.Model):
    """A talk between one member and somebody who leads, before or beside the meetings. No meeting, and no dose."""

    class How(models.TextChoices):
        HERE = "here", _("here")
        PHONE = "phone", _("by phone")
        VIDEO = "video", _("by video")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    place = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="one_to_ones")
    held_on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    how = models.CharField(max_length=5, choices=How.choices)
    # Under the member's key.
    sealed_line = models.BinaryField(default=bytes, blank=True)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    # The browser's own key: a form sent twice makes one talk.
    client_key = models.CharField(max_length=64, unique=True)

    class Data:
        private = {"sealed_line"}
        personal = {"noted_by"}
        operational = {"id", "code", "place", "noted_at", "client_key"}
        research = {"held_on", "minutes", "how"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_TALK), name="one_to_one_minutes_can_be"
            )
        ]


from kindcircle.rooms.preparing import models_safety_plan  # noqa: E402, F401

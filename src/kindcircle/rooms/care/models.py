"""Care for the notes and for those who write them: names looked over, supervision, and how a facilitator is."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering

LONGEST_SUPERVISION = 600


class LookedOver(models.Model):
    """Somebody read what looked like a name in one note and found it fine. Holds for these very words only."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="+")
    # Whose line it is; None for the note that is shared by all.
    member = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sealed_text = models.BinaryField()

    class Data:
        private = {"sealed_text"}
        personal = {"member", "by"}
        operational = {"id", "code", "gathering", "at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "member"], name="looked_over_once_per_line"),
            models.UniqueConstraint(
                fields=["gathering"], condition=Q(member=None), name="looked_over_once_per_shared_note"
            ),
        ]


class Supervision(models.Model):
    """One time that a facilitator talked their work through with somebody. Their own; the house sees minutes only."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    facilitator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="supervisions")
    held_on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    # About somebody who needed a person at once: talked through on the same day.
    same_day = models.BooleanField(default=False)
    sealed_with = models.BinaryField()
    sealed_taken = models.BinaryField(default=bytes, blank=True)
    client_key = models.CharField(max_length=64)
    written_at = models.DateTimeField()

    class Data:
        private = {"sealed_with", "sealed_taken"}
        personal = {"facilitator"}
        operational = {"id", "code", "held_on", "minutes", "same_day", "client_key", "written_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["facilitator", "client_key"], name="supervision_sent_once"),
            models.CheckConstraint(
                condition=Q(minutes__gte=1, minutes__lte=LONGEST_SUPERVISION), name="supervision_of_a_real_length"
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.facilitator.organisation_id, owner_id=self.facilitator_id)


class OwnCheck(models.Model):
    """How a facilitator was after a meeting, and how they found their own leading. Sealed for them alone."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    facilitator = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="+")
    sealed_answers = models.BinaryField()
    saved_at = models.DateTimeField()

    class Data:
        private = {"sealed_answers"}
        personal = {"facilitator"}
        operational = {"id", "code", "gathering", "saved_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["facilitator", "gathering"], name="own_check_once_a_meeting")]

"""What a heart did before and after a practice. Asked for by its owner, sealed, and seen by nobody else."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User


class Willing(models.Model):
    """Somebody said yes to keeping such recordings. Saying no again takes the row and every recording away."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    member = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "code", "since"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.member.organisation_id, owner_id=self.member_id)


class Sitting(models.Model):
    """One practice with a quiet time before it, after it, or both. It names the practice; nothing links to a play."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    practice = models.CharField(max_length=60, blank=True, help_text="Empty when it was none of the player's.")
    on = models.DateField(help_text="The day, where the member lives.")
    client_key = models.CharField(max_length=64, unique=True)

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "code", "practice", "on", "client_key"}
        research: set[str] = set()

    class Meta:
        indexes = [models.Index(fields=["member", "-on"], name="sitting_of_member")]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.member.organisation_id, owner_id=self.member_id)


class HeartRecording(models.Model):
    """The times between beats of one quiet time, sealed whole: what kind of file, and every beat."""

    class Part(models.TextChoices):
        BEFORE = "before"
        AFTER = "after"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="recordings")
    part = models.CharField(max_length=6, choices=Part)
    sealed_beats = models.BinaryField()
    kept_at = models.DateTimeField()

    class Data:
        private = {"sealed_beats"}
        personal: set[str] = set()
        operational = {"id", "code", "sitting", "part", "kept_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sitting", "part"], name="heart_recording_one_for_each_part"),
            models.CheckConstraint(condition=models.Q(part__in=["before", "after"]), name="heart_recording_known_part"),
        ]

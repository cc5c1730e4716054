"""What was practised, when and for how long; how each likes to practise; and practices in a house's own voice."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models import Group


class Play(models.Model):
    """One time that one person played one practice at home."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    practice = models.CharField(max_length=60)
    practice_version = models.CharField(max_length=12)
    seconds_planned = models.PositiveIntegerField()
    seconds_played = models.PositiveIntegerField(default=0)
    client_key = models.CharField(max_length=64, unique=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "code", "group", "client_key"}
        research = {
            "practice", "practice_version", "seconds_planned", "seconds_played", "started_at", "finished_at",
        }  # fmt: skip

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
                name="play_finished_after_started",
            )
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.member.organisation_id, owner_id=self.member_id)


class OwnWay(models.Model):
    """How one person likes to practise. Sealed: what somebody leaves out can say much about them."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    member = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    sealed_choice = models.BinaryField()

    class Data:
        private = {"sealed_choice"}
        personal = {"member"}
        operational = {"id", "code"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.member.organisation_id, owner_id=self.member_id)


class AtHand(models.Model):
    """What one person keeps at hand for their days at home. Sealed: which practices help somebody can say much."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    member = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    sealed_shelf = models.BinaryField(help_text="See at_hand.Shelf.")

    class Data:
        private = {"sealed_shelf"}
        personal = {"member"}
        operational = {"id", "code"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.member.organisation_id, owner_id=self.member_id)


class Recording(models.Model):
    """A practice in somebody's own voice, for one house. The file lies beside the database, under a name of its own."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    practice = models.CharField(max_length=60)
    practice_version = models.CharField(max_length=12)
    seconds = models.PositiveIntegerField(help_text="The length of the practice that it is for.")
    file = models.CharField(max_length=30, unique=True)
    bytes = models.PositiveIntegerField()
    recorded_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    kept_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"recorded_by"}
        operational = {
            "id", "code", "organisation", "practice", "practice_version", "seconds", "file", "bytes", "kept_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "practice", "practice_version", "seconds"], name="recording_one_for_each_length"
            )
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)

"""What has been erased for good, so that no old copy of the database brings it back, and holding one person's words."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User


class Erasure(models.Model):
    """That somebody erased their writing or everything: whose code, and when. Nothing of what it was.

    No link to the person: a row is still true when they are gone. What has to go again after an old copy of the
    database came back stands outside of it: base/lib/erased.py.
    """

    class Kind(models.TextChoices):
        WRITING = "writing"  # what they wrote and kept for themselves
        EVERYTHING = "everything"  # all that need not stay in the house's record, and the account

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person_code = models.CharField(max_length=22)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    at = models.DateTimeField()
    # When nothing is left that has to stay and the person's key has been destroyed. Only where everything was erased.
    key_gone_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"person_code"}
        operational = {"id", "code", "kind", "at", "key_gone_at"}
        research: set[str] = set()

    class Meta:
        indexes = [models.Index(fields=["person_code"], name="erasure_of")]


class PersonHold(models.Model):
    """Nothing of one person's may be erased for a while: one asks with a reason and a last day, another confirms.

    Nothing is shown to anybody because of it. It ends by itself.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    sealed_reason = models.BinaryField(help_text="Under the house's key.")
    until = models.DateField(help_text="The day on which it ends by itself.")
    # Somebody has forbidden to tell the person; the reason says who and by what right.
    untold = models.BooleanField(default=False)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # Lifted, declined by the second person, or over by itself (then by nobody).
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_reason"}
        personal = {"person", "asked_by", "confirmed_by", "ended_by"}
        operational = {
            "id", "code", "organisation", "until", "untold", "asked_at", "confirmed_at", "ended_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="person_hold_one_at_a_time"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("asked_by")), name="person_hold_by_two_people"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="person_hold_confirmed_by_whom",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)

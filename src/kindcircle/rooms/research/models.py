"""Coded rows that leave the house for research: who asked for them, who let them go, and each time they went."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User


class Release(models.Model):
    """One person asked for a programme's rows, for somebody and for a reason; another one decided.

    No rows are kept here: each taking is made anew from what people still say yes to. Nobody joins them after `as_of`.
    """

    class State(models.TextChoices):
        ASKED = "asked"
        LET_GO = "let-go"
        DECLINED = "declined"
        STOPPED = "stopped"  # let go before, and ended early

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="releases")
    programme = models.CharField(max_length=60)
    # People have one code in all takings of one study, and other codes in another study.
    study = models.CharField(max_length=40)
    sealed_why = models.BinaryField(help_text="What for and for whom, as JSON, under the house's key.")
    days = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.ASKED)
    asked_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    # Set where a file of now, beside an earlier one, would show too few people by themselves: then it holds no more
    # groups and people than that one.
    held_to = models.DateTimeField(null=True, blank=True)
    # Who is asked to decide. Anybody else who may do so can, too.
    asked_to = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    client_key = models.CharField(max_length=64, unique=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    until = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_why"}
        personal = {"asked_by", "asked_to", "decided_by"}
        operational = {
            "id", "code", "organisation", "programme", "study", "days", "state", "asked_at", "held_to",
            "client_key", "decided_at", "until",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("asked_by")), name="release_takes_two_people"
            ),
            models.CheckConstraint(
                condition=Q(state="asked", decided_by=None, decided_at=None)
                | Q(state__in=["let-go", "declined", "stopped"], decided_by__isnull=False, decided_at__isnull=False),
                name="release_decided_by_somebody",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["let-go", "stopped"], until__isnull=False)
                | Q(state__in=["asked", "declined"], until=None),
                name="release_ends",
            ),
            models.CheckConstraint(
                condition=Q(held_to=None) | Q(held_to__lt=F("asked_at")), name="release_held_to_an_earlier_one"
            ),
        ]

    @property
    def as_of(self) -> datetime:
        """The groups that had ended by this moment, and the yeses of this moment, are all that it can ever hold."""
        return self.held_to or self.asked_at

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)


class Taking(models.Model):
    """One time that the rows went out: by whom, how many people were in them, and what the file was."""

    release = models.ForeignKey(Release, on_delete=models.CASCADE, related_name="takings")
    taken_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField()
    people = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)

    class Data:
        private: set[str] = set()
        personal = {"taken_by"}
        operational = {"id", "release", "taken_at", "people", "sha256"}
        research: set[str] = set()


# The same app, one noun further: known to Django as soon as these are.
from kindcircle.rooms.research import models_programme  # noqa: E402, F401

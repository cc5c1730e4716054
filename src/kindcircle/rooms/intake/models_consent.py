"""Saying yes in writing: what only a house can say in the text, the yes itself, and what stood there at that moment."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User


class ConsentFacts(models.Model):
    """What only this house can say in a consent text, such as how long it keeps records. In versions, never changed."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="consent_facts")
    number = models.PositiveSmallIntegerField()
    facts = models.JSONField(help_text="Words by gap.")
    # Whether people who said yes before are shown it and asked again, or only a word was put right.
    asks_again = models.BooleanField(default=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"made_by"}
        operational = {"id", "organisation", "number", "facts", "asks_again", "made_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="consent_facts_number_once")]


class Consent(models.Model):
    """Somebody said yes to one text in one version. Withdrawing keeps the row and says when."""

    class Kind(models.TextChoices):
        TAKING_PART = "taking-part"
        RESEARCH = "research"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="consents")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    text = models.CharField(max_length=60, help_text="The text in its version, such as consent-full@2.")
    facts_number = models.PositiveSmallIntegerField(default=0, help_text="0: the house had said nothing of its own.")
    sealed_signature = models.BinaryField()
    signed_at = models.DateTimeField()
    # A newer yes took its place.
    replaced_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"person", "sealed_signature"}
        operational = {"id", "code", "text", "facts_number"}
        research = {"kind", "signed_at", "replaced_at", "withdrawn_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(replaced_at=None, withdrawn_at=None),
                name="consent_one_current_per_kind",
            )
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.person.organisation_id, owner_id=self.person_id)


class ConsentCopy(models.Model):
    """What somebody had before them when they said yes, word for word, and which of its lines they ticked."""

    consent = models.OneToOneField(Consent, on_delete=models.CASCADE, related_name="copy")
    items = models.JSONField(default=list, help_text="Ids of the lines that were ticked.")
    sealed_words = models.BinaryField()

    class Data:
        private: set[str] = set()
        personal = {"sealed_words"}
        operational = {"id", "consent", "items"}
        research: set[str] = set()

"""The people who lead: what they bring, who steps in for whom, and what one hands over to the next.

Groups and meetings are named here, not imported: they stand on this room, because who may lead is decided by it.
"""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User


class StandIn(models.Model):
    """Somebody of the house leads one meeting in another's place. It opens the group to them only around that day."""

    class Place(models.TextChoices):
        GUIDE = "guide"
        HOLDER = "holder"
        BESIDE = "beside"  # whoever is away was neither of the two that day

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey("groups.Gathering", on_delete=models.CASCADE, related_name="stand_ins")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    in_for = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=6, choices=Place.choices)
    named_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    named_at = models.DateTimeField()
    # Taken back before it was over.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"user", "in_for", "named_by"}
        operational = {"id", "code", "gathering", "place", "named_at", "ended_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "user"], condition=Q(ended_at=None), name="stand_in_once"),
            models.UniqueConstraint(
                fields=["gathering", "in_for"], condition=Q(ended_at=None), name="stand_in_one_for_each"
            ),
            models.CheckConstraint(condition=~Q(user=F("in_for")), name="stand_in_is_somebody_else"),
        ]

    def access_facts(self) -> Facts:
        group = self.gathering.group
        return Facts(organisation_id=group.organisation_id, group_id=group.pk, gathering_id=self.gathering_id)


class HandOver(models.Model):
    """What those who lead a group write down for whoever leads it next. One page per group, kept fresh."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.OneToOneField("groups.Group", on_delete=models.CASCADE, related_name="+")
    # A JSON object by the gaps of the page.
    sealed_words = models.BinaryField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()

    class Data:
        private = {"sealed_words"}
        personal = {"written_by"}
        operational = {"id", "code", "group", "written_at"}
        research: set[str] = set()


class HouseAsks(models.Model):
    """Something this house wants its facilitators to have, besides what everybody should."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    label = models.CharField(max_length=120)
    added_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "code", "organisation", "label", "added_at", "ended_at"}
        research: set[str] = set()


class Strictness(models.Model):
    """Whether this house lets a group start while something on the list is missing. Without a row: with a reason."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="+")
    nothing_may_be_missing = models.BooleanField(default=False)

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "organisation", "nothing_may_be_missing"}
        research: set[str] = set()


class Credential(models.Model):
    """One thing that a facilitator has: since when, until when, and who has seen it."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="credentials")
    kind = models.CharField(max_length=40, help_text="An id of the list for everybody, or the code of a house's own.")
    held_on = models.DateField(help_text="Since when, or on which day.")
    until = models.DateField(null=True, blank=True, help_text="The last day on which it holds; empty: no end.")
    # Which course, with whom: in the person's own words.
    sealed_words = models.BinaryField(default=bytes, blank=True)
    written_at = models.DateTimeField()
    seen_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    seen_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_words"}
        personal = {"person", "seen_by", "held_on", "until"}
        operational = {"id", "code", "kind", "written_at", "seen_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "kind"], name="credential_once_per_kind"),
            models.CheckConstraint(
                condition=Q(until=None) | Q(until__gte=F("held_on")), name="credential_ends_after_it_began"
            ),
            models.CheckConstraint(
                condition=Q(seen_by=None, seen_at=None) | Q(seen_by__isnull=False, seen_at__isnull=False),
                name="credential_seen_by_and_at_together",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.person.organisation_id, owner_id=self.person_id)


class StartedWithout(models.Model):
    """A group began although something was missing, and this is why. Never changed afterwards."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.OneToOneField("groups.Group", on_delete=models.CASCADE, related_name="+")
    missing = models.JSONField(help_text="Pairs of the person's code and what was missing.")
    sealed_reason = models.BinaryField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Data:
        private = {"sealed_reason"}
        personal = {"by", "missing"}
        operational = {"id", "code", "group", "at"}
        research: set[str] = set()

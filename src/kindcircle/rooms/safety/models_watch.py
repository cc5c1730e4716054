"""What keeps the safety path honest: a trial every hour, a look back every week, and people enough before a group."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User


class TrialAlert(models.Model):
    """An alert about nobody. It goes the way of the others, and a machine looks whether it came through.

    A table of its own: no page shows it, no figure counts it, and no person is behind it.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    hour = models.DateTimeField(help_text="The full hour it belongs to.")
    raised_at = models.DateTimeField()
    delivered_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "code", "organisation", "hour", "raised_at", "delivered_at", "seen_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "hour"], name="trial_once_an_hour"),
            models.CheckConstraint(
                condition=Q(seen_at=None) | Q(delivered_at__isnull=False), name="trial_seen_after_delivery"
            ),
        ]


class AlertReview(models.Model):
    """A safety lead looked back on what was closed since the last time, and signed."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField()
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    looked_at = models.PositiveSmallIntegerField(help_text="How many alerts.")
    late = models.PositiveSmallIntegerField(help_text="How many of them were seen or answered later than promised.")
    sealed_line = models.BinaryField(default=bytes)

    class Data:
        private = {"sealed_line"}
        personal = {"by"}
        operational = {"id", "code", "organisation", "since", "until", "looked_at", "late"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "since"], name="review_once_from_there"),
            models.CheckConstraint(condition=Q(until__gt=F("since")), name="review_ends_after_it_begins"),
            models.CheckConstraint(condition=Q(late__lte=F("looked_at")), name="review_late_are_some_of_all"),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)


class EnoughPeople(models.Model):
    """Whoever leads the house looked at how many may ask for a person, and said that there are people for it."""

    group = models.OneToOneField("groups.Group", on_delete=models.CASCADE, related_name="enough_people")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    most = models.PositiveIntegerField(help_text="The upper end of what was expected in a week, as they saw it.")

    class Data:
        private: set[str] = set()
        personal = {"by"}
        operational = {"id", "group", "at", "most"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.group.organisation_id, group_id=self.group_id)

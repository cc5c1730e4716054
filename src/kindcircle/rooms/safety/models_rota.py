"""Who is on duty when: the usual week, single days, and who is away."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User


class Duty(models.Model):
    """Somebody answers alerts on this weekday between these times, on the clock of the house.

    `until` at or before `since` means the next morning; the same time means round the clock.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    weekday = models.PositiveSmallIntegerField(help_text="ISO: 1 = Monday.")
    since = models.TimeField()
    until = models.TimeField()

    class Data:
        private: set[str] = set()
        personal = {"person"}
        operational = {"id", "code", "organisation", "weekday", "since", "until"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "weekday", "since", "until"], name="duty_once"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="duty_is_on_a_weekday"),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)


class DutyDay(models.Model):
    """Somebody answers alerts on this one day, besides the usual week."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    on = models.DateField(help_text="In the organisation's own zone.")
    since = models.TimeField()
    until = models.TimeField()

    class Data:
        private: set[str] = set()
        personal = {"person"}
        operational = {"id", "code", "organisation", "on", "since", "until"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "on", "since", "until"], name="duty_day_once")]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)


class Away(models.Model):
    """Somebody is not there from one day to another: leave, illness, training. Stronger than any duty."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    first_on = models.DateField(help_text="In the organisation's own zone.")
    last_on = models.DateField()

    class Data:
        private: set[str] = set()
        personal = {"person", "first_on", "last_on"}
        operational = {"id", "code", "organisation"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "first_on", "last_on"], name="away_once"),
            models.CheckConstraint(condition=Q(last_on__gte=F("first_on")), name="away_ends_after_it_begins"),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)

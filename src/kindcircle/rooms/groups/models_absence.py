"""Not being there: what was said beforehand, who missed which meeting, what was caught up on, and who left and why."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering, Membership

WAY_BACK = timedelta(days=7)
"""So long a leaving can be undone by those who lead."""


class SaidAway(models.Model):
    """Somebody told those who lead that they cannot come to this meeting. Coming after all makes it nothing."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="said_away")
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    said_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "gathering", "said_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "member"], name="said_away_once")]


class Absence(models.Model):
    """A member was not at a meeting, and what became of the note to them: sent once, let be, or still waiting.

    The row stays when attendance is put right, so that no second note is ever sent; then it no longer holds.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, related_name="absences")
    place = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="absences")
    noticed_at = models.DateTimeField()
    told_before = models.BooleanField(default=False)
    holds = models.BooleanField(default=True, help_text="False once attendance was put right: they were there.")
    sent_at = models.DateTimeField(null=True, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    let_be_at = models.DateTimeField(null=True, blank=True)
    let_be_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Data:
        private: set[str] = set()
        personal = {"place", "sent_by", "let_be_by"}
        operational = {"id", "code", "gathering", "noticed_at", "told_before", "holds", "sent_at", "let_be_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "place"], name="absence_once"),
            models.CheckConstraint(condition=Q(sent_at=None) | Q(let_be_at=None), name="absence_sent_or_let_be"),
        ]

    def access_facts(self) -> Facts:
        return self.gathering.access_facts()


class CatchUp(models.Model):
    """Somebody made up for a meeting they missed, at home or in a talk. It never counts as having been there."""

    class How(models.TextChoices):
        ALONE = "alone", _("at home, with what was taught")
        TALK = "talk", _("in a talk with one of us")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, related_name="catch_ups")
    place = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="catch_ups")
    held_on = models.DateField()
    minutes = models.PositiveSmallIntegerField()
    how = models.CharField(max_length=5, choices=How.choices)
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"place", "noted_by"}
        operational = {"id", "code", "gathering", "noted_at"}
        research = {"held_on", "minutes", "how"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "place"], name="catch_up_once"),
            models.CheckConstraint(condition=Q(minutes__gte=1, minutes__lte=240), name="catch_up_minutes"),
        ]

    def access_facts(self) -> Facts:
        return self.gathering.access_facts()


class Leaving(models.Model):
    """Somebody left a group early: since when, why, and what the others may hear. Their numbers stay in."""

    class Reason(models.TextChoices):
        TIME = "time", _("It takes more time than I have")
        ACCESS = "access", _("The place, the way or the hour is hard for me")
        NOT_HELPFUL = "not-helpful", _("It does not help me")
        TOO_UPSETTING = "too-upsetting", _("It stirs up too much")
        GROUP_FIT = "group-fit", _("The group is not right for me")
        LIFE_EVENT = "life-event", _("Something has happened in my life")
        OTHER = "other", _("Something else")

    class Telling(models.TextChoices):
        """What the group may hear. The names are those of the list that asks (content/handouts/goodbye-ask)."""

        ONLY_THE_FACT = "only-the-fact"
        WITH_A_WISH = "with-a-wish"
        WITH_A_REASON = "with-a-reason"
        OWN_WORDS = "my-own-words"
        NOTHING = "nothing"

    class Worse(models.TextChoices):
        NOT_SAID = "", _("I would rather not say")
        NO = "no", _("No")
        YES = "yes", _("Yes")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    place = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="leavings")
    left_at = models.DateTimeField()
    # None: the member said so on their own page.
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reason = models.CharField(max_length=13, choices=Reason.choices, blank=True)
    telling = models.CharField(max_length=13, choices=Telling.choices, default=Telling.ONLY_THE_FACT)
    sealed_words = models.BinaryField(default=bytes, blank=True, help_text="Their own words for the group, or none.")
    wants_talk = models.BooleanField(default=False)
    worse = models.CharField(max_length=3, choices=Worse.choices, blank=True)
    group_told_at = models.DateTimeField(null=True, blank=True)
    group_told_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Data:
        private = {"sealed_words"}
        personal = {"place", "written_by", "group_told_by", "undone_by"}
        operational = {"id", "code", "telling", "wants_talk", "group_told_at", "undone_at"}
        research = {"left_at", "reason", "worse"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "left_at"], name="leaving_once"),
            models.CheckConstraint(
                condition=Q(undone_at=None) | Q(undone_at__gte=F("left_at")), name="leaving_undone_after"
            ),
        ]

    def access_facts(self) -> Facts:
        return self.place.access_facts()

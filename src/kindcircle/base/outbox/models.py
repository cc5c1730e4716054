"""What must still leave the house, and what each person would like to hear.

A delivery is a row in the transaction that caused it, so a crash cannot lose it.
"""

from datetime import time

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User

EVENING, MORNING = time(21), time(8)
USUAL_A_WEEK, USUAL_NUDGES, USUAL_HOUR = 2, 3, 17
MOST_A_WEEK = 7
AS_THEY_COME = 0


class Delivery(models.Model):
    """One message to one person. It carries a kind, never a text: what is said is fixed in messages/<kind>."""

    class Why(models.TextChoices):
        """Why it waits, or why it was never sent."""

        QUIET = "quiet"  # quiet hours
        LIMIT = "limit"  # enough for one week
        PAUSED = "paused"
        NO_MAIL = "no-mail"
        NOT_WANTED = "not-wanted"  # this occasion is switched off
        TOO_LATE = "too-late"  # it would have been of no use any more
        NO_LONGER = "no-longer"  # the meeting is off, or the place in the group is
        RETURNED = "returned"  # the address takes no mail
        NO_ADDRESS = "no-address"
        GONE = "gone"  # the account is closed
        TRIED = "tried"  # tried many times

    # Somebody wished to have it, and it could not be brought.
    FAILED = (Why.RETURNED, Why.NO_ADDRESS, Why.TRIED)

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    kind = models.CharField(max_length=40)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    about_kind = models.CharField(max_length=40)
    about_code = models.CharField(max_length=22)
    # One message per channel, kind, person and occasion, whatever is clicked twice or retried.
    once_key = models.CharField(max_length=160, unique=True)
    due_at = models.DateTimeField()
    # When it was meant to leave; due_at moves on when it has to wait, or is tried again.
    planned_at = models.DateTimeField(null=True, blank=True)
    # From then on it would be of no use: the meeting has begun, the hour for a nudge has gone by.
    useful_until = models.DateTimeField(null=True, blank=True)
    why = models.CharField(max_length=12, choices=Why.choices, blank=True, default="")
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    gave_up_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"user", "why"}
        operational = {
            "id", "code", "kind", "about_kind", "about_code", "once_key", "due_at", "planned_at", "useful_until",
            "leased_until", "attempts", "sent_at", "gave_up_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(sent_at=None) | Q(gave_up_at=None), name="delivery_sent_or_gave_up")
        ]
        indexes = [
            # The worker asks only for what is still waiting; the weekly limit for what one person had lately.
            models.Index(fields=["due_at"], condition=Q(sent_at=None, gave_up_at=None), name="delivery_waiting"),
            models.Index(fields=["user", "sent_at"], name="delivery_lately"),
            models.Index(fields=["about_code"], name="delivery_about"),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.user.organisation_id, owner_id=self.user_id)


class MailWish(models.Model):
    """What one person would like to hear by mail, once they have said so. Until then the house's usual holds.

    Whether they want any mail at all stands with the person (User.wants_mail).
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    meetings = models.BooleanField(default=True)
    news = models.BooleanField(default=True)
    nudges = models.BooleanField(default=False)
    hour = models.PositiveSmallIntegerField(default=USUAL_HOUR, validators=[MaxValueValidator(23)])
    quiet_from = models.TimeField(default=EVENING)
    quiet_until = models.TimeField(default=MORNING)
    most_messages = models.PositiveSmallIntegerField(default=USUAL_A_WEEK, validators=[MaxValueValidator(MOST_A_WEEK)])
    most_nudges = models.PositiveSmallIntegerField(
        default=USUAL_NUDGES, validators=[MinValueValidator(1), MaxValueValidator(USUAL_NUDGES)]
    )
    paused_until = models.DateTimeField(null=True, blank=True)
    chosen_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {
            "user", "meetings", "news", "nudges", "hour", "quiet_from", "quiet_until", "most_messages", "most_nudges",
            "paused_until", "chosen_at",
        }  # fmt: skip
        operational = {"id"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(hour__lte=23), name="mail_wish_hour_of_the_day"),
            models.CheckConstraint(
                condition=Q(most_messages__lte=MOST_A_WEEK, most_nudges__gte=1, most_nudges__lte=USUAL_NUDGES),
                name="mail_wish_within_the_most",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.user.organisation_id, owner_id=self.user_id)


class MailRule(models.Model):
    """How one house writes: which reminders go before a meeting, and what holds for whoever chose nothing."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="+")
    two_days_before = models.BooleanField(default=False)
    day_before = models.BooleanField(default=True)
    same_day = models.BooleanField(default=False)
    quiet_from = models.TimeField(default=EVENING)
    quiet_until = models.TimeField(default=MORNING)
    usual_messages = models.PositiveSmallIntegerField(
        default=USUAL_A_WEEK, validators=[MinValueValidator(1), MaxValueValidator(MOST_A_WEEK)]
    )
    most_nudges = models.PositiveSmallIntegerField(
        default=USUAL_NUDGES, validators=[MaxValueValidator(USUAL_NUDGES)], help_text="0: this house sends none."
    )

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {
            "id", "organisation", "two_days_before", "day_before", "same_day", "quiet_from", "quiet_until",
            "usual_messages", "most_nudges",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(usual_messages__gte=1, usual_messages__lte=MOST_A_WEEK, most_nudges__lte=USUAL_NUDGES),
                name="mail_rule_within_the_most",
            )
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)


class ReturnedMail(models.Model):
    """The mail server said for good that this person's address takes nothing. Gone once the address is put right."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"user", "at"}
        operational = {"id"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.user.organisation_id, owner_id=self.user_id)

"""What must still leave the house. A delivery is a row in the transaction that caused it, so a crash cannot lose it."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User


class Delivery(models.Model):
    """One message to one person. It carries a kind, never a text: what is said is fixed in messages/<kind>."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    kind = models.CharField(max_length=40)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    about_kind = models.CharField(max_length=40)
    about_code = models.CharField(max_length=22)
    # One message per person, occasion and kind, whatever is clicked twice or retried.
    once_key = models.CharField(max_length=120, unique=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    gave_up_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"user"}
        operational = {
            "id", "code", "kind", "about_kind", "about_code", "once_key", "due_at", "leased_until", "attempts",
            "sent_at", "gave_up_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(sent_at=None) | models.Q(gave_up_at=None), name="delivery_sent_or_gave_up"
            )
        ]
        # The worker asks only for what is still waiting.
        indexes = [
            models.Index(fields=["due_at"], condition=models.Q(sent_at=None, gave_up_at=None), name="delivery_waiting")
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.user.organisation_id, owner_id=self.user_id)

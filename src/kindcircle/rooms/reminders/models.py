"""What goes between meetings: the words before a meeting, and an address that is about to change."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering


class Reminder(models.Model):
    """What members read on their own page before a meeting, once somebody who leads has looked it over.

    Without words of its own it is the house's handout, filled in at the moment it is read: then it moves with its
    meeting. The mail that goes beside it never carries any of it.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.OneToOneField(Gathering, on_delete=models.CASCADE, related_name="+")
    sealed_words = models.BinaryField(default=bytes, blank=True)
    # Empty while it is a draft; only then do members not see it.
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    saved_at = models.DateTimeField()

    class Data:
        private = {"sealed_words"}
        personal = {"confirmed_by"}
        operational = {"id", "code", "gathering", "confirmed_at", "saved_at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return self.gathering.access_facts()


class AddressChange(models.Model):
    """Somebody would like their mail to go to another address: it counts once they typed the code sent there."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    sealed_address = models.BinaryField()
    secret_hash = models.CharField(max_length=64)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)

    class Data:
        private: set[str] = set()
        personal = {"user", "sealed_address"}
        operational = {"id", "code", "secret_hash", "asked_at", "expires_at", "wrong_tries"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.user.organisation_id, owner_id=self.user_id)

"""A tablet that goes from hand to hand in the room."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering


class Tablet(models.Model):
    """A shared device that knows one gathering and nobody: whoever holds it taps their name, and it locks after each.

    It comes in by letters that are read out, and belongs to no account: nothing of a facilitator is ever on it.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="tablets")
    secret_hash = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(help_text="Until when the letters may be typed.")
    claimed_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    session_key = models.CharField(max_length=40, blank=True, help_text="The session that is open on it now.")

    class Data:
        private: set[str] = set()
        personal = {"made_by"}
        operational = {"id", "code", "gathering", "secret_hash", "expires_at", "claimed_at", "ended_at", "session_key"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return self.gathering.access_facts()

"""How meetings stand in somebody's own calendar."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User


class CalendarLink(models.Model):
    """How somebody's meetings stand in their own calendar: under which plain word, and by which secret link, if any."""

    class Title(models.TextChoices):
        APPOINTMENT = "appointment", _("Appointment")
        BUSY = "busy", _("Busy")
        CLASS = "class", _("Class")
        TIME_FOR_ME = "time-for-me", _("Time for me")
        MEETING = "meeting", pgettext_lazy("a word in a calendar", "Meeting")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="calendar_link")
    title = models.CharField(max_length=12, choices=Title.choices, default=Title.APPOINTMENT)
    says_where = models.BooleanField(default=False)
    # Both empty while the link is off. The row stays, so that entries keep their names when it is on again.
    secret_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    sealed_secret = models.BinaryField(default=bytes, blank=True)
    made_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_secret"}
        personal = {"user"}
        operational = {"id", "code", "title", "says_where", "secret_hash", "made_at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.user.organisation_id, owner_id=self.user_id)

"""What those who led a meeting say to each other right after it."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering


class Debrief(models.Model):
    """Somebody who led said that this meeting is talked over. What is still open stays on their list."""

    gathering = models.OneToOneField(Gathering, on_delete=models.CASCADE, related_name="debrief")
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    done_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"done_by"}
        operational = {"id", "gathering", "done_at"}
        research: set[str] = set()


class DebriefLine(models.Model):
    """One line of it, signed. Each is a row of its own, so that two who write at once never write over each other."""

    class Part(models.TextChoices):
        SAW = "saw", _("What we saw")
        CONTACT = "contact", _("Whom we get in touch with")
        CHANGE = "change", _("What we change next time")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="debrief_lines")
    part = models.CharField(max_length=8, choices=Part.choices)
    # Whom it is about; then it is sealed under that person's key, and goes with it.
    member = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    sealed_words = models.BinaryField(default=bytes, blank=True)
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    client_key = models.CharField(max_length=64)

    class Data:
        private = {"sealed_words"}
        personal = {"member", "written_by"}
        operational = {"id", "code", "gathering", "part", "written_at", "client_key"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["written_by", "client_key"], name="debrief_line_sent_once"),
            models.CheckConstraint(
                condition=Q(part="contact", member__isnull=False) | (~Q(part="contact") & Q(member=None)),
                name="debrief_line_about_somebody_only_to_contact",
            ),
        ]

    def access_facts(self) -> Facts:
        group = self.gathering.group
        return Facts(group.organisation_id, group.pk, owner_id=self.written_by_id, gathering_id=self.gathering_id)

"""Where a house meets: its rooms with their address and way in, and its own video rooms. Kept once, chosen often."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation


class Venue(models.Model):
    """One room, or one video room. Two meetings cannot be in it at the same time.

    Groups and meetings hold a copy of its line beside it, so that what was told stays told; changing a venue changes
    the line of every meeting to come (`venues.change_venue`).
    """

    class Kind(models.TextChoices):
        ROOM = "room", _("A room")
        VIDEO = "video", _("A video room")

    class StepFree(models.TextChoices):
        YES = "yes", _("Step-free all the way")
        HELP = "help", _("Step-free with help from us")
        NO = "no", _("There are steps")
        UNKNOWN = "unknown", _("We have not looked yet")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="venues")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    name = models.CharField(max_length=50)
    address = models.CharField(max_length=100, blank=True, default="")
    way_in = models.CharField(max_length=300, blank=True, default="", help_text="How to get in.")
    step_free = models.CharField(max_length=7, choices=StepFree.choices, default=StepFree.UNKNOWN)
    holds = models.PositiveSmallIntegerField(null=True, blank=True, help_text="How many people it holds.")
    note = models.CharField(max_length=300, blank=True, default="", help_text="For everybody who comes.")
    link = models.URLField(max_length=500, blank=True, default="", help_text="The address of a video room.")
    made_at = models.DateTimeField()
    # Kept for the meetings that were there; not offered any more.
    ended_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {
            "id", "code", "organisation", "kind", "name", "address", "way_in", "step_free", "holds", "note", "link",
            "made_at", "ended_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "name"], condition=Q(ended_at=None), name="venue_name_once_in_a_house"
            ),
            models.UniqueConstraint(
                fields=["organisation", "link"],
                condition=Q(ended_at=None) & ~Q(link=""),
                name="venue_link_once_in_a_house",
            ),
            models.CheckConstraint(
                condition=(Q(kind="video") & ~Q(link="")) | Q(kind="room", link=""), name="venue_link_for_video_only"
            ),
        ]

    @property
    def line(self) -> str:
        """The venue in one line, as groups and meetings carry it: its name and address, or its link."""
        if self.kind == self.Kind.VIDEO:
            return self.link
        return ", ".join(part for part in (self.name, self.address) if part)

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)

"""Words of a questionnaire that somebody types in by hand: a draft until a second person has looked at every line."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.measures.models import Wording


class TypedWording(models.Model):
    """One person types, another compares with the original. Nobody can be asked with it before both are done."""

    class State(models.TextChoices):
        TYPING = "typing"  # also after it was sent back
        WAITING = "waiting"  # for the second person
        IN_USE = "in-use"
        DROPPED = "dropped"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=12)
    language = models.CharField(max_length=10)
    lines = models.JSONField(default=dict, help_text="The words by line: title, instruction, item:…, label:….")
    # What the second person said of a line as it stands; a line that is typed anew has to be looked at anew.
    marks = models.JSONField(default=dict, help_text="By line: same, note and the code of whoever looked.")
    source = models.CharField(max_length=160, blank=True, help_text="The original that the words were typed from.")
    state = models.CharField(max_length=7, choices=State.choices, default=State.TYPING)
    # How often it was saved: a page that is older than this one never writes over what it has not seen.
    revision = models.PositiveIntegerField(default=0)
    typed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField()
    # With handing it in, whoever typed accepts the owner's terms.
    handed_in_at = models.DateTimeField(null=True, blank=True)
    checked_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    checked_at = models.DateTimeField(null=True, blank=True)
    wording = models.OneToOneField(Wording, on_delete=models.CASCADE, null=True, blank=True, related_name="typed")

    class Data:
        private: set[str] = set()
        personal = {"typed_by", "checked_by"}
        operational = {
            "id", "code", "organisation", "instrument", "version", "language", "lines", "marks", "source", "state",
            "revision", "begun_at", "saved_at", "handed_in_at", "checked_at", "wording",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "instrument", "version", "language"],
                condition=Q(state__in=("typing", "waiting")),
                name="typed_wording_once_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(checked_by=None) | ~Q(checked_by=F("typed_by")), name="typed_wording_checked_by_another"
            ),
            models.CheckConstraint(
                condition=Q(state="in-use", wording__isnull=False, checked_by__isnull=False, checked_at__isnull=False)
                | (~Q(state="in-use") & Q(wording=None, checked_by=None, checked_at=None)),
                name="typed_wording_in_use_after_a_check",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)

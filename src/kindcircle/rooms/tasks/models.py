"""What waits for a person: one thing to do, for whom, by when, and how it ended."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User


class Task(models.Model):
    """One thing to do. Alerts are not tasks: they have a clock and a life of their own.

    With a group it waits for whoever leads that group, with an owner for that person, with neither for whoever leads
    the organisation. The group is named, not imported: rooms above raise tasks, and this one knows none of them.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey("groups.Group", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    owner = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    concerns = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    kind = models.CharField(max_length=40)
    about_kind = models.CharField(max_length=40)
    about_code = models.CharField(max_length=22)
    # One task per occasion, whatever runs twice or crashes in between.
    once_key = models.CharField(max_length=160, unique=True)
    raised_at = models.DateTimeField()
    due_at = models.DateTimeField()
    # When somebody was told that it waits, and when somebody else was told that its day has passed.
    told_at = models.DateTimeField(null=True, blank=True)
    late_told_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    # Empty when the matter settled itself.
    done_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    outcome = models.CharField(max_length=40, blank=True, default="")
    sealed_note = models.BinaryField(default=bytes, blank=True)

    class Data:
        private = {"sealed_note"}
        personal = {"owner", "concerns", "done_by"}
        operational = {
            "id", "code", "organisation", "group", "kind", "about_kind", "about_code", "once_key", "raised_at",
            "due_at", "told_at", "late_told_at", "done_at", "outcome",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        indexes = [models.Index(fields=["due_at"], condition=Q(done_at=None), name="task_open")]
        constraints = [
            models.CheckConstraint(condition=Q(done_at=None) | ~Q(outcome=""), name="task_done_says_how"),
        ]

    def access_facts(self) -> Facts:
        whose = "of a group" if self.group_id else "of a person" if self.owner_id else "of the house"
        return Facts(
            organisation_id=self.organisation_id,
            group_id=self.group_id,
            named=frozenset({self.owner_id} if self.owner_id else ()),
            states=frozenset({whose}),
        )

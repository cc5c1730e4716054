"""What stood on a card, typed in by one person and, unseen, by a second."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.measures.models import Assignment


class PaperSheet(models.Model):
    """One card of one person: what each of two people read on it, until there is a response."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="paper")
    first_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    first_at = models.DateTimeField()
    first_key = models.CharField(max_length=64, unique=True)
    sealed_first = models.BinaryField()
    second_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    second_at = models.DateTimeField(null=True, blank=True)
    sealed_second = models.BinaryField(default=bytes, blank=True)
    # None in `second_by` from here on: nobody else could type it in, and it counts as typed in once.
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    compared = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Answers that both typed.")
    differed = models.PositiveSmallIntegerField(null=True, blank=True)

    class Data:
        private = {"sealed_first", "sealed_second"}
        personal = {"first_by", "second_by", "settled_by"}
        operational = {
            "id", "code", "assignment", "first_at", "first_key", "second_at", "settled_at", "compared", "differed",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(second_by=None) | ~Q(second_by=F("first_by")), name="paper_typed_in_by_two_people"
            ),
            models.CheckConstraint(
                condition=Q(second_by=None, second_at=None, compared=None, differed=None)
                | Q(second_by__isnull=False, second_at__isnull=False, compared__isnull=False, differed__isnull=False),
                name="paper_compared_with_a_second",
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None) | Q(settled_at__isnull=False, settled_by__isnull=False),
                name="paper_settled_by_somebody",
            ),
        ]

    def access_facts(self) -> Facts:
        return self.assignment.access_facts()

"""What somebody has answered and not sent yet."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.rooms.measures.models import Assignment


class AnswerDraft(models.Model):
    """The answers of one sheet as they were given so far, sealed in one piece, so that any device goes on with them.

    It goes when the sheet is sent or closes, and when its member leaves.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    assignment = models.OneToOneField(Assignment, on_delete=models.CASCADE, related_name="draft")
    sealed_answers = models.BinaryField(help_text="Each answer with the page and the version it came with, as JSON.")
    version = models.BigIntegerField(help_text="Grows with each answer and is never used twice.")
    saved_at = models.DateTimeField()

    class Data:
        private = {"sealed_answers"}
        personal: set[str] = set()
        operational = {"id", "code", "assignment", "version", "saved_at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return self.assignment.access_facts()

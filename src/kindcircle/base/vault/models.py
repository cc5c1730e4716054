"""One key per person and one per organisation, each wrapped by the root key. Destroying a row erases what it sealed."""

from django.db import models

from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User


class DataKey(models.Model):
    """The wrapped key of one holder. The holder is named, not linked, so that erasing an account leaves a tombstone.

    Three levels: the root key in its file wraps one wrapping key for each house, and that wraps the keys under which
    the texts of the house and of its people are sealed. A key that was replaced is retired: nothing new is sealed or
    wrapped with it, and it stays until nothing is left that only it opens.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    holder = models.CharField(max_length=40, help_text="person:<code>, organisation:<code>, site:site or house:<code>.")
    wrapped = models.BinaryField()
    wrapped_by = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+", help_text="Or root.")
    made_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)

    class Data:
        private = {"wrapped"}
        personal: set[str] = set()
        operational = {"id", "code", "holder", "wrapped_by", "made_at", "retired_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["holder"], condition=models.Q(retired_at=None), name="data_key_one_in_use_per_holder"
            )
        ]
        indexes = [models.Index(fields=["holder"], name="data_key_of_holder")]


class BoxKey(models.Model):
    """The key pair with which one person's phones put words aside while they have no line: see `box`."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    public = models.BinaryField(help_text="The public point, uncompressed: no secret.")
    sealed_private = models.BinaryField()
    made_at = models.DateTimeField()

    class Data:
        private = {"sealed_private"}
        personal = {"person"}
        operational = {"id", "code", "public", "made_at"}
        research: set[str] = set()

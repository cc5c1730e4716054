"""One key per person and one per organisation, each wrapped by the root key. Destroying a row erases what it sealed."""

from django.db import models

from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User


class DataKey(models.Model):
    """The wrapped key of one holder. The holder is named, not linked, so that erasing an account leaves a tombstone."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    holder = models.CharField(max_length=40, help_text="person:<code> or organisation:<code>.")
    wrapped = models.BinaryField()
    made_at = models.DateTimeField()

    class Data:
        private = {"wrapped"}
        personal: set[str] = set()
        operational = {"id", "code", "holder", "made_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["holder"], name="data_key_one_per_holder")]


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

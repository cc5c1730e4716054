"""Who did what to what, when. No content, no links: codes only, chained so that no row can be changed unseen."""

from django.db import models


class AuditHead(models.Model):
    """The end of one organisation's chain. Locked while the next entry is written."""

    chain = models.CharField(max_length=22, unique=True, help_text="The organisation's code, or 'site'.")
    number = models.PositiveBigIntegerField(default=0)
    hash = models.CharField(max_length=64, default="")

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "chain", "number", "hash"}
        research: set[str] = set()


class AuditEntry(models.Model):
    """One thing that happened. Never updated, never deleted: the database itself refuses (migration 0002)."""

    chain = models.CharField(max_length=22)
    number = models.PositiveBigIntegerField()
    at = models.DateTimeField()
    event = models.CharField(max_length=60)
    actor = models.CharField(max_length=22, help_text="The acting person's code, 'system', or empty for a visitor.")
    about_kind = models.CharField(max_length=40)
    about_code = models.CharField(max_length=22)
    # Whose matter it is, so that a member can be shown who saw what of theirs.
    concerns = models.CharField(max_length=22, blank=True)
    reason = models.CharField(max_length=40, blank=True, help_text="A reason code from a closed list, never free text.")
    previous = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Data:
        private: set[str] = set()
        personal = {"actor", "concerns"}
        operational = {
            "id", "chain", "number", "at", "event", "about_kind", "about_code", "reason", "previous", "hash",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="audit_number_once_per_chain")]
        # "Who saw what of mine" asks by the person concerned.
        indexes = [models.Index(fields=["concerns", "at"], name="audit_concerns")]

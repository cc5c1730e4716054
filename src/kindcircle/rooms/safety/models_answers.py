"""What spoke: every single answer after which a person gets in touch, each tied to exactly one alert."""

from django.db import models

from kindcircle.base.lib.codes import new_code
from kindcircle.rooms.safety.models import Alert

SHEET = "assignment"
"""What a sheet is called as the source of an alert, a task and an event, from its first saved answer on."""


class AlertAnswer(models.Model):
    """One answer, tap or tick that met one rule. The database keeps it once under one alert."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="answers")
    # A sheet that somebody was asked to fill in, a live signal, a message. A reference, not a link, as in Alert.
    source_kind = models.CharField(max_length=20)
    source_code = models.CharField(max_length=22)
    rule = models.CharField(max_length=60)
    instrument = models.CharField(max_length=60, blank=True, help_text="Id and version; empty for what is no sheet.")
    level = models.CharField(max_length=8, choices=Alert.Level.choices)
    at = models.DateTimeField()
    # As it was at that moment: somebody may change it before they send the sheet, and it still was said.
    sealed_answer = models.BinaryField(default=bytes, blank=True)

    class Data:
        private = {"sealed_answer"}
        personal: set[str] = set()
        operational = {"id", "code", "alert", "source_kind", "source_code", "rule", "at"}
        research = {"instrument", "level"}

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source_kind", "source_code", "rule", "alert"], name="alert_answer_once_in_an_alert"
            ),
        ]

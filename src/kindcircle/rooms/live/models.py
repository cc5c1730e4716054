"""The timeline of a gathering, who is here, and the private signals."""

from django.db import models

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering


class Event(models.Model):
    """One numbered thing that happened in a gathering. Append-only; every device computes the same from these."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="events")
    n = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    at_ms = models.BigIntegerField(help_text="Milliseconds since the Unix epoch; may lie a moment ahead.")
    data = models.JSONField(default=dict, help_text="Ids, seconds and codes only; never words that somebody typed.")

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "gathering", "n", "kind", "at_ms", "data"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "n"], name="event_number_once")]

    def as_message(self) -> dict[str, object]:
        """The shape that both timelines read (spec/timeline.py, static/live/timeline.js)."""
        return {"n": self.n, "kind": self.kind, "at": self.at_ms, "data": self.data}


class Presence(models.Model):
    """When a device of this person was last heard of in this gathering. Shown to facilitators only."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="presences")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    lead_ms = models.PositiveSmallIntegerField(
        null=True, help_text="How far ahead their slowest device wants to hear of a start; null until it has told."
    )

    class Data:
        private: set[str] = set()
        personal = {"user"}
        operational = {"id", "gathering", "first_at", "last_at", "lead_ms"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "user"], name="presence_once")]


class Signal(models.Model):
    """A private tap: fine, a lot, please come, I step out. Reaches the facilitators and nobody else.

    So does "leave": somebody went home early and asked to be rung.
    """

    class Kind(models.TextChoices):
        FINE = "fine"
        LOT = "lot"
        COME = "come"
        STEP_OUT = "step_out"
        LEAVE = "leave"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="signals")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    client_key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"user"}
        operational = {"id", "code", "gathering", "kind", "client_key", "at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return self.gathering.access_facts()


# The same app, one noun further: known to Django as soon as these are.
from kindcircle.rooms.live import (  # noqa: E402, F401
    models_debrief,
    models_lighter,
    models_pairs,
    models_steadying,
    models_tablet,
    models_whereabouts,
    models_words,
)

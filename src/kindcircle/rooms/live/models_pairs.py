"""Talking in pairs: who would like to, who with whom for now, and with whom somebody would rather not.

Who talked with whom stands in the timeline. What is here goes when the pairs are over, except for the wishes.
"""

from django.db import models
from django.db.models import Q

from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering, Group


class PairsAnswer(models.Model):
    """What somebody said when asked "in pairs?", and where they are while the others talk.

    Nobody without a yes is ever in a pair. The rows go when the pairs are over: that somebody stayed leaves no trace.
    """

    class Said(models.TextChoices):
        YES = "yes"
        STAY = "stay"
        BACK = "back"  # was in a pair and came back to the room
        JOIN = "join"  # would like a pair, and has none

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="pairs_answers")
    pairs = models.CharField(max_length=22)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    said = models.CharField(max_length=4, choices=Said.choices)
    by_hand = models.BooleanField(default=False, help_text="Said aloud and marked by one of those who lead.")
    # The group they were brought to while the talk went on, by its place in the event.
    joined = models.PositiveSmallIntegerField(null=True, blank=True)
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "gathering", "pairs", "said", "by_hand", "joined", "at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "member"], name="pairs_answer_once"),
            models.CheckConstraint(condition=Q(joined=None) | Q(said="yes"), name="pairs_joined_only_with_a_yes"),
        ]


class PairsDraft(models.Model):
    """The pairs as those who lead have changed them before the start. Codes of places only."""

    gathering = models.OneToOneField(Gathering, on_delete=models.CASCADE, related_name="pairs_draft")
    pairs = models.CharField(max_length=22)
    groups = models.JSONField(default=list)
    stays = models.JSONField(default=list, help_text="Who said yes and stays with those who lead all the same.")

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "gathering", "pairs", "groups", "stays"}
        research: set[str] = set()


class PairWish(models.Model):
    """With whom in this group somebody would rather not be in a pair: codes of places, under the writer's own key.

    Nobody reads it, those who lead included. Matching opens it and keeps it. Without a wish there is no row.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="pair_wishes")
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sealed_apart = models.BinaryField()

    class Data:
        private = {"sealed_apart"}
        personal = {"member"}
        operational = {"id", "code", "group"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "member"], name="pair_wish_once")]

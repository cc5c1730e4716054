"""Words that appear together: one word, one line, or "have you felt this". Nobody sees whose they are."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering


class Asked(models.Model):
    """A group was asked for words once. The timeline names it by its code; what was said stands in rows of its own."""

    class Kind(models.TextChoices):
        WORD = "word"
        LINE = "line"
        FELT = "felt"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="asked_words")
    kind = models.CharField(max_length=4, choices=Kind.choices)
    # A step of the run-sheet that asks something, or nothing for "how are you here"; for felt, the question's id.
    prompt = models.CharField(max_length=80, blank=True)
    asked_at = models.DateTimeField()
    # Those who lead have looked at the words, without names; from then on nothing new comes in.
    read_at = models.DateTimeField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "code", "gathering", "kind", "prompt", "asked_at", "read_at", "shown_at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return self.gathering.access_facts()


class Word(models.Model):
    """What one person said: sealed under their own key. Said by hand for somebody without a device, it has no author.

    There is no time in the row, so that nothing tells who was quick.
    """

    class LeftOut(models.TextChoices):
        NO = ""
        ASIDE = "aside"  # not for the wall; nobody knows whose it is
        CARE = "care"  # somebody comes to whoever wrote it

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    asked = models.ForeignKey(Asked, on_delete=models.CASCADE, related_name="words")
    author = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Of a word said by hand: the form that brought it, so that sent twice it is there once.
    client_key = models.CharField(max_length=64, default=new_code)
    sealed_text = models.BinaryField()
    # Where it stands among the others: drawn by lot, once.
    place = models.PositiveSmallIntegerField(null=True, blank=True)
    left_out = models.CharField(max_length=5, choices=LeftOut.choices, blank=True, default="")

    class Data:
        private = {"sealed_text"}
        personal = {"author"}
        operational = {"id", "code", "asked", "client_key", "place", "left_out"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["asked", "author"], name="word_one_each"),
            models.UniqueConstraint(fields=["asked", "client_key"], name="word_sent_once"),
            models.UniqueConstraint(fields=["asked", "place"], name="word_in_one_place"),
            models.CheckConstraint(
                condition=~Q(left_out="care") | Q(author__isnull=False), name="word_care_needs_somebody"
            ),
        ]


class FeltAnswer(models.Model):
    """Yes or no, sealed under the key of whoever said it. Gone in the moment in which the group is told."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    asked = models.ForeignKey(Asked, on_delete=models.CASCADE, related_name="felt_answers")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sealed_answer = models.BinaryField()

    class Data:
        private = {"sealed_answer"}
        personal = {"author"}
        operational = {"id", "code", "asked"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["asked", "author"], name="felt_answer_one_each")]


class FeltShare(models.Model):
    """What the group was told, in a word. Never changed, never told anew. No number stands here or anywhere."""

    asked = models.OneToOneField(Asked, on_delete=models.CASCADE, related_name="share")
    share = models.CharField(max_length=4)
    # Who was here, by the codes of their places: the question may be told again to the very same people only.
    roster = models.JSONField(default=list)
    told_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "asked", "share", "roster", "told_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(share__in=["some", "half", "most"]), name="felt_share_in_words")
        ]

"""Journal entries and letters to oneself. Sealed; nobody but the writer ever opens them."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User


class JournalEntry(models.Model):
    """A few lines for oneself. The time is kept to the hour only: the fact of writing says enough."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20, default="day", help_text="What was written, such as a day or free lines.")
    practice = models.CharField(max_length=60, blank=True, help_text="The written practice it follows, if any.")
    sealed_body = models.BinaryField(help_text="The boxes of its page by name, with a drawing among them, as JSON.")
    own_key = models.BooleanField(default=False, help_text="Locked in the browser: under our seal lies a locked value.")
    # Apart from the words, so that whether to rest from writing is found without opening any of them.
    sealed_felt = models.BinaryField(default=b"", blank=True, help_text="How it was before and after, if it was said.")
    client_key = models.CharField(max_length=64, unique=True)
    written_at = models.DateTimeField(help_text="Rounded down to the hour.")

    class Data:
        private = {"sealed_body", "sealed_felt"}
        personal = {"author"}
        operational = {"id", "code", "kind", "practice", "own_key", "client_key", "written_at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.author.organisation_id, owner_id=self.author_id)


class AddedLater(models.Model):
    """Lines that somebody put under an entry of theirs on a later day. The entry itself is never changed."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    entry = models.ForeignKey(JournalEntry, on_delete=models.CASCADE, related_name="added")
    sealed_body = models.BinaryField()
    own_key = models.BooleanField(default=False, help_text="Locked in the browser: under our seal lies a locked value.")
    client_key = models.CharField(max_length=64, unique=True)
    written_at = models.DateTimeField(help_text="Rounded down to the hour.")

    class Data:
        private = {"sealed_body"}
        personal = {"entry"}
        operational = {"id", "code", "own_key", "client_key", "written_at"}
        research: set[str] = set()


class OwnPhrases(models.Model):
    """The few kind lines that somebody found for themselves, to meet again on a hard day. Always as they want them."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    author = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    sealed_body = models.BinaryField(help_text="One phrase on each line.")
    # Two open pages must not write over each other: see phrases.keep.
    version = models.BigIntegerField(default=0, help_text="Grows with each save and is never used twice.")
    client_key = models.CharField(max_length=64, help_text="The open page that saved it last.")
    saved_at = models.DateTimeField(help_text="Rounded down to the hour.")

    class Data:
        private = {"sealed_body"}
        personal = {"author"}
        operational = {"id", "code", "version", "client_key", "saved_at"}
        research: set[str] = set()


class Letter(models.Model):
    """A letter to oneself that comes back on a chosen day, in the writer's own time zone, or when its writer needs it.

    One that waits to be needed has a day too, years ahead: if it was never needed, it comes by itself and is not lost.
    """

    class Kind(models.TextChoices):
        FRIEND = "friend", "from a wise friend"
        FUTURE = "future", "from a kinder future"
        HARD_DAY = "hard-day", "for a hard day"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sealed_body = models.BinaryField()
    own_key = models.BooleanField(default=False, help_text="Locked in the browser: under our seal lies a locked value.")
    client_key = models.CharField(max_length=64, unique=True)
    written_at = models.DateTimeField()
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.FRIEND)
    when_needed = models.BooleanField(default=False, help_text="It waits until its writer opens it.")
    deliver_on = models.DateField(help_text="Its day; for one that waits to be needed, the last one.")
    delivered_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True)
    # Meeting it again, some days apart, for as long as its writer likes that.
    again_on = models.DateField(null=True, blank=True, help_text="The day on which it is brought back.")
    came_again_at = models.DateTimeField(null=True, blank=True, help_text="Brought back, and not opened since.")
    times_again = models.PositiveSmallIntegerField(default=0, help_text="How often it was met again.")
    not_again = models.BooleanField(default=False, help_text="Its writer would rather not be asked.")
    sealed_line = models.BinaryField(default=b"", blank=True, help_text="One line of it that helps.")
    line_marked_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_body", "sealed_line"}
        personal = {"author"}
        operational = {
            "id", "code", "own_key", "client_key", "written_at", "kind", "when_needed", "deliver_on", "delivered_at",
            "opened_at", "again_on", "came_again_at", "times_again", "not_again", "line_marked_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(again_on=None, came_again_at=None) | Q(opened_at__isnull=False),
                name="letter_again_only_after_reading",
            ),
            models.CheckConstraint(
                condition=Q(opened_at=None) | Q(delivered_at__isnull=False, opened_at__gte=F("delivered_at")),
                name="letter_opened_only_after_delivery",
            ),
        ]
        # The delivery loop asks only for what is still waiting.
        indexes = [
            models.Index(fields=["deliver_on"], condition=Q(delivered_at=None), name="letter_waiting"),
            models.Index(fields=["again_on"], condition=Q(again_on__isnull=False), name="letter_coming_again"),
        ]

    def access_facts(self) -> Facts:
        return Facts(
            organisation_id=self.author.organisation_id,
            owner_id=self.author_id,
            states=frozenset(
                {"sealed" if self.delivered_at is None else "arrived"} | ({"for need"} if self.when_needed else set())
            ),
        )


class Draft(models.Model):
    """What somebody has typed and not finished, sealed, so that no expired session or closed lid loses it."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=60, help_text="Which page it belongs to, such as letter or journal.")
    sealed_body = models.BinaryField(help_text="The boxes of the page by name, as JSON.")
    own_key = models.BooleanField(default=False, help_text="Locked in the browser, all boxes in one value.")
    # Two open pages must not write over each other: see actions.save_draft.
    version = models.BigIntegerField(default=0, help_text="Grows with each save and is never used twice.")
    page = models.CharField(max_length=64, default="", blank=True, help_text="The open page that saved it last.")
    saved_at = models.DateTimeField()

    class Data:
        private = {"sealed_body"}
        personal = {"author"}
        operational = {"id", "code", "kind", "own_key", "version", "page", "saved_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["author", "kind"], name="draft_one_per_page")]


class Parcel(models.Model):
    """That a phone's parcel has come (base/vault/box.py), so that it never comes twice. Its words are elsewhere.

    Or that the words of an open page were let go, so that what it sends late does not bring them back.
    """

    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    client_key = models.CharField(max_length=64, unique=True)
    came_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"author"}
        operational = {"id", "client_key", "came_at"}
        research: set[str] = set()


# Models in a file of their own, for Django to find.
from kindcircle.rooms.writing import models_own_key  # noqa: E402, F401

"""Words that somebody lets others read: a copy, chosen by its writer, with the step at which it stands."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group


class Handful(models.Model):
    """Words of several people that appeared together without names. Its list never grows.

    Where those who lead read first it comes to them so, and what they let in goes to the group so.
    """

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    # Whose words were in it, by the codes of their places. It never changes: if somebody took theirs back and left, and
    # the others still stood there, all would know which had been theirs.
    roster = models.JSONField(default=list)
    # The oldest of its words was shared then, for those who were in the group at that time.
    first_at = models.DateTimeField()
    gathered_at = models.DateTimeField()
    # Those who lead have let in or given back all of it; and the group sees it. Both are empty while they read it
    # first, and the first one where nobody does.
    answered_at = models.DateTimeField(null=True, blank=True)
    shown_at = models.DateTimeField(null=True, blank=True)
    # Too few were left in it, or somebody left the group: nobody sees it any more.
    over_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"roster"}
        operational = {"id", "code", "group", "first_at", "gathered_at", "answered_at", "shown_at", "over_at"}
        research: set[str] = set()


class Share(models.Model):
    """A copy of chosen words, sealed under their writer's key. What is theirs alone has no row here.

    Whoever reads this table finds no trace of anybody who shares nothing, or takes something back.
    """

    class Step(models.TextChoices):
        LEADERS = "leaders"
        UNNAMED = "unnamed"
        NAMED = "named"

    class Review(models.TextChoices):
        NONE = ""  # nobody reads it before the group does
        WAITS = "waits"
        LET_IN = "let-in"
        GIVEN_BACK = "given-back"  # with a line; without one, those who lead stopped reading before they answered it

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    source_kind = models.CharField(max_length=20, help_text="What it was taken from, such as journal.")
    source_code = models.CharField(max_length=22)
    client_key = models.CharField(max_length=64, unique=True)
    sealed_words = models.BinaryField()
    step = models.CharField(max_length=8, choices=Step.choices)
    # The step at which it stands until `seen_from`, and until somebody lets it in; empty for none.
    before = models.CharField(max_length=8, choices=Step.choices, blank=True, default="")
    since = models.DateTimeField()
    seen_from = models.DateTimeField()
    review = models.CharField(max_length=10, choices=Review.choices, blank=True, default="")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    sealed_line = models.BinaryField(default=bytes, blank=True, help_text="From whoever gave it back, to its writer.")
    handful = models.ForeignKey(Handful, on_delete=models.SET_NULL, null=True, blank=True, related_name="shares")
    # Where it stands among the others: drawn by lot, once.
    place = models.PositiveSmallIntegerField(default=0)
    # Somebody has read it with a name, be it only those who lead; or they read it first, and the group did not get to
    # see it. It covers nobody any more.
    known = models.BooleanField(default=False)
    # With whom it was read in a handful before, by the codes of their places, also another copy of its page. They are
    # on the list of the next one, too, and words that were read so cover nobody there.
    company = models.JSONField(default=list, blank=True)

    class Data:
        private = {"sealed_words", "sealed_line"}
        personal = {"author", "company"}
        operational = {
            "id", "code", "group", "source_kind", "source_code", "client_key", "step", "before", "since", "seen_from",
            "review", "reviewed_at", "handful", "place", "known",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        indexes = [models.Index(fields=["source_kind", "source_code"], name="share_by_source")]
        constraints = [
            models.CheckConstraint(condition=Q(seen_from__gte=models.F("since")), name="share_seen_after_it_is_made"),
            models.CheckConstraint(
                condition=Q(review__in=("", "waits"), reviewed_at=None)
                | Q(review__in=("let-in", "given-back"), reviewed_at__isnull=False),
                name="share_looked_at_when",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.group.organisation_id, group_id=self.group_id, owner_id=self.author_id)


class Warmth(models.Model):
    """A sign from somebody who read it. Its author hears that there was one, never from whom or how many."""

    class Sign(models.TextChoices):
        WITH_YOU = "with-you"
        THANK_YOU = "thank-you"
        HEARD = "heard"
        NOT_ALONE = "not-alone"

    share = models.ForeignKey(Share, on_delete=models.CASCADE, related_name="warmth")
    giver = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sign = models.CharField(max_length=10, choices=Sign.choices)

    class Data:
        private: set[str] = set()
        personal = {"giver"}
        operational = {"id", "share", "sign"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["share", "giver"], name="warmth_one_each")]


class GroupSharing(models.Model):
    """How sharing goes in one group: whether those who lead read words before the group does. No row is no."""

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="sharing")
    reviews = models.BooleanField(default=False)
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"set_by"}
        operational = {"id", "group", "reviews", "set_at"}
        research: set[str] = set()

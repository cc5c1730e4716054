"""What those who lead guessed, what the group was told once, what was done about it, and ratings kept for research."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.alliance.levels import ACTIONS, LEVELS
from kindcircle.rooms.groups.models import Gathering, Group, Membership

ALL_ACTIONS = [what for actions in ACTIONS.values() for what in actions]


class Guess(models.Model):
    """How one of those who lead thinks a group will answer, from 0 to 10 for each level; or that they rather do not.

    Said once, and before they see the answers. The guess is staff's own and speaks about no member.
    """

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="guesses")
    facilitator = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    member_leader = models.PositiveSmallIntegerField(null=True, blank=True)
    member_member = models.PositiveSmallIntegerField(null=True, blank=True)
    leader_group = models.PositiveSmallIntegerField(null=True, blank=True)
    member_group = models.PositiveSmallIntegerField(null=True, blank=True)
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"facilitator"}
        operational = {"id", "gathering", "at"}
        research = {"member_leader", "member_member", "leader_group", "member_group"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "facilitator"], name="guess_once"),
            models.CheckConstraint(
                condition=Q(**{f"{level}__isnull": True for level in LEVELS})
                | Q(**{f"{level}__lte": 10 for level in LEVELS}),
                name="guess_all_or_none",
            ),
        ]

    @property
    def said(self) -> bool:
        """Whether there is a guess, or only that they would rather not."""
        return self.member_leader is not None


class Reading(models.Model):
    """What was told of one level of one pulse: worked out once when its time was over, and never changed.

    There is no number of the answers in it, and none at all where fewer than five answered.
    """

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="readings")
    level = models.CharField(max_length=13)
    word = models.CharField(max_length=9, blank=True, default="")
    # Not worked out afresh: the word of last time stands (stats.disclosure).
    held = models.BooleanField(default=False)
    slack = models.FloatField(default=0.0)
    spread = models.CharField(max_length=5, blank=True, default="")
    # The places behind the word, by code: the next word depends on who they were.
    people = models.JSONField(default=list)
    read_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"people"}
        operational = {"id", "gathering", "read_at", "slack"}
        research = {"level", "word", "held", "spread"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "level"], name="reading_once"),
            models.CheckConstraint(condition=Q(level__in=LEVELS), name="reading_of_a_level"),
            models.CheckConstraint(
                condition=Q(word__in=["", "low", "mixed", "good", "very-good"]), name="reading_in_words"
            ),
            models.CheckConstraint(
                condition=Q(spread="") | Q(spread__in=["close", "apart"], word="mixed"), name="reading_spread_in_words"
            ),
        ]


class Step(models.Model):
    """Something that those who lead chose to do because of a pulse: what, who, where it stands, and that it is done."""

    class Outcome(models.TextChoices):
        DONE = "done"
        LET_BE = "let-be"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="alliance_steps")
    level = models.CharField(max_length=13)
    what = models.CharField(max_length=24)
    # The meeting on whose run-sheet it stands; none: it is among the things to do.
    planned_for = models.ForeignKey(Gathering, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    chosen_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    chosen_at = models.DateTimeField()
    outcome = models.CharField(max_length=6, choices=Outcome.choices, blank=True, default="")
    done_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    done_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"chosen_by", "done_by"}
        operational = {"id", "code", "gathering", "planned_for", "chosen_at", "done_at"}
        research = {"level", "what", "outcome"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "level", "what"], name="alliance_step_once"),
            models.CheckConstraint(condition=Q(what__in=ALL_ACTIONS), name="alliance_step_of_the_list"),
            models.CheckConstraint(
                condition=Q(outcome="", done_at=None) | (~Q(outcome="") & Q(done_at__isnull=False)),
                name="alliance_step_done_says_how",
            ),
        ]

    def access_facts(self) -> Facts:
        return self.gathering.access_facts()


class RatingRound(models.Model):
    """The house switched on, for one group and for research, that members may rate one another. Off again: no new ones.

    Nobody of the house ever sees a rating; each is deleted with the group's record.
    """

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="rating_round")
    on = models.BooleanField(default=True)
    changed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    changed_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"changed_by"}
        operational = {"id", "group", "on", "changed_at"}
        research: set[str] = set()


class Rating(models.Model):
    """How warmly one member feels towards another, and how understood by them: sealed under the rater's own key."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    rater = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="ratings_given")
    target = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    sealed_values = models.BinaryField(help_text="warm and understood, 0 to 10 or left blank, as JSON.")

    class Data:
        private = {"sealed_values"}
        personal = {"rater", "target"}
        operational = {"id", "code"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rater", "target"], name="rating_once_for_each"),
            models.CheckConstraint(condition=~Q(rater=models.F("target")), name="rating_of_somebody_else"),
        ]

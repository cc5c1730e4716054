"""How a practice landed, whether those who lead may hear of it, and going more slowly with one person."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.practice.models import Play


class Landing(models.Model):
    """One person was asked how one practice was, once: at home after a play, or in a meeting after a start.

    There are no words in it. The three answers are the scores of content/instruments/after-practice, kept as such.
    """

    class Over(models.TextChoices):
        WITHIN_A_DAY = "day"
        LONGER = "longer"
        STILL = "still"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    play = models.OneToOneField(Play, on_delete=models.CASCADE, null=True, blank=True, related_name="landing")
    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # The number of the start on the meeting's timeline.
    start = models.PositiveIntegerField(null=True, blank=True)
    practice = models.CharField(max_length=60)
    practice_version = models.CharField(max_length=12)
    seconds = models.PositiveIntegerField()
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    rule = models.CharField(max_length=60, blank=True, default="", help_text="Instrument and version that were asked.")
    how = models.PositiveSmallIntegerField(null=True, blank=True)
    lasting = models.PositiveSmallIntegerField(null=True, blank=True)
    in_the_way = models.PositiveSmallIntegerField(null=True, blank=True)
    too_much_at = models.DateTimeField(null=True, blank=True)
    over = models.CharField(max_length=6, choices=Over.choices, blank=True, default="")
    # When "is it over?" was answered, or put away.
    over_at = models.DateTimeField(null=True, blank=True)
    # When those who lead heard of it. Empty again when the member takes their yes back.
    told_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "code", "group", "play", "gathering", "start", "asked_at", "answered_at", "told_at"}
        research = {
            "practice", "practice_version", "seconds", "rule", "how", "lasting", "in_the_way", "too_much_at", "over",
            "over_at",
        }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["member", "gathering", "start"], name="landing_once_for_a_start"),
            models.CheckConstraint(
                condition=Q(play=None, gathering__isnull=False, start__isnull=False)
                | Q(play__isnull=False, gathering=None, start=None),
                name="landing_at_home_or_in_a_meeting",
            ),
            models.CheckConstraint(
                condition=Q(how=None) | Q(how__lte=2, answered_at__isnull=False), name="landing_answered_has_its_time"
            ),
        ]

    def access_facts(self) -> Facts:
        """A visit by short code opens what belongs to that meeting; those who lead, what they were told."""
        return Facts(
            organisation_id=self.member.organisation_id,
            group_id=self.group_id,
            owner_id=self.member_id,
            gathering_id=self.gathering_id,
            states=frozenset({"told"} if self.told_at else ()),
        )


class MayTell(models.Model):
    """Whether those who lead may hear that a practice was a lot for this person. Asked once, changed at any time."""

    member = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    yes = models.BooleanField()
    said_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "yes", "said_at"}
        research: set[str] = set()


class SlowerPace(models.Model):
    """To go more slowly with one person: proposed by rules or begun by hand, decided and ended by those who lead."""

    class Decision(models.TextChoices):
        TAKEN = "taken"
        NOT_NOW = "not-now"

    class Why(models.TextChoices):
        TALKED = "talked"  # they want to go on as it is
        OTHER = "other-plan"  # something else was agreed on
        NOT_SEEN = "not-seen"  # it does not fit what those who lead see

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    place = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="+")
    # Words of spec.slowing.Reason, with commas between.
    reasons = models.CharField(max_length=60)
    raised_at = models.DateTimeField()
    decision = models.CharField(max_length=7, choices=Decision.choices, blank=True, default="")
    why_not = models.CharField(max_length=10, choices=Why.choices, blank=True, default="")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    ended_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"place", "decided_by", "ended_by"}
        operational = {"id", "code", "reasons", "raised_at", "decision", "why_not", "decided_at", "ended_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place"], condition=Q(decision=""), name="slower_pace_proposed_once_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["place"], condition=Q(decision="taken", ended_at=None), name="slower_pace_one_at_a_time"
            ),
            models.CheckConstraint(
                condition=Q(decision="", decided_at=None) | ~Q(decision="") & Q(decided_at__isnull=False),
                name="slower_pace_decided_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(decision="not-now") | ~Q(why_not=""), name="slower_pace_not_now_says_why"
            ),
            models.CheckConstraint(
                condition=Q(ended_at=None) | Q(decision="taken", ended_at__gte=F("decided_at")),
                name="slower_pace_ends_after_it_began",
            ),
        ]

    def access_facts(self) -> Facts:
        return self.place.access_facts()

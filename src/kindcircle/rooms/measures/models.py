"""Who is asked what and when; the sealed answers; the scores; the wording a site imported."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models import MEETING, Gathering, Group
from kindcircle.rooms.intake.models import Intake


class Assignment(models.Model):
    """One person asked to fill in one instrument once, for one occasion."""

    class Occasion(models.TextChoices):
        BASELINE = "baseline"
        ARRIVAL = "arrival"
        LEAVING = "leaving"
        SETTLING = "settling"
        WEEKLY = "weekly"
        AFTER = "after"
        FOLLOW_UP = "follow-up"  # some months later
        SCREENING = "screening"  # before the talk, with no group yet
        ASKED = "asked"  # by a facilitator, besides the programme's own times; never part of before and after
        # Of everybody who said yes to a draw, on one clock, whether they start now or later.
        BEFORE_DRAW = "trial-pre"
        AFTER_DRAW = "trial-post"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="assignments")
    # Of a member's group; or, before there is one, of the intake that somebody asked to come to.
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments")
    gathering = models.ForeignKey(
        Gathering, on_delete=models.PROTECT, null=True, blank=True, related_name="assignments"
    )
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=12)
    occasion = models.CharField(max_length=10, choices=Occasion.choices)
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    # The meeting in which those who lead opened it to phones and tablets that came in by letters; else None.
    room = models.ForeignKey(Gathering, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Id and version of the sheet that was given out, where its shorter form was answered instead.
    in_place_of = models.CharField(max_length=60, blank=True, default="", db_default="")

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "code", "group", "intake", "gathering", "opens_at", "closes_at", "room"}
        research = {"instrument", "version", "occasion", "in_place_of"}

    class Meta:
        constraints = [
            # Two constraints, because SQLite cannot treat "no gathering" as equal to "no gathering".
            models.UniqueConstraint(
                fields=["member", "group", "instrument", "occasion", "gathering"], name="assignment_once_per_gathering"
            ),
            models.UniqueConstraint(
                fields=["member", "group", "instrument", "occasion"],
                condition=Q(gathering=None),
                name="assignment_once_without_gathering",
            ),
            models.UniqueConstraint(
                fields=["member", "intake", "instrument", "occasion"],
                condition=Q(intake__isnull=False),
                name="assignment_once_before_a_group",
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=False, intake=None)
                | Q(
                    group=None,
                    intake__isnull=False,
                    gathering=None,
                    occasion__in=["screening", "trial-pre", "trial-post"],
                ),
                name="assignment_of_a_group_or_an_intake",
            ),
            models.CheckConstraint(condition=Q(closes_at__gt=F("opens_at")), name="assignment_closes_after_opening"),
        ]

    @property
    def circle(self) -> Group | Intake:
        """Where the person belongs: their group, or what they asked to come to."""
        circle = self.group or self.intake
        assert circle is not None  # the database keeps one of the two
        return circle

    @property
    def house(self) -> Organisation:
        """The organisation that asks."""
        return self.circle.organisation

    @property
    def given_out(self) -> tuple[str, str]:
        """Id and version of the sheet as it was given out, also where its shorter form was answered."""
        name, _at, version = (self.in_place_of or f"{self.instrument}@{self.version}").partition("@")
        return name, version

    def access_facts(self) -> Facts:
        return Facts(
            organisation_id=self.house.pk,
            group_id=self.group_id,
            owner_id=self.member_id,
            # By letters it is open in the meeting for which it was opened, for as long as that one lasts.
            gathering_id=self.room_id if self.room and self.room.state in MEETING else self.gathering_id,
        )


class Response(models.Model):
    """A person's answers, sealed in one piece, exactly as given. Never changed."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    assignment = models.OneToOneField(Assignment, on_delete=models.PROTECT, related_name="response")
    # Made by the browser; the same key again is the same sheet, answered with the first.
    client_key = models.CharField(max_length=64, unique=True)
    sealed_answers = models.BinaryField()
    state = models.CharField(max_length=12, help_text="complete, prorated, partial, not_scorable or invalid.")
    submitted_at = models.DateTimeField()
    by_staff = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+",
        help_text="Who typed in a paper sheet, or None.",
    )  # fmt: skip

    class Data:
        private = {"sealed_answers"}
        personal = {"by_staff"}
        operational = {"id", "code", "assignment", "client_key", "submitted_at"}
        research = {"state"}

    def access_facts(self) -> Facts:
        return self.assignment.access_facts()


class CurrentScores(models.Manager["Score"]):
    """What counts now. Whoever asks for scores gets one for each response and scale, without having to think of it."""

    def get_queryset(self) -> models.QuerySet["Score"]:
        return super().get_queryset().filter(current=True)


class Score(models.Model):
    """One number from one response, with how many answers stood behind it and which rule made it.

    When a rule is corrected a second number is made and the first one stays (`rescoring`): `objects` are those that
    count now, `every` holds them all.
    """

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="scores")
    scale = models.CharField(max_length=40)
    value = models.FloatField(null=True, help_text="Unrounded; None when it may not be computed.")
    state = models.CharField(max_length=12)
    answered = models.PositiveSmallIntegerField()
    of = models.PositiveSmallIntegerField()
    rule = models.CharField(max_length=60, help_text="Instrument id and version that made the number.")
    current = models.BooleanField(default=True, db_default=True, help_text="No corrected rule has made a newer one.")

    objects = CurrentScores()
    every: models.Manager["Score"] = models.Manager()

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "response", "rule", "current"}
        research = {"scale", "value", "state", "answered", "of"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "scale", "rule"], name="score_once_per_rule"),
            models.UniqueConstraint(fields=["response", "scale"], condition=Q(current=True), name="score_one_counts"),
        ]


class Wording(models.Model):
    """The words of a validated instrument, brought to this site by its own people under the owner's terms."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="wordings")
    instrument = models.CharField(max_length=40)
    version = models.CharField(max_length=12)
    language = models.CharField(max_length=10)
    words = models.JSONField(help_text="title, instruction, items, labels: see spec.wording.Wording.")
    source_name = models.CharField(max_length=160)
    source_sha256 = models.CharField(max_length=64)
    source_file = models.BinaryField(help_text="The file as it came.")
    terms_accepted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    terms_accepted_at = models.DateTimeField()
    imported_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"terms_accepted_by"}
        operational = {
            "id", "code", "organisation", "instrument", "version", "language", "words", "source_name",
            "source_sha256", "source_file", "terms_accepted_at", "imported_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        # The newest import for an instrument, version and language is the one in use; older ones stay.
        indexes = [models.Index(fields=["organisation", "instrument", "version", "language"], name="wording_in_use")]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)


# The same app, some nouns further: known to Django as soon as these are.
from kindcircle.rooms.measures import (  # noqa: E402, F401
    models_draft,
    models_licence,
    models_paper,
    models_stopping,
    models_typing,
)

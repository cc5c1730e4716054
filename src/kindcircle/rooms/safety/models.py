"""Alerts and what was done about them, unwanted events, and the numbers people can call."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.intake.models import Intake


class Alert(models.Model):
    """A person answered in a way that asks for a person: one for all that they answer in one administration.

    What spoke is kept answer by answer (AlertAnswer). A tap or a message is no administration: each has its own.
    """

    class State(models.TextChoices):
        RAISED = "raised"
        DELIVERED = "delivered"
        SEEN = "seen"
        ACTING = "acting"
        CONTACTED = "contacted"
        NOT_REACHED = "not-reached"
        CLOSED = "closed"
        REVIEWED = "reviewed"

    class Level(models.TextChoices):
        REVIEW = "review"  # it was a lot: look at it with this week's notes; never grows, sends no mail
        CONTACT = "contact"  # asked to be contacted, or low steadiness: same day
        CONCERN = "concern"  # a positive safety item: same-day conversation by a clinician

    class Person(models.TextChoices):
        """Whose turn it is to see it."""

        OWNER = "owner"
        BACKUP = "backup"
        LEAD = "lead"
        EVERYONE = "everyone"  # the last step: nobody got in touch in time, so all of them are told once more

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    # Of a member's group; or, before there is one, of the intake that somebody asked to come to.
    group = models.ForeignKey(Group, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts")
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts")
    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    level = models.CharField(max_length=8, choices=Level.choices)
    # What spoke: a response or a live signal. A reference, not a link: safety knows no room above it.
    source_kind = models.CharField(max_length=20)
    source_code = models.CharField(max_length=22)
    # The day on which the sheets were filled in, and a number where an earlier alert of that day had been settled.
    administration = models.CharField(max_length=16, blank=True)
    rules = models.CharField(max_length=200, help_text="Ids of the rules that spoke, comma-separated.")
    state = models.CharField(max_length=12, choices=State.choices, default=State.RAISED)
    with_person = models.CharField(max_length=8, choices=Person.choices, default=Person.OWNER)
    raised_at = models.DateTimeField()
    again_at = models.DateTimeField(
        null=True, blank=True, help_text="When another answer came in after somebody had looked: it waits anew."
    )
    # When it moves on unless something happens first: to be seen, and once seen, to get in touch.
    # None when the member was reached, when it is closed, or when everyone has been told.
    escalate_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    close_reason = models.CharField(max_length=40, blank=True)
    review = models.ForeignKey(
        "safety.AlertReview", on_delete=models.PROTECT, null=True, blank=True, related_name="alerts"
    )

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {
            "id", "code", "group", "intake", "gathering", "source_kind", "source_code", "administration", "rules",
            "state", "with_person", "again_at", "escalate_at", "seen_at", "closed_at", "close_reason", "review",
        }  # fmt: skip
        research = {"level", "raised_at"}

    class Meta:
        constraints = [
            # One alert for all that one person answers in one administration, however much of it spoke (hazard H06);
            # two constraints, because SQLite cannot treat "no group" as equal to "no group".
            models.UniqueConstraint(
                fields=["member", "group", "administration"],
                condition=Q(group__isnull=False) & ~Q(administration=""),
                name="alert_once_per_administration",
            ),
            models.UniqueConstraint(
                fields=["member", "intake", "administration"],
                condition=Q(intake__isnull=False) & ~Q(administration=""),
                name="alert_once_per_administration_before_a_group",
            ),
            # One for a signal or a message, which is sent once.
            models.UniqueConstraint(
                fields=["source_kind", "source_code"], condition=Q(administration=""), name="alert_once_per_signal"
            ),
            models.CheckConstraint(
                condition=Q(group__isnull=False, intake=None) | Q(group=None, intake__isnull=False, gathering=None),
                name="alert_of_a_group_or_an_intake",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None, close_reason="") | (Q(closed_at__isnull=False) & ~Q(close_reason="")),
                name="alert_closed_only_with_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(closed_at__gte=F("raised_at")),
                name="alert_closed_after_raised",
            ),
            models.CheckConstraint(
                condition=Q(review=None) | Q(state="reviewed", closed_at__isnull=False),
                name="alert_reviewed_after_it_was_closed",
            ),
        ]
        # The worker asks only for what may still have to move on.
        indexes = [
            models.Index(fields=["escalate_at"], condition=Q(escalate_at__isnull=False), name="alert_may_escalate")
        ]

    @property
    def waits_since(self) -> datetime:
        """Since when it waits to be seen."""
        return self.again_at or self.raised_at

    @property
    def circle(self) -> Group | Intake:
        """Where the person belongs: their group, or what they asked to come to."""
        circle = self.group or self.intake
        assert circle is not None  # the database keeps one of the two
        return circle

    @property
    def house(self) -> Organisation:
        """The organisation that answers for it."""
        return self.circle.organisation

    def access_facts(self) -> Facts:
        if self.group is not None:
            return Facts(organisation_id=self.group.organisation_id, group_id=self.group_id)
        return self.circle.access_facts()


class ClosedDay(models.Model):
    """A day on which nobody is there although the weekday is staffed: a holiday, a training day."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="closed_days")
    on = models.DateField(help_text="In the organisation's own zone.")

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "organisation", "on"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "on"], name="closed_day_once")]


class WorkerBeat(models.Model):
    """When the worker last went round. One row, kept in the table so that it also tells of a worker apart."""

    name = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"name", "at"}
        research: set[str] = set()


class AlertStep(models.Model):
    """One thing that was done about an alert: who, when, which move, and a sealed note."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    alert = models.ForeignKey(Alert, on_delete=models.CASCADE, related_name="steps")
    state = models.CharField(max_length=12, choices=Alert.State.choices)
    by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    sealed_note = models.BinaryField(default=bytes, blank=True)

    class Data:
        private = {"sealed_note"}
        personal = {"by"}
        operational = {"id", "code", "alert", "state", "at"}
        research: set[str] = set()


class AdverseEvent(models.Model):
    """Something unwanted that happened during the programme, whatever the cause (CLINICAL_BRIEF 5.5)."""

    class Category(models.TextChoices):
        DISTRESS = "distress"
        SLEEP = "sleep"
        PANIC = "panic"
        DISSOCIATION = "dissociation"
        SELF_HARM = "self-harm"
        MOOD_OR_MIND = "mood-or-mind"
        PAIN_OR_BODY = "pain-or-body"
        EATING = "eating"
        SUBSTANCES = "substances"
        RELATIONSHIPS = "relationships"
        CONFIDENTIALITY = "confidentiality"
        GROUP = "group"
        DEPENDENCY = "dependency"
        FACILITATION = "facilitation"
        TECHNICAL = "technical"

    class Duration(models.TextChoices):
        DAY = "day"  # a day or less
        DAYS = "days"
        WEEK = "week"  # a week or more
        STILL = "still"  # goes on

    class Done(models.TextChoices):
        """What was done first of all about it."""

        NOTHING = "nothing"
        TALKED = "talked"
        PRACTICE = "practice"  # another practice, or none
        PAUSED = "paused"
        LEFT = "left"
        REFERRED = "referred"
        URGENT = "urgent"

    class Outcome(models.TextChoices):
        GOES_ON = "goes-on"
        BETTER = "better"
        OVER = "over"
        LASTING = "lasting"
        DIED = "died"
        NOT_KNOWN = "not-known"

    class Term(models.TextChoices):
        """What it is called once somebody has judged it (docs/glossary.md)."""

        UNWANTED = "unwanted-event"
        EMERGENT = "emergent-reaction"
        REACTION = "adverse-reaction"
        MALPRACTICE = "malpractice"
        NON_RESPONSE = "non-response"
        DETERIORATION = "deterioration"

    class Related(models.TextChoices):
        NO = "no"
        UNLIKELY = "unlikely"
        POSSIBLE = "possible"
        PROBABLE = "probable"
        DEFINITE = "definite"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="adverse_events")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    gathering = models.ForeignKey(Gathering, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    practice = models.CharField(max_length=60, blank=True)
    category = models.CharField(max_length=16, choices=Category.choices)
    severity = models.PositiveSmallIntegerField(help_text="1 mild to 5 life-threatening.")
    related = models.CharField(max_length=10, choices=Related.choices)
    happened_on = models.DateField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed_what = models.BinaryField(default=bytes, blank=True)
    resolved_on = models.DateField(null=True, blank=True)
    duration = models.CharField(max_length=5, choices=Duration.choices, blank=True, default="", db_default="")
    impact = models.PositiveSmallIntegerField(null=True, blank=True, help_text="On daily life: 0 none to 3 all of it.")
    expected = models.CharField(
        max_length=3, blank=True, default="", db_default="", help_text="yes, no, or nobody has said."
    )
    done = models.CharField(max_length=9, choices=Done.choices, blank=True, default="", db_default="")
    outcome = models.CharField(max_length=9, choices=Outcome.choices, blank=True, default="", db_default="")
    # The sheet on which the member told of it. A reference, not a link: safety knows no room above it.
    told_code = models.CharField(max_length=22, blank=True, default="", db_default="")
    term = models.CharField(max_length=17, choices=Term.choices, blank=True, default="", db_default="")
    reviewed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    # Of the form it was sent with; empty where it came from none.
    client_key = models.CharField(max_length=64, blank=True, default="", db_default="")

    class Data:
        private = {"sealed_what"}
        personal = {"member", "recorded_by", "reviewed_by"}
        operational = {
            "id", "code", "group", "gathering", "practice", "recorded_at", "resolved_on", "told_code", "reviewed_at",
            "client_key",
        }  # fmt: skip
        research = {
            "category", "severity", "related", "happened_on", "duration", "impact", "expected", "done", "outcome",
            "term",
        }  # fmt: skip

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recorded_by", "client_key"], condition=~Q(client_key=""), name="adverse_event_sent_once"
            ),
            models.CheckConstraint(condition=Q(severity__gte=1, severity__lte=5), name="adverse_event_severity_1_to_5"),
            models.CheckConstraint(condition=Q(impact=None) | Q(impact__lte=3), name="adverse_event_impact_0_to_3"),
            models.CheckConstraint(
                condition=Q(reviewed_at=None, reviewed_by=None, term="")
                | (Q(reviewed_at__isnull=False, reviewed_by__isnull=False) & ~Q(term="")),
                name="adverse_event_reviewed_with_a_term",
            ),
        ]

    def access_facts(self) -> Facts:
        stop = getattr(self, "stop_review", None)
        return Facts(
            organisation_id=self.group.organisation_id,
            group_id=self.group_id,
            named=frozenset({stop.owner_id} if stop else ()),
        )


class Helpline(models.Model):
    """A number somebody can call, exactly as it is dialled. Shown after two people checked it, for 180 days."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="helplines")
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=80, blank=True, help_text="Where it answers, if not in the whole country.")
    audience = models.CharField(max_length=80, blank=True, help_text="For whom it is, if not for everybody.")
    name = models.CharField(max_length=80)
    number = models.CharField(max_length=40, help_text="Exactly as dialled; never reformatted (hazard H04).")
    text_to = models.CharField(max_length=60, blank=True, help_text="How to reach it by text, exactly.")
    deaf = models.CharField(max_length=200, blank=True, help_text="How people who do not hear reach it.")
    hours = models.CharField(max_length=80)
    languages = models.CharField(max_length=80, blank=True)
    cost = models.CharField(max_length=80, blank=True)
    source = models.CharField(max_length=200, help_text="Where the number was confirmed.")
    emergency = models.BooleanField(default=False, help_text="The country's emergency number; always shown first.")
    order = models.PositiveSmallIntegerField(default=10)

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {
            "id", "code", "organisation", "country", "region", "audience", "name", "number", "text_to", "deaf", "hours",
            "languages", "cost", "source", "emergency", "order",
        }  # fmt: skip
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)


class HelplineCheck(models.Model):
    """Somebody dialled the number and it was right."""

    helpline = models.ForeignKey(Helpline, on_delete=models.CASCADE, related_name="checks")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"by"}
        operational = {"id", "helpline", "at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["helpline", "by"], name="helpline_checked_by_two_people")]


# The same app, one noun further: known to Django as soon as these are.
from kindcircle.rooms.safety import (  # noqa: E402, F401
    models_answers,
    models_protocol,
    models_rota,
    models_unwanted,
    models_watch,
)

"""The way in: what is offered, who asks to come, the talk, a person's decision, and consent.

An intake is one offer of one programme to people who may ask to come; one or several groups are formed from it.
Whoever asks has an account from that moment, so that their words lie under their own key and go when it goes; they
come back to it by a mailed code, and it opens nothing but their own application until they have a place.
"""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.intake.models_consent import Consent, ConsentCopy, ConsentFacts  # noqa: F401
from kindcircle.rooms.intake.models_trial import Entrant, Trial  # noqa: F401


class Intake(models.Model):
    """An offer of one programme, and the list of who would like to come."""

    class State(models.TextChoices):
        DRAFT = "draft"
        OPEN = "open"
        CLOSED = "closed"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="intakes")
    name = models.CharField(max_length=80)
    programme = models.CharField(max_length=60)
    programme_version = models.CharField(max_length=12)
    state = models.CharField(max_length=6, choices=State.choices, default=State.DRAFT)
    # With a page that anybody may open, or only for people whom the facilitators add themselves.
    public = models.BooleanField(default=False)
    # Search engines may list the page; only where the site wants it.
    listed = models.BooleanField(default=False)
    welcome = models.TextField(blank=True, default="", help_text="The house's own words on the public page.")
    zone = models.CharField(max_length=64)
    place = models.CharField(max_length=160, blank=True, default="")
    online = models.BooleanField(default=False)
    starts_about = models.DateField(null=True, blank=True, help_text="About when groups are hoped to begin.")
    closes_on = models.DateField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {
            "id", "code", "organisation", "name", "state", "public", "listed", "welcome", "zone", "place", "online",
            "starts_about", "closes_on", "created_at",
        }  # fmt: skip
        research = {"programme", "programme_version"}

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(listed=False) | Q(public=True), name="intake_listed_only_if_public")
        ]

    def access_facts(self) -> Facts:
        public = self.public and self.state == self.State.OPEN
        return Facts(
            organisation_id=self.organisation_id,
            named=frozenset(self.screeners.values_list("user_id", flat=True)) if self.pk else frozenset(),
            states=frozenset({self.state} | ({"public"} if public else set())),
        )


class Screener(models.Model):
    """Who talks with the people who ask to come to this intake, decides, and reads what they wrote."""

    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="screeners")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"user"}
        operational = {"id", "intake", "since"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["intake", "user"], name="screener_once")]


class WeeklySlot(models.Model):
    """A time of the week at which a group could meet, on the clock of the intake's zone."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="slots")
    weekday = models.PositiveSmallIntegerField(help_text="ISO: 1 = Monday.")
    starts = models.TimeField()

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "code", "intake", "weekday", "starts"}
        research: set[str] = set()

    class Meta:
        ordering = ["weekday", "starts"]
        constraints = [
            models.UniqueConstraint(fields=["intake", "weekday", "starts"], name="weekly_slot_once"),
            models.CheckConstraint(condition=Q(weekday__gte=1, weekday__lte=7), name="weekly_slot_is_a_weekday"),
        ]


class Application(models.Model):
    """Somebody asks to come. What they wrote is sealed under their own key."""

    class State(models.TextChoices):
        APPLIED = "applied", _("asked to come")
        FORM_DONE = "form-done", _("form filled in")
        BOOKED = "booked", _("talk booked")
        DECIDED = "decided", _("answered")
        PLACED = "placed", _("has a place")
        WITHDRAWN = "withdrawn", _("taken back")

    class Source(models.TextChoices):
        PAGE = "page"  # the public page
        BY_HAND = "by-hand"  # a facilitator wrote it down
        AGAIN = "again"  # somebody with an account, signed in

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, related_name="applications")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="applications")
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPLIED)
    source = models.CharField(max_length=8, choices=Source.choices)
    # A JSON object by question id (see intake/questions.py); what is not answered is not there.
    sealed_answers = models.BinaryField(default=bytes, blank=True)
    slots = models.ManyToManyField(WeeklySlot, related_name="applications", blank=True)
    applied_at = models.DateTimeField()
    form_done_at = models.DateTimeField(null=True, blank=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    words_gone_at = models.DateTimeField(null=True, blank=True, help_text="When what they wrote was taken away.")
    # The browser's own key: a form sent twice makes one application.
    client_key = models.CharField(max_length=64, unique=True, null=True, blank=True)

    class Data:
        private = {"sealed_answers"}
        personal = {"person"}
        operational = {
            "id", "code", "intake", "state", "source", "slots", "applied_at", "form_done_at", "withdrawn_at",
            "words_gone_at", "client_key",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "person"], condition=Q(withdrawn_at=None), name="application_once_per_intake"
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(state="withdrawn"), name="application_withdrawn_says_so"
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(
            organisation_id=self.intake.organisation_id,
            owner_id=self.person_id,
            named=frozenset(self.intake.screeners.values_list("user_id", flat=True)),
            states=frozenset({self.state}),
        )


class KeepApart(models.Model):
    """Two people who must not sit in one group. Only those who form groups know, and neither of the two."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="+")
    # The smaller account id first, so that a pair is written once.
    one = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    other = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sealed_why = models.BinaryField(default=bytes, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_why"}
        personal = {"one", "other", "made_by"}
        operational = {"id", "code", "organisation", "made_at", "ended_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="keep_apart_smaller_first"),
            models.UniqueConstraint(fields=["one", "other"], condition=Q(ended_at=None), name="keep_apart_once"),
        ]


class TalkTime(models.Model):
    """A time offered for the talk before the group, and who took it."""

    class How(models.TextChoices):
        HERE = "here", _("here")
        PHONE = "phone", _("by phone")
        VIDEO = "video", _("by video")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    intake = models.ForeignKey(Intake, on_delete=models.CASCADE, related_name="talk_times")
    screener = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(default=30)
    how = models.CharField(max_length=5, choices=How.choices)
    where = models.CharField(max_length=200, blank=True, default="", help_text="A room, or the site's own video link.")
    application = models.ForeignKey(
        Application, on_delete=models.SET_NULL, null=True, blank=True, related_name="talk_times"
    )
    booked_at = models.DateTimeField(null=True, blank=True)
    # Rises when it is booked, moved or freed, so that no calendar prefers an older copy.
    revision = models.PositiveIntegerField(default=0)

    class Data:
        private: set[str] = set()
        personal = {"screener", "application"}
        operational = {
            "id", "code", "intake", "starts_at", "minutes", "how", "where", "booked_at", "revision",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["screener", "starts_at"], name="talk_time_once_per_screener"),
            models.UniqueConstraint(
                fields=["application"], condition=Q(application__isnull=False), name="talk_time_one_per_application"
            ),
        ]

    @property
    def ends_at(self) -> datetime:
        """When it is over."""
        return self.starts_at + timedelta(minutes=self.minutes)

    def access_facts(self) -> Facts:
        return Facts(
            organisation_id=self.intake.organisation_id,
            owner_id=self.application.person_id if self.application else None,
            named=frozenset(self.intake.screeners.values_list("user_id", flat=True)),
        )


class ScreeningForm(models.Model):
    """What somebody writes before the talk, in parts; until it is sent only they read it.

    A second, short one is asked for when the first meeting is more than six weeks after the decision.
    """

    class Kind(models.TextChoices):
        FIRST = "first"
        AGAIN = "again"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="forms")
    kind = models.CharField(max_length=5, choices=Kind.choices)
    # A JSON object by question id (see intake/questions.py); what is not answered is not there.
    sealed_answers = models.BinaryField(default=bytes, blank=True)
    # Two open pages must not write over each other.
    version = models.BigIntegerField(default=0)
    page = models.CharField(max_length=64, default="", blank=True, help_text="The open page that saved it last.")
    begun_at = models.DateTimeField()
    saved_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_answers"}
        personal: set[str] = set()
        operational = {"id", "code", "application", "kind", "version", "page", "begun_at", "saved_at", "sent_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(kind="first"), name="screening_form_first_once"
            ),
            models.UniqueConstraint(
                fields=["application"], condition=Q(kind="again", sent_at=None), name="screening_form_one_again_open"
            ),
        ]

    def access_facts(self) -> Facts:
        return self.application.access_facts()


class Talk(models.Model):
    """A talk that took place, or did not, and what was noted of it for those who decide."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="talks")
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    happened_at = models.DateTimeField()
    how = models.CharField(max_length=5, choices=TalkTime.How.choices)
    took_place = models.BooleanField()
    sealed_note = models.BinaryField(default=bytes, blank=True)
    noted_at = models.DateTimeField()
    # The browser's own key: a note sent twice is one.
    client_key = models.CharField(max_length=64, unique=True)

    class Data:
        private = {"sealed_note"}
        personal = {"noted_by"}
        operational = {"id", "code", "application", "happened_at", "how", "took_place", "noted_at", "client_key"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return self.application.access_facts()


class Checklist(models.Model):
    """What this house goes through in the talk: the organisation's own list, in versions. Ours stands until then."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="checklists")
    number = models.PositiveSmallIntegerField()
    lines = models.JSONField(help_text="Each: id, words.")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"made_by"}
        operational = {"id", "organisation", "number", "lines", "made_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="checklist_number_once")]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id)


class Decision(models.Model):
    """What a person decided after the talk, signed with their name. A new one stands beside the old, never over it."""

    class Outcome(models.TextChoices):
        JOIN = "join", _("Join")
        JOIN_WITH_PLAN = "join-with-plan", _("Join, with a plan")
        LATER = "later", _("Later")
        OTHER_HELP = "other-help", _("Other help")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=14, choices=Outcome.choices)
    # Under the key of the person it is about: why (staff only), the checklist as a JSON object, the letter they got.
    sealed_reason = models.BinaryField()
    sealed_checklist = models.BinaryField(default=bytes, blank=True)
    sealed_letter = models.BinaryField()
    sealed_plan = models.BinaryField(default=bytes, blank=True, help_text="Agreed with the person; they read it too.")
    checklist_number = models.PositiveSmallIntegerField(default=0, help_text="0: the list that comes with Kindcircle.")
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sealed_signature = models.BinaryField(null=True, blank=True, help_text="The name they typed under it.")
    decided_at = models.DateTimeField()
    letter_opened_at = models.DateTimeField(null=True, blank=True)
    # With "later": the day on which somebody asks them again.
    ask_again_on = models.DateField(null=True, blank=True)
    client_key = models.CharField(max_length=64, null=True, blank=True)  # noqa: DJ001 (none, or its own)

    class Data:
        private = {"sealed_reason", "sealed_checklist", "sealed_letter", "sealed_plan"}
        personal = {"decided_by", "sealed_signature"}
        operational = {
            "id", "code", "application", "outcome", "checklist_number", "decided_at", "letter_opened_at",
            "ask_again_on", "client_key",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            # With a condition it is an index of its own: SQLite need not build the table anew, which triggers lean on.
            models.UniqueConstraint(
                fields=["client_key"], condition=Q(client_key__isnull=False), name="decision_sent_once"
            )
        ]

    @property
    def opens_a_place(self) -> bool:
        """Whether somebody may have a place on the strength of it."""
        return self.outcome in {self.Outcome.JOIN, self.Outcome.JOIN_WITH_PLAN}

    def access_facts(self) -> Facts:
        return self.application.access_facts()

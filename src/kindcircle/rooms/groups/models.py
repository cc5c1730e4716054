"""A running programme: who is in it, when it meets, who came, and what was noted."""

from datetime import timedelta

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models_venues import Venue
from kindcircle.rooms.intake.models import Application, Consent, Decision, Intake


class Group(models.Model):
    """People who go through one programme together. The programme's version is pinned for the group's whole life."""

    class State(models.TextChoices):
        PLANNED = "planned"
        RUNNING = "running"
        FINISHED = "finished"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="groups")
    name = models.CharField(max_length=80)
    programme = models.CharField(max_length=60)
    programme_version = models.CharField(max_length=12)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    zone = models.CharField(max_length=64)
    place = models.CharField(max_length=160, blank=True, help_text="Where it meets in person.")
    video_link = models.URLField(max_length=500, blank=True, help_text="The site's own video room; never one of ours.")
    # Where `place` and `video_link` come from, when the house keeps it. Two groups cannot be in it at once.
    room = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    video_room = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Who answers for safety alerts, and who does when that person cannot.
    alerts_owner = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    alerts_backup = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Where its people come from: each group has one, if only for those whom its facilitators add themselves.
    intake = models.ForeignKey(Intake, on_delete=models.PROTECT, null=True, blank=True, related_name="groups")
    created_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"alerts_owner", "alerts_backup"}
        operational = {
            "id", "code", "organisation", "name", "state", "zone", "place", "video_link", "room",
            "video_room", "intake", "created_at",
        }  # fmt: skip
        research = {"programme", "programme_version"}

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(alerts_owner=F("alerts_backup")), name="group_backup_is_somebody_else")
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id, group_id=self.pk, states=frozenset({self.state}))


class Membership(models.Model):
    """Somebody's place in a group, as a member or as a facilitator. Leaving keeps the row: nobody drops out of n.

    A member's place rests on a person's signed decision and on the member's own consent. Without both, or with a
    consent that is withdrawn, the database keeps nobody in (rooms/groups/guard.py).
    """

    class Role(models.TextChoices):
        MEMBER = "member"
        FACILITATOR = "facilitator"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="memberships")
    role = models.CharField(max_length=12, choices=Role.choices)
    seat = models.PositiveSmallIntegerField(help_text="Place on the ring, from 1; also the order of a round.")
    joined_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    admission = models.ForeignKey(Decision, on_delete=models.PROTECT, null=True, blank=True, related_name="places")
    consent = models.ForeignKey(Consent, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Only ever set by the migration that brought the rule, for those who were members already.
    before_the_rule = models.BooleanField(default=False, editable=False)

    class Data:
        private: set[str] = set()
        personal = {"user"}
        operational = {"id", "code", "group", "role", "seat", "admission", "consent", "before_the_rule"}
        research = {"joined_at", "left_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "user"], name="membership_once"),
            models.UniqueConstraint(fields=["group", "role", "seat"], name="membership_own_seat"),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("joined_at")),
                name="membership_leaves_after_joining",
            ),
            models.CheckConstraint(
                condition=Q(role="facilitator")
                | Q(left_at__isnull=False)
                | Q(before_the_rule=True)
                | Q(admission__isnull=False, consent__isnull=False),
                name="membership_rests_on_decision_and_consent",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.group.organisation_id, group_id=self.group_id, owner_id=self.user_id)


class KeptPlace(models.Model):
    """A place in a group that is kept for somebody until they have said yes in writing, or it is given up."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="kept_places")
    application = models.ForeignKey(Application, on_delete=models.CASCADE, related_name="kept_places")
    kept_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    kept_at = models.DateTimeField()
    taken_at = models.DateTimeField(null=True, blank=True)
    given_up_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"application", "kept_by"}
        operational = {"id", "code", "group", "kept_at", "taken_at", "given_up_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["application"], condition=Q(given_up_at=None), name="kept_place_one_per_application"
            ),
            models.CheckConstraint(
                condition=Q(taken_at=None) | Q(given_up_at=None), name="kept_place_taken_or_given_up"
            ),
        ]


class Invitation(models.Model):
    """A one-use link by which somebody gets an account, or comes to the one they have. Only its hash is kept."""

    class Role(models.TextChoices):
        MEMBER = "member"
        FACILITATOR = "facilitator"
        ORGANISATION_LEAD = "organisation-lead"
        SAFETY_LEAD = "safety-lead"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True, blank=True, related_name="invitations")
    role = models.CharField(max_length=20, choices=Role.choices)
    # A member's account was made when they asked to come; the link brings them to it.
    person = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    secret_hash = models.CharField(max_length=64, unique=True)
    # What the inviter typed, sealed under the organisation's key until the person takes it over.
    sealed_name = models.BinaryField(default=bytes, blank=True)
    invited_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)
    used_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Data:
        private: set[str] = set()
        personal = {"sealed_name", "invited_by", "used_by", "person"}
        operational = {
            "id", "code", "organisation", "group", "role", "secret_hash", "made_at", "expires_at", "used_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(used_at=None, used_by=None) | Q(used_at__isnull=False, used_by__isnull=False),
                name="invitation_used_at_and_by_together",
            )
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.organisation_id, group_id=self.group_id)


class Gathering(models.Model):
    """One meeting of a group: planned, open, closing, closed."""

    class State(models.TextChoices):
        PLANNED = "planned"
        OPEN = "open"
        CLOSING = "closing"
        CLOSED = "closed"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="gatherings")
    number = models.PositiveSmallIntegerField(help_text="Which session of the programme, from 1.")
    starts_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.PLANNED)
    online = models.BooleanField(default=False)
    # On the wall and in the QR code while the gathering is open. It opens a door only for people who belong.
    short_code = models.CharField(max_length=8, unique=True, null=True, blank=True)
    guide = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    holder = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    # The after-page.
    sealed_note = models.BinaryField(default=bytes, blank=True)
    sealed_next_reminder = models.BinaryField(default=bytes, blank=True)
    # A draft until a facilitator has looked it over; only then do members see it.
    reminder_confirmed_at = models.DateTimeField(null=True, blank=True)
    recorded_at = models.DateTimeField(null=True, blank=True)
    # Somewhere else than the group usually meets: then both of these are its own, also where one is empty.
    elsewhere = models.BooleanField(default=False)
    own_place = models.CharField(max_length=160, blank=True, default="")
    own_video_link = models.URLField(max_length=500, blank=True, default="")
    own_room = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    own_video_room = models.ForeignKey(Venue, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Rises with each move, so that no calendar prefers an older copy.
    revision = models.PositiveIntegerField(default=0)
    moved_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_note", "sealed_next_reminder"}
        personal = {"guide", "holder"}
        operational = {
            "id", "code", "group", "state", "short_code", "opened_at", "closed_at", "recorded_at",
            "reminder_confirmed_at", "elsewhere", "own_place", "own_video_link", "own_room", "own_video_room",
            "revision", "moved_at",
        }  # fmt: skip
        research = {"number", "starts_at", "minutes", "online"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="gathering_number_once"),
            models.CheckConstraint(
                condition=Q(closed_at=None) | Q(opened_at__isnull=False, closed_at__gte=F("opened_at")),
                name="gathering_closed_only_after_opened",
            ),
            models.CheckConstraint(
                condition=Q(elsewhere=True) | Q(own_place="", own_video_link="", own_room=None, own_video_room=None),
                name="gathering_own_place_only_elsewhere",
            ),
        ]

    @property
    def ends_at(self):  # type: ignore[no-untyped-def]
        """When it is planned to end."""
        return self.starts_at + timedelta(minutes=self.minutes)

    @property
    def place(self) -> str:
        """The room or address of this very meeting; may be empty."""
        return self.own_place if self.elsewhere else self.group.place

    @property
    def video_link(self) -> str:
        """The video room of this very meeting; may be empty."""
        return self.own_video_link if self.elsewhere else self.group.video_link

    @property
    def room(self) -> Venue | None:
        """The house's room of this very meeting, if it is one of those that are kept."""
        return self.own_room if self.elsewhere else self.group.room

    @property
    def video_room(self) -> Venue | None:
        """The house's video room of this very meeting, if it is one of those that are kept."""
        return self.own_video_room if self.elsewhere else self.group.video_room

    def access_facts(self) -> Facts:
        states = {self.state} | ({"open"} if self.state == self.State.CLOSING else set())
        return Facts(
            organisation_id=self.group.organisation_id,
            group_id=self.group_id,
            gathering_id=self.pk,
            states=frozenset(states),
        )


MEETING = (Gathering.State.OPEN, Gathering.State.CLOSING)
"""The states in which people are together."""


class Attendance(models.Model):
    """Somebody came. Arrival and leaving fill themselves from the device; a facilitator may put them right."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="attendances")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="attendances")
    arrived_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True, blank=True)
    by_hand = models.BooleanField(default=False, help_text="Marked by a facilitator, not by a device.")

    class Data:
        private: set[str] = set()
        personal = {"user"}
        operational = {"id", "gathering", "by_hand"}
        research = {"arrived_at", "left_at"}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "user"], name="attendance_once"),
            models.CheckConstraint(
                condition=Q(left_at=None) | Q(left_at__gte=F("arrived_at")),
                name="attendance_leaves_after_arriving",
            ),
        ]

    @property
    def minutes(self) -> int | None:
        """Whole minutes in the room, or None while still there."""
        return None if self.left_at is None else int((self.left_at - self.arrived_at).total_seconds() // 60)


class EntryPass(models.Model):
    """Six letters that let one member into one gathering on a device not signed in. One use, ten minutes."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="passes")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    secret_hash = models.CharField(max_length=64)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"user", "made_by"}
        operational = {"id", "code", "gathering", "secret_hash", "expires_at", "used_at"}
        research: set[str] = set()


class StepRecord(models.Model):
    """What became of one step of the run-sheet: done, adapted (and why), or skipped."""

    class Outcome(models.TextChoices):
        DONE = "done"
        ADAPTED = "adapted"
        SKIPPED = "skipped"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=40, help_text="The slot's id in the programme.")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    sealed_why = models.BinaryField(default=bytes, blank=True)

    class Data:
        private = {"sealed_why"}
        personal: set[str] = set()
        operational = {"id", "code", "gathering"}
        research = {"step", "outcome"}

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "step"], name="step_recorded_once")]


class MemberNote(models.Model):
    """A facilitator's one line about one member at one gathering. Names nobody else."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="member_notes")
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    sealed_line = models.BinaryField()

    class Data:
        private = {"sealed_line"}
        personal = {"member", "written_by"}
        operational = {"id", "code", "gathering", "written_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "member"], name="member_note_once")]


# The same app, one noun further: known to Django as soon as these are.
from kindcircle.rooms.groups import models_absence, models_agreement, models_calendar  # noqa: E402, F401

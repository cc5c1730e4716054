"""The second half of a group's life: the review in the middle, the goodbye, what comes after, and what goes when."""

from django.db import models
from django.db.models import F, Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models import Gathering, Group, Membership


class Review(models.Model):
    """What a group says in the middle of its course: brought together once, without names, and then never changed."""

    class Heard(models.TextChoices):
        WORDS = "words"
        SOME = "some"  # too few wrote for their words to be shown to anybody

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="review")
    heard = models.CharField(max_length=5, choices=Heard.choices, blank=True, default="")
    # A JSON object under the house's key. Empty until it was brought together, and where too few wrote.
    sealed_words = models.BinaryField(default=bytes, blank=True)
    gathered_at = models.DateTimeField(null=True, blank=True)
    # What changes because of it, in up to three lines that members read.
    sealed_answer = models.BinaryField(default=bytes, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_words", "sealed_answer"}
        personal: set[str] = set()
        operational = {"id", "code", "group", "heard", "gathered_at", "answered_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gathered_at=None, heard="") | (Q(gathered_at__isnull=False) & ~Q(heard="")),
                name="review_gathered_says_what",
            )
        ]

    def access_facts(self) -> Facts:
        return self.group.access_facts()


class ReviewNote(models.Model):
    """One member's words until they are brought together; then the row goes. It holds no time of any kind."""

    review = models.ForeignKey(Review, on_delete=models.CASCADE, related_name="notes")
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    sealed_words = models.BinaryField(help_text="keep, change, need and practices as JSON, under the member's key.")

    class Data:
        private = {"sealed_words"}
        personal = {"member"}
        operational = {"id", "code", "review"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["review", "member"], name="review_note_once")]


class Parting(models.Model):
    """How one member would like to part: whether others may leave them a few words."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    place = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="parting")
    receives = models.BooleanField(default=False)
    said_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "code", "place", "receives", "said_at"}
        research: set[str] = set()


class KeptLine(models.Model):
    """A few words on somebody's closing page: their own, or from another. Members' words pass a facilitator first."""

    class State(models.TextChoices):
        WAITING = "waiting"
        GIVEN = "given"
        SET_ASIDE = "set-aside"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    to = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="kept_lines")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    sealed_line = models.BinaryField(help_text="Under the key of whoever it is for.")
    state = models.CharField(max_length=9, choices=State.choices)
    client_key = models.CharField(max_length=64, unique=True)
    written_at = models.DateTimeField()

    class Data:
        private = {"sealed_line"}
        personal = {"author"}
        operational = {"id", "code", "to", "state", "client_key", "written_at"}
        research: set[str] = set()

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.to.group.organisation_id, group_id=self.to.group_id, owner_id=self.to.user_id)


class ClosingLetter(models.Model):
    """A letter at the end, from those who lead: to the whole group, or to one member. A draft until it is given."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="closing_letters")
    to = models.ForeignKey(Membership, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    # Under the key of whoever it is for; to the whole group, under the house's.
    sealed_words = models.BinaryField()
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    given_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_words"}
        personal = {"written_by"}
        operational = {"id", "code", "group", "to", "written_at", "given_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "to"], name="closing_letter_one_each"),
            models.UniqueConstraint(fields=["group"], condition=Q(to=None), name="closing_letter_one_to_all"),
        ]


class Ending(models.Model):
    """A group is over. From here on its clocks run, and what has gone stays written down as gone."""

    group = models.OneToOneField(Group, on_delete=models.PROTECT, related_name="ending")
    finished_at = models.DateTimeField()
    finished_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    # Members and facilitators were told then what goes and when.
    space_warned_at = models.DateTimeField(null=True, blank=True)
    space_gone_at = models.DateTimeField(null=True, blank=True)
    records_warned_at = models.DateTimeField(null=True, blank=True)
    records_gone_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"finished_by"}
        operational = {
            "id", "group", "space_warned_at", "space_gone_at", "records_warned_at", "records_gone_at",
        }  # fmt: skip
        research = {"finished_at"}

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(space_gone_at=None) | Q(space_warned_at__lt=F("space_gone_at")),
                name="ending_warned_before_space_goes",
            ),
            models.CheckConstraint(
                condition=Q(records_gone_at=None) | Q(records_warned_at__lt=F("records_gone_at")),
                name="ending_warned_before_records_go",
            ),
        ]

    def access_facts(self) -> Facts:
        return self.group.access_facts()


class Coming(models.Model):
    """Whether somebody comes to the meeting months after the end. No answer is an answer too."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="+")
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    comes = models.BooleanField()
    said_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "gathering", "comes", "said_at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["gathering", "member"], name="coming_once")]


class KeepingTimes(models.Model):
    """How long this house keeps what. There is no "for ever"."""

    organisation = models.OneToOneField(Organisation, on_delete=models.CASCADE, related_name="keeping_times")
    group_days = models.PositiveSmallIntegerField(help_text="The group's own words, after its last meeting.")
    writing_days = models.PositiveSmallIntegerField(help_text="Journals and letters, after the last group ended.")
    draft_days = models.PositiveSmallIntegerField(help_text="Drafts that nobody touched.")
    record_years = models.PositiveSmallIntegerField(help_text="What belongs to the clinic's record.")
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"set_by"}
        operational = {
            "id", "organisation", "group_days", "writing_days", "draft_days", "record_years", "set_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(group_days__range=(14, 365), writing_days__range=(14, 1095))
                & Q(draft_days__range=(30, 365), record_years__range=(1, 30)),
                name="keeping_times_have_an_end",
            )
        ]


class Hold(models.Model):
    """The clocks of one group stand still, for a reason and until a day. Nothing is shown to anybody because of it."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="holds")
    sealed_reason = models.BinaryField(help_text="Under the house's key.")
    until = models.DateField()
    placed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    placed_at = models.DateTimeField()
    lifted_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_reason"}
        personal = {"placed_by", "lifted_by"}
        operational = {"id", "code", "group", "until", "placed_at", "lifted_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group"], condition=Q(lifted_at=None), name="hold_one_at_a_time")
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.group.organisation_id)


class WritingClock(models.Model):
    """Somebody whose groups are all over was told that their private words will go. Joining a group takes it away."""

    person = models.OneToOneField(User, on_delete=models.CASCADE, related_name="+")
    warned_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"person"}
        operational = {"id", "warned_at", "gone_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(gone_at=None) | Q(gone_at__gt=F("warned_at")), name="writing_warned_before_it_goes"
            )
        ]


class CircleInvitation(models.Model):
    """Somebody whose group is over may come to an open circle, if they would like to. Nobody asks twice."""

    class Answer(models.TextChoices):
        NONE = ""
        YES = "yes"
        NO = "no"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    circle = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="circle_invitations")
    person = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    answer = models.CharField(max_length=3, choices=Answer.choices, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)
    # A facilitator of the circle has signed that they may come, or said why not in person.
    decided_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"person", "made_by"}
        operational = {"id", "code", "circle", "made_at", "answer", "answered_at", "decided_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["circle", "person"], name="circle_invitation_once"),
            models.CheckConstraint(
                condition=Q(answer="", answered_at=None) | (~Q(answer="") & Q(answered_at__isnull=False)),
                name="circle_invitation_answered_when",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.circle.organisation_id, group_id=self.circle_id, owner_id=self.person_id)


from kindcircle.rooms.ending import models_privacy  # noqa: E402, F401

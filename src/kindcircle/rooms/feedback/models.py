"""Whether what a group told was talked about, by both sides; what came of it; and who looked at what is asked."""

from django.db import models
from django.db.models import Q

from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Gathering, Group


class TalkedAbout(models.Model):
    """Somebody who leads says: what was told after this meeting was talked about, with the group or with one person."""

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="talked_about")
    # With whom; nobody in particular means the group.
    member = models.ForeignKey(User, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    said_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"member", "said_by"}
        operational = {"id", "gathering", "said_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "member"], name="talked_about_once_with_each"),
            models.UniqueConstraint(
                fields=["gathering"], condition=Q(member=None), name="talked_about_once_with_the_group"
            ),
        ]


class MemberSaid(models.Model):
    """One member was asked, once after one meeting, whether what they told was talked about; and what they said.

    Those who lead never see whose answer it is.
    """

    class Answer(models.TextChoices):
        YES = "yes"
        NO = "no"
        DO_NOT_KNOW = "do-not-know"
        DID_NOT_WANT = "did-not-want"

    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="members_said")
    member = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()
    answer = models.CharField(max_length=12, choices=Answer.choices, blank=True, default="")
    answered_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"member", "answer"}
        operational = {"id", "gathering", "asked_at", "answered_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gathering", "member"], name="member_said_asked_once"),
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="member_said_answer_with_its_moment",
            ),
        ]


class HeardAndDone(models.Model):
    """You said, we did: what those who lead heard after one meeting, and what they do. Every member reads it."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    gathering = models.ForeignKey(Gathering, on_delete=models.CASCADE, related_name="heard_and_done")
    sealed_words = models.BinaryField(help_text="Two lines as JSON, under the house's key.")
    written_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    client_key = models.CharField(max_length=64)

    class Data:
        private = {"sealed_words"}
        personal = {"written_by"}
        operational = {"id", "code", "gathering", "written_at", "client_key"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["written_by", "client_key"], name="heard_and_done_sent_once")]


class LastLook(models.Model):
    """When the answers of one group to one questionnaire were last looked at, on either side. Never by whom."""

    class Side(models.TextChoices):
        LEADING = "leading"
        MEMBER = "member"

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="+")
    instrument = models.CharField(max_length=40)
    side = models.CharField(max_length=7, choices=Side.choices)
    at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal: set[str] = set()
        operational = {"id", "group", "instrument", "side", "at"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "instrument", "side"], name="last_look_one_each")]

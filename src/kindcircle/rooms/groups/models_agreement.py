"""What a group agreed on: its numbered versions, what members propose and answer, and how a hurt line is mended."""

from django.db import models
from django.db.models import Q

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group

LINE_ID = 60
"""The longest id of a line: a name of the list that ships, or a code."""


class Agreement(models.Model):
    """One numbered version of what a group agreed on. The database refuses a change; a change is a new one."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="agreements")
    number = models.PositiveSmallIntegerField()
    # Pairs of id and text. A line keeps its id through its wordings, so that a change can be told from a new line.
    sealed_lines = models.BinaryField()
    confirmed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField()

    class Data:
        private = {"sealed_lines"}
        personal = {"confirmed_by"}
        operational = {"id", "code", "group", "number", "confirmed_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "number"], name="agreement_number_once"),
            models.CheckConstraint(condition=Q(number__gte=1), name="agreement_numbers_from_one"),
        ]


class LineProposal(models.Model):
    """A line, or another wording of one, that a member would like. Who proposed it is seen by facilitators only."""

    class State(models.TextChoices):
        OPEN = "open"
        TAKEN_UP = "taken-up"
        SET_ASIDE = "set-aside"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="proposals")
    proposed_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    client_key = models.CharField(max_length=64)
    line = models.CharField(max_length=LINE_ID, blank=True, help_text="The line it would change; empty for a new one.")
    sealed_text = models.BinaryField()
    state = models.CharField(max_length=9, choices=State.choices, default=State.OPEN)
    # Why it was set aside, for whoever proposed it.
    sealed_answer = models.BinaryField(default=bytes, blank=True)
    decided_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Data:
        private = {"sealed_text", "sealed_answer"}
        personal = {"proposed_by", "decided_by"}
        operational = {
            "id", "code", "group", "proposed_at", "client_key", "line", "state", "decided_at", "agreement",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposed_by", "client_key"], name="proposal_sent_once"),
            models.CheckConstraint(
                condition=Q(state="open", decided_at=None, decided_by=None, agreement=None)
                | Q(state="taken-up", decided_at__isnull=False, decided_by__isnull=False, agreement__isnull=False)
                | Q(state="set-aside", decided_at__isnull=False, decided_by__isnull=False, agreement=None),
                name="proposal_decided_as_it_says",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.group.organisation_id, group_id=self.group_id, owner_id=self.proposed_by_id)


class AgreementAnswer(models.Model):
    """What a member said to one version: yes, or not yet and let us talk. Other members never see it."""

    class Answer(models.TextChoices):
        AGREE = "agree"
        TALK = "talk"

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="answers")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    answer = models.CharField(max_length=5, choices=Answer.choices)
    answered_at = models.DateTimeField()

    class Data:
        private: set[str] = set()
        personal = {"member"}
        operational = {"id", "agreement", "answer", "answered_at"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "member"], name="agreement_answered_once"),
            models.CheckConstraint(condition=Q(answer__in=["agree", "talk"]), name="agreement_answer_is_one_of_two"),
        ]


class Repair(models.Model):
    """A line was not kept, and how it is mended. It is about a line; people are named in the sealed note only."""

    class Outcome(models.TextChoices):
        MENDED = "mended"
        PARTLY = "partly"
        NOT_MENDED = "not-mended"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="repairs")
    # None: before the first version, when the list that ships was all there was.
    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    line = models.CharField(max_length=LINE_ID)
    noticed_on = models.DateField()
    sealed_note = models.BinaryField()
    noted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()
    client_key = models.CharField(max_length=64)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    sealed_ending = models.BinaryField(default=bytes, blank=True)
    closed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Data:
        private = {"sealed_note", "sealed_ending"}
        personal = {"noted_by", "closed_by"}
        operational = {
            "id", "code", "group", "agreement", "line", "noticed_on", "noted_at", "client_key", "outcome", "closed_at",
        }  # fmt: skip
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["noted_by", "client_key"], name="repair_sent_once"),
            models.CheckConstraint(
                condition=Q(outcome="", closed_at=None, closed_by=None)
                | (~Q(outcome="") & Q(closed_at__isnull=False, closed_by__isnull=False)),
                name="repair_closed_with_an_outcome",
            ),
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.group.organisation_id, group_id=self.group_id)


class RepairStep(models.Model):
    """One of the seven steps of a repair: who does it, by when, since when it is done, and a few words."""

    class Step(models.TextChoices):
        NOTICE = "notice"
        SLOW = "slow"
        NAME = "name"
        VIEW = "view"
        OWN_PART = "own-part"
        CHANGE = "change"
        FOLLOW_UP = "follow-up"

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    repair = models.ForeignKey(Repair, on_delete=models.CASCADE, related_name="steps")
    step = models.CharField(max_length=9, choices=Step.choices)
    who = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    due_on = models.DateField(null=True, blank=True)
    done_on = models.DateField(null=True, blank=True)
    sealed_note = models.BinaryField(default=bytes, blank=True)

    class Data:
        private = {"sealed_note"}
        personal = {"who"}
        operational = {"id", "code", "repair", "step", "due_on", "done_on"}
        research: set[str] = set()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["repair", "step"], name="repair_step_once")]

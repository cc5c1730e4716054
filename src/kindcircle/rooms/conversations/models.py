"""One conversation between a member and those who lead a group of theirs. Sealed under the member's own key."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from kindcircle.base.access import Facts
from kindcircle.base.lib.codes import new_code
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Group


class Phrase(models.TextChoices):
    """What can be said with one tap. Which one it was is sealed like any other words.

    "I cannot come" does more than say it: the next meeting knows that nobody needs to ask (groups.SaidAway).
    """

    NOT_CALLED_ON = "not-called-on", _("Please don't call on me today.")
    HARD_TOPIC = "hard-topic", _("The topic is hard for me.")
    LATE = "late", _("I will be late.")
    CANNOT_COME = "cannot-come", _("I cannot come.")


class Conversation(models.Model):
    """All that one member and those who lead one group wrote to each other. Members never write to members."""

    class Reason(models.TextChoices):
        """Why words were left without a written answer."""

        SPOKEN = "spoken", _("We spoke, in person or by phone")
        TO_KNOW = "to-know", _("It was for us to know, and we know it now")
        SEEN_TO = "seen-to", _("It is seen to")

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="conversations")
    member = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    # Since when the member's words wait to be answered or settled; None while nothing waits.
    waiting_since = models.DateTimeField(null=True, blank=True)
    late_told_at = models.DateTimeField(null=True, blank=True, help_text="When the backup heard that it waits long.")
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    settled_reason = models.CharField(max_length=8, choices=Reason.choices, blank=True)

    class Data:
        private: set[str] = set()
        personal = {"member", "settled_by"}
        operational = {"id", "code", "group", "waiting_since", "late_told_at", "settled_at", "settled_reason"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["group", "member"], name="conversation_one_per_place"),
            models.CheckConstraint(
                condition=Q(late_told_at=None) | Q(waiting_since__isnull=False), name="conversation_late_while_waiting"
            ),
            models.CheckConstraint(
                condition=Q(settled_at=None, settled_by=None, settled_reason="")
                | (Q(settled_at__isnull=False, settled_by__isnull=False, waiting_since=None) & ~Q(settled_reason="")),
                name="conversation_settled_only_with_reason",
            ),
        ]
        # The worker asks only for what waits and was not told of.
        indexes = [
            models.Index(
                fields=["waiting_since"],
                condition=Q(waiting_since__isnull=False, late_told_at=None),
                name="conversation_may_be_late",
            )
        ]

    def access_facts(self) -> Facts:
        return Facts(organisation_id=self.group.organisation_id, group_id=self.group_id, owner_id=self.member_id)


class Message(models.Model):
    """One thing that was said, by the member or by one of those who lead."""

    code = models.CharField(max_length=22, unique=True, default=new_code, editable=False)
    conversation = models.ForeignKey(Conversation, on_delete=models.PROTECT, related_name="messages")
    author = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    from_member = models.BooleanField()
    sealed_words = models.BinaryField(help_text="The text and the phrase, as JSON, under the member's key.")
    please_ring = models.BooleanField(default=False)
    client_key = models.CharField(max_length=64, unique=True)
    at = models.DateTimeField()
    # Only whether, never when: nobody is watched while they read.
    opened = models.BooleanField(default=False, help_text="The other side has opened it.")

    class Data:
        private = {"sealed_words"}
        personal = {"author"}
        operational = {"id", "code", "conversation", "from_member", "please_ring", "client_key", "at", "opened"}
        research: set[str] = set()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(please_ring=False) | Q(from_member=True), name="message_only_members_ask_to_be_rung"
            )
        ]

    def access_facts(self) -> Facts:
        return self.conversation.access_facts()

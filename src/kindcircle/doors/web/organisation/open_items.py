"""What is open in the whole house, as counts: somebody has it in hand, and whoever leads sees whether it piles up."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.conversations.models import Conversation
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.queries import in_touch_by
from kindcircle.rooms.tasks.models import Task

LATELY = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class OpenItems:
    """Counts, each with how many of them wait longer than was promised.

    unsent  messages of the last thirty days that could not be brought to whoever they were for
    """

    alerts: int
    alerts_late: int
    tasks: int
    tasks_late: int
    messages: int
    messages_late: int
    unsent: int

    @property
    def late(self) -> bool:
        return bool(self.alerts_late or self.tasks_late or self.messages_late)


def open_items(organisation: Organisation, *, at: datetime) -> OpenItems:
    """Of all groups of the house together; whose they are is for those who lead them."""
    alerts = list(
        Alert.objects.filter(Q(group__organisation=organisation) | Q(intake__organisation=organisation))
        .filter(closed_at=None)
        .select_related("group__organisation", "intake__organisation")
    )
    promised = in_touch_by(alerts)
    reached = Alert.State.CONTACTED
    nobody_yet = [alert for alert in alerts if alert.state != reached and alert.level != Alert.Level.REVIEW]
    tasks = Task.objects.filter(organisation=organisation, done_at=None)
    waiting = Conversation.objects.filter(group__organisation=organisation, waiting_since__isnull=False)
    given_up = Delivery.objects.filter(
        user__organisation=organisation, gave_up_at__gt=at - LATELY, why__in=Delivery.FAILED
    )
    return OpenItems(
        alerts=len(alerts),
        alerts_late=sum(promised[alert.pk] < at for alert in nobody_yet),
        tasks=tasks.count(),
        tasks_late=tasks.filter(due_at__lt=at).count(),
        messages=waiting.count(),
        messages_late=waiting.filter(late_told_at__isnull=False).count(),
        unsent=given_up.count(),
    )

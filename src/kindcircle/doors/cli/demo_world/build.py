"""Building the whole made-up house in one go, as of a given moment."""

from datetime import datetime, timedelta

from django.db import transaction

from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.doors.cli.demo_world import asking, chance, finished, parting, running, team
from kindcircle.doors.cli.demo_world.house import dial_again, found, open_rooms, show_help_lines

QUARTER = timedelta(minutes=15)
# What is this fresh may still be sent by the worker, so that the demo shows a message leaving.
FRESH = timedelta(hours=1)


def build(*, at: datetime) -> None:
    """Everything or nothing: the house, an earlier cohort, and the group that meets today at about this time."""
    today_at = next_quarter(at)
    with transaction.atomic():
        house = found(at=today_at - timedelta(days=120))
        show_help_lines(house, at=today_at - timedelta(days=117))
        open_rooms(house, at=today_at - timedelta(days=117))
        team.get_ready(house, at=today_at - timedelta(days=117))
        earlier = finished.live_through(house, first_at=today_at - timedelta(weeks=10))
        dial_again(house, at=at - timedelta(days=30))
        parting.open_a_circle(house, earlier, first_at=today_at + timedelta(days=9, hours=2), at=at - timedelta(days=3))
        group = running.live_through(house, today_at=today_at, at=at)
        asking.ask_to_come(house, at=at)
        team.plan(house, group, at=at - timedelta(days=2))
        chance.draw_lots(house, at=at)
        for delivery in Delivery.objects.filter(sent_at=None, due_at__lt=at - FRESH):
            queue.mark_sent(delivery, at=delivery.due_at)


def next_quarter(at: datetime) -> datetime:
    """The next full quarter of an hour: when the demo's gathering starts."""
    return at + (-(at - datetime.min.replace(tzinfo=at.tzinfo)) % QUARTER)

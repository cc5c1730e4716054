"""Letters at the very same moment: two tabs, two workers, a hand that opens while another takes back."""

from datetime import timedelta
from functools import partial

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import KindError
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.writing import actions, again, delivery
from kindcircle.rooms.writing.models import Letter
from tests.rooms.together import at_the_same_moment
from tests.world import World

DAY = timedelta(days=1)


def sealing(world: World, text: str, *, key: str = "", days: int | None = None) -> Letter:
    author = world.member
    on = (world.at + days * DAY).date() if days else None
    return actions.write_letter(
        text=text, deliver_on=on, client_key=key or codes.new_code(), author=author, by=world.actor(author), at=world.at
    )


@pytest.mark.parametrize("key", ["", "one and the same form"])
def test_the_same_letter_from_five_tabs_is_there_once(committed: World, key: str) -> None:
    results = at_the_same_moment([partial(sealing, committed, "Dear me.", key=key) for _ in range(5)])
    assert len({letter.code for letter in results if isinstance(letter, Letter)}) == 1, results
    letter = Letter.objects.get(author=committed.member)
    assert AuditEntry.objects.filter(about_code=letter.code, event=Event.LETTER_SEALED).count() == 1


def test_a_letter_is_opened_or_taken_back_and_never_both(committed: World) -> None:
    by = committed.actor(committed.member)
    for number in range(12):
        letter = sealing(committed, f"Letter {number}")
        opened, taken = at_the_same_moment([
            partial(again.open_needed, letter=letter, by=by, at=committed.at),
            partial(actions.withdraw_letter, letter=letter, by=by, at=committed.at),
        ])  # fmt: skip
        assert opened is None
        there = Letter.objects.filter(pk=letter.pk, delivered_at__isnull=False).exists()
        assert there == isinstance(taken, KindError), (there, taken)
        told = set(AuditEntry.objects.filter(about_code=letter.code).values_list("event", flat=True))
        assert len(told & {Event.LETTER_DELIVERED, Event.LETTER_WITHDRAWN}) == 1


def test_two_workers_of_one_morning_bring_each_letter_once(committed: World) -> None:
    for number in range(10):
        sealing(committed, f"Letter {number}", days=3)
    morning = committed.at + 4 * DAY
    counts = at_the_same_moment([partial(delivery.deliver_due, at=morning) for _ in range(2)])
    assert sum(count for count in counts if isinstance(count, int)) == 10, counts
    letters = Letter.objects.filter(author=committed.member).values_list("code", flat=True)
    assert Delivery.objects.filter(about_code__in=list(letters)).count() == 10
    delivered = AuditEntry.objects.filter(about_code__in=list(letters), event=Event.LETTER_DELIVERED)
    assert delivered.count() == 10

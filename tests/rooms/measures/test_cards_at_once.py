"""Cards of one meeting at the very same moment: whoever still has to look at one is asked, and nobody else is."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from django.db import connection, connections, transaction

from kindcircle.base.audit.models import AuditHead
from kindcircle.base.lib import codes
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.measures.paper_twice import type_in
from kindcircle.rooms.measures.waiting_cards import waiting_cards
from kindcircle.rooms.tasks.actions import finish
from kindcircle.rooms.tasks.errors import DoneBefore
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.rooms.measures.sheets import HOUR, sheet
from tests.rooms.together import at_the_same_moment
from tests.world import World

ANSWERS = {"ease": 7, "fit": 7, "steadiness": 7}


@pytest.fixture
def cards(committed: World) -> Iterator[tuple[World, list[Assignment]]]:
    """A world with a sheet of each of its two members; nothing is typed in yet."""
    yield committed, [sheet(committed, member=member, gathering=committed.gathering) for member in committed.members]


def typed(world: World, card: Assignment, *, who: int) -> Callable[[], Response | None]:
    """One of the two who lead types this card in."""
    by = world.actor(world.facilitators[who])
    return lambda: type_in(
        assignment=card, answers=ANSWERS, client_key=codes.new_code(), by=by, at=world.at + HOUR
    )  # fmt: skip


def waits(world: World) -> bool:
    return Task.objects.filter(kind=Kind.PAPER_AGAIN, group=world.group, done_at=None).exists()


def behind_each_other(world: World, jobs: list[Callable[[], object]]) -> list[object]:
    """What came of these, where the record of the house was busy while each of them began, the first one first."""
    results: list[object] = [None] * len(jobs)

    def run(place: int) -> None:
        try:
            results[place] = jobs[place]()
        except Exception as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    with transaction.atomic():
        AuditHead.objects.select_for_update(no_key=True).get(chain=world.organisation.code)
        for number, thread in enumerate(threads, 1):
            thread.start()
            _until_waiting(number)
    for thread in threads:
        thread.join()
    return results


def _until_waiting(number: int) -> None:
    """So many others stand still; on SQLite, where only one at a time writes, a moment is enough."""
    if connection.vendor == "sqlite":
        time.sleep(0.3)
        return
    until = time.monotonic() + 15
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else the first look of a transaction stays
            cursor.execute(
                "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                "WHERE NOT granted AND datname = current_database()"
            )
            [(standing,)] = cursor.fetchall()
        if standing >= number:
            return
        time.sleep(0.02)
    raise AssertionError(f"{number} others were to wait, and do not")


def test_the_last_two_cards_leave_nobody_asked(cards: tuple[World, list[Assignment]]) -> None:
    world, (first, second) = cards
    for card in (first, second):
        typed(world, card, who=0)()
    assert waits(world)
    done = at_the_same_moment([typed(world, first, who=1), typed(world, second, who=1)])
    assert all(isinstance(one, Response) for one in done)
    assert waiting_cards(world.group) == 0 and not waits(world)


@pytest.mark.parametrize("new_one_first", [False, True])
def test_a_card_that_comes_in_while_the_last_is_settled_is_asked_for(
    cards: tuple[World, list[Assignment]], new_one_first: bool
) -> None:
    world, (last, new) = cards
    typed(world, last, who=0)()
    jobs = [typed(world, last, who=1), typed(world, new, who=0)]
    done = behind_each_other(world, jobs[::-1] if new_one_first else jobs)
    assert not [one for one in done if isinstance(one, Exception)]
    assert waiting_cards(world.group) == 1 and waits(world)


def test_who_ends_the_task_by_hand_and_who_types_the_last_card_do_not_hold_each_other_up(
    cards: tuple[World, list[Assignment]],
) -> None:
    world, (last, _other) = cards
    typed(world, last, who=0)()
    task, ada = Task.objects.get(kind=Kind.PAPER_AGAIN, group=world.group), world.actor(world.facilitator)
    by_hand = lambda: finish(task=task, outcome="done", note="", by=ada, at=world.at + HOUR)  # noqa: E731
    response, ended = behind_each_other(world, [typed(world, last, who=1), by_hand])
    assert isinstance(response, Response)
    # Whoever is second reads that it is off the list already.
    assert isinstance(ended, Task | DoneBefore)
    assert waiting_cards(world.group) == 0 and not waits(world)

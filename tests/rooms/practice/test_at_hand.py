"""What somebody keeps at hand: theirs alone, sealed, small, and gone with their private words."""

from datetime import date, timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.ending.taking import take_writing
from kindcircle.rooms.practice import at_hand
from kindcircle.rooms.practice.at_hand import EMPTY, LEFT_OUT, MOST_DAYS, MOST_PRACTICES, Shelf, shelf_of
from kindcircle.rooms.practice.errors import ShelfIsFull
from kindcircle.rooms.practice.models import AtHand
from tests.world import World

FEET, HUMAN, PAUSE = "p22-soles-of-the-feet", "p12-human-too", "p01-three-part-pause"


def mine(world: World) -> Shelf:
    return shelf_of(world.member, by=world.actor(world.member))


def own(world: World):
    return {"member": world.member, "by": world.actor(world.member)}


def test_practices_stand_in_the_order_their_owner_chose(world: World) -> None:
    for name in (FEET, HUMAN, PAUSE, HUMAN):
        at_hand.put_at_hand(name, **own(world))
    assert mine(world).practices == (FEET, HUMAN, PAUSE)
    at_hand.move_up(PAUSE, **own(world))
    at_hand.move_up(FEET, **own(world))
    at_hand.move_up("p99-nothing", **own(world))
    assert mine(world).practices == (FEET, PAUSE, HUMAN)
    for name in (FEET, PAUSE, HUMAN):
        at_hand.take_away(name, **own(world))
    assert mine(world) == EMPTY and not AtHand.objects.exists()


def test_a_full_shelf_says_so_and_keeps_what_it_has(world: World) -> None:
    for number in range(MOST_PRACTICES):
        at_hand.put_at_hand(f"p{number:02}-one", **own(world))
    with pytest.raises(ShelfIsFull):
        at_hand.put_at_hand(FEET, **own(world))
    assert len(mine(world).practices) == MOST_PRACTICES


def test_a_choice_holds_for_its_week(world: World) -> None:
    at_hand.do_instead(PAUSE, HUMAN, week="g 2", **own(world))
    at_hand.do_instead(FEET, LEFT_OUT, week="g 2", **own(world))
    assert mine(world).in_week("g 2") == {PAUSE: HUMAN, FEET: LEFT_OUT}
    assert mine(world).in_week("g 3") == {}
    at_hand.do_instead(PAUSE, PAUSE, week="g 2", **own(world))
    assert mine(world).in_week("g 2") == {FEET: LEFT_OUT}
    at_hand.do_instead(PAUSE, FEET, week="g 3", **own(world))
    assert mine(world).instead == {PAUSE: FEET}


def test_a_hard_day_is_a_day_and_can_be_forgotten(world: World) -> None:
    first = date(2026, 3, 1)
    for day in (first + timedelta(days=2), first, first):
        at_hand.note_hard_day(day, **own(world))
    assert mine(world).hard_days == (first, first + timedelta(days=2))
    at_hand.forget_hard_day(first, **own(world))
    assert mine(world).hard_days == (first + timedelta(days=2),)
    at_hand.hide_picture(hidden=True, **own(world))
    assert mine(world).hidden


def test_it_never_grows_without_end(world: World) -> None:
    full = tuple(date(2020, 1, 1) + timedelta(days=number) for number in range(MOST_DAYS))
    at_hand._change(lambda shelf: Shelf(hard_days=full), **own(world))
    at_hand.note_hard_day(date(2026, 3, 1), **own(world))
    assert len(mine(world).hard_days) == MOST_DAYS and mine(world).hard_days[-1] == date(2026, 3, 1)


def test_nobody_else_asks_and_nothing_can_be_read(world: World) -> None:
    at_hand.put_at_hand("p37-care-for-an-older-hurt", **own(world))
    kept = bytes(AtHand.objects.get().sealed_shelf)
    assert b"older" not in kept and b"practices" not in kept
    for other in (world.members[1], world.facilitator, world.organisation_lead):
        with pytest.raises(NotFound):
            shelf_of(world.member, by=world.actor(other))
        with pytest.raises(NotFound):
            at_hand.put_at_hand(FEET, member=world.member, by=world.actor(other))
    take_writing(world.member)
    assert not AtHand.objects.exists()

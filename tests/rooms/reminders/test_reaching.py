"""An address that takes nothing becomes a task, once; its owner puts it right; those who lead learn only the name."""

from datetime import UTC, datetime, time, timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery, ReturnedMail
from kindcircle.base.outbox.wishes import Wish, keep_wish
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.rooms.reminders import reaching
from kindcircle.rooms.reminders.errors import CodeGone, WrongCode
from kindcircle.rooms.reminders.models import AddressChange
from kindcircle.rooms.reminders.schedule import stand_ready
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.tasks.queries import waiting_for
from tests.world import World, make_world

AT = datetime(2027, 3, 22, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def world(db) -> World:
    return make_world(at=AT, first_at=AT + timedelta(days=2), members=4)


def test_what_comes_back_is_a_task_once_and_nothing_more_is_sent_there(world: World) -> None:
    for _ in range(2):
        reaching.came_back(world.member, at=AT)
    (task,) = waiting_for(world.actor(world.facilitator))
    assert (task.kind, task.concerns, task.group_id) == (Kind.MAIL_BOUNCED, world.member, world.group.pk)
    assert not waiting_for(world.actor(world.organisation_lead)).exists()
    queue.enqueue("something-waiting", to=world.member, about=Ref("letter", "x"), once="x", at=AT)
    assert queue.claim(AT) is None
    assert Delivery.objects.get().why == Delivery.Why.RETURNED


def test_somebody_in_no_group_is_the_houses_to_reach(world: World) -> None:
    reaching.came_back(world.safety_lead, at=AT)
    (task,) = waiting_for(world.actor(world.organisation_lead))
    assert task.concerns == world.safety_lead
    queue.enqueue("staff-please-look", to=world.safety_lead, about=Ref("alert", "x"), once="x", at=AT)
    assert queue.claim(AT) is not None, "safety mail is tried all the same"


def test_put_right_by_its_owner_it_is_settled_and_mail_goes_again(world: World) -> None:
    reaching.came_back(world.member, at=AT)
    by = world.actor(world.member)
    code = reaching.ask_for_address(user=world.member, address="ines.new@example.org", by=by, at=AT)
    assert code is not None and len(code) == 6
    row = AddressChange.objects.get()
    assert b"ines.new" not in bytes(row.sealed_address) and code not in row.secret_hash
    old = reaching.change_address(user=world.member, code=f" {code[:3]} {code[3:]} ", by=by, at=AT + 9 * MINUTE)
    assert old is not None and old.startswith("ines.")
    person = User.objects.get(pk=world.member.pk)
    assert seals.address_of(person) == "ines.new@example.org"
    assert person.email == seals.blind_address("Ines.New@example.org")
    assert not ReturnedMail.objects.exists() and not AddressChange.objects.exists()
    assert Task.objects.get().outcome == "settled"
    assert AuditEntry.objects.filter(event=Event.ADDRESS_CHANGED).count() == 1
    # Should it come back again one day, that is another task.
    reaching.came_back(person, at=AT + timedelta(days=90))
    assert Task.objects.count() == 2


def test_a_code_is_good_for_ten_minutes_and_five_tries(world: World) -> None:
    by = world.actor(world.member)
    code = reaching.ask_for_address(user=world.member, address="new@example.org", by=by, at=AT)
    with pytest.raises(CodeGone):
        reaching.change_address(user=world.member, code=str(code), by=by, at=AT + 10 * MINUTE)
    code = str(reaching.ask_for_address(user=world.member, address="new@example.org", by=by, at=AT))
    wrong = "000000" if code != "000000" else "111111"
    for _ in range(5):
        with pytest.raises(WrongCode):
            reaching.change_address(user=world.member, code=wrong, by=by, at=AT)
    with pytest.raises(CodeGone):
        reaching.change_address(user=world.member, code=code, by=by, at=AT)
    assert reaching.asked_for(world.member, at=AT) == ""
    reaching.sweep_addresses(at=AT + 11 * MINUTE)
    assert not AddressChange.objects.exists()


def test_somebody_elses_address_gets_no_code_and_cannot_be_taken(world: World) -> None:
    by, theirs = world.actor(world.member), str(seals.address_of(world.members[1]))
    assert reaching.ask_for_address(user=world.member, address=theirs.upper(), by=by, at=AT) is None
    assert reaching.asked_for(world.member, at=AT), "the page looks the same"
    # Free when it was asked for, and taken a minute later.
    code = str(reaching.ask_for_address(user=world.member, address="free@example.org", by=by, at=AT))
    User.objects.filter(pk=world.members[1].pk).update(email=seals.blind_address("free@example.org"))
    with pytest.raises(CodeGone):
        reaching.change_address(user=world.member, code=code, by=by, at=AT)
    assert seals.address_of(User.objects.get(pk=world.member.pk)) == seals.address_of(world.member)


def test_nobody_changes_anothers_address_and_staff_only_with_a_second_factor(world: World) -> None:
    for by in (world.actor(world.members[1]), world.actor(world.facilitator)):
        with pytest.raises(NotFound):
            reaching.ask_for_address(user=world.member, address="x@example.org", by=by, at=AT)
    lead = world.organisation_lead
    with pytest.raises(NotFound):
        reaching.ask_for_address(user=lead, address="x@example.org", by=world.actor(lead, strong=False), at=AT)


def test_those_who_lead_see_whom_no_mail_reaches_and_never_why(world: World) -> None:
    none, off, resting, fine = world.members
    for person, wish in (
        (none, Wish(any_mail=False)),
        (off, Wish(meetings=False)),
        (resting, Wish(paused_until=AT + timedelta(days=30))),
        (fine, Wish(quiet_from=time(8), quiet_until=time(8))),
    ):
        keep_wish(wish, user=person, zone="UTC", by=world.actor(person), at=AT)
    by = world.actor(world.facilitator)
    stand_ready(at=AT)
    assert reaching.not_reached(world.gathering, by=by, at=AT) == [none, off, resting]
    reaching.came_back(fine, at=AT)
    assert reaching.not_reached(world.gathering, by=by, at=AT) == list(world.members)
    for person in (world.member, world.organisation_lead):
        with pytest.raises(NotFound):
            reaching.not_reached(world.gathering, by=world.actor(person), at=AT)

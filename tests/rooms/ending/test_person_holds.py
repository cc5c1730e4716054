"""Holding one person's words takes two people, a reason and a day. It shows nothing to anybody and ends by itself."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.ending import own_words, person_holds, retention
from kindcircle.rooms.ending.errors import IsHeld, NotNow, NotOneself, ReasonNeeded, TakesTwo
from kindcircle.rooms.ending.models_privacy import PersonHold
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.writing.models import JournalEntry
from tests.rooms.ending.test_retention import FIRST, days_on, live_through
from tests.world import World, make_staff, make_world

pytestmark = pytest.mark.django_db


@pytest.fixture
def over() -> World:
    return live_through(make_world(at=FIRST, members=5))


def ask(world: World, *, days: float = 1, until: float = 200, untold: bool = False) -> PersonHold:
    return person_holds.ask(
        person=world.member, reason="A complaint, file 12.", until=days_on(world, until).date(), untold=untold,
        by=world.actor(world.organisation_lead), at=days_on(world, days),
    )  # fmt: skip


def test_it_takes_two_people_a_reason_and_a_day(over: World) -> None:
    lead, safety = over.actor(over.organisation_lead), over.actor(over.safety_lead)
    common = {"person": over.member, "untold": False, "at": days_on(over, 1)}
    for reason, until in (("", days_on(over, 9).date()), ("why", None), ("why", days_on(over, 900).date())):
        with pytest.raises(ReasonNeeded):
            person_holds.ask(reason=reason, until=until, by=lead, **common)
    for nobody in (over.facilitator, over.safety_lead, over.member):
        with pytest.raises(NotFound):
            person_holds.ask(reason="why", until=days_on(over, 9).date(), by=over.actor(nobody), **common)
    hold = ask(over)
    assert ask(over).pk == hold.pk  # asked twice is asked once
    assert b"complaint" not in bytes(hold.sealed_reason)
    assert not User.objects.get(pk=over.member.pk).held
    assert Task.objects.get(kind="hold-to-confirm").owner == over.safety_lead
    with pytest.raises(TakesTwo):
        person_holds.confirm(hold=hold, by=lead, at=days_on(over, 1))
    with pytest.raises(NotFound):
        person_holds.confirm(hold=hold, by=over.actor(over.facilitator), at=days_on(over, 1))
    with pytest.raises(NotFound):
        person_holds.reason_of(hold, by=over.actor(over.facilitator))
    person_holds.confirm(hold=hold, by=safety, at=days_on(over, 1))
    assert person_holds.confirm(hold=hold, by=safety, at=days_on(over, 2)).confirmed_at == days_on(over, 1)
    assert person_holds.reason_of(hold, by=safety) == "A complaint, file 12."
    assert Task.objects.get(kind="hold-to-confirm").done_at is not None
    events = [*AuditEntry.objects.filter(concerns=over.member.code, event__startswith="hold on a person")]
    assert [row.event for row in events] == ["hold on a person asked for", "hold on a person confirmed"]


def test_nobody_decides_about_their_own_words(over: World) -> None:
    other = make_staff(over.organisation, "Second lead", StaffRole.Role.ORGANISATION_LEAD, at=FIRST)
    day = days_on(over, 20).date()
    with pytest.raises(NotOneself):
        person_holds.ask(person=other, reason="x", until=day, untold=False, by=over.actor(other), at=days_on(over, 1))
    hold = person_holds.ask(
        person=other, reason="x", until=day, untold=False, by=over.actor(over.organisation_lead), at=days_on(over, 1)
    )
    with pytest.raises(NotOneself):
        person_holds.confirm(hold=hold, by=over.actor(other), at=days_on(over, 1))


@pytest.mark.parametrize("untold", [False, True])
def test_the_person_is_told_unless_it_was_forbidden(over: World, untold: bool) -> None:
    hold = ask(over, untold=untold)
    person_holds.confirm(hold=hold, by=over.actor(over.safety_lead), at=days_on(over, 1))
    told = Delivery.objects.filter(user=over.member, once_key__contains="hold:")
    assert told.exists() is not untold


def test_while_it_stands_nothing_of_theirs_goes(over: World) -> None:
    hold = ask(over)
    person_holds.confirm(hold=hold, by=over.actor(over.safety_lead), at=days_on(over, 1))
    with pytest.raises(IsHeld):
        own_words.erase_writing(person=over.member, by=over.actor(over.member), at=days_on(over, 2))
    for days in (16, 77, 92, 120, 150):
        retention.run(at=days_on(over, days))
    assert JournalEntry.objects.exists()
    # It ends on its day, by itself; people are told anew and then it goes.
    for days in (201, 202, 220):
        retention.run(at=days_on(over, days))
    assert PersonHold.objects.get().ended_by_id is None and not User.objects.get(pk=over.member.pk).held
    assert not JournalEntry.objects.exists()


def test_what_nobody_confirms_holds_nothing(over: World) -> None:
    hold = ask(over)
    own_words.erase_writing(person=over.member, by=over.actor(over.member), at=days_on(over, 2))
    person_holds.end_due(at=days_on(over, 1) + timedelta(days=7))
    with pytest.raises(NotNow):
        person_holds.confirm(hold=hold, by=over.actor(over.safety_lead), at=days_on(over, 9))
    # Somebody may ask again.
    again = ask(over, days=10)
    assert again.pk != hold.pk
    person_holds.lift(hold=again, by=over.actor(over.safety_lead), at=days_on(over, 11))
    person_holds.lift(hold=again, by=over.actor(over.safety_lead), at=days_on(over, 11))


def test_the_reason_goes_years_later(over: World) -> None:
    hold = ask(over, until=20)
    retention.run(at=days_on(over, 30))
    retention.run(at=days_on(over, 30 + 366 * 8 + 1))
    hold.refresh_from_db()
    assert bytes(hold.sealed_reason) == b"" and hold.ended_at is not None
    assert person_holds.reason_of(hold, by=over.actor(over.safety_lead)) == ""

"""What each who leads brings: kept, seen, running out, and said plainly before a group starts."""

from datetime import UTC, date, datetime, timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.safety import cohorts
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.tasks.queries import waiting_for
from kindcircle.rooms.team import credentials
from kindcircle.rooms.team.errors import (
    DatesDoNotFit,
    LabelMissing,
    NotReady,
    NotYetHeld,
    NotYourOwn,
    ReasonMissing,
    TooLong,
    UnknownKind,
)
from kindcircle.rooms.team.models import Credential, StartedWithout
from tests.world import PROGRAMME, VERSION, World, make_person, make_staff, make_world

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
TODAY = date(2026, 6, 1)
DAY = timedelta(days=1)


@pytest.fixture
def world(db) -> World:
    return make_world(at=AT, members=1)


@pytest.fixture
def cleo(world: World) -> User:
    """Somebody who leads groups and has written nothing down yet."""
    person = make_person(world.organisation, "Cleo", at=AT)
    StaffRole.objects.create(user=person, role="facilitator", given_at=AT)
    return person


def keep(world: World, person: User, by: User | None = None, **other) -> Credential:
    given = {"kind": "safeguarding", "held_on": TODAY, "until": None, "words": "", "at": AT} | other
    return credentials.keep(person=person, by=world.actor(by or person), **given)


def line(world: World, person: User, kind: str = "safeguarding", at: datetime = AT) -> credentials.Held:
    found = credentials.held_by(person, by=world.actor(person), at=at)
    return next(one for one in found if one.kind == kind)


def start(world: World, owner: User, at: datetime = AT, **other):
    return cohorts.start_group(
        organisation=world.organisation, owner=owner, backup=world.facilitators[1], name="Winter circle",
        programme=PROGRAMME, programme_version=VERSION, zone="UTC", first_at=at + 9 * DAY, place="Room 1",
        by=world.actor(world.organisation_lead), at=at, **other,
    )  # fmt: skip


def test_a_person_keeps_their_own_and_the_lead_keeps_and_sees_it(world: World, cleo: User):
    row = keep(world, cleo, words="Two days, at the college")
    assert line(world, cleo).words == "Two days, at the college"
    assert b"college" not in bytes(row.sealed_words)
    credentials.see(credential=row, by=world.actor(world.organisation_lead), at=AT)
    assert line(world, cleo).row.seen_by == world.organisation_lead
    keep(world, cleo, by=world.organisation_lead, until=TODAY + 400 * DAY)
    assert line(world, cleo).row.seen_by is None, "what was changed has not been seen"
    assert Credential.objects.filter(person=cleo).count() == 1


def test_nobody_else_keeps_reads_or_sees_it(world: World, cleo: User):
    row = keep(world, cleo)
    strangers = [world.facilitator, world.safety_lead, world.member, make_world(members=1).organisation_lead]
    for person in strangers:
        by = world.actor(person)
        for tried in (
            lambda by=by: credentials.held_by(cleo, by=by, at=AT),
            lambda by=by: credentials.take_away(credential=row, by=by, at=AT),
            lambda by=by: credentials.see(credential=row, by=by, at=AT),
        ):
            with pytest.raises(NotFound):
                tried()
    with pytest.raises(NotFound):
        credentials.see(credential=row, by=world.actor(cleo), at=AT)
    assert Credential.objects.filter(person=cleo, seen_by=None).count() == 1


def test_a_lead_who_also_leads_groups_does_not_see_their_own_papers(world: World):
    lead = world.organisation_lead
    StaffRole.objects.create(user=lead, role="facilitator", given_at=AT)
    row = keep(world, lead)
    with pytest.raises(NotYourOwn):
        credentials.see(credential=row, by=world.actor(lead), at=AT)


@pytest.mark.parametrize(
    ("given", "error"),
    [
        ({"kind": "driving"}, UnknownKind),
        ({"held_on": TODAY + DAY}, NotYetHeld),
        ({"until": TODAY - DAY}, DatesDoNotFit),
        ({"held_on": date.min, "until": date.min}, DatesDoNotFit),
        ({"words": "x" * 201}, TooLong),
    ],
)
def test_what_cannot_be_is_said_kindly_and_nothing_is_kept(world: World, cleo: User, given, error):
    with pytest.raises(error):
        keep(world, cleo, **given)
    assert not Credential.objects.filter(person=cleo).exists()


def test_it_holds_through_its_last_day(world: World, cleo: User):
    keep(world, cleo, until=TODAY + 10 * DAY)
    assert line(world, cleo, at=AT + 10 * DAY).missing is False
    assert line(world, cleo, at=AT + 11 * DAY).missing is True


def test_sixty_days_before_the_end_its_owner_has_a_task_once_for_each_end(world: World, cleo: User):
    keep(world, cleo, until=TODAY + 61 * DAY)
    credentials.tell_of_ends(at=AT)
    assert not Task.objects.exists()
    for hours in (24, 25, 500):
        credentials.tell_of_ends(at=AT + timedelta(hours=hours))
    task = Task.objects.get(kind=Kind.CREDENTIAL_ENDS)
    assert task.owner == cleo and list(waiting_for(world.actor(cleo))) == [task]
    assert not waiting_for(world.actor(world.facilitator)).exists()
    # A newer one settles it; its own end is told in its own time.
    keep(world, cleo, until=TODAY + 400 * DAY, at=AT + 30 * DAY)
    assert not waiting_for(world.actor(cleo)).exists()
    credentials.tell_of_ends(at=AT + 350 * DAY)
    assert Task.objects.filter(owner=cleo).count() == 2


def test_the_house_adds_to_the_list_and_takes_away(world: World, cleo: User):
    lead = world.actor(world.organisation_lead)
    asks = credentials.ask_for(organisation=world.organisation, label="First aid", by=lead, at=AT)
    assert credentials.ask_for(organisation=world.organisation, label=" First aid ", by=lead, at=AT) == asks
    assert "First aid" in credentials.missing_of([world.facilitator], at=AT)[0].labels
    keep(world, world.facilitator, kind=asks.code)
    assert credentials.missing_of([world.facilitator], at=AT) == []
    credentials.ask_no_more(asks=asks, by=lead, at=AT)
    assert "First aid" not in credentials.asked_of(world.organisation).values()
    with pytest.raises(LabelMissing):
        credentials.ask_for(organisation=world.organisation, label=" ", by=lead, at=AT)
    with pytest.raises(NotFound):
        credentials.ask_for(organisation=world.organisation, label="x", by=world.actor(cleo), at=AT)


def test_a_group_starts_with_everything_there_and_no_reason_is_kept(world: World):
    group = start(world, world.facilitator)
    assert not StartedWithout.objects.filter(group=group).exists()


def test_what_is_missing_needs_a_reason_which_is_sealed_and_kept_with_the_group(world: World, cleo: User):
    keep(world, cleo)
    with pytest.raises(ReasonMissing):
        start(world, cleo)
    group = start(world, cleo, reason="She starts her training on Monday.")
    kept = StartedWithout.objects.get(group=group)
    assert [cleo.code, "supervision"] in kept.missing and [cleo.code, "safeguarding"] not in kept.missing
    assert b"Monday" not in bytes(kept.sealed_reason)
    lead = world.actor(world.organisation_lead)
    assert credentials.reason_for(group.pk, organisation=world.organisation, by=lead).endswith("on Monday.")


def test_a_strict_house_starts_nothing_while_something_is_missing(world: World, cleo: User):
    lead = world.actor(world.organisation_lead)
    credentials.be_strict(organisation=world.organisation, strict=True, by=lead, at=AT)
    with pytest.raises(NotReady):
        start(world, cleo, reason="All the same.")
    start(world, make_staff(world.organisation, "Dov", "facilitator", at=AT))
    credentials.be_strict(organisation=world.organisation, strict=False, by=lead, at=AT)
    assert start(world, cleo, at=AT + DAY, reason="All the same.")

"""H01: whose turn it is follows the rota; a gap is a task; and no alert is lost, whatever the rota says."""

import random
from datetime import UTC, date, datetime, time, timedelta

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.safety import actions, rota, staff
from kindcircle.rooms.safety.duty import Rota, forecast
from kindcircle.rooms.safety.errors import DaysNotClear, NotOnTheRota
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_rota import Away, Duty
from kindcircle.rooms.safety.queries import people_to_tell, promise, staffed_hours
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.team.models import StandIn
from tests.world import World, make_staff, make_world

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world(db) -> World:
    """Office hours; Ada owns the alerts, Bo is the backup; nobody is on the rota."""
    world = make_world(at=MONDAY, members=1)
    office(world.organisation)
    Duty.objects.all().delete()
    return world


def office(house: Organisation, days: str = "12345") -> None:
    Organisation.objects.filter(pk=house.pk).update(staffed_days=days, staffed_from=time(9), staffed_until=time(17))
    house.refresh_from_db()


def on(world: World, person: User, *days: int, since: int = 9, until: int = 17) -> None:
    rota.put_on(
        organisation=world.organisation, person=person, weekdays=days, since=time(since), until=time(until),
        by=world.actor(world.organisation_lead), at=MONDAY,
    )  # fmt: skip


def away(world: World, person: User, first: date, last: date) -> None:
    rota.note_away(
        organisation=world.organisation, person=person, first_on=first, last_on=last,
        by=world.actor(world.organisation_lead), at=MONDAY,
    )  # fmt: skip


def raise_one(world: World, at: datetime, name: str = "x") -> Alert:
    world.group.refresh_from_db()
    alert = actions.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("response", name), at=at,
    )  # fmt: skip
    return Alert.objects.select_related("group__organisation", "member").get(pk=alert.pk)


def first_two(world: World, at: datetime) -> tuple[list[User], list[User]]:
    people = people_to_tell(raise_one(world, at, name=f"{at:%m%d%H%M}"))
    return people["owner"], people["backup"]


def gaps(world: World, at: datetime = MONDAY) -> list[tuple[datetime, datetime]]:
    return [(gap.starts, gap.ends) for gap in Rota(world.organisation).gaps(staffed_hours(world.organisation), at=at)]


# --- whose turn it is ---


def test_without_a_rota_it_is_the_owner_and_then_the_backup(world: World):
    ada, bo = world.facilitators
    assert first_two(world, MONDAY) == ([ada], [bo])


def test_whoever_of_the_groups_people_is_on_duty_comes_first(world: World):
    ada, bo = world.facilitators
    on(world, ada, 1)
    on(world, bo, 2)
    assert first_two(world, MONDAY + HOUR) == ([ada], [bo])
    assert first_two(world, MONDAY + DAY) == ([bo], [ada])


def test_what_comes_in_the_night_goes_to_who_is_there_when_the_house_opens(world: World):
    ada, bo = world.facilitators
    on(world, ada, 1, 2, 3, 4, 5)
    on(world, bo, 2)
    away(world, ada, date(2026, 6, 2), date(2026, 6, 2))
    assert first_two(world, MONDAY + 12 * HOUR) == ([bo], [])
    assert first_two(world, MONDAY - 10 * HOUR) == ([ada], [bo])


def test_somebody_else_of_the_house_on_duty_does_not_get_another_groups_alert(world: World):
    ada, bo = world.facilitators
    cleo = make_staff(world.organisation, "Cleo", "facilitator", at=MONDAY)
    on(world, cleo, 1)
    assert first_two(world, MONDAY) == ([ada], [bo])


def test_a_stand_in_on_duty_is_one_of_the_groups_people(world: World):
    cleo = make_staff(world.organisation, "Cleo", "facilitator", at=MONDAY)
    on(world, cleo, 1)
    Gathering.objects.filter(pk=world.gathering.pk).update(starts_at=MONDAY)
    StandIn.objects.create(
        gathering=world.gathering, user=cleo, in_for=world.facilitator, place="guide", named_by=cleo, named_at=MONDAY
    )
    assert first_two(world, MONDAY) == ([cleo], [world.facilitators[1]])


def test_leave_passes_over_the_owner_and_the_backup_and_nobody_is_lost(world: World):
    ada, bo = world.facilitators
    away(world, ada, MONDAY.date(), MONDAY.date())
    alert = raise_one(world, MONDAY)
    assert alert.with_person == "backup"
    assert told(world) == [bo.pk]
    away(world, bo, MONDAY.date(), MONDAY.date())
    raise_one(world, MONDAY + HOUR, name="y")
    assert told(world)[-1:] == [world.safety_lead.pk]


def told(world: World) -> list[int]:
    return list(Delivery.objects.filter(about_kind="alert").order_by("pk").values_list("user", flat=True))


def test_a_change_of_the_rota_afterwards_tells_nobody_twice(world: World):
    ada, bo = world.facilitators
    on(world, bo, 1)
    alert = raise_one(world, MONDAY)
    on(world, ada, 1)
    Duty.objects.filter(person=bo).delete()
    actions.escalate_due(at=MONDAY + 2 * HOUR)
    assert told(world) == [bo.pk, ada.pk]
    assert Alert.objects.get(pk=alert.pk).with_person == "backup"


def test_the_clock_is_the_same_whoever_is_on_duty(world: World):
    bo = world.facilitators[1]
    plain = raise_one(world, MONDAY, name="a")
    on(world, bo, 1, 2, 3, 4, 5)
    assert raise_one(world, MONDAY, name="b").escalate_at == plain.escalate_at == MONDAY + 2 * HOUR


def test_a_message_that_cannot_reach_who_is_on_duty_passes_on_at_once(world: World):
    ada, bo = world.facilitators
    on(world, bo, 1)
    alert = raise_one(world, MONDAY)
    actions.delivery_failed(alert_code=alert.code, to=bo, at=MONDAY)
    assert told(world) == [bo.pk, ada.pk]


@pytest.mark.parametrize("zone", ["Europe/London", "Pacific/Auckland"])
def test_a_year_of_alerts_under_a_changing_rota_and_each_reaches_somebody_there(db, zone: str):
    world = make_world(at=MONDAY, members=1, zone=zone)
    office(world.organisation)
    Duty.objects.all().delete()
    chance = random.Random(zone)
    people = world.facilitators
    for day in range(1, 6):
        on(world, chance.choice(people), day)
    for _ in range(12):
        first = MONDAY.date() + timedelta(days=chance.randrange(360))
        away(world, chance.choice(people), first, first + timedelta(days=chance.randrange(10)))
    for number in range(100):
        at = MONDAY + timedelta(minutes=chance.randrange(365 * 24 * 60))
        alert = raise_one(world, at, name=f"n{number}")
        before = set(told(world))
        assert Delivery.objects.filter(about_code=alert.code).count() == 1, "told at once, one person"
        limit = alert.escalate_at
        for _step in range(5):
            row = Alert.objects.get(pk=alert.pk)
            if row.escalate_at is None:
                break
            limit = row.escalate_at
            actions.escalate_due(at=row.escalate_at)
        row = Alert.objects.get(pk=alert.pk)
        assert (row.with_person, row.escalate_at) == ("everyone", None) and limit is not None and before
        everyone = {*(person.pk for person in people), world.safety_lead.pk}
        assert set(Delivery.objects.filter(about_code=alert.code).values_list("user", flat=True)) == everyone


# --- keeping it ---


def test_who_may_keep_it_and_who_may_stand_on_it(world: World):
    with pytest.raises(NotFound):
        rota.put_on(
            organisation=world.organisation, person=world.facilitator, weekdays=[1], since=time(9), until=time(17),
            by=world.actor(world.facilitator), at=MONDAY,
        )  # fmt: skip
    for person in (world.member, world.organisation_lead, make_world(members=1).facilitator):
        with pytest.raises(NotOnTheRota):
            on(world, person, 1)
    for days in ((), (0,), (8,)):
        with pytest.raises(DaysNotClear):
            on(world, world.facilitator, *days)
    with pytest.raises(DaysNotClear):
        away(world, world.facilitator, date(2026, 6, 3), date(2026, 6, 2))
    assert not Duty.objects.filter(organisation=world.organisation).exists() and not Away.objects.exists()


def test_gaps_are_found_to_the_minute(world: World):
    ada, bo = world.facilitators
    on(world, ada, 1, 2, 3, 4, since=9, until=13)
    on(world, bo, 1, 2, 3, 4, since=12, until=17)
    on(world, bo, 5, since=10, until=16)
    friday = datetime(2026, 6, 5, tzinfo=UTC)
    week = [(friday + 9 * HOUR, friday + 10 * HOUR), (friday + 16 * HOUR, friday + 17 * HOUR)]
    assert gaps(world) == [*week, *((start + 7 * DAY, end + 7 * DAY) for start, end in week)]
    rota.put_on_day(
        organisation=world.organisation, person=ada, on=friday.date(), since=time(8), until=time(18),
        by=world.actor(world.organisation_lead), at=MONDAY,
    )  # fmt: skip
    assert len(gaps(world)) == 2
    away(world, ada, friday.date(), friday.date())
    assert len(gaps(world)) == 4, "leave is stronger than a single day"


def test_a_night_shift_covers_the_morning_and_round_the_clock_covers_all(world: World):
    Organisation.objects.filter(pk=world.organisation.pk).update(
        staffed_days="1234567", staffed_from=time(22), staffed_until=time(6)
    )
    world.organisation.refresh_from_db()
    on(world, world.facilitator, 1, 2, 3, 4, 5, 6, 7, since=22, until=6)
    assert gaps(world, at=MONDAY - 6 * HOUR) == []
    on(world, world.facilitators[1], 1, since=0, until=0)
    assert Rota(world.organisation).on_duty(MONDAY) == {world.facilitators[1].pk}


def test_a_gap_is_one_task_for_the_house_and_settles_itself(world: World):
    on(world, world.facilitator, 1, 2, 3, 4)
    for hours in (0, 1, 30):
        rota.find_gaps(at=MONDAY + hours * HOUR)
    task = Task.objects.get(kind=Kind.ROTA_GAP)
    assert (task.group, task.owner, task.done_at) == (None, None, None)
    on(world, world.facilitator, 5)
    assert not Task.objects.filter(done_at=None).exists()
    away(world, world.facilitator, date(2026, 6, 8), date(2026, 6, 8))
    assert Task.objects.filter(done_at=None).count() == 1


def test_somebody_who_left_covers_nothing(world: World):
    on(world, world.facilitator, 1, 2, 3, 4, 5)
    assert gaps(world) == []
    User.objects.filter(pk=world.facilitator.pk).update(is_active=False)
    assert len(gaps(world)) == 10


def test_somebody_who_may_answer_no_alert_any_more_covers_nothing(world: World):
    on(world, world.safety_lead, 1, 2, 3, 4, 5)
    assert gaps(world) == []
    make_staff(world.organisation, "Sol", "safety-lead", at=MONDAY)
    StaffRole.objects.create(user=world.safety_lead, role="organisation-lead", given_at=MONDAY)
    staff.end_role(person=world.safety_lead, role="safety-lead", by=world.actor(world.organisation_lead), at=MONDAY)
    assert User.objects.get(pk=world.safety_lead.pk).is_active
    assert len(gaps(world)) == 10


def test_how_much_may_come_is_a_range(world: World):
    found = forecast(world.organisation, at=MONDAY)
    assert (found.groups, found.people, found.least, found.most, found.lately) == (1, 1, 0, 1, 0.0)
    for number in range(4):
        raise_one(world, MONDAY + number * DAY, name=str(number))
    assert forecast(world.organisation, at=MONDAY + 7 * DAY).lately == 0.5


# --- what a member is told ---


def promised(world: World, at: datetime) -> tuple[bool, datetime | None, datetime]:
    found = promise(world.group, at=at)
    return found.there_now, found.there_from, found.by


def test_a_member_is_promised_nobody_in_a_gap_of_the_rota(world: World):
    ada = world.facilitator
    on(world, ada, 1, until=12)
    on(world, ada, 3, since=13, until=15)
    on(world, ada, 3, since=16)
    wednesday = MONDAY + 2 * DAY
    evening = wednesday.replace(hour=17)
    assert promised(world, MONDAY + HOUR) == (True, MONDAY + HOUR, evening)
    # In staffed hours, and yet nobody is there until Wednesday.
    assert promised(world, MONDAY + 4 * HOUR) == (False, wednesday.replace(hour=13), evening)
    assert promised(world, wednesday)[:2] == (False, wednesday.replace(hour=13))
    assert promised(world, wednesday.replace(hour=15)) == (
        False, wednesday.replace(hour=16), (MONDAY + 7 * DAY).replace(hour=17),
    )  # fmt: skip
    assert promised(world, wednesday.replace(hour=16))[:2] == (True, wednesday.replace(hour=16))
    # Leave is stronger than any duty.
    away(world, ada, date(2026, 6, 3), date(2026, 6, 9))
    monday = MONDAY + 14 * DAY
    assert promised(world, MONDAY + 4 * HOUR) == (
        False,
        MONDAY + 9 * DAY + 4 * HOUR,
        (MONDAY + 9 * DAY).replace(hour=17),
    )
    assert promised(world, MONDAY + 10 * DAY)[:2] == (False, monday)


def test_where_nobody_is_ever_on_duty_nobody_is_promised_and_the_day_is_the_ladders(world: World):
    on(world, world.facilitator, 6)
    assert promised(world, MONDAY) == (False, None, (MONDAY + DAY).replace(hour=17))


def test_without_a_rota_those_who_lead_answer_unless_all_of_them_are_away(world: World):
    ada, bo = world.facilitators
    tuesday = MONDAY + DAY
    away(world, ada, date(2026, 6, 1), date(2026, 6, 1))
    assert promised(world, MONDAY) == (True, MONDAY, tuesday.replace(hour=17))
    away(world, bo, date(2026, 6, 1), date(2026, 6, 2))
    assert promised(world, MONDAY) == (False, tuesday, tuesday.replace(hour=17))

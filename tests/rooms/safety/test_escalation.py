"""Nobody waits unseen: owner, backup, safety lead, everyone; in staffed time; each told once; and then it ends."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kindcircle.base.audit.log import Ref, verify
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import StaffRole
from kindcircle.rooms.safety import actions
from kindcircle.rooms.safety.models import Alert, ClosedDay
from kindcircle.rooms.safety.queries import staffed_hours
from kindcircle.rooms.safety.staffed import end_of_next_shift, staffed_deadline
from tests.world import World, make_staff, make_world

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
TUESDAY_CLOSING = datetime(2026, 6, 2, 17, tzinfo=UTC)
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@pytest.fixture
def office(db) -> World:
    """A world that is staffed on weekdays from nine to five, on a Monday morning."""
    world = make_world(at=MONDAY, members=3)
    keep_office_hours(world)
    return world


def keep_office_hours(world: World, days: str = "12345") -> None:
    house = world.organisation
    house.staffed_days, house.staffed_from, house.staffed_until = days, time(9), time(17)
    house.save()
    world.group.refresh_from_db()


def raise_one(world: World, at: datetime, name: str = "x", level: str = "contact") -> Alert:
    return actions.raise_alert(
        member=world.member, group=world.group, gathering=None, level=level, rules=["contact_asked"],
        source=Ref("response", name), at=at,
    )  # fmt: skip


def told() -> list[str]:
    """Who was told, in order, as the step of the ladder."""
    return [key.rsplit(":", 1)[1] for key in Delivery.objects.order_by("pk").values_list("once_key", flat=True)]


def test_the_ladder_hour_by_hour(office: World):
    raise_one(office, MONDAY)
    steps = []
    at = MONDAY
    while at < MONDAY + timedelta(days=30):
        at += MINUTE * 10
        if actions.escalate_due(at=at):
            steps.append((Alert.objects.get().with_person, at))
    assert steps == [
        ("backup", MONDAY + 2 * HOUR),
        ("lead", MONDAY + 4 * HOUR),
        ("everyone", TUESDAY_CLOSING),
    ]
    assert told() == ["owner", "backup", "lead", "everyone", "everyone", "everyone"]
    reasons = AuditEntry.objects.filter(event="alert escalated").order_by("number").values_list("reason", flat=True)
    assert list(reasons) == ["backup", "lead", "everyone"]


def test_two_hours_are_counted_to_the_minute(office: World):
    raise_one(office, MONDAY)
    assert actions.escalate_due(at=MONDAY + 2 * HOUR - MINUTE) == 0
    assert actions.escalate_due(at=MONDAY + 2 * HOUR) == 1
    assert actions.escalate_due(at=MONDAY + 2 * HOUR) == 0


def test_what_was_seen_in_time_goes_no_further_until_the_member_should_be_reached(office: World):
    alert = raise_one(office, MONDAY)
    actions.see(alert=alert, by=office.actor(office.facilitator), at=MONDAY + HOUR)
    assert actions.escalate_due(at=TUESDAY_CLOSING - MINUTE) == 0
    assert actions.escalate_due(at=TUESDAY_CLOSING) == 1
    assert told() == ["owner", "everyone", "everyone", "everyone"]


@pytest.mark.parametrize("verbs", [["act"], ["act", "not_reached"]])
def test_being_on_it_is_not_having_reached_anybody(office: World, verbs):
    alert, by = raise_one(office, MONDAY), office.actor(office.facilitator)
    for verb in ("see", *verbs):
        getattr(actions, verb)(alert=alert, by=by, at=MONDAY + HOUR)
    assert actions.escalate_due(at=TUESDAY_CLOSING) == 1


def test_once_the_member_was_reached_nothing_moves_any_more(office: World):
    alert, by = raise_one(office, MONDAY), office.actor(office.facilitator)
    for verb in (actions.see, actions.act, actions.contacted):
        verb(alert=alert, by=by, at=MONDAY + HOUR)
    assert actions.escalate_due(at=MONDAY + timedelta(days=30)) == 0


def test_after_a_long_pause_everyone_is_told_once_and_nobody_three_times(office: World):
    raise_one(office, MONDAY)
    assert actions.escalate_due(at=MONDAY + timedelta(days=9)) == 1
    assert told() == ["owner", "everyone", "everyone", "everyone"]
    assert actions.escalate_due(at=MONDAY + timedelta(days=10)) == 0


def test_a_failed_message_passes_the_alert_on_at_once(office: World):
    alert = raise_one(office, MONDAY)
    actions.delivery_failed(alert_code=alert.code, to=office.facilitator, at=MONDAY + MINUTE)
    assert told() == ["owner", "backup"]
    actions.delivery_failed(alert_code=alert.code, to=office.facilitators[1], at=MONDAY + 2 * MINUTE)
    assert told() == ["owner", "backup", "lead"]
    actions.delivery_failed(alert_code=alert.code, to=office.safety_lead, at=MONDAY + 3 * MINUTE)
    assert told() == ["owner", "backup", "lead"]
    # Nobody could be written to, so the queue is what is left; everyone is still tried once more.
    assert actions.escalate_due(at=TUESDAY_CLOSING) == 1
    failures = AuditEntry.objects.filter(event="delivery failed").order_by("number").values_list("reason", flat=True)
    assert list(failures) == ["owner", "backup", "lead"]


def test_a_message_that_fails_after_somebody_has_seen_it_passes_nothing_on(office: World):
    alert = raise_one(office, MONDAY)
    actions.see(alert=alert, by=office.actor(office.facilitators[1]), at=MONDAY + MINUTE)
    actions.delivery_failed(alert_code=alert.code, to=office.facilitator, at=MONDAY + 2 * MINUTE)
    assert Alert.objects.get().with_person == "owner"


def test_a_message_that_failed_late_does_not_skip_the_person_whose_turn_it_is(office: World):
    alert = raise_one(office, MONDAY)
    actions.escalate_due(at=MONDAY + 2 * HOUR)
    actions.delivery_failed(alert_code=alert.code, to=office.facilitator, at=MONDAY + 2 * HOUR + MINUTE)
    assert Alert.objects.get().with_person == "backup"


def test_every_safety_lead_is_told_and_those_who_left_are_not(office: World):
    second = make_staff(office.organisation, "Sol", StaffRole.Role.SAFETY_LEAD, at=MONDAY)
    gone = make_staff(office.organisation, "Gil", StaffRole.Role.SAFETY_LEAD, at=MONDAY)
    gone.is_active = False
    gone.save()
    raise_one(office, MONDAY)
    for at in (MONDAY + 2 * HOUR, MONDAY + 4 * HOUR):
        actions.escalate_due(at=at)
    leads = Delivery.objects.filter(once_key__endswith=":lead").values_list("user", flat=True)
    assert set(leads) == {office.safety_lead.pk, second.pk}


def test_without_a_safety_lead_everyone_there_is_told_in_their_place(office: World):
    StaffRole.objects.filter(role="safety-lead").delete()
    raise_one(office, MONDAY)
    actions.escalate_due(at=MONDAY + 2 * HOUR)
    actions.escalate_due(at=MONDAY + 4 * HOUR)
    assert told() == ["owner", "backup", "everyone", "everyone"]
    reasons = AuditEntry.objects.filter(event="alert escalated").order_by("number").values_list("reason", flat=True)
    assert list(reasons) == ["backup", "everyone"], "nobody is written down as told who is not there"


def test_where_an_hour_a_day_is_staffed_everyone_is_told_before_two_such_hours_have_passed(office: World):
    house = office.organisation
    house.staffed_days, house.staffed_until = "1234567", time(10)
    house.save()
    office.group.refresh_from_db()
    alert = raise_one(office, MONDAY + MINUTE)
    # Two staffed hours would end on Wednesday; the member is promised a call by Tuesday at ten.
    assert alert.escalate_at == MONDAY + timedelta(days=1) + HOUR
    assert actions.escalate_due(at=alert.escalate_at) == 1
    assert Alert.objects.get().with_person == "everyone"


def test_one_alert_that_cannot_move_does_not_hold_up_the_others(office: World):
    raise_one(office, MONDAY, "broken")
    raise_one(office, MONDAY + MINUTE, "whole")
    Alert.objects.filter(source_code="broken").update(with_person="nobody")
    with pytest.raises(ValueError, match="nobody"):
        actions.escalate_due(at=MONDAY + 3 * HOUR)
    assert Alert.objects.get(source_code="whole").with_person == "backup"


HOLIDAYS = [date(2026, 4, 3), date(2026, 4, 6), date(2026, 12, 25), date(2026, 12, 28), date(2026, 5, 4)]
# Fifty more are lived through in tests/simulation/test_alert_year.py. Here: holidays, and a change of half an hour.
CALENDARS = [("Europe/London", "12345"), ("Australia/Lord_Howe", "24")]


@pytest.mark.parametrize(("zone", "days"), CALENDARS)
def test_a_year_of_alerts_and_none_passes_its_limit_unseen(db, zone, days):
    """Hazards H01 and H21: every alert of a year, over both clock changes and holidays, moves on when it must.

    The worker goes round every six hours only, which is far worse than real: no step may be missed, and each is
    taken in the first round at or after its time.
    """
    start = datetime(2026, 1, 1, tzinfo=UTC)
    world = make_world(at=start, members=1, zone=zone)
    keep_office_hours(world, days)
    ClosedDay.objects.bulk_create(ClosedDay(organisation=world.organisation, on=day) for day in HOLIDAYS)
    hours = staffed_hours(world.organisation)
    wanted: dict[str, list[datetime]] = {}
    taken: dict[str, list[datetime]] = {}
    pause = timedelta(hours=6)
    at = start
    number = 0
    while at < start + timedelta(days=372):
        if at < start + timedelta(days=365) and number * timedelta(hours=37) <= at - start:
            raised_at = at - timedelta(minutes=(number * 53) % 360)
            if raised_at >= start:
                raise_one(world, raised_at, str(number), "concern" if number % 5 == 0 else "contact")
                by = end_of_next_shift(hours, raised_at)
                ladder = [staffed_deadline(hours, raised_at, wait * HOUR) for wait in (2, 4)]
                # Later steps that fall together are taken as one: everyone is told.
                wanted[str(number)] = [*(moment for moment in ladder if moment < by), by]
                taken[str(number)] = []
            number += 1
        before = dict(Alert.objects.filter(escalate_at__isnull=False).values_list("source_code", "escalate_at"))
        actions.escalate_due(at=at)
        for name, due in before.items():
            if due <= at:
                taken[name].append(due)
                assert at - due < pause, "a step was missed by a whole round"
        assert not Alert.objects.filter(escalate_at__lte=at).exists()
        at += pause
    assert number > 200
    for name, due in taken.items():
        assert due[0] == wanted[name][0], "the first step comes exactly when the staffed time is over"
        assert set(due) <= set(wanted[name])
    assert set(Alert.objects.values_list("with_person", flat=True)) == {"everyone"}
    assert not list(verify())

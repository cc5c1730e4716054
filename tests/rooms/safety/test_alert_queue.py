"""The queue of alerts: what stands first, whose it is, and when people are warned that it may be late."""

from datetime import UTC, datetime, timedelta

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.safety import actions, queries
from kindcircle.rooms.safety.models import Alert, WorkerBeat
from kindcircle.rooms.safety.models_unwanted import StopReview
from kindcircle.rooms.safety.models_watch import TrialAlert
from tests.world import World, make_group, make_staff, make_world

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def house(db) -> World:
    return make_world(at=MONDAY, members=2)


def tap(world: World, name: str, *, at=MONDAY, level="contact", state="raised", **where) -> Alert:
    where = {"group": world.group, "gathering": None, "member": world.member, **where}
    alert = actions.raise_alert(level=level, rules=["contact_asked"], source=Ref("signal", name), at=at, **where)
    Alert.objects.filter(pk=alert.pk).update(state=state)
    return alert


def named(rows) -> list[str]:
    return [alert.source_code for alert in rows]


def test_the_most_pressing_stand_first_and_among_equals_the_longest_waiting(house: World):
    # In the wrong order on purpose: what may wait came first.
    for hours, name, level, state in (
        (0, "note", "review", "raised"), (1, "reached", "contact", "contacted"), (2, "tried", "contact", "not-reached"),
        (3, "acting", "contact", "acting"), (4, "seen", "contact", "seen"), (6, "written", "contact", "delivered"),
        (5, "new", "concern", "raised"),
    ):  # fmt: skip
        tap(house, name, at=MONDAY + hours * HOUR, level=level, state=state)
    for name in ("newer", "newest"):
        tap(house, name, at=MONDAY + 7 * HOUR)
    queue = named(queries.waiting_for(house.actor(house.facilitator)))
    assert queue == ["new", "written", "newer", "newest", "tried", "acting", "seen", "reached", "note"]


def test_what_is_closed_is_in_the_other_list_the_latest_first(house: World):
    by = house.actor(house.facilitator)
    for number, name in enumerate(("one", "two", "open")):
        alert = tap(house, name, state="contacted")
        if name != "open":
            at = MONDAY + number * HOUR
            actions.close(alert=alert, by=by, at=at, reason="other-help", note="We spoke.")
    assert named(queries.waiting_for(by)) == ["open"]
    assert named(queries.closed_for(by, since=MONDAY)) == ["two", "one"]
    assert named(queries.closed_for(by, since=MONDAY + MINUTE)) == ["two"]


def test_whose_it_is(house: World):
    other = make_world(at=MONDAY, members=1)
    eve, finn = (make_staff(house.organisation, name, "facilitator", at=MONDAY) for name in ("Eve", "Finn"))
    second, _dates = make_group(house.organisation, [eve, finn], at=MONDAY)
    stranger = house.stranger()
    tap(house, "ours")
    tap(house, "theirs", group=second)
    tap(house, "asks", group=None, intake=house.group.intake, member=stranger)
    tap(other, "elsewhere")
    tap(other, "asks there", group=None, intake=other.group.intake, member=other.stranger())
    seen = {
        name: set(named(queries.waiting_for(house.actor(person))))
        for name, person in {"Ada": house.facilitator, "Eve": eve, "Selma": house.safety_lead}.items()
    }
    assert seen == {"Ada": {"ours", "asks"}, "Eve": {"theirs"}, "Selma": {"ours", "theirs", "asks"}}
    weak = house.actor(house.facilitator, strong=False)
    assert not queries.waiting_for(weak).exists() and not queries.closed_for(weak, since=MONDAY).exists()


def test_by_when_is_reckoned_by_the_hours_of_each_house(house: World):
    other = make_world(at=MONDAY, members=1)
    other.organisation.staffed_days = "4"
    other.organisation.save()
    alerts = [tap(house, "a"), tap(house, "b", at=MONDAY + 24 * HOUR), tap(other, "c")]
    fresh = list(queries.handled_alerts().filter(pk__in=[alert.pk for alert in alerts]).order_by("pk"))
    closing = timedelta(hours=14, minutes=59)
    assert queries.in_touch_by(fresh) == {
        alerts[0].pk: MONDAY + 24 * HOUR + closing,
        alerts[1].pk: MONDAY + 48 * HOUR + closing,
        alerts[2].pk: MONDAY + 72 * HOUR + closing,
    }


# --- when it may be late ---


def late(world: World, at: datetime) -> bool:
    return queries.alerts_may_be_late(world.organisation.pk, at=at)


def test_a_worker_that_stopped_is_told_from_one_that_goes_round(house: World):
    assert late(house, MONDAY)
    WorkerBeat.objects.create(name="another", at=MONDAY)
    assert late(house, MONDAY)
    actions.beat(at=MONDAY)
    assert [late(house, MONDAY + wait) for wait in (SECOND, 2 * MINUTE, 2 * MINUTE + SECOND)] == [False, False, True]


def test_a_beat_is_written_when_the_last_is_old_or_lies_ahead(house: World):
    def beaten(at: datetime) -> datetime:
        actions.beat(at=at)
        return WorkerBeat.objects.get(name="worker").at

    WorkerBeat.objects.create(name="another", at=MONDAY)
    assert beaten(MONDAY) == MONDAY
    assert beaten(MONDAY + 19 * SECOND) == MONDAY
    assert beaten(MONDAY + 20 * SECOND) == MONDAY + 20 * SECOND
    # The clock was set back: the old beat would count for an hour.
    assert beaten(MONDAY - HOUR) == MONDAY - HOUR


def test_a_trial_that_nobody_saw_in_five_minutes_warns_this_house_alone(house: World):
    other = make_world(at=MONDAY, members=1)
    for minutes in range(0, 75, 1):
        actions.beat(at=MONDAY + minutes * MINUTE)
    assert not queries.trial_is_late(house.organisation.pk, at=MONDAY)

    def trial(world: World, at: datetime, **seen: datetime) -> None:
        TrialAlert.objects.create(organisation=world.organisation, hour=at, raised_at=at, **seen)

    trial(house, MONDAY)
    assert not queries.trial_is_late(house.organisation.pk, at=MONDAY + 5 * MINUTE - SECOND)
    assert queries.trial_is_late(house.organisation.pk, at=MONDAY + 5 * MINUTE)
    assert not queries.trial_is_late(other.organisation.pk, at=MONDAY + 5 * MINUTE)
    # The next one came through, and the one after is on its way: what is past is past.
    trial(house, MONDAY + HOUR, delivered_at=MONDAY + HOUR, seen_at=MONDAY + HOUR)
    assert late(house, MONDAY + 70 * MINUTE) is False
    trial(house, MONDAY + 2 * HOUR)
    assert not queries.trial_is_late(house.organisation.pk, at=MONDAY + 2 * HOUR + MINUTE)
    assert queries.trial_is_late(house.organisation.pk, at=MONDAY + 2 * HOUR + 6 * MINUTE)


def test_an_hour_and_five_minutes_without_a_trial_warn_this_house_while_a_group_of_it_runs(house: World):
    other = make_world(at=MONDAY + 2 * HOUR, members=1)
    due = MONDAY + HOUR + 5 * MINUTE

    def missed(world: World, at: datetime) -> bool:
        return queries.trial_is_late(world.organisation.pk, at=at)

    # Counted from when the group began, where there was none yet.
    assert [missed(house, at) for at in (due - SECOND, due)] == [False, True]
    TrialAlert.objects.create(
        organisation=house.organisation, hour=MONDAY, raised_at=MONDAY + SECOND, delivered_at=due, seen_at=due
    )
    assert [missed(house, at) for at in (due, due + SECOND)] == [False, True]
    assert not missed(other, due + SECOND)
    # One that lies ahead, by a clock that was set back, is none; and none is due where no group runs.
    TrialAlert.objects.create(organisation=house.organisation, hour=MONDAY + HOUR, raised_at=due + MINUTE)
    assert missed(house, due + SECOND)
    house.group.state = Group.State.FINISHED
    house.group.save()
    assert not missed(house, due + SECOND)


def test_a_decision_that_is_overdue_and_of_which_nobody_was_told_warns_its_house(house: World):
    make_world(at=MONDAY, members=1)
    event = actions.record_adverse_event(
        group=house.group, member=house.member, category="distress", severity=4, related="possible",
        happened_on=MONDAY.date(), by=house.actor(house.facilitator), at=MONDAY - 23 * HOUR,
    )  # fmt: skip
    due = MONDAY + HOUR
    for minutes in range(66):
        actions.beat(at=MONDAY + minutes * MINUTE)

    def warned(at: datetime) -> list[bool]:
        return [queries.alerts_may_be_late(one, at=at) for one in Organisation.objects.values_list("pk", flat=True)]

    TrialAlert.objects.bulk_create(
        TrialAlert(organisation=one, hour=MONDAY, raised_at=due, delivered_at=due, seen_at=due)
        for one in Organisation.objects.all()
    )
    assert True not in warned(due + 5 * MINUTE - SECOND)
    assert warned(due + 5 * MINUTE).count(True) == 1
    assert late(house, due + 5 * MINUTE)
    review = StopReview.objects.filter(event=event)
    review.update(late_told_at=due)
    assert not late(house, due + 5 * MINUTE)
    review.update(late_told_at=None, decided_at=due, outcome="go-on", decided_by=house.safety_lead)
    assert not late(house, due + 5 * MINUTE)

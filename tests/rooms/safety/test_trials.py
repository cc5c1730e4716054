"""Every hour an alert about nobody goes all the way; where it does not, people are told to phone round."""

from datetime import timedelta

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from kindcircle.base.outbox.models import Delivery
from kindcircle.doors.web.mailing.lately import lately
from kindcircle.doors.worker import loop
from kindcircle.rooms.research.house import house_figures
from kindcircle.rooms.safety import queries, trials
from kindcircle.rooms.safety.duty import forecast
from kindcircle.rooms.safety.looking_back import trials_of
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_watch import TrialAlert
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.world import World, make_world

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


class Down:
    """A mail server that is not there."""

    def __init__(self, *args, **kwargs) -> None: ...

    def __enter__(self):
        raise ConnectionRefusedError

    def __exit__(self, *error) -> None: ...

    def send_messages(self, messages) -> int:
        raise ConnectionRefusedError


@pytest.fixture(autouse=True)
def memory_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    mail.outbox = []


def late(world: World, at) -> bool:
    return queries.alerts_may_be_late(world.organisation.pk, at=at)


def open_tasks(world: World) -> int:
    return Task.objects.filter(organisation=world.organisation, kind=Kind.ALERTS_LATE, done_at=None).count()


def test_a_trial_goes_through_the_outbox_and_is_seen_in_the_same_round(world: World):
    loop.tick(at=world.at)
    trial = TrialAlert.objects.get(organisation=world.organisation)
    assert (trial.raised_at, trial.delivered_at, trial.seen_at) == (world.at, world.at, world.at)
    assert Delivery.objects.get(about_kind="trial").sent_at == world.at
    others = Delivery.objects.filter(sent_at__isnull=False).exclude(about_kind="trial")
    assert len(mail.outbox) == others.count()
    assert not late(world, world.at)


def test_there_is_one_in_each_hour_however_often_the_worker_goes_round(world: World):
    start = world.at.replace(minute=0, second=0, microsecond=0)
    for minutes in range(0, 180, 10):
        loop.tick(at=start + minutes * MINUTE)
    # A clock that is set back by an hour repeats nothing.
    loop.tick(at=start + 2 * HOUR - MINUTE)
    assert TrialAlert.objects.filter(organisation=world.organisation).count() == 3
    assert Delivery.objects.filter(about_kind="trial").count() == 3


def test_it_is_nobodys_alert_and_is_never_counted(world: World):
    before = (figures(world), forecast_of(world))
    loop.tick(at=world.at)
    assert not Alert.objects.exists()
    for person in (*world.facilitators, world.safety_lead):
        assert not queries.waiting_for(world.actor(person)).exists()
        assert lately(person, at=world.at) == []
    assert before == (
        figures(world),
        forecast_of(world),
    )


def figures(world: World):
    return house_figures(organisation=world.organisation, by=world.actor(world.organisation_lead), at=world.at + HOUR)


def forecast_of(world: World):
    return forecast(world.organisation, at=world.at + HOUR)


def test_while_no_mail_can_leave_the_house_people_are_told_to_phone_round_and_the_lead_hears(world: World, settings):
    loop.tick(at=world.at)
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    down = world.at.replace(minute=0) + HOUR
    loop.tick(at=down)
    loop.tick(at=down + 4 * MINUTE)
    assert not late(world, down + 4 * MINUTE)
    later = down + 6 * MINUTE
    loop.tick(at=later)
    assert late(world, later)
    assert open_tasks(world) == 1
    loop.tick(at=later + MINUTE)
    assert open_tasks(world) == 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    up = down + HOUR
    loop.tick(at=up)
    loop.tick(at=up + 6 * MINUTE)
    assert not late(world, up + 6 * MINUTE)
    assert open_tasks(world) == 0


def test_a_day_without_mail_is_not_tried_for_ever(world: World, settings):
    settings.EMAIL_BACKEND = f"{__name__}.Down"
    start = world.at.replace(minute=0)
    for minutes in range(0, 26 * 60, 20):
        loop.tick(at=start + minutes * MINUTE)
    first = Delivery.objects.filter(about_kind="trial").order_by("due_at", "pk").latest("-pk")
    assert first.gave_up_at is not None and first.attempts == 8
    assert late(world, start + 26 * HOUR)


def test_a_trial_that_no_page_could_read_is_not_seen(world: World, monkeypatch):
    def broken():
        raise RuntimeError("the queue cannot be read")

    monkeypatch.setattr(trials, "handled_alerts", broken)
    loop.tick(at=world.at)
    trial = TrialAlert.objects.get()
    assert trial.delivered_at is not None and trial.seen_at is None
    assert late(world, world.at + 6 * MINUTE)


def broken_for(world: World, monkeypatch) -> None:
    """Nothing can be written for this house: to whom it goes cannot be found."""
    found = trials._somebody

    def somebody(house):
        if house == world.organisation:
            raise RuntimeError("no trial can be written")
        return found(house)

    monkeypatch.setattr(trials, "_somebody", somebody)


def test_a_trial_that_cannot_even_be_written_is_late_and_other_houses_have_theirs(world: World, monkeypatch):
    other = make_world(at=world.at)
    loop.tick(at=world.at)
    broken_for(world, monkeypatch)
    for minutes in range(10, 80, 10):
        loop.tick(at=world.at + minutes * MINUTE)
    later = world.at + 66 * MINUTE
    assert [queries.alerts_may_be_late(one.organisation.pk, at=later) for one in (world, other)] == [True, False]
    assert (open_tasks(world), open_tasks(other)) == (1, 0)
    for hour in (2, 3):
        loop.tick(at=world.at + hour * HOUR)
    assert open_tasks(world) == 1
    monkeypatch.undo()
    loop.tick(at=world.at + 4 * HOUR)
    assert not late(world, world.at + 4 * HOUR)
    assert open_tasks(world) == 0


def test_late_again_within_the_same_hour_is_on_the_list_again(world: World, monkeypatch):
    def tick(minutes: int) -> None:
        loop.tick(at=world.at + minutes * MINUTE)

    tick(0)
    broken_for(world, monkeypatch)
    tick(66)
    assert open_tasks(world) == 1
    monkeypatch.undo()
    tick(67)
    assert open_tasks(world) == 0
    TrialAlert.objects.filter(organisation=world.organisation).update(seen_at=None)
    monkeypatch.setattr(trials, "look", lambda *, at: 0)
    tick(73)
    assert late(world, world.at + 73 * MINUTE)
    assert open_tasks(world) == 1


def test_where_the_first_trial_never_came_it_is_late_an_hour_after_the_group_began(world: World, monkeypatch):
    broken_for(world, monkeypatch)
    for minutes in (0, 64, 65):
        at = world.at + minutes * MINUTE
        loop.tick(at=at)
        assert late(world, at) == (minutes == 65)
    assert open_tasks(world) == 1


def test_a_house_without_a_running_group_needs_none(world: World):
    world.group.state = "finished"
    world.group.save()
    loop.tick(at=world.at)
    assert not TrialAlert.objects.filter(organisation=world.organisation).exists()


def test_a_lead_reads_how_the_trials_went(world: World):
    start = world.at.replace(minute=0, second=0, microsecond=0)
    for hour in range(3):
        loop.tick(at=start + hour * HOUR)
    slow = TrialAlert.objects.latest("raised_at")
    TrialAlert.objects.filter(pk=slow.pk).update(seen_at=slow.raised_at + 41 * SECOND)
    TrialAlert.objects.filter(pk=slow.pk - 1).update(seen_at=None)
    went = trials_of(world.organisation, since=start, at=start + 3 * HOUR)
    assert (went.all, went.seen, went.slowest) == (3, 2, 41)


def test_they_go_after_a_fortnight_with_their_messages(world: World):
    loop.tick(at=world.at)
    loop.tick(at=world.at + timedelta(days=15))
    assert TrialAlert.objects.filter(organisation=world.organisation).count() == 1
    assert Delivery.objects.filter(about_kind="trial").count() == 1


def test_the_database_keeps_one_an_hour(world: World):
    row = {"organisation": world.organisation, "hour": world.at, "raised_at": world.at}
    TrialAlert.objects.create(**row)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrialAlert.objects.create(**row)

"""Two people for each release, an end for each, and every taking on record."""

import hashlib
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.rooms.ending import retention
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.research import releases
from kindcircle.rooms.research.errors import AlreadyDecided, NotClear, NotOpen, OftenEnough, TakesTwo, TooFewPeople
from kindcircle.rooms.research.models import Release, Taking
from kindcircle.rooms.tasks.models import Task
from tests.rooms.research.finished import second_lead, two_groups
from tests.world import PROGRAMME, World, make_world

DAY = timedelta(days=1)


@pytest.fixture
def world(db: None) -> World:
    world = make_world(members=6)
    two_groups(world)
    return world


def ask(world: World, staff: User, **more) -> Release:
    wanted = {
        "programme": PROGRAMME, "study": "kindness-2027", "why": releases.Why("To learn what helps", "R. Example"),
        "days": 30, "colleague": world.safety_lead.code, "client_key": codes.new_code(), **more,
    }  # fmt: skip
    return releases.ask(organisation=world.organisation, staff=staff, by=world.actor(staff), at=world.at, **wanted)


def decide(world: World, release: Release, staff: User, *, let_go: bool = True) -> Release:
    return releases.decide(release=release, let_go=let_go, staff=staff, by=world.actor(staff), at=world.at)


def take(world: World, release: Release, staff: User, *, after: timedelta = timedelta(0)) -> bytes:
    return releases.take(release=release, staff=staff, by=world.actor(staff), at=world.at + after)


def told(world: World, event: Event) -> int:
    return AuditEntry.objects.filter(event=event, chain=world.organisation.code).count()


def test_one_asks_another_lets_go_and_each_taking_is_on_record(world: World) -> None:
    lead, safety = world.organisation_lead, world.safety_lead
    release = ask(world, lead)
    [task] = Task.objects.filter(kind="release-to-decide", done_at=None)
    assert task.owner == safety
    assert releases.why_of(release, by=world.actor(safety)) == releases.Why("To learn what helps", "R. Example")
    assert b"learn" not in bytes(release.sealed_why)
    with pytest.raises(TakesTwo):
        decide(world, release, lead)
    with pytest.raises(NotOpen):
        take(world, release, lead)
    release = decide(world, release, safety)
    assert release.until == world.at + 30 * DAY
    assert not Task.objects.filter(kind="release-to-decide", done_at=None).exists()
    made = take(world, release, lead)
    row = Taking.objects.get()
    assert (row.people, row.taken_by, row.sha256) == (12, lead, hashlib.sha256(made).hexdigest())
    for event in (Event.RELEASE_ASKED, Event.RELEASE_LET_GO, Event.RELEASE_TAKEN):
        assert told(world, event) == 1


def test_whoever_took_their_yes_back_is_not_in_the_next_file(world: World) -> None:
    release = decide(world, ask(world, world.organisation_lead), world.safety_lead)
    take(world, release, world.organisation_lead)
    yes = Consent.objects.filter(kind="research", person__organisation=world.organisation)
    Consent.objects.filter(pk=yes[0].pk).update(withdrawn_at=world.at)
    take(world, release, world.organisation_lead)
    assert list(Taking.objects.order_by("pk").values_list("people", flat=True)) == [12, 11]
    Consent.objects.filter(pk=yes[1].pk).update(withdrawn_at=world.at)
    with pytest.raises(TooFewPeople):
        take(world, release, world.organisation_lead)
    assert Taking.objects.count() == 2


def test_it_ends_by_itself_or_at_once(world: World) -> None:
    release = decide(world, ask(world, world.organisation_lead), world.safety_lead)
    take(world, release, world.organisation_lead, after=30 * DAY - timedelta(seconds=1))
    with pytest.raises(NotOpen):
        take(world, release, world.organisation_lead, after=30 * DAY)
    other = decide(world, ask(world, world.organisation_lead), world.safety_lead)
    for _twice in range(2):
        releases.stop(release=other, by=world.actor(world.organisation_lead), at=world.at)
    with pytest.raises(NotOpen):
        take(world, other, world.organisation_lead)
    assert told(world, Event.RELEASE_STOPPED) == 1


def test_three_times_a_day_and_no_more(world: World) -> None:
    release = decide(world, ask(world, world.organisation_lead), world.safety_lead)
    for minute in range(3):
        take(world, release, world.organisation_lead, after=timedelta(minutes=minute))
    with pytest.raises(OftenEnough):
        take(world, release, world.organisation_lead, after=timedelta(hours=23))
    take(world, release, world.organisation_lead, after=DAY + timedelta(minutes=3))


def test_declined_stays_declined_and_twice_is_once(world: World) -> None:
    second = second_lead(world)
    release = ask(world, world.organisation_lead, client_key="once")
    assert ask(world, world.organisation_lead, client_key="once") == release
    for _twice in range(2):
        assert decide(world, release, world.safety_lead, let_go=False).state == "declined"
    with pytest.raises(AlreadyDecided):
        decide(world, release, second)
    with pytest.raises(AlreadyDecided):
        releases.stop(release=release, by=world.actor(second), at=world.at)
    assert told(world, Event.RELEASE_DECLINED) == 1


@pytest.mark.parametrize(
    "more",
    [
        {"study": "Kindness 2027"},
        {"study": "../etc"},
        {"study": "a" * 41},
        {"study": ""},
        {"why": releases.Why(" ", "R. Example")},
        {"why": releases.Why("To learn", "")},
        {"why": releases.Why("x" * 401, "R. Example")},
        {"days": 0},
        {"days": 366},
        {"programme": "no-such-programme"},
        {"colleague": "nobody"},
    ],
)
def test_what_is_not_clear_is_not_asked(world: World, more: dict) -> None:
    with pytest.raises(NotClear):
        ask(world, world.organisation_lead, **more)
    assert not Release.objects.exists() and not Task.objects.filter(kind="release-to-decide").exists()


def test_nobody_is_asked_to_decide_on_their_own_wish(world: World) -> None:
    with pytest.raises(NotClear):
        ask(world, world.organisation_lead, colleague=world.organisation_lead.code)
    release = ask(world, world.organisation_lead)
    # The database refuses it too, whatever code may come.
    with pytest.raises(IntegrityError), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(
            state="let-go", decided_by=release.asked_by, decided_at=world.at, until=world.at
        )


def test_only_who_leads_the_house_or_its_safety_may(world: World) -> None:
    release = ask(world, world.organisation_lead)
    stranger = make_world()
    for house, person in ((world, world.facilitator), (world, world.member), (stranger, stranger.organisation_lead)):
        by = house.actor(person)
        for act in (
            lambda by=by: releases.why_of(release, by=by),
            lambda by=by: list(releases.releases(world.organisation, by=by)),
            lambda by=by, p=person: releases.decide(release=release, let_go=True, staff=p, by=by, at=world.at),
            lambda by=by: releases.stop(release=release, by=by, at=world.at),
            lambda by=by, p=person: releases.take(release=release, staff=p, by=by, at=world.at),
        ):
            with pytest.raises(NotFound):
                act()


def test_the_reason_goes_with_the_years_and_that_it_went_out_stays(world: World) -> None:
    release = decide(world, ask(world, world.organisation_lead), world.safety_lead)
    waiting = ask(world, world.organisation_lead)
    take(world, release, world.organisation_lead)
    years = 8 * 365 * DAY
    retention.run(at=world.at + years)
    release.refresh_from_db()
    assert bytes(release.sealed_why)
    retention.run(at=world.at + years + 40 * DAY)
    for row in (release, waiting):
        row.refresh_from_db()
        assert bytes(row.sealed_why) == b""
    assert Taking.objects.count() == 1
    assert releases.why_of(release, by=world.actor(world.safety_lead)) == releases.Why("", "")

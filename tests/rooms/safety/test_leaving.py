"""A facilitator leaves at noon: what they answered for passes on, or nothing happens; and nothing is lost."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from kindcircle.base.access.gate import can
from kindcircle.base.access.permissions import Permission
from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import erased
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import StaffRole, User
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.groups.actions import roles
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import actor_for
from kindcircle.rooms.intake.models import Screener, TalkTime
from kindcircle.rooms.safety import actions, rota
from kindcircle.rooms.safety.errors import LastOne, StillTakesPart, TakeOver
from kindcircle.rooms.safety.leaving import end_place, what_it_means
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_rota import Duty
from kindcircle.rooms.tasks.actions import raise_task
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.world import World, join, make_staff, make_world

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def world(db) -> World:
    return make_world(at=NOON - DAY, members=1, first_at=NOON + 3 * DAY)


@pytest.fixture
def cleo(world: World) -> User:
    return make_staff(world.organisation, "Cleo", "facilitator", at=NOON - DAY)


def leave(world: World, person: User, *, to: User | None = None, close: bool = False, by: User | None = None) -> None:
    lead = world.actor(by or world.organisation_lead)
    keys = [one.key for one in what_it_means(person, by=lead, at=NOON).open]
    takes_over = dict.fromkeys(keys, to) if to else {}
    end_place(person=person, takes_over=takes_over, close_account=close, by=lead, at=NOON)


def raise_one(world: World, name: str = "x"):
    return actions.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("response", name), at=NOON,
    )  # fmt: skip


def test_what_it_means_is_said_before_anything_happens(world: World, cleo: User):
    found = what_it_means(world.facilitator, by=world.actor(world.organisation_lead), at=NOON)
    assert {one.kind for one in found.open} == {"group"}
    assert found.open[0].may == (cleo,)
    assert (found.groups, found.meetings) == ((world.group,), 4)
    assert can(world.actor(world.facilitator), Permission.GROUP_SEE, world.group)


def test_an_old_copy_of_the_database_puts_them_in_no_group_again(world: World, cleo: User, settings, tmp_path: Path):
    settings.HOME = tmp_path
    leave(world, world.facilitator, to=cleo)
    lines = list(erased.noted(erased.file()))
    Membership.objects.filter(user=world.facilitator).update(left_at=None)
    assert replay(lines) == 1 and replay(lines) == 0
    assert not can(world.actor(world.facilitator), Permission.GROUP_SEE, world.group)


def test_without_somebody_for_the_alerts_it_is_refused_and_nothing_has_changed(world: World, cleo: User):
    for nobody in (
        {},
        {f"group-{world.group.code}": world.facilitators[1]},
        {f"group-{world.group.code}": world.member},
    ):
        with pytest.raises(TakeOver) as refused:
            end_place(
                person=world.facilitator, takes_over=nobody, close_account=False,
                by=world.actor(world.organisation_lead), at=NOON,
            )  # fmt: skip
        assert world.group.name in refused.value.sentence
    assert can(world.actor(world.facilitator), Permission.GROUP_SEE, world.group)
    assert Group.objects.get(pk=world.group.pk).alerts_owner == world.facilitator
    assert not Task.objects.exists() and not AuditEntry.objects.filter(event="staff place ended").exists()


@pytest.mark.parametrize("seat", [0, 1])
def test_alerts_pass_to_the_named_one_who_gets_a_place_and_hears_at_once(world: World, cleo: User, seat: int):
    person = world.facilitators[seat]
    alert = raise_one(world)
    if seat == 1:
        actions.escalate_due(at=NOON + timedelta(hours=2))
    leave(world, person, to=cleo)
    group = Group.objects.get(pk=world.group.pk)
    assert cleo in (group.alerts_owner, group.alerts_backup) and person not in (group.alerts_owner, group.alerts_backup)
    assert Delivery.objects.filter(user=cleo, about_code=alert.code).count() == 1
    assert can(world.actor(cleo), Permission.ALERT_HANDLE, alert)
    assert not can(world.actor(person), Permission.ALERT_HANDLE, alert)
    assert alert.escalate_at == NOON + timedelta(hours=2), "the clock runs on"
    actions.escalate_due(at=NOON + 3 * DAY)
    assert set(Delivery.objects.filter(about_code=alert.code).values_list("user", flat=True)) >= {
        cleo.pk, world.facilitators[1 - seat].pk, world.safety_lead.pk,
    }  # fmt: skip


def test_whoever_was_told_because_of_the_rota_leaves_and_the_next_hears_at_once(world: World, cleo: User):
    ada, bo = world.facilitators
    Duty.objects.update(person=bo)
    alert = raise_one(world)
    assert told_of(alert) == {bo.pk}
    leave(world, bo, to=cleo)
    assert told_of(alert) == {bo.pk, ada.pk}, "nobody is on duty any more, so it is the owner's turn"


def test_an_alert_of_somebody_who_asked_to_come_passes_on_too(world: World, cleo: User):
    ada, bo = world.facilitators
    alert = actions.raise_alert(
        member=world.member, group=None, intake=world.group.intake, gathering=None, level="contact",
        rules=["contact_asked"], source=Ref("screening-form", "x"), at=NOON,
    )  # fmt: skip
    assert told_of(alert) == {ada.pk}
    leave(world, ada, to=cleo)
    assert told_of(alert) == {ada.pk, bo.pk}


def told_of(alert: Alert) -> set[int]:
    return set(Delivery.objects.filter(about_kind="alert", about_code=alert.code).values_list("user", flat=True))


def test_each_coming_meeting_is_a_task_for_whoever_leads_the_house(world: World, cleo: User):
    Gathering.objects.filter(pk=world.gathering.pk).update(state="closed", opened_at=NOON, closed_at=NOON)
    leave(world, world.facilitator, to=cleo)
    tasks = Task.objects.filter(kind=Kind.NOBODY_LEADS, done_at=None)
    assert tasks.count() == 3 and not tasks.exclude(group=None, owner=None).exists()
    assert Gathering.objects.get(pk=world.gathering.pk).guide == world.facilitator, "what was held stays as it was"
    roles.find_gaps(at=NOON + DAY)
    assert tasks.count() == 3
    turns = roles.plan_of(world.group)
    roles.plan_roles(
        group=world.group, pairs=roles.alternate(world.group, first=cleo, second=world.facilitators[1]),
        seen=roles.stamp(turns), by=world.actor(world.organisation_lead), at=NOON + DAY,
    )  # fmt: skip
    assert not tasks.exists()


def test_their_hours_tasks_and_turns_as_stand_in_go_on_without_them(world: World, cleo: User):
    ada = world.facilitator
    roles.name_stand_in(
        gatherings=[world.gatherings[1]], away=ada, stand_in=cleo, by=world.actor(ada), at=NOON - timedelta(hours=1)
    )
    rota.put_on(
        organisation=world.organisation, person=cleo, weekdays=[1], since=time(9), until=time(17),
        by=world.actor(world.organisation_lead), at=NOON,
    )  # fmt: skip
    raise_task(
        Kind.FOLLOW_UP_MEETING, organisation=world.organisation, about=Ref("group", "x"), once="a", due_at=NOON,
        at=NOON, owner=cleo,
    )  # fmt: skip
    raise_task(
        Kind.CREDENTIAL_ENDS, organisation=world.organisation, about=Ref("credential", "y"), once="b", due_at=NOON,
        at=NOON, owner=cleo,
    )  # fmt: skip
    leave(world, cleo)
    assert Gathering.objects.get(pk=world.gatherings[1].pk).guide == ada
    assert not Duty.objects.filter(person=cleo).exists()
    assert Task.objects.get(kind=Kind.FOLLOW_UP_MEETING).owner is None
    assert Task.objects.get(kind=Kind.CREDENTIAL_ENDS).outcome == "settled"
    assert not actor_for(cleo, strong=True, at=world.gatherings[1].starts_at).facilitates


def test_people_who_asked_to_come_are_talked_with_by_somebody_else(world: World, cleo: User):
    ada, bo = world.facilitators
    intake = world.group.intake
    Screener.objects.filter(intake=intake, user=bo).delete()
    application = world.member.applications.get()
    booked = TalkTime.objects.create(
        intake=intake, screener=ada, starts_at=NOON + DAY, how="here", application=application, booked_at=NOON
    )
    free = TalkTime.objects.create(intake=intake, screener=ada, starts_at=NOON + 2 * DAY, how="here")
    found = what_it_means(ada, by=world.actor(world.organisation_lead), at=NOON)
    assert {one.kind for one in found.open} == {"group", "intake"}
    leave(world, ada, to=cleo)
    assert TalkTime.objects.get(pk=booked.pk).screener == cleo
    assert not TalkTime.objects.filter(pk=free.pk).exists()
    assert list(intake.screeners.values_list("user", flat=True)) == [cleo.pk]
    assert not can(world.actor(ada), Permission.APPLICATION_READ, application)


def test_closing_the_account_ends_every_session_and_frees_nothing_that_is_needed(world: World, cleo: User):
    leave(world, world.facilitator, to=cleo, close=True)
    person = User.objects.get(pk=world.facilitator.pk)
    assert (person.is_active, person.sessions_valid_from) == (False, NOON)
    assert actor_for(person, strong=True, at=NOON).user_id is None
    assert AuditEntry.objects.filter(event="account closed", concerns=person.code).count() == 1


def test_the_last_safety_lead_and_a_member_keep_their_account(world: World, cleo: User):
    StaffRole.objects.filter(user=world.safety_lead).delete()
    StaffRole.objects.create(user=cleo, role="safety-lead", given_at=NOON)
    with pytest.raises(LastOne):
        leave(world, cleo, close=True)
    dov = make_staff(world.organisation, "Dov", "facilitator", at=NOON)
    join(world.group, dov, Membership.Role.MEMBER, at=NOON)
    with pytest.raises(StillTakesPart):
        leave(world, dov, close=True)
    for person in (cleo, dov):
        assert User.objects.get(pk=person.pk).is_active
        assert person.staff_roles.filter(role="facilitator").exists(), "refused whole"
    leave(world, dov)
    assert world.group.pk in world.actor(dov).member_of


def test_an_account_closed_elsewhere_becomes_tasks_all_the_same(world: World):
    User.objects.filter(pk=world.facilitator.pk).update(is_active=False)
    roles.find_gaps(at=NOON)
    assert Task.objects.filter(kind=Kind.NOBODY_LEADS).count() == 4
    alert = raise_one(world)
    assert list(Delivery.objects.filter(about_code=alert.code).values_list("user", flat=True)) == [
        world.facilitators[1].pk
    ]


def test_nobody_but_the_lead_of_the_house_ends_a_place(world: World, cleo: User):
    for person in (world.facilitator, world.safety_lead, world.member, make_world(members=1).organisation_lead):
        with pytest.raises(NotFound):
            leave(world, cleo, by=person)

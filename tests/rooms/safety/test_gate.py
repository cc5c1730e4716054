"""No group begins, and no first door opens, while something is missing that keeps people safe."""

from datetime import UTC, datetime, time, timedelta

import pytest

from kindcircle.base.people.models import Organisation, StaffRole, User
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.safety import cohorts
from kindcircle.rooms.safety.errors import EmergencyNumberNotDialled, NotYetReady
from kindcircle.rooms.safety.gate import Lack, lacking
from kindcircle.rooms.safety.models import Helpline, HelplineCheck
from kindcircle.rooms.safety.models_rota import Duty
from tests.world import PROGRAMME, VERSION, World, make_world

AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def world(db) -> World:
    return make_world(at=AT, members=1)


def open_first(world: World, at: datetime = AT):
    gathering = Gathering.objects.select_related("group__organisation").get(pk=world.gathering.pk)
    return live.open_gathering(gathering=gathering, online=False, by=world.actor(world.facilitator), at=at)


def start(world: World, at: datetime = AT):
    return cohorts.start_group(
        organisation=world.organisation, owner=world.facilitators[0], backup=world.facilitators[1], name="Winter",
        programme=PROGRAMME, programme_version=VERSION, zone="UTC", first_at=at + 9 * DAY, place="Room 1",
        by=world.actor(world.organisation_lead), at=at,
    )  # fmt: skip


def no_number(world: World) -> None:
    HelplineCheck.objects.filter(by=world.facilitator).delete()


def old_line(world: World) -> None:
    line = Helpline.objects.create(
        organisation=world.organisation, country="GB", name="Night", number="1", hours="always", source="x"
    )
    for person in world.facilitators:
        HelplineCheck.objects.create(helpline=line, by=person, at=AT - 181 * DAY)


def never_there(world: World) -> None:
    Organisation.objects.filter(pk=world.organisation.pk).update(staffed_days="")


def no_rota(world: World) -> None:
    Duty.objects.filter(organisation=world.organisation, weekday=3).delete()


def owner_left(world: World) -> None:
    User.objects.filter(pk=world.group.alerts_owner_id).update(is_active=False)


def backup_left_the_group(world: World) -> None:
    Membership.objects.filter(user=world.facilitators[1]).update(left_at=AT)


HOUSE = [(no_number, Lack.EMERGENCY), (old_line, Lack.LINES), (never_there, Lack.HOURS), (no_rota, Lack.ROTA)]


def fresh(world: World) -> World:
    world.organisation.refresh_from_db()
    world.group.refresh_from_db()
    return world


def test_with_everything_there_nothing_is_lacking_and_the_door_opens(world: World):
    assert lacking(world.organisation, at=AT, group=world.group) == []
    assert open_first(world).phase == "open"


@pytest.mark.parametrize(("spoil", "lack"), HOUSE)
def test_what_the_house_lacks_stops_a_group_and_a_first_door(world: World, spoil, lack: Lack):
    spoil(world)
    assert lacking(fresh(world).organisation, at=AT) == [lack]
    error = EmergencyNumberNotDialled if lack is Lack.EMERGENCY else NotYetReady
    with pytest.raises(error):
        start(world)
    with pytest.raises(error):
        open_first(world)
    assert Gathering.objects.get(pk=world.gathering.pk).state == "planned"


def test_a_group_without_an_owner_or_a_backup_does_not_open(world: World):
    owner_left(world)
    # The other one opens the door, or tries to.
    by = world.actor(world.facilitators[1])
    gathering = Gathering.objects.select_related("group__organisation").get(pk=world.gathering.pk)
    with pytest.raises(NotYetReady) as refused:
        live.open_gathering(gathering=gathering, online=False, by=by, at=AT)
    assert "answers for its alerts" in refused.value.sentence


def test_a_backup_who_left_the_group_may_answer_only_as_safety_lead(world: World):
    backup_left_the_group(world)
    assert lacking(world.organisation, at=AT, group=fresh(world).group) == [Lack.BACKUP]
    StaffRole.objects.create(user=world.facilitators[1], role="safety-lead", given_at=AT)
    assert lacking(world.organisation, at=AT, group=fresh(world).group) == []


def test_everything_that_is_missing_is_said_at_once(world: World):
    for spoil in (no_number, no_rota):
        spoil(world)
    with pytest.raises(NotYetReady) as refused:
        start(fresh(world))
    assert "emergency number" in refused.value.sentence and "on duty" in refused.value.sentence


def test_a_group_that_has_met_goes_on(world: World):
    open_first(world)
    no_rota(world)
    second = Gathering.objects.select_related("group__organisation").get(pk=world.gatherings[1].pk)
    by = world.actor(world.facilitator)
    assert live.open_gathering(gathering=second, online=False, by=by, at=AT + 7 * DAY).phase == "open"


def test_a_new_line_that_waits_to_be_dialled_stops_nobody(world: World):
    Helpline.objects.create(
        organisation=world.organisation, country="GB", name="New", number="2", hours="always", source="x"
    )
    assert lacking(world.organisation, at=AT) == []


def test_only_staffed_hours_need_somebody(world: World):
    Organisation.objects.filter(pk=world.organisation.pk).update(
        staffed_days="12", staffed_from=time(9), staffed_until=time(17)
    )
    Duty.objects.exclude(weekday__in=(1, 2)).delete()
    assert lacking(fresh(world).organisation, at=AT) == []

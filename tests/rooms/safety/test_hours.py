"""The house keeps its hours and days off; open alerts and promises follow at once."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.safety import actions, hours, queries
from kindcircle.rooms.safety.errors import HoursNotClear
from kindcircle.rooms.safety.models import Alert, ClosedDay
from tests.world import World, make_world

MONDAY = datetime(2026, 6, 1, 9, tzinfo=UTC)
TUESDAY = date(2026, 6, 2)


@pytest.fixture
def world(db) -> World:
    return make_world(at=MONDAY, members=1)


@pytest.fixture
def lead(world: World):
    return world.actor(world.organisation_lead)


def office(world: World, lead, days=(1, 2, 3, 4, 5)) -> None:
    hours.keep_hours(organisation=world.organisation, days=days, opens=time(9), closes=time(17), by=lead, at=MONDAY)
    world.group.refresh_from_db()


def test_the_week_is_kept_and_leaves_a_trace(world: World, lead):
    office(world, lead, days=[5, 1, 1])
    house = Organisation.objects.get(pk=world.organisation.pk)
    assert (house.staffed_days, house.staffed_from, house.staffed_until) == ("15", time(9), time(17))
    assert AuditEntry.objects.get(event="staffed hours changed").actor == lead.code


@pytest.mark.parametrize("days", [[], [0], [8], [1, 9]])
def test_a_week_without_a_real_day_is_refused(world: World, lead, days):
    with pytest.raises(HoursNotClear):
        office(world, lead, days=days)


def test_a_day_off_is_kept_once_and_can_be_taken_back(world: World, lead):
    for _ in range(2):
        hours.close_day(organisation=world.organisation, on=TUESDAY, by=lead, at=MONDAY)
    assert queries.staffed_hours(world.organisation).closed_on == {TUESDAY}
    hours.open_day(organisation=world.organisation, on=TUESDAY, by=lead, at=MONDAY)
    assert not ClosedDay.objects.exists()


def test_open_alerts_follow_the_new_calendar_at_once(world: World, lead):
    office(world, lead)
    by = world.actor(world.facilitator)
    alert = actions.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("response", "x"), at=MONDAY,
    )  # fmt: skip
    actions.see(alert=alert, by=by, at=MONDAY)
    assert Alert.objects.get().escalate_at == MONDAY + timedelta(days=1, hours=8)
    hours.close_day(organisation=world.organisation, on=TUESDAY, by=lead, at=MONDAY)
    assert Alert.objects.get().escalate_at == MONDAY + timedelta(days=2, hours=8)
    assert queries.promise(world.group, at=MONDAY).by == MONDAY + timedelta(days=2, hours=8)
    hours.open_day(organisation=world.organisation, on=TUESDAY, by=lead, at=MONDAY)
    assert Alert.objects.get().escalate_at == MONDAY + timedelta(days=1, hours=8)


def test_only_the_organisation_lead_of_this_house_keeps_them(world: World):
    other = make_world()
    for by in (
        world.actor(world.facilitator),
        world.actor(world.safety_lead),
        world.actor(world.member),
        world.actor(world.organisation_lead, strong=False),
        other.actor(other.organisation_lead),
    ):
        with pytest.raises(NotFound):
            office(world, by)
        for change in (hours.close_day, hours.open_day):
            with pytest.raises(NotFound):
                change(organisation=world.organisation, on=TUESDAY, by=by, at=MONDAY)


class TestPage:
    PATH = "/organisation/hours/"

    @pytest.fixture
    def site(self, client, world: World):
        client.force_login(world.organisation_lead, backend="allauth.account.auth_backends.AuthenticationBackend")
        session = client.session
        session["demo_door"] = True
        session.save()
        return client

    def test_it_shows_what_holds_now(self, site, world: World, lead):
        office(world, lead)
        page = site.get(self.PATH).content.decode()
        assert page.count(" checked") == 5
        assert 'value="09:00"' in page
        assert "None written down." in page

    def test_the_week_and_a_day_off_are_kept(self, site, world: World):
        answer = site.post(self.PATH, {"what": "week", "days": ["2"], "opens": "10:00", "closes": "10:00"}, follow=True)
        assert "Kept. Open alerts follow the new hours" in answer.content.decode()
        answer = site.post(self.PATH, {"what": "close", "on": "2099-12-25"}, follow=True)
        assert "Friday 25 December 2099" in answer.content.decode()
        site.post(self.PATH, {"what": "open", "on": "2099-12-25"})
        assert not ClosedDay.objects.exists()

    @pytest.mark.parametrize(
        "sent",
        [
            {"what": "week", "opens": "09:00", "closes": "17:00"},
            {"what": "week", "days": ["9"], "opens": "09:00", "closes": "17:00"},
            {"what": "week", "days": ["1"], "opens": "soon", "closes": ""},
            {"what": "close", "on": "31.12."},
            {"what": "open"},
            {"what": "strange"},
        ],
        ids=str,
    )
    def test_what_cannot_be_is_asked_about_kindly(self, site, world: World, sent):
        before = Organisation.objects.values().get(pk=world.organisation.pk)
        answer = site.post(self.PATH, sent)
        assert answer.status_code == 422
        assert Organisation.objects.values().get(pk=world.organisation.pk) == before
        assert not ClosedDay.objects.exists()

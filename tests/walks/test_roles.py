"""Who leads: two who swap, an evening somebody cannot come, what people bring, a gap in the rota, a goodbye at noon."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.people.models import StaffRole, User
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.safety.models_rota import Duty
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.rooms.team.models import Credential, StandIn, StartedWithout
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_person, make_staff, make_world

DAY = timedelta(days=1)


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """The first meeting is the day after tomorrow."""
    return make_world(members=2, first_at=clock.now() + 2 * DAY)


@pytest.fixture
def cleo(world: World) -> User:
    return make_staff(world.organisation, "Cleo", StaffRole.Role.FACILITATOR, at=world.at)


def test_they_swap_with_one_tap_and_a_colleague_steps_in_for_one_evening(
    running_site: RunningSite, world: World, cleo: User
) -> None:
    group, (ada, bo) = world.group.code, world.facilitators
    desk = Visitor(running_site, ada).open(f"/desk/groups/{group}/").follow("Who leads")
    desk.press("swap each time")
    assert "This is who leads from now on." in desk.text
    pairs = Gathering.objects.filter(group=world.group).order_by("number").values_list("guide", "holder")
    assert list(pairs) == [(ada.pk, bo.pk), (bo.pk, ada.pk)] * 2

    # Bo is ill the day after tomorrow. Cleo has never seen this group.
    away = Visitor(running_site, bo).open(f"/desk/groups/{group}/roles/").follow("Somebody cannot come")
    away.press("Ask them to step in", {"away": bo.code, "meetings": world.gathering.code, "stand_in": cleo.code})
    assert "Cleo steps in for Bo." in away.text
    away.open(f"/desk/groups/{group}/hand-over/")
    away.press("Keep this page", {"mood": "Warm, and a bit shy.", "needs": "Ines: reads along in large print."})

    # It is two days before, so it is open to her: what is next, who needs what, and the kit for tonight.
    cleos = Visitor(running_site, cleo).open("/desk/")
    assert "You step in" in cleos.text
    cleos.follow("Hand-over page")
    for words in ("Warm, and a bit shy.", "Ines: reads along in large print.", "Ada guides, Cleo holds", "Tomas",
                  "What is said here stays here", "If you step in tonight", "Handed over by Bo to Cleo"):  # fmt: skip
        assert words in cleos.text, words
    cleos.follow("See the run-sheet")
    assert "Cleo steps in for Bo." in cleos.text
    assert cleos.open(f"/desk/gatherings/{world.gathering.code}/lead/").status == 200

    ines = Visitor(running_site, world.member).open(f"/gathering/{world.gathering.code}/")
    assert "They lead this time: Ada · Cleo" in ines.text

    # Bo is well again: her door is closed in the same moment.
    away.open(f"/desk/groups/{group}/roles/").press("Take it back")
    assert "Whoever was away has their place again." in away.text
    assert StandIn.objects.get(user=cleo).ended_at is not None
    assert cleos.open(f"/desk/groups/{group}/hand-over/").status == 404
    assert cleos.open(f"/desk/groups/{group}/").status == 404


def test_papers_are_kept_seen_and_missed_and_a_group_needs_a_reason(running_site: RunningSite, world: World) -> None:
    dov = make_person(world.organisation, "Dov", at=world.at)
    StaffRole.objects.create(user=dov, role="facilitator", given_at=world.at)
    soon = (clock.now() + 30 * DAY).date()
    own = Visitor(running_site, dov).open("/desk/care/").follow("Keep this list")
    own.press("Keep it", {"kind": "safeguarding", "held_on": "2024-05-01", "until": "2024-04-01"})
    assert own.status == 422 and "comes before the first one" in own.text
    own.press("Keep it", {"kind": "safeguarding", "held_on": "2024-05-01", "until": f"{soon}", "words": "Two days"})
    assert "ends soon" in own.text and "Two days" in own.text
    tick(at=clock.now())
    assert "Something that you bring runs out" in own.open("/desk/tasks/").text

    lead = Visitor(running_site, world.organisation_lead).open("/organisation/team/").follow("Dov")
    lead.press("I have seen it")
    assert Credential.objects.get(person=dov).seen_by == world.organisation_lead
    lead.open("/organisation/groups/start/")
    lead.press("See all dates", {
        "name": "Winter circle", "programme": "kind-to-a-body-that-hurts/1", "zone": "UTC", "place": "Room 1",
        "first_at": f"{clock.now() + 30 * DAY:%Y-%m-%dT18:00}", "owner": dov.code, "backup": world.facilitator.code,
    })  # fmt: skip
    assert "Still missing" in lead.text and "Dov: Own practice" in lead.text
    lead.press("Start the group")
    assert lead.status == 422 and "Please write why the group starts all the same." in lead.text
    lead.press("Start the group", {"reason": "He joins the training in May."})
    started = Group.objects.get(organisation=world.organisation, name="Winter circle")
    assert StartedWithout.objects.filter(group=started).count() == 1
    lead.open("/organisation/ready/")
    assert "All of it is there." in lead.text and "He joins the training in May." in lead.text


def test_no_first_door_opens_while_nobody_is_on_duty_and_the_list_says_where_to_mend_it(
    running_site: RunningSite, world: World
) -> None:
    Duty.objects.filter(organisation=world.organisation).delete()
    tick(at=clock.now())
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/lead/")
    assert "Somebody is on duty in all staffed hours of the next two weeks." in ada.text
    ada.press("Open in person")
    assert "Before this group can begin" in ada.text
    assert Gathering.objects.get(pk=world.gathering.pk).state == "planned"

    lead = Visitor(running_site, world.organisation_lead).open("/organisation/")
    assert "Fill a gap in the rota" in lead.text
    lead.open("/organisation/ready/").follow("Somebody is on duty")
    assert "Staffed hours with nobody on duty" in lead.text
    form, sent = lead.filled("Put them on the rota", {
        "week-person": world.facilitator.code, "week-since": "00:00", "week-until": "00:00",
    })  # fmt: skip
    lead.post(form.action or lead.path, sent | {"week-weekdays": [str(day) for day in range(1, 8)], "do": ["week"]})
    assert "The staffed hours of the next two weeks are covered." in lead.text
    assert not Task.objects.filter(organisation=world.organisation, kind=Kind.ROTA_GAP, done_at=None).exists()
    ada.open(f"/desk/gatherings/{world.gathering.code}/lead/").press("Open in person")
    assert Gathering.objects.get(pk=world.gathering.pk).state == "open"


def test_a_facilitator_leaves_at_noon_and_nothing_is_lost(running_site: RunningSite, world: World, cleo: User) -> None:
    ada, bo = world.facilitators
    adas = Visitor(running_site, ada).open(f"/desk/groups/{world.group.code}/")
    lead = Visitor(running_site, world.organisation_lead).open("/organisation/team/").follow("Ada")
    lead.follow("End their place here")
    assert "4 meetings to come lose one of their two people." in lead.text
    lead.press("End their place")
    assert lead.status == 422 and "Please choose who takes over." in lead.text
    lead.press("End their place", {f"group-{world.group.code}": cleo.code, "close_account": True})
    assert "Ada leads no more groups here." in lead.text
    assert adas.open(f"/desk/groups/{world.group.code}/").path == "/account/login/"
    group = Group.objects.get(pk=world.group.pk)
    assert (group.alerts_owner, group.alerts_backup) == (cleo, bo)

    # One task for each meeting, on the page of whoever leads the house; one tap on the plan settles all four.
    assert "Find somebody to lead a meeting" in lead.open("/desk/tasks/").text
    lead.open(f"/desk/gatherings/{world.gathering.code}/roles/")
    assert lead.path == f"/desk/groups/{world.group.code}/roles/"
    assert "One of the two places is empty." in lead.text
    lead.press("swap each time")
    assert not Task.objects.filter(organisation=world.organisation, kind=Kind.NOBODY_LEADS, done_at=None).exists()
    assert Visitor(running_site, cleo).open(f"/desk/groups/{world.group.code}/").status == 200

"""An organisation lead gets the house ready: staff, numbers, a group. And sees no member's matter."""

import re
from datetime import UTC, datetime

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.people.models import StaffRole
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.safety.models import Helpline, HelplineCheck
from kindcircle.rooms.safety.queries import help_lines
from kindcircle.spec.helplines import emergency_number
from tests.world import World, dial_emergency, make_person

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def enter(client, person):
    client.force_login(person, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    return client


@pytest.fixture
def lead(client, world: World):
    return enter(client, world.organisation_lead)


def two_facilitators(world: World) -> list[str]:
    people = [make_person(world.organisation, name, at=world.at) for name in ("Kim", "Lee")]
    for person in people:
        StaffRole.objects.create(user=person, role="facilitator", given_at=world.at)
    return [person.code for person in people]


def group(world: World, **other: str) -> dict[str, str]:
    owner, backup = two_facilitators(world)
    dial_emergency(world.organisation, world.facilitators, at=clock.now())
    return {
        "name": "Winter circle",
        "programme": "kind-to-a-body-that-hurts/1",
        "first_at": "2027-03-18T18:00",
        "zone": "Europe/London",
        "place": "Room 1",
        "owner": owner,
        "backup": backup,
    } | other


def test_the_house_lists_people_and_groups_and_nobodys_matter(lead, world):
    page = lead.get("/organisation/").content.decode()
    assert world.group.name in page
    for name in ("Ines", "Tomas"):
        assert name not in page


def test_staff_are_invited_by_a_link_that_is_shown_once(lead, world):
    answer = lead.post("/organisation/staff/invite/", {"name": "Kim", "role": "facilitator"})
    assert "/invitation/" in answer.content.decode()
    assert lead.post("/organisation/staff/invite/", {"name": "Kim"}).status_code == 422


def test_a_new_facilitator_has_a_calm_empty_desk(client, world):
    kim = make_person(world.organisation, "Kim", at=world.at)
    StaffRole.objects.create(user=kim, role="facilitator", given_at=world.at)
    assert "No group is running" in enter(client, kim).get("/desk/").content.decode()


def test_a_group_keeps_its_hour_on_the_wall_over_the_clock_change(lead, world):
    assert lead.post("/organisation/groups/start/", group(world)).status_code == 302
    made = Group.objects.get(name="Winter circle")
    starts = list(Gathering.objects.filter(group=made).order_by("number").values_list("starts_at", flat=True))
    # London's clocks go forward on 28 March 2027: six in the evening is 18:00 UTC before and 17:00 after.
    assert starts == [
        datetime(2027, 3, 18, 18, tzinfo=UTC),
        datetime(2027, 3, 25, 18, tzinfo=UTC),
        datetime(2027, 4, 1, 17, tzinfo=UTC),
        datetime(2027, 4, 8, 17, tzinfo=UTC),
    ]


@pytest.mark.parametrize(
    ("spoilt", "said"),
    [
        ({"programme": "kind-to-a-body-that-hurts/99"}, "Please choose one of these."),
        ({"programme": "../../etc/1"}, "Please choose one of these."),
        ({"first_at": "soon"}, "Please give a date and a time"),
        ({"place": ""}, "Please say where the group meets"),
        ({"zone": "Mars/Base"}, "Please choose one of these."),
    ],
)
def test_what_cannot_be_is_answered_kindly_and_kept(lead, world, spoilt, said):
    answer = lead.post("/organisation/groups/start/", group(world, **spoilt))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    assert "Winter circle" in page
    assert not Group.objects.filter(name="Winter circle").exists()


def test_programmes_are_offered_in_their_newest_version_first_and_older_ones_say_so(lead, world):
    page = lead.get("/organisation/groups/start/").content.decode()
    offered = re.findall(r'<option value="([^"/]+/[0-9]+)"[^>]*>([^<]+)', page)
    names = dict(offered)
    assert names["kind-to-a-body-that-hurts/2"] == "Kind to a body that hurts"
    assert names["kind-to-a-body-that-hurts/1"] == "Kind to a body that hurts (earlier version 1)"
    later = [value for value, name in offered if "earlier version" not in name]
    assert [value for value, _ in offered][: len(later)] == later


def test_owner_and_backup_are_two_people(lead, world):
    given = group(world)
    answer = lead.post("/organisation/groups/start/", given | {"backup": given["owner"]})
    assert "two different people" in answer.content.decode()


def test_no_group_starts_before_the_emergency_number_was_dialled_by_two(lead, world):
    given = group(world)
    HelplineCheck.objects.filter(by=world.facilitators[0]).delete()
    assert "two people dial the emergency number" in lead.get("/organisation/groups/start/").content.decode()
    answer = lead.post("/organisation/groups/start/", given)
    assert answer.status_code == 422
    assert "Before a group starts, two people dial" in answer.content.decode()
    assert "Winter circle" in answer.content.decode()
    assert not Group.objects.filter(name="Winter circle").exists()
    assert "No new group can start until then" in lead.get("/organisation/").content.decode()


def test_the_page_begins_with_a_number_found_on_a_public_page_and_shows_nobody_until_it_was_dialled(lead, world):
    page = lead.get("/organisation/help-lines/").content.decode()
    assert "Please dial it before anyone relies on it" in page
    found = emergency_number(world.organisation.country)
    assert found is not None
    assert f'value="{found.number}"' in page
    given = {
        "name": found.name,
        "number": found.number,
        "hours": found.hours,
        "source": found.source,
        "emergency": "on",
    }
    assert lead.post("/organisation/help-lines/", given | {"deaf": found.deaf, "cost": "Free"}).status_code == 302
    assert help_lines(world.organisation, at=clock.now()) == []
    line = Helpline.objects.get(number=found.number)
    for person in world.facilitators:
        HelplineCheck.objects.create(helpline=line, by=person, at=clock.now())
    (shown,) = help_lines(world.organisation, at=clock.now())
    assert (shown.number, shown.deaf, shown.more) == (found.number, found.deaf, ("Free",))
    assert "Please dial it before" not in lead.get("/organisation/help-lines/").content.decode()


def test_a_number_is_shown_after_two_different_people_dialled_it(lead, client, world):
    given = {"name": "Night line", "number": "0800-11 22", "hours": "At night", "source": "example.org"}
    assert lead.post("/organisation/help-lines/", given).status_code == 302
    line = Helpline.objects.get(name="Night line")
    dialled = f"/organisation/help-lines/{line.code}/dialled/"
    lead.post(dialled)
    lead.post(dialled)
    assert "Night line" not in [one.name for one in help_lines(world.organisation, at=clock.now())]
    enter(client, world.safety_lead).post(dialled)
    assert [one.number for one in help_lines(world.organisation, at=clock.now())] == ["0800-11 22"]


def test_the_safety_lead_may_dial_but_not_change(client, world):
    line = Helpline.objects.create(
        organisation=world.organisation, country="GB", name="Line", number="1", hours="-", source="-"
    )
    safety = enter(client, world.safety_lead)
    assert safety.get("/organisation/help-lines/").status_code == 200
    assert safety.post(f"/organisation/help-lines/{line.code}/remove/").status_code == 404
    assert Helpline.objects.filter(pk=line.pk).exists()

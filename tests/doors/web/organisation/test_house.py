"""An organisation lead gets the house ready: staff, numbers, a group. And sees no member's matter."""

import re
from datetime import UTC, date, datetime, time, timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.people.models import StaffRole
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.safety.models import Helpline, HelplineCheck
from kindcircle.rooms.safety.queries import help_lines
from kindcircle.spec.helplines import emergency_number
from tests.world import World, give_papers, make_person, make_ready, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def enter(client, person):
    client.force_login(person, backend=BACKEND)
    session = client.session
    session["demo_door"] = True
    session.save()
    return client


@pytest.fixture
def world(db: None) -> World:
    """A house that still has to get ready."""
    return make_world(ready=False)


@pytest.fixture
def lead(client, world: World):
    return enter(client, world.organisation_lead)


def two_facilitators(world: World) -> list[str]:
    people = [make_person(world.organisation, name, at=world.at) for name in ("Kim", "Lee")]
    for person in people:
        StaffRole.objects.create(user=person, role="facilitator", given_at=world.at)
        give_papers(person, at=world.at)
    return [person.code for person in people]


def before_summer_time() -> date:
    """The second Thursday before London's clocks next go forward, on the last Sunday of March of next year."""
    last = date(clock.now().year + 1, 3, 31)
    return last - timedelta(days=last.isoweekday() % 7) - timedelta(days=10)


def dates_of(page: str) -> dict[str, str]:
    """What stands in the boxes of the page of all dates, and what it carries along."""
    boxes = re.findall(r"<input[^>]*>", page)
    pairs = [(re.search(r'name="([^"]*)"', box), re.search(r'value="([^"]*)"', box)) for box in boxes]
    return {name.group(1): value.group(1) for name, value in pairs if name and value}


def start(lead, given: dict[str, str], **changed: str):
    """See all dates, then start."""
    seen = lead.post("/organisation/groups/start/", given)
    assert seen.status_code == 200, seen.content.decode()
    return lead.post("/organisation/groups/start/", dates_of(seen.content.decode()) | changed | {"do": "start"})


def group(world: World, **other: str) -> dict[str, str]:
    owner, backup = two_facilitators(world)
    make_ready(world.organisation, world.facilitators, at=clock.now())
    return {
        "name": "Winter circle",
        "programme": "kind-to-a-body-that-hurts/1",
        "first_at": f"{before_summer_time():%Y-%m-%d}T18:00",
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
    assert start(lead, group(world)).status_code == 302
    made = Group.objects.get(name="Winter circle")
    starts = list(Gathering.objects.filter(group=made).order_by("number").values_list("starts_at", flat=True))
    # Six in the evening in London is 18:00 UTC before the clocks go forward and 17:00 after.
    first = before_summer_time()
    assert starts == [
        datetime.combine(first + timedelta(weeks=week), time(hour), UTC) for week, hour in enumerate((18, 18, 17, 17))
    ]


def test_nothing_is_written_before_all_dates_were_seen(lead, world):
    answer = lead.post("/organisation/groups/start/", group(world))
    assert "nothing is written down yet" in answer.content.decode()
    assert not Group.objects.filter(name="Winter circle").exists()


def test_a_form_sent_twice_starts_one_group(lead, world):
    seen = dates_of(lead.post("/organisation/groups/start/", group(world)).content.decode()) | {"do": "start"}
    assert [lead.post("/organisation/groups/start/", seen).status_code for _ in range(2)] == [302, 302]
    assert Group.objects.filter(name="Winter circle").count() == 1


def test_a_date_can_be_skipped_or_moved_and_holidays_are_marked(lead, world):
    first = before_summer_time()
    year = first.year + 1
    # A series over New Year's Day, which all of the country has, on whatever weekday it falls.
    given = group(world, first_at=f"{year - 1}-12-25T18:00")
    page = lead.post("/organisation/groups/start/", given).content.decode()
    assert "Public holiday: Christmas Day" in page and "Public holiday: New Year" in page
    seen = dates_of(page)
    skipped = lead.post("/organisation/groups/start/", seen | {"do": "skip-2"}).content.decode()
    boxes = dates_of(skipped)
    assert [boxes[f"when_{n}"][:10] for n in (1, 2, 3)] == [f"{year - 1}-12-25", f"{year}-01-08", f"{year}-01-15"]
    moved = lead.post("/organisation/groups/start/", boxes | {"when_2": f"{year}-01-09T19:30", "do": "again"})
    boxes = dates_of(moved.content.decode())
    assert (boxes["when_2"], boxes["when_3"]) == (f"{year}-01-09T19:30", f"{year}-01-15T18:00")
    assert lead.post("/organisation/groups/start/", boxes | {"do": "start"}).status_code == 302
    made = Group.objects.get(name="Winter circle")
    assert Gathering.objects.get(group=made, number=2).starts_at == datetime(year, 1, 9, 19, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("soon", "Please give a date and a time"),
        ("", "Please fill this in."),
        ("9999-12-31T18:00", "more than two years from now"),
        ("0001-01-01T18:00", "would be in the past"),
        ("before", "would begin before Meeting 1 is over"),
        ("gap", "this hour is left out"),
    ],
)
def test_a_date_that_cannot_be_is_said_and_nothing_is_lost(lead, world, typed, said):
    seen = dates_of(lead.post("/organisation/groups/start/", group(world)).content.decode())
    sunday = before_summer_time() + timedelta(days=10)
    words = {"before": f"{seen['when_1'][:10]}T18:10", "gap": f"{sunday:%Y-%m-%d}T01:30"}
    answer = lead.post("/organisation/groups/start/", seen | {"when_2": words.get(typed, typed), "do": "start"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert said in page
    kept = dates_of(page)
    assert kept["name"] == "Winter circle" and kept["when_4"] == seen["when_4"]
    assert not Group.objects.filter(name="Winter circle").exists()


@pytest.mark.parametrize("do", ["skip-", "skip-99999999999999999999", "skip-²", "skip-0", "nonsense", "again"])
def test_rubbish_in_a_button_starts_nothing(lead, world, do):
    seen = dates_of(lead.post("/organisation/groups/start/", group(world)).content.decode())
    assert lead.post("/organisation/groups/start/", seen | {"do": do}).status_code in (200, 422)
    assert not Group.objects.filter(name="Winter circle").exists()


def test_somebody_who_leads_another_group_then_is_named_with_the_time(lead, world):
    given = group(world)
    assert start(lead, given).status_code == 302
    other = given | {"name": "Second circle", "backup": two_facilitators(world)[1]}
    page = lead.post("/organisation/groups/start/", other).content.decode()
    assert "Meeting 1: Kim leads another group then" in page and "18:00" in page
    assert "Winter circle" not in page.partition("Second circle")[2]
    seen = dates_of(page) | {"do": "start"}
    assert lead.post("/organisation/groups/start/", seen).status_code == 422
    assert not Group.objects.filter(name="Second circle").exists()


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
    assert names["kind-to-a-body-that-hurts/3"] == "Kind to a body that hurts"
    assert names["kind-to-a-body-that-hurts/2"] == "Kind to a body that hurts (earlier version 2)"
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
    assert "Two people dial the emergency number" in lead.get("/organisation/groups/start/").content.decode()
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

"""An empty site is set up once, by whoever holds the link, and then the page is gone."""

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.people.links import set_up_token
from kindcircle.base.people.models import Organisation, StaffRole
from kindcircle.doors.web.shared.help_page import help_file, write_help_page
from kindcircle.rooms.safety.models import Helpline, HelplineCheck
from tests.world import World, make_person

GIVEN = {
    "organisation": "Example House",
    "country": "nl",
    "zone": "Europe/Amsterdam",
    "name": "Lou",
    "email": "lou@example.org",
    "emergency_number": "1 12",
    "line_name": "Listening line",
    "line_number": "0800-000 00",
    "line_hours": "Every day",
    "line_source": "example.org",
}


@pytest.fixture
def address(settings, tmp_path) -> str:
    settings.HOME = tmp_path
    return f"/setup/{set_up_token()}/"


def test_setting_up_makes_the_house_its_lead_and_its_numbers(client, db, address):
    assert client.get(address).status_code == 200
    assert client.post(address, GIVEN).headers["Location"] == "/account/factors/"
    house = Organisation.objects.get()
    assert (house.name, house.country, house.zone) == ("Example House", "NL", "Europe/Amsterdam")
    assert StaffRole.objects.get().role == "organisation-lead"
    assert list(Helpline.objects.order_by("order").values_list("number", flat=True)) == ["1 12", "0800-000 00"]


def test_a_number_stands_on_the_help_page_once_two_people_dialled_it(client, db, address):
    client.post(address, GIVEN)
    assert "0800-000 00" not in help_file().read_text()
    house, lead = Organisation.objects.get(), StaffRole.objects.get().user
    for by in (lead, make_person(house, "Second", at=clock.now())):
        for line in Helpline.objects.all():
            HelplineCheck.objects.create(helpline=line, by=by, at=clock.now())
    write_help_page()
    for said in (help_file().read_text(), client.get("/help/").content.decode()):
        assert ">0800-000 00<" in said
        assert said.index(">1 12<") < said.index(">0800-000 00<")


def test_what_was_typed_stays_when_something_is_missing(client, db, address):
    answer = client.post(address, GIVEN | {"country": "Holland"})
    assert answer.status_code == 422
    assert "Please write two letters, such as GB." in answer.content.decode()
    assert "Listening line" in answer.content.decode()
    assert not Organisation.objects.exists()


def test_a_wrong_link_opens_nothing(client, db):
    assert client.get("/setup/wrong/").status_code == 404


def test_a_site_that_has_people_cannot_be_set_up_again(client, world: World, address):
    assert client.get(address).status_code == 404
    assert client.post(address, GIVEN).status_code == 404
    assert Organisation.objects.count() == 1


def test_a_demo_is_never_a_new_site(client, db, address, settings):
    settings.DEMO = True
    assert client.get(address).status_code == 404

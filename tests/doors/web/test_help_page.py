"""The help page: whole whoever makes it, and the emergency number first."""

import pytest
from django.db import connection

from kindcircle.doors.web.shared.help_page import help_file, write_help_page
from kindcircle.rooms.safety import helplines
from tests.rooms.together import at_the_same_moment
from tests.world import World, make_world


def add_line(world: World, name: str, *, emergency: bool) -> None:
    line = helplines.add_helpline(
        organisation=world.organisation, name=name, number=f"111 {name}", hours="always", source="its page",
        by=world.actor(world.organisation_lead), at=world.at, emergency=emergency,
    )  # fmt: skip
    for person in (world.organisation_lead, world.safety_lead):
        helplines.check_helpline(helpline=line, by=world.actor(person), at=world.at)


def test_emergency_numbers_come_first_whatever_house_they_are_from(client, world: World) -> None:
    add_line(world, "Line-of-one", emergency=False)
    add_line(make_world(), "Emergency-of-two", emergency=True)
    page = client.get("/help/").content.decode()
    assert page.index("Emergency-of-two") < page.index("Line-of-one")


@pytest.fixture
def nobody_waits(django_db_setup: None, django_db_blocker: object):
    """Several connections at once, without a test's own transaction in the way."""
    had = help_file().exists()
    with django_db_blocker.unblock():
        yield
        connection.close()
    if not had:
        help_file().unlink(missing_ok=True)


def test_several_who_make_the_file_at_once_do_not_meet(nobody_waits) -> None:
    assert at_the_same_moment([write_help_page] * 8) == [None] * 8
    assert help_file().read_text().rstrip().endswith("</html>")
    assert {file.name for file in help_file().parent.iterdir()} == {"index.html", "index.de.html"}

"""Before a group opens, whoever starts it reads how many may need a talk the same day, and says if people are there."""

from datetime import timedelta

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.safety.models_watch import EnoughPeople
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import make_world


def test_a_range_is_read_before_the_start_and_answered_after_it(running_site: RunningSite) -> None:
    world = make_world()
    lead = Visitor(running_site, world.organisation_lead).open("/organisation/groups/start/")
    lead.press("See all dates", {
        "name": "Winter circle", "programme": "kind-to-a-body-that-hurts/1", "zone": "UTC", "place": "Room 1",
        "first_at": f"{clock.now() + timedelta(days=30):%Y-%m-%dT18:00}", "owner": world.facilitator.code,
        "backup": world.facilitators[1].code,
    })  # fmt: skip
    assert "Who may need a talk" in lead.text and "Before the first meeting" in lead.text
    assert "may give an answer after which somebody talks with them the same day." in lead.text
    assert "286 of 945 (TelePSI, Brazilian Journal of Psychiatry 2022)" in lead.text
    lead.press("Start the group")
    group = Group.objects.get(organisation=world.organisation, name="Winter circle")

    lead.open("/organisation/ready/")
    form = {"group": group.code}
    lead.press("There are people enough for this", which=form)
    assert "Kept, with your name and this day." in lead.text
    assert EnoughPeople.objects.get(group=group).by == world.organisation_lead
    assert "that there are people enough for this." in lead.text

    # Another house's group is nobody's business here.
    other = make_world()
    stranger = Visitor(running_site, other.organisation_lead).open("/organisation/ready/")
    button, of = "There are people enough for this", {"group": other.group.code}
    _form, sent = stranger.filled(button, which=of)
    stranger.post(str(stranger.answer.url), sent | {"group": [group.code]})
    assert stranger.status == 404 and EnoughPeople.objects.filter(group=group).count() == 1

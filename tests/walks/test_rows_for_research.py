"""The lead of a house asks for coded rows, a second person lets them go, and the file says what it cannot."""

import csv
import io
import zipfile
from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.research.models import Release, Taking
from tests.rooms.research.finished import one_more_group, two_groups
from tests.rooms.research.test_report import answer
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

ASKED = {
    "study": "kindness-2027",
    "purpose": "To learn what helps people stay.",
    "recipient": "R. Example, Far University",
    "days": "90",
}


@pytest.fixture
def world(running_site: RunningSite) -> World:
    world = make_world(members=6, at=clock.now() - timedelta(days=60))
    two_groups(world)
    return world


def release_of(world: World) -> Release:
    return Release.objects.get(organisation=world.organisation)


def test_one_asks_another_decides_and_the_file_goes_out(running_site: RunningSite, world: World) -> None:
    # One of the two groups was also asked something that the other was not.
    for person in world.members:
        answer(world, person, "phq-8", 9, "baseline")
    lead = Visitor(running_site, world.organisation_lead).open("/organisation/").follow("Rows for research")
    assert "at least 11 people who said yes, from 2 groups or more" in lead.text
    # What is typed wrongly stays typed, with a sentence beside it.
    lead.press("Ask", ASKED | {"study": "Kindness 2027", "colleague": world.safety_lead.code})
    assert lead.status == 422 and "Please use small letters, digits and hyphens" in lead.text
    assert "To learn what helps people stay." in lead.html and not Release.objects.filter(
        organisation=world.organisation
    )
    lead.press("Ask", {"study": ASKED["study"]})
    assert lead.status == 200 and "You asked for it, so somebody else decides." in lead.text
    path = lead.path
    assert "Take the file" not in lead.text

    safety = Visitor(running_site, world.safety_lead).open("/desk/tasks/")
    safety.follow("Decide whether coded answers may go to research").follow("Read it and decide")
    assert safety.path == path
    assert "To learn what helps people stay." in safety.text and "R. Example, Far University" in safety.text
    assert "12 people of 2 groups that had ended by" in safety.text and "Beside earlier files" not in safety.text
    assert "Left for a later file" in safety.text and "PHQ-8, before the group" in safety.text
    safety.press("Let them go")
    assert "may be taken" in safety.text
    assert "Decide whether coded answers" not in safety.open("/desk/tasks/").text

    lead.open(path).press("Take the file")
    assert lead.status == 200
    archive = zipfile.ZipFile(io.BytesIO(lead.answer.content))
    [table] = [name for name in archive.namelist() if name.endswith("people_data.csv")]
    rows = list(csv.DictReader(io.StringIO(archive.read(table).decode())))
    assert len(rows) == 12 and "gad_7_total_before" in rows[0] and "phq_8_total_before" not in rows[0]
    [book] = [name for name in archive.namelist() if name.endswith("codebook.csv")]
    assert 'withheld,phq-8 before,"Left out.' in archive.read(book).decode()
    everything = b"".join(archive.read(name) for name in archive.namelist())
    for person in world.members:
        assert person.code.encode() not in everything
    lead.open(path)
    assert "12 people" in lead.text
    assert Taking.objects.get(release=release_of(world)).sha256[:12] in lead.text
    # It ends at once when somebody wants it to.
    lead.press("Stop it now")
    assert "stopped" in lead.text and "Take the file" not in lead.text

    # One more group ended. Beside the first file, a second one would show that group by itself.
    one_more_group(world, 7, after=clock.now() - world.at)
    lead.open("/organisation/research/").press("Ask", ASKED | {"study": "again", "colleague": world.safety_lead.code})
    safety.open(lead.path)
    assert "12 people of 2 groups" in safety.text and "They wait for a later file." in safety.text
    assert "12 people are in both" in safety.text and "kindness-2027" in safety.text


def test_without_enough_people_nothing_is_asked_and_a_stranger_finds_nothing(
    running_site: RunningSite, world: World
) -> None:
    lead = Visitor(running_site, world.organisation_lead).open("/organisation/research/")
    lead.press("Ask", ASKED | {"colleague": world.safety_lead.code})
    path = lead.path
    for person in (world.facilitator, world.member):
        assert Visitor(running_site, person).open(path).status == 404
    assert Visitor(running_site, make_world().organisation_lead).open(path).status == 404
    yes = Consent.objects.filter(kind="research", person__organisation=world.organisation, withdrawn_at=None)
    for one in yes[:2]:
        Consent.objects.filter(pk=one.pk).update(withdrawn_at=clock.now())
    Visitor(running_site, world.safety_lead).open(path).press("Let them go")
    lead.open(path).press("Take the file")
    assert lead.status == 409 and "at least 11 people who said yes to research" in lead.text
    lead.open("/organisation/research/").press("Ask", ASKED | {"colleague": world.safety_lead.code})
    assert lead.status == 422 and "Until then their rows could tell who they are." in lead.text
    assert Release.objects.filter(organisation=world.organisation).count() == 1

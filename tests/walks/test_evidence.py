"""Whoever leads a house looks at a programme: groups side by side, one too small to show, one that many left."""

import io
import json
from datetime import timedelta

import pytest
from pypdf import PdfReader

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.research.models_programme import ProgrammePlan
from tests.rooms.research.cohorts_made import EIGHT, close_sheets, ended, five_groups
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import PROGRAMME, World, make_world

PAGE = f"/organisation/evidence/{PROGRAMME}/"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    world = make_world(members=1, at=clock.now() - timedelta(days=60))
    five_groups(world)
    close_sheets(world, at=clock.now())
    return world


def test_groups_side_by_side_and_nothing_of_the_smallest(running_site: RunningSite, world: World) -> None:
    odile = Visitor(running_site, world.organisation_lead).open("/organisation/")
    odile.follow("What we know by programme").follow("Kind to a body that hurts")
    assert odile.path == PAGE
    # Four groups can be shown; that of three people has its name there and no figure.
    assert "In one sentence" in odile.text and "no comparison group" in odile.text
    rows = odile.text.partition("Who came and who stayed")[2].partition("What the words mean")[0]
    assert "6 of 12" in rows.partition("Alder")[2].partition("Hazel")[0]
    hazel = rows.partition("Hazel")[2].partition("Willow")[0]
    assert "not shown" in hazel and not any(sign.isdigit() for sign in hazel)
    moved = odile.text.partition("Before and after")[2].partition("Was it the same")[0]
    assert "fewer than five with both" in moved.partition("Hazel")[2].partition("Willow")[0]
    assert "5 of 12 with both, 7 missing" in moved
    # What it means to have left and to have completed, what was unwanted, and what is not known of people.
    for words in ("Left: ended their place", "Completed:", "Silence is not safety", "We do not ask for age"):
        assert words in odile.text, words
    assert "<svg" in odile.html
    # Nothing is put together before somebody said what they look at.
    assert "All groups together" not in odile.text
    traces = AuditEntry.objects.filter(event=Event.REPORT_OPENED, about_code=world.organisation.code)
    assert list(traces.values_list("reason", flat=True)) == [PROGRAMME]


def test_a_late_answer_changes_nothing_and_a_new_group_waits_for_its_sheets(
    running_site: RunningSite, world: World
) -> None:
    odile = Visitor(running_site, world.organisation_lead).open(PAGE)
    before = odile.text.partition("Who came and who stayed")[2]
    birch = Group.objects.get(organisation=world.organisation, name="Birch")
    Score.objects.filter(response__assignment__group=birch).update(value=1.0)
    aspen = ended(world, "Aspen", EIGHT)
    Assignment.objects.filter(group=aspen).update(closes_at=clock.now() + timedelta(days=3))
    odile.open(PAGE)
    assert "Aspen is told from" in odile.text
    assert odile.text.partition("Who came and who stayed")[2] == before


def test_a_plan_opens_what_researchers_look_at_and_says_what_it_cannot(running_site: RunningSite, world: World) -> None:
    odile = Visitor(running_site, world.organisation_lead).open(PAGE)
    odile.press("Keep my plan and open them", {"between": "gad-7:total"})
    assert odile.status == 422 and "Please tick that your question is written down." in odile.text
    odile.press("Keep my plan and open them", {"ready": True})
    plan = ProgrammePlan.objects.get(organisation=world.organisation)
    assert (plan.primary, plan.seen, plan.made_by) == ("scs-sf-12:total", 4, world.organisation_lead)
    assert "when 4 groups could be seen side by side" in odile.text
    for words in (
        "All 4 together",
        "Where the mean of one more group may lie is told from 5 groups on",
        "This goes along, and shows no cause",
        "who said yes to research",
        "says nothing below 20 groups",
    ):
        assert words in odile.text, words
    assert "Keep my plan" not in odile.text


def test_it_goes_along_as_pdf_and_for_programs(running_site: RunningSite, world: World) -> None:
    odile = Visitor(running_site, world.organisation_lead).open(PAGE).follow("As PDF")
    assert odile.status == 200
    reader = PdfReader(io.BytesIO(odile.answer.content))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    for words in ("Who came and who stayed", "fewer than five with both", "no comparison group", "None was."):
        assert words in text, words

    odile.open(PAGE).follow("As JSON")
    record = json.loads(odile.html)
    groups = {one["group"]: one for one in record["measures"][0]["groups"]}
    assert groups["Birch"]["mean_change"] == pytest.approx(sum(a - b for b, a in EIGHT if a and b) / 8 / 12)
    assert groups["Hazel"] == {"group": "Hazel", "shown": False, "asked": True}
    assert record["for_researchers"] is None
    taken = AuditEntry.objects.filter(event=Event.REPORT_TAKEN, about_code=world.organisation.code)
    assert sorted(taken.values_list("reason", flat=True)) == [f"{PROGRAMME} json", f"{PROGRAMME} pdf"]


def test_for_everybody_else_there_is_no_such_page(running_site: RunningSite, world: World) -> None:
    for person in (world.facilitator, world.safety_lead, world.member, world.stranger()):
        for path in (PAGE, f"{PAGE}report.pdf", f"{PAGE}report.json", "/organisation/evidence/"):
            assert Visitor(running_site, person).open(path).status == 404, (person, path)
    # The house next door has its own page, and no group on it.
    next_door = Visitor(running_site, make_world(members=1).organisation_lead).open(PAGE)
    assert next_door.status == 200 and "No group can be told of yet." in next_door.text
    assert Visitor(running_site, world.organisation_lead).open("/organisation/evidence/no-such-thing/").status == 404
    assert Response.objects.filter(assignment__group__organisation=world.organisation).exists()

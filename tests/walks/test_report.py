"""The finished group's page: honest figures for those who led it, and for nobody else."""

import io
import json
from datetime import timedelta

import pytest
from pypdf import PdfReader

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Attendance, Gathering, Group
from kindcircle.spec.instruments import load_instrument
from tests.rooms.measures.sheets import send, sheet
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

WEEK = timedelta(weeks=1)
# Worry, from 0 to 21, before and after. None: not filled in.
BEFORE_AND_AFTER = [(14, 8), (12, 12), (16, 9), (9, 10), (11, 4), (13, 13), (15, None), (10, 6)]


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """Eight people, four meetings, a sheet before and after; one did not send the second."""
    world = make_world(at=clock.now() - 6 * WEEK)
    for gathering in world.gatherings:
        ends_at = gathering.starts_at + timedelta(hours=1)
        Gathering.objects.filter(pk=gathering.pk).update(
            state=Gathering.State.CLOSED, opened_at=gathering.starts_at, closed_at=ends_at
        )
        for member in world.members[: 8 if gathering.number < 3 else 6]:
            Attendance.objects.create(gathering=gathering, user=member, arrived_at=gathering.starts_at, left_at=ends_at)
    Group.objects.filter(pk=world.group.pk).update(state=Group.State.FINISHED)
    for member, pair in zip(world.members, BEFORE_AND_AFTER, strict=True):
        for occasion, total in zip(("baseline", "after"), pair, strict=True):
            if total is not None:
                one = sheet(world, "gad-7", member=member, occasion=occasion)
                send(world, one, spread(total), at=world.at + timedelta(hours=1))
                # The main measure too, with answers that differ from person to person.
                main = sheet(world, "scs-sf-12", member=member, occasion=occasion)
                names = [item.id for item in load_instrument("scs-sf-12").scored_items]
                send(world, main, {name: 1 + (total + place) % 5 for place, name in enumerate(names)}, at=main.opens_at)
    return world


def spread(total: int) -> dict[str, int]:
    """Seven answers that come to this sum."""
    items = [item.id for item in load_instrument("gad-7").scored_items]
    return {name: total // len(items) + (place < total % len(items)) for place, name in enumerate(items)}


def test_the_facilitator_reads_what_can_and_cannot_be_said(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator).open("/desk/").follow("Tuesday circle")
    assert ada.path == f"/desk/groups/{world.group.code}/report/"
    # Who came and the rule for having done the course; how many answered and how many are missing.
    for words in ("28 of 32", "7 of 8 people have both scores. Missing one or both: 1.", "95 % interval", "too few"):
        assert words in ada.text, words
    # Each person's line is unnamed, and the picture has its figures beside it.
    for name in ("Ines", "Tomas", "Wren", "Oluwa", "Mei", "Farid", "Greta", "Sani"):
        assert name not in ada.text
    assert "<svg" in ada.html and "<table" in ada.html
    assert AuditEntry.objects.filter(event=Event.REPORT_OPENED, about_code=world.group.code).count() == 1


def test_it_says_what_can_and_cannot_be_said_and_goes_along_as_pdf_and_json(
    running_site: RunningSite, world: World
) -> None:
    ada = Visitor(running_site, world.facilitator).open(f"/desk/groups/{world.group.code}/report/")
    cannot = ada.text.partition("This cannot be said")[2].partition("Who came and who stayed")[0]
    for words in ("Whether the programme did it", "How far people like these move on average", "That it is safe"):
        assert words in cannot, words
    # Seven people are too few for a standardised effect, and what trials found stands apart, with its source.
    assert "All measures side by side" not in ada.text
    assert "Wilson and colleagues, 2019" in ada.text and "the two cannot be compared" in ada.text

    ada.follow("As PDF")
    assert ada.status == 200
    reader = PdfReader(io.BytesIO(ada.answer.content))
    text = " ".join(" ".join(page.extract_text().split()) for page in reader.pages)
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    for words in ("What cannot be said", "7 of 8 people have both scores", "and there was no comparison group"):
        assert words in text, words
    assert "Hedges" not in text
    assert not any(seals.name_of(member) in text for member in world.members if len(seals.name_of(member)) > 4)

    ada.open(f"/desk/groups/{world.group.code}/report/").follow("As JSON")
    record = json.loads(ada.html)
    worry = next(one for one in record["outcomes"] if one["instrument"] == "gad-7")
    assert worry["mean_change"]["estimate"] == pytest.approx(-23 / 7, rel=1e-12)
    assert "no comparison group" in worry["mean_change"]["sentence"]
    taken = AuditEntry.objects.filter(event=Event.REPORT_TAKEN, about_code=world.group.code)
    assert sorted(taken.values_list("reason", flat=True)) == ["json", "pdf"]


def test_for_everybody_else_there_is_no_such_page(running_site: RunningSite, world: World) -> None:
    elsewhere = make_world(members=1)
    others = (
        *world.members[:2],
        world.safety_lead,
        world.organisation_lead,
        world.stranger(),
        elsewhere.facilitator,
        elsewhere.safety_lead,
        elsewhere.organisation_lead,
        elsewhere.member,
    )
    for person in others:
        answer = Visitor(running_site, person).open(f"/desk/groups/{world.group.code}/report/")
        assert answer.status == 404
        assert "interval" not in answer.text
        for form in ("pdf", "json"):
            kept = Visitor(running_site, person).open(f"/desk/groups/{world.group.code}/report.{form}")
            assert kept.status == 404, (person, form)
    assert Visitor(running_site).open(f"/desk/groups/{world.group.code}/report/").path == "/account/login/"
    traces = (Event.REPORT_OPENED, Event.REPORT_TAKEN)
    assert not AuditEntry.objects.filter(event__in=traces, about_code=world.group.code).exists()

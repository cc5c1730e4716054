"""After the meeting: Ada and Bo talk it over for ten minutes, on one page, each with a device of their own.

Both write at once and neither writes over the other. Whom they want to ring becomes somebody's task with a day.
"""

from datetime import timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.base.vault import seals
from kindcircle.rooms.live.models_debrief import Debrief, DebriefLine
from kindcircle.rooms.tasks.models import Task
from tests.meetings import held
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

SAW = {"do": "saw"}
CONTACT = {"do": "contact"}
CHANGE = {"do": "change"}


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """The first meeting was held an hour and a half ago."""
    made = make_world(members=4, at=clock.now() - timedelta(hours=3), first_at=clock.now() - timedelta(minutes=90))
    held(made, made.gathering, made.members[:3])
    return made


def page(world: World, number: int = 0) -> str:
    return f"/desk/gatherings/{world.gatherings[number].code}/debrief/"


def lines(world: World) -> int:
    return DebriefLine.objects.filter(gathering=world.gathering).count()


def test_two_write_at_once_and_every_line_is_there_signed(running_site: RunningSite, world: World) -> None:
    ada, bo = (Visitor(running_site, one) for one in world.facilitators)
    names = [seals.name_of(one) for one in world.facilitators]
    ada.open(f"/desk/gatherings/{world.gathering.code}/after/").follow("Talk it over")
    bo.open(page(world))
    ada.press("Write it down", {"words": "Tomas was quiet after the round."}, SAW)
    # Bo's page is from before that; what he sends is one line more, and Ada's stays.
    bo.press("Write it down", {"words": "The room was cold."}, SAW)
    assert "Tomas was quiet after the round." in bo.text and "The room was cold." in bo.text
    for name in names:
        assert name in bo.text
    # The same form sent twice is one line.
    _form, sent = bo.filled("Write it down", {"words": "People laughed."}, SAW)
    for _ in range(2):
        bo.post(page(world), sent)
    assert lines(world) == 3
    # Bo may take back his own line, and not Ada's.
    hers = DebriefLine.objects.get(gathering=world.gathering, written_by=world.facilitators[0])
    assert bo.text.count("Take this line away") == 2
    bo.post(f"/desk/debrief/{hers.code}/away/", {"csrfmiddlewaretoken": sent["csrfmiddlewaretoken"]})
    assert bo.status == 404 and lines(world) == 3
    # Nothing of it can be read in the table.
    assert not any(b"cold" in bytes(row.sealed_words) for row in DebriefLine.objects.filter(gathering=world.gathering))
    # It is for those who lead this group alone.
    for who in (world.member, world.safety_lead, world.organisation_lead, make_world().facilitator):
        assert Visitor(running_site, who).open(page(world)).status == 404


def test_whom_they_get_in_touch_with_is_somebody_s_task_with_a_day(running_site: RunningSite, world: World) -> None:
    tomas, bo_user = world.members[1], world.facilitators[1]
    ada, bo = (Visitor(running_site, one) for one in world.facilitators)
    ada.open(page(world))
    day = (clock.now() + timedelta(days=2)).date().isoformat()
    ada.press("Make it a task", {"words": "He went very still."}, CONTACT)
    assert ada.status == 422 and "He went very still." in ada.html, "nobody chosen, and nothing lost"
    past = (clock.now() - timedelta(days=1)).date().isoformat()
    fill: dict[str, str | bool] = {"member": tomas.code, "owner": bo_user.code, "words": "He went very still."}
    ada.press("Make it a task", fill | {"due_on": past}, CONTACT)
    assert ada.status == 422 and "a day from today on" in ada.text
    ada.press("Make it a task", fill | {"due_on": day}, CONTACT)
    assert "Tomas" in ada.text
    [task] = Task.objects.filter(group_id=world.group.pk, kind="debrief-contact")
    assert (task.owner, task.concerns) == (bo_user, tomas)
    assert task.due_at > clock.now() + timedelta(days=1)

    # It stands on Bo's list, says nothing of why, and leads back here, where the why is.
    bo.open("/desk/tasks/")
    assert "Get in touch with somebody" in bo.text and "very still" not in bo.html
    bo.open(f"/desk/tasks/{task.code}/").follow("See what we agreed on")
    assert "He went very still." in bo.text
    # Ada takes the line back: then nobody has to do it any more.
    ada.press("Take this line away")
    task.refresh_from_db()
    assert task.outcome == "settled" and lines(world) == 0


def test_what_to_change_stands_on_the_next_run_sheet(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator)
    ada.open(page(world)).press("Keep for next time", {"words": "Open the window before."}, CHANGE)
    sheet = ada.open(f"/desk/gatherings/{world.gatherings[1].code}/")
    assert "From last time" in sheet.text and "Open the window before." in sheet.text
    assert seals.name_of(world.facilitator) in sheet.text
    # The one after next has a last time of its own.
    held(world, world.gatherings[1], [])
    assert "Open the window before." not in ada.open(f"/desk/gatherings/{world.gatherings[2].code}/").text


def test_saying_that_it_is_done_shows_what_is_still_open(running_site: RunningSite, world: World) -> None:
    ada, bo = (Visitor(running_site, one) for one in world.facilitators)
    ada.open(page(world)).press("This meeting is talked over")
    for words in (
        "The notes are not saved yet",
        "Nobody has written what we saw",
        "3 people who came have not answered",
    ):
        assert words in ada.text
    assert not Debrief.objects.filter(gathering=world.gathering).exists()
    ada.press("Yes, done for today")
    done = Debrief.objects.get(gathering=world.gathering)
    assert done.done_by == world.facilitator
    assert "said on" in bo.open(page(world)).text and "This meeting is talked over" not in bo.text
    assert AuditEntry.objects.filter(event=Event.DEBRIEF_DONE, about_code=world.gathering.code).count() == 1
    # A thought that comes later is welcome.
    bo.press("Write it down", {"words": "It was a good evening."}, SAW)
    assert lines(world) == 1


def test_how_each_of_them_is_stays_with_them(running_site: RunningSite, world: World) -> None:
    ada, bo = (Visitor(running_site, one) for one in world.facilitators)
    ada.open(page(world)).follow("How am I?").press("Save", {"how": "3"})
    assert "You have written down how you are." in ada.open(page(world)).text
    assert "You have written down" not in bo.open(page(world)).text


def test_before_the_close_there_is_nothing_to_talk_over(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator).open(page(world, 1))
    assert ada.status == 409 and "when the meeting has been closed" in ada.text

"""The conductor's desk: from every state one way on, until people are home."""

from typing import Any

import pytest
from django.db.models import F
from django.test import Client

from kindcircle.base.access import Actor
from kindcircle.doors.web.facilitator import conducting
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.live import actions, queries
from kindcircle.spec.programmes import all_programmes
from tests.rooms.live.stage import Stage, later
from tests.world import World

MEETINGS = [
    (programme.id, programme.version, number)
    for programme in all_programmes()
    for number in sorted({1, len(programme.sessions)})
]


def press(gathering: Gathering, desk: dict[str, Any], by: Actor, at: Any) -> str:
    """What the one filled button of this desk does; with a question on the screen, simply go on."""
    led = {"gathering": gathering, "by": by, "at": at}
    if desk["first"] and desk["quiet_moment"]:
        use = desk["first"].use
        actions.start_practice(**led, practice=use.practice, seconds=use.seconds)
        return "practice"
    if desk["follows"]:
        actions.start_step(**led, step=desk["follows"]["index"])
        return "step"
    if desk["place"].phase == "open":
        actions.start_closing(**led)
        return "closing"
    actions.close(**led)
    return "close"


@pytest.mark.django_db
@pytest.mark.parametrize(("programme", "version", "number"), MEETINGS)
def test_one_button_leads_through_any_meeting(world: World, programme: str, version: str, number: int) -> None:
    Group.objects.filter(pk=world.group.pk).update(programme=programme, programme_version=version)
    Gathering.objects.filter(group=world.group).exclude(pk=world.gathering.pk).update(number=F("number") + 60)
    Gathering.objects.filter(pk=world.gathering.pk).update(number=number)
    stage, at = Stage(world), world.at
    stage.open()
    done = []
    for _press in range(80):
        desk = conducting.desk_shown(stage.gathering, stage.guide, at)
        assert desk["first"] or desk["follows"] or desk["place"].phase in ("open", "closing")
        done.append(press(stage.gathering, desk, stage.guide, at))
        if done[-1] == "close":
            break
        going = queries.placed(stage.gathering, at=at).practice
        left = (going.total_ms or 0) if going and not going.finished else 0
        at = later(at, left / 1000 + 10)
    assert done[-2:] == ["practice", "close"], "a meeting is closed after its closing practice"
    agenda = queries.session_of(stage.gathering).agenda
    assert done.count("step") == len(agenda) - 1
    assert done.count("practice") == sum(
        use is not None for slot in agenda for use in (slot.ground_first, slot.practice, slot.then)
    )


@pytest.mark.django_db
def test_what_is_left_out_is_not_next_and_not_told(world: World) -> None:
    stage = Stage(world)
    stage.open()
    stage.step(1)
    for step in (2, 3):
        actions.set_minutes(gathering=stage.gathering, step=step, minutes=0, by=stage.guide, at=stage.at)
    desk = conducting.desk_shown(stage.gathering, stage.guide, stage.at)
    agenda = queries.session_of(stage.gathering).agenda
    assert desk["follows"]["index"] == 4
    assert [title for title, _minutes in desk["coming"]] == [slot.title for slot in agenda[4:7]]


@pytest.mark.django_db
def test_the_parts_of_the_page_answer_in_every_phase(world: World, client: Client) -> None:
    stage, code = Stage(world), world.gathering.code
    client.force_login(world.facilitator, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["demo_door"] = True
    session.save()

    def shown() -> str:
        pages = [client.get(f"/desk/gatherings/{code}/lead/{part}/") for part in ("desk", "sheet", "library")]
        assert [page.status_code for page in pages] == [200] * 3
        return " ".join(page.content.decode() for page in pages)

    assert "Core version, 45 minutes" in shown()
    stage.open()
    assert "Next: Arriving together" in shown()
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=stage.at)
    assert "Close the meeting" in shown()
    actions.close(gathering=stage.gathering, by=stage.guide, at=stage.at)
    over = shown()
    assert "Change" not in over and "Go to this part" not in over and "Fit the rest" not in over

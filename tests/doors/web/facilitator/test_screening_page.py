"""The people to talk with: what each waits for, and many cost no more than one."""

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.intake import actions
from kindcircle.rooms.intake.actions import talks
from tests.doors.web.test_alerts import enter
from tests.world import World

QUEUE = "/desk/talks/"


def asks(world: World, name: str, *, talked: bool = False, outcome: str = "") -> None:
    by, at = world.actor(world.facilitator), clock.now()
    application, _ = groups.add_somebody(intake=world.group.intake, name=name, by=by, at=at)
    if talked:
        talks.note_talk(
            application=application, took_place=True, how="here", happened_at=at, note="", client_key=codes.new_code(),
            by=by, at=at,
        )  # fmt: skip
    if outcome:
        actions.decide(application=application, outcome=outcome, reason="r", letter="l", by=by, at=at)


def test_seven_cost_no_more_queries_than_three(client: Client, world: World) -> None:
    desk = enter(client, world.facilitator)
    asks(world, "Una")
    asks(world, "Vera", talked=True)
    asks(world, "Wim", outcome="later")
    desk.get(QUEUE)
    with CaptureQueriesContext(connection) as few:
        page = desk.get(QUEUE).content.decode()
    for words in ("the form", "an answer", "Later"):
        assert words in page
    for number in range(4):
        asks(world, f"One{number}", talked=number % 2 == 0, outcome="join" if number > 1 else "")
    desk.get(QUEUE)
    with CaptureQueriesContext(connection) as many:
        assert "One3" in desk.get(QUEUE).content.decode()
    assert len(many) == len(few)

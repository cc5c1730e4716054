"""A facilitator asks besides the programme's own times; it is never taken for before or after."""

from datetime import timedelta

import pytest

from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.measures import actions, asking, queries
from kindcircle.rooms.measures.errors import NotInProgramme
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.research.report import cohort_report
from tests.world import World


def ask(world: World, instrument: str = "wcc-6", *, by=None) -> int:
    return asking.ask_now(
        group=world.group, instrument=instrument, by=world.actor(by or world.facilitator), at=world.at
    )


def test_everybody_is_asked_once_and_finds_it_on_their_page(world):
    assert (ask(world), ask(world)) == (8, 0)
    open_now = queries.open_assignments(world.actor(world.member), world.at)
    assert [(sheet.instrument, sheet.occasion) for sheet in open_now] == [("wcc-6", "asked")]
    assert queries.open_assignments(world.actor(world.member), world.at + timedelta(days=8)) == []


def test_what_was_asked_besides_is_no_before_and_no_after(world):
    ask(world)
    for member in world.members:
        actions.submit_response(
            assignment=Assignment.objects.get(member=member),
            answers={f"wcc_{number}": 2 for number in range(1, 7)},
            client_key=f"asked-{member.code}",
            by=world.actor(member),
            at=world.at,
        )
    report = cohort_report(group=world.group, by=world.actor(world.facilitator), at=world.at)
    assert not next(one for one in report.outcomes if one.instrument == "wcc-6").result


def test_only_what_the_programme_holds_and_whose_words_are_here_is_offered(world):
    assert [name for name, _ in queries.askable(world.group)] == ["illness-burden", "wcc-6"]
    with pytest.raises(NotInProgramme):
        ask(world, "fscrs-22")


def test_nobody_else_asks(world):
    for other in (world.member, world.safety_lead, world.organisation_lead):
        with pytest.raises(NotFound):
            ask(world, by=other)

"""The parts of the pages about pairs: what stands in their addresses tells nobody what somebody answered."""

import pytest

from kindcircle.doors.web.facilitator.lead_pairs import pairs_shown as pairs_led
from kindcircle.doors.web.member.pairs import pairs_shown
from kindcircle.rooms.live import actions, queries
from tests.rooms.live.stage import Stage
from tests.world import World


@pytest.fixture
def stage(world: World) -> Stage:
    """The second meeting; two are here, and everybody is asked."""
    stage = Stage.second(world)
    stage.open()
    stage.come(0, 1)
    actions.ask_pairs(gathering=stage.gathering, prompt="checkin", by=stage.guide, at=stage.at)
    return stage


def marks(stage: Stage) -> list[str]:
    """Of two members' pages, and of the desk."""
    place = queries.placed(stage.gathering, at=stage.at)
    own = [pairs_shown(stage.gathering, place, code, stage.member(n)) for n, code in enumerate(stage.come(0, 1))]
    return [one["pairs_seen"] for one in (*own, pairs_led(stage.gathering, place))]


def test_a_mark_changes_with_the_answer_and_is_keyed_for_each_person(stage: Stage, settings) -> None:  # type: ignore[no-untyped-def]
    asked = marks(stage)
    talk = queries.placed(stage.gathering, at=stage.at).pairs
    assert talk is not None
    for seat in (0, 1):
        actions.answer_pairs(
            gathering=stage.gathering, talk=talk.pairs, said="stay", by=stage.member(seat), at=stage.at
        )
    said = marks(stage)
    settings.SECRET_KEY = "another site's"
    assert len({*asked, *said, *marks(stage)}) == 9

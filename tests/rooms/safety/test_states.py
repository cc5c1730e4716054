"""The steps of an alert: a table, a diagram made from it, and no way around."""

from datetime import timedelta
from pathlib import Path

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.rooms.safety import actions, states
from kindcircle.rooms.safety.errors import StepTaken
from kindcircle.rooms.safety.models import Alert
from tests.world import World

DIAGRAM = Path(__file__).resolve().parents[3] / "docs" / "reference" / "states.md"
State = Alert.State


def test_the_diagram_in_the_docs_is_the_table_in_the_code():
    assert DIAGRAM.read_text(encoding="utf-8") == states.as_markdown(), (
        f"write states.as_markdown() from kindcircle.rooms.safety to {DIAGRAM.name}"
    )


def test_every_state_has_its_place_and_only_looking_back_ends():
    assert set(states.MOVES) == set(State) == set(states.SAYS)
    assert [state for state in State if not states.MOVES[state]] == [State.REVIEWED]


def test_no_alert_is_closed_before_somebody_tried_to_reach_the_member():
    may_close = {state for state in State if State.CLOSED in states.MOVES[state]}
    assert may_close == {State.CONTACTED, State.NOT_REACHED}


VERBS = {
    State.ACTING: actions.act,
    State.CONTACTED: actions.contacted,
    State.NOT_REACHED: actions.not_reached,
}


@pytest.mark.parametrize("state", State.values)
@pytest.mark.parametrize("to", [*VERBS, State.CLOSED])
def test_a_step_is_taken_exactly_where_the_table_allows_it(world: World, state, to):
    alert = actions.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("response", "x"), at=world.at,
    )  # fmt: skip
    over = state in (State.CLOSED, State.REVIEWED)
    closed = {"closed_at": world.at, "close_reason": "by-mistake"} if over else {}
    Alert.objects.filter(pk=alert.pk).update(state=state, **closed)
    by, at = world.actor(world.facilitator), world.at + timedelta(minutes=5)

    def take() -> None:
        if to == State.CLOSED:
            actions.close(alert=alert, by=by, at=at, reason="other-help", note="We spoke.")
        else:
            VERBS[to](alert=alert, by=by, at=at)

    if to in states.MOVES[State(state)]:
        take()
        assert Alert.objects.get().state == to
        assert [step.state for step in alert.steps.all()] == [to]
    else:
        with pytest.raises(StepTaken):
            take()
        assert Alert.objects.get().state == state
        assert not alert.steps.exists()

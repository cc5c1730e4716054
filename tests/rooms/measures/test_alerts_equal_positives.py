"""The promise of the safety path: as many alerts as sheets with a positive answer, no more and no fewer."""

from collections.abc import Mapping
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindcircle.base.audit.log import verify
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.measures import actions
from kindcircle.rooms.measures.errors import AlreadyAnswered
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.errors import StepTaken
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.parts import Likert, Scale, Tick
from tests.rooms.measures.sheets import HOUR, send, sheet
from tests.rooms.together import at_the_same_moment
from tests.world import World

# Said a second time, by hand and in other words than the definitions: hazard H30 asks for two.
POSITIVE = {
    "arrival-check": lambda answers: answers.get("steadiness") in {0, 1, 2, 3},
    "after-session": lambda answers: answers.get("steadiness") in {0, 1, 2, 3} or answers.get("contact") == 1,
    "settling": lambda answers: answers.get("how_left") == 2 or answers.get("contact") == 1,
    "phq-9": lambda answers: answers.get("phq9_9") in {1, 2, 3},
    "gad-7": lambda answers: False,
    "wcc-6": lambda answers: False,
}


def possible(instrument: str, item) -> list[int | str | None]:
    """Everything that can be answered to an item, and nothing."""
    kind = load_instrument(instrument).response(item)
    if isinstance(kind, Likert):
        return [None, *(anchor.value for anchor in kind.values)]
    if isinstance(kind, Scale):
        return [None, *range(kind.low, kind.high + 1)]
    return [None, 0, 1] if isinstance(kind, Tick) else [None, "please contact me, I want to die"]


@pytest.mark.parametrize("instrument", ["arrival-check", "after-session", "settling", "phq-9"])
def test_every_answer_to_every_item_with_a_rule(world: World, instrument):
    one = load_instrument(instrument)
    watched = [item for item in one.items if item.number in {rule.item for rule in one.safety}]
    for number, values in enumerate(product(*(possible(instrument, item) for item in watched))):
        answers = {item.id: value for item, value in zip(watched, values, strict=True)}
        assignment = sheet(world, instrument, member=world.members[0], gathering=None, occasion="weekly")
        response = send(world, assignment, answers)
        raised = Alert.objects.filter(source_kind="response", source_code=response.code).count()
        assert raised == POSITIVE[instrument](answers), (number, answers)
        # The same person answers again, as if for the first time.
        response.delete()
        assignment.delete()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_over_random_sheets_alerts_equal_positive_sheets(world: World, data):
    before = Alert.objects.count()
    expected = 0
    for _ in range(data.draw(st.integers(1, 5))):
        instrument = data.draw(st.sampled_from(sorted(POSITIVE)))
        one = load_instrument(instrument)
        answers: Mapping = {
            item.id: value
            for item in one.items
            if (value := data.draw(st.sampled_from(possible(instrument, item)))) is not None
        }
        assignment = sheet(world, instrument, member=data.draw(st.sampled_from(world.members)))
        Assignment.objects.filter(pk=assignment.pk).update(occasion=codes.new_code()[:10])
        key = codes.new_code()
        for _again in range(data.draw(st.integers(1, 3))):
            send(world, assignment, answers, key=key)
        expected += bool(POSITIVE[instrument](answers))
    assert Alert.objects.count() - before == expected
    told = set(Delivery.objects.values_list("about_code", flat=True))
    assert told == set(Alert.objects.exclude(level="review").values_list("code", flat=True))


@pytest.mark.parametrize("round_", range(5))
def test_ten_sendings_at_once_with_one_key_are_one_sheet_and_one_alert(committed: World, round_):
    world = committed
    assignment, key, by = sheet(world), codes.new_code(), world.actor(world.member)
    results = at_the_same_moment(
        [
            lambda: actions.submit_response(
                assignment=assignment, answers={"steadiness": 1}, client_key=key, by=by, at=world.at + HOUR
            )
        ]
        * 10
    )
    first = Response.objects.get(assignment=assignment)
    assert results == [first] * 10
    assert Alert.objects.filter(source_code=first.code).count() == 1
    assert Delivery.objects.filter(about_code=Alert.objects.get(source_code=first.code).code).count() == 1


@pytest.mark.parametrize("round_", range(5))
def test_ten_tabs_at_once_keep_one_sheet_and_tell_the_others(committed: World, round_):
    world = committed
    assignment, by = sheet(world), world.actor(world.member)
    results = at_the_same_moment(
        [
            lambda: actions.submit_response(
                assignment=assignment, answers={"contact": 1}, client_key=codes.new_code(), by=by, at=world.at + HOUR
            )
        ]
        * 10
    )
    kept = [one for one in results if isinstance(one, Response)]
    refused = [one for one in results if isinstance(one, AlreadyAnswered)]
    assert (len(kept), len(refused)) == (1, 9), results
    assert Alert.objects.filter(group=world.group).count() == 1


def test_two_facilitators_at_once_and_one_of_them_is_on_it(committed: World):
    world = committed
    send(world, sheet(world), {"contact": 1})
    alert = Alert.objects.get(group=world.group)
    ada, bo = (world.actor(person) for person in world.facilitators)
    safety.see(alert=alert, by=ada, at=world.at)
    results = at_the_same_moment([lambda by=by: safety.act(alert=alert, by=by, at=world.at) for by in (ada, bo) * 3])
    assert sum(isinstance(one, Alert) for one in results) == 1
    assert sum(isinstance(one, StepTaken) for one in results) == 5


def test_two_workers_at_once_take_each_step_once(committed: World):
    world = committed
    send(world, sheet(world), {"contact": 1})
    alert, later = Alert.objects.get(group=world.group), world.at + HOUR * 9
    at_the_same_moment([lambda: safety.escalate_due(at=later)] * 4)
    passed_on = AuditEntry.objects.filter(about_code=alert.code, event="alert escalated").order_by("number")
    assert list(passed_on.values_list("reason", flat=True)) == ["backup", "lead"]
    assert Delivery.objects.filter(about_code=alert.code).count() == 3
    assert not list(verify())

"""Levels 0 to 4: chosen by a person, adding what must be done sooner, loosening nothing; and the house's protocol."""

from datetime import timedelta

import pytest

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.events import Event
from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import User
from kindcircle.rooms.measures.reaching_safely import contact_of
from kindcircle.rooms.preparing.actions import keep_contact
from kindcircle.rooms.preparing.queries import opened_by_others
from kindcircle.rooms.safety import actions, queries, rungs
from kindcircle.rooms.safety.errors import LevelMissing, ProtocolNewer, ProtocolTooLong, StepTaken
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_protocol import AlertRung, HouseProtocol
from kindcircle.rooms.safety.protocol import LONGEST, keep_protocol, protocol_of
from kindcircle.rooms.tasks.models import Task
from tests.world import World, make_staff, make_world

MINUTE = timedelta(minutes=1)


@pytest.fixture
def alert(world: World) -> Alert:
    made = actions.raise_alert(
        member=world.member, group=world.group, gathering=world.gathering, level="concern", rules=["item_9"],
        source=Ref("response", "x"), at=world.at,
    )  # fmt: skip
    by = world.actor(world.facilitator)
    actions.see(alert=made, by=by, at=world.at)
    actions.act(alert=made, by=by, at=world.at)
    return Alert.objects.get(pk=made.pk)


def choose(world: World, alert: Alert, rung: int) -> None:
    rungs.choose(alert=alert, rung=rung, by=world.actor(world.facilitator), at=world.at + MINUTE)


def open_tasks(world: World) -> dict[str, Task]:
    rows = Task.objects.filter(organisation=world.organisation, done_at=None, about_kind="alert")
    return {row.kind: row for row in rows}


def told(alert: Alert) -> list[int]:
    rows = Delivery.objects.filter(about_code=alert.code, once_key__contains=":level:").order_by("pk")
    return list(rows.values_list("user", flat=True))


@pytest.mark.parametrize("rung", rungs.RUNGS)
def test_each_level_asks_for_what_it_says_and_the_clock_stays(world: World, alert: Alert, rung: int) -> None:
    before = alert.escalate_at
    choose(world, alert, rung)
    choose(world, alert, rung)
    waiting = open_tasks(world)
    assert set(waiting) == ({"call-soon"} if rung == 1 else {"write-now"} if rung >= 3 else set())
    if rung == 1:
        assert waiting["call-soon"].due_at == world.at + MINUTE + timedelta(days=2)
    if rung >= 3:
        assert waiting["write-now"].due_at == world.at + MINUTE + timedelta(hours=1)
        assert waiting["write-now"].owner == world.facilitator
    assert told(alert) == ([world.safety_lead.pk] if rung >= 2 else [])
    kept = Alert.objects.get(pk=alert.pk)
    assert (kept.escalate_at, kept.state, kept.level) == (before, "acting", "concern")
    assert rungs.rung_of(kept) == rung and AlertRung.objects.filter(alert=kept).count() == 1


def test_a_line_ends_the_hour_and_what_is_left_waits_once_it_is_closed(world: World, alert: Alert) -> None:
    by, at = world.actor(world.facilitator), world.at + MINUTE
    choose(world, alert, 3)
    actions.contacted(alert=alert, by=by, at=at)
    assert "write-now" in open_tasks(world)
    actions.close(alert=alert, by=by, at=at, reason="plan-agreed", note="We stayed on the phone.")
    assert set(open_tasks(world)) == {"after-safety-talk"}
    with pytest.raises(StepTaken):
        choose(world, alert, 0)
    said = [(one.event, one.who, one.reason) for one in queries.history(alert, by=by)]
    assert ("alert level chosen", "Ada", "3") in said


def test_a_call_that_was_made_or_overtaken_waits_no_more(world: World, alert: Alert) -> None:
    choose(world, alert, 1)
    choose(world, alert, 2)
    assert open_tasks(world) == {} and rungs.rung_of(alert) == 2
    actions.contacted(alert=alert, by=world.actor(world.facilitator), at=world.at + MINUTE)
    actions.close(
        alert=alert, by=world.actor(world.facilitator), at=world.at + MINUTE, reason="no-more-needed", note="Fine."
    )
    assert set(open_tasks(world)) == {"after-safety-talk"}


def test_who_was_not_reached_and_is_handed_over_leaves_no_call_behind(world: World, alert: Alert) -> None:
    by, at = world.actor(world.facilitator), world.at + 2 * MINUTE
    choose(world, alert, 1)
    actions.not_reached(alert=alert, by=by, at=at)
    assert set(open_tasks(world)) == {"call-soon"}
    actions.close(alert=alert, by=by, at=at, reason="handed-over", note="The clinic rings them.")
    assert not open_tasks(world)


def test_back_at_the_first_level_the_call_waits_again(world: World, alert: Alert) -> None:
    for rung in (1, 2, 1):
        choose(world, alert, rung)
    assert set(open_tasks(world)) == {"call-soon"}


def test_a_call_that_was_made_is_off_the_list(world: World, alert: Alert) -> None:
    choose(world, alert, 1)
    assert set(open_tasks(world)) == {"call-soon"}
    actions.contacted(alert=alert, by=world.actor(world.facilitator), at=world.at + MINUTE)
    assert open_tasks(world) == {}


def test_after_a_light_level_nothing_is_left(world: World, alert: Alert) -> None:
    choose(world, alert, 0)
    by = world.actor(world.facilitator)
    actions.contacted(alert=alert, by=by, at=world.at + MINUTE)
    actions.close(alert=alert, by=by, at=world.at + MINUTE, reason="by-mistake", note="A slip.")
    assert open_tasks(world) == {}


def test_the_safety_lead_who_chooses_is_not_told_by_mail(world: World, alert: Alert) -> None:
    rungs.choose(alert=alert, rung=4, by=world.actor(world.safety_lead), at=world.at + MINUTE)
    assert told(alert) == []


def test_one_alert_takes_nothing_from_another_and_the_choice_is_on_record(world: World, alert: Alert) -> None:
    other = actions.raise_alert(
        member=world.members[1], group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("signal", "y"), at=world.at,
    )  # fmt: skip
    sol, gone = (make_staff(world.organisation, name, "safety-lead", at=world.at) for name in ("Sol", "Gil"))
    User.objects.filter(pk=gone.pk).update(is_active=False)
    by = world.actor(world.facilitator)
    choose(world, alert, 4)
    choose(world, other, 0)
    assert (rungs.rung_of(alert), rungs.rung_of(other)) == (4, 0)
    assert told(alert) == [world.safety_lead.pk, sol.pk] and told(other) == []
    lines = AuditEntry.objects.filter(event=Event.ALERT_RUNG_CHOSEN).order_by("number")
    assert list(lines.values_list("about_code", "reason")) == [(alert.code, "4"), (other.code, "0")]
    for verb in (actions.see, actions.act, actions.contacted):
        verb(alert=other, by=by, at=world.at + MINUTE)
    actions.close(alert=other, by=by, at=world.at + MINUTE, reason="other-help", note="We spoke.")
    assert "after-safety-talk" not in open_tasks(world)
    actions.contacted(alert=alert, by=by, at=world.at + MINUTE)
    actions.close(alert=alert, by=by, at=world.at + MINUTE, reason="other-help", note="We spoke.")
    assert open_tasks(world)["after-safety-talk"].due_at == world.at + MINUTE + timedelta(days=2)


@pytest.mark.parametrize("rung", [-1, 5, 40])
def test_there_are_five_levels(world: World, alert: Alert, rung: int) -> None:
    with pytest.raises(LevelMissing):
        choose(world, alert, rung)


def test_nobody_else_chooses_and_no_machine_does(world: World, alert: Alert) -> None:
    for by in (world.actor(world.member), world.actor(world.organisation_lead), SYSTEM):
        with pytest.raises(NotFound):
            rungs.choose(alert=alert, rung=2, by=by, at=world.at)


def test_whoever_handles_it_opens_the_safe_way_and_the_member_sees_who(world: World, alert: Alert) -> None:
    mine = world.actor(world.member)
    keep_contact(person=world.member, lines={"way": "Text only", "person": "Rosa"}, by=mine, at=world.at)
    found = contact_of(alert, by=world.actor(world.safety_lead), at=world.at)
    assert found.lines == {"way": "Text only"}  # she has not agreed in writing that Rosa is called
    assert len(opened_by_others(world.member, Event.SAFE_CONTACT_OPENED, by=mine)) == 1
    with pytest.raises(NotFound):
        contact_of(alert, by=world.actor(world.organisation_lead), at=world.at)


class TestProtocol:
    def keep(self, world: World, words: dict[str, str], seen: int) -> int:
        return keep_protocol(
            organisation=world.organisation, words=words, seen=seen, by=world.actor(world.safety_lead), at=world.at
        )

    def test_a_newer_one_takes_its_place_and_the_older_stays(self, world: World) -> None:
        assert protocol_of(world.organisation) == (0, {})
        assert self.keep(world, {"always": " Room 4 ", "2": "Dr May", "9": "no such part"}, 0) == 1
        assert protocol_of(world.organisation) == (1, {"always": "Room 4", "2": "Dr May"})
        assert self.keep(world, {"always": "Room 4", "2": "Dr May"}, 0) == 1  # nothing new
        assert self.keep(world, {"always": "Room 5"}, 1) == 2
        assert HouseProtocol.objects.filter(organisation=world.organisation).count() == 2

    def test_two_at_once_lose_nothing_and_it_stays_short(self, world: World) -> None:
        self.keep(world, {"always": "Room 4"}, 0)
        with pytest.raises(ProtocolNewer):
            self.keep(world, {"always": "Room 6"}, 0)
        with pytest.raises(ProtocolTooLong):
            self.keep(world, {"always": "x" * (LONGEST + 1)}, 1)

    def test_only_those_who_answer_for_safety_in_this_house_keep_it(self, world: World) -> None:
        other = make_world()
        for by in (
            world.actor(world.facilitator),
            world.actor(world.organisation_lead),
            other.actor(other.safety_lead),
        ):
            with pytest.raises(NotFound):
                keep_protocol(organisation=world.organisation, words={"always": "x"}, seen=0, by=by, at=world.at)

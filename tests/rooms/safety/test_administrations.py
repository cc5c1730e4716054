"""What one person answers in one sitting is one alert; what comes later is never lost in it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.measures.queries import what_spoke
from kindcircle.rooms.safety import actions, queries
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_answers import AlertAnswer
from kindcircle.rooms.safety.raising import administration
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.safety import positive
from tests.world import World

DAY = "2026-11-22"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def answer(world: World, answers: dict, sheet: str, *, instrument="after-session", at=None, day=DAY, member=None):
    return actions.screen(
        hits=positive(load_instrument(instrument), answers),
        member=member or world.member,
        group=world.group,
        gathering=None,
        source=Ref("assignment", sheet),
        administration=day,
        at=at or world.at,
    )


def step(world: World, alert: Alert, *steps) -> Alert:
    by = world.actor(world.facilitator)
    for verb in steps:
        alert = verb(alert=alert, by=by, at=world.at + MINUTE)
    return alert


def test_two_sheets_of_one_sitting_are_one_alert_that_lists_both(world: World):
    first = answer(world, {"contact": 1}, "weekly")
    both = answer(world, {"phq9_9": 2}, "phq", instrument="phq-9", at=world.at + MINUTE)
    assert (both.code, both.level, both.rules) == (first.code, "concern", "item_9,contact_asked")
    assert both.raised_at == world.at and both.again_at is None
    assert {(row.source_code, row.rule) for row in both.answers.all()} == {
        ("weekly", "contact_asked"),
        ("phq", "item_9"),
    }
    assert Delivery.objects.filter(about_code=first.code).count() == 1
    spoke = what_spoke(both, by=world.actor(world.facilitator), at=world.at)
    assert [line.rpartition(": ")[0] != "" for line in spoke] == [True, True]
    assert "death or self-harm" in spoke[0] and "Please contact me" in spoke[1]


def test_what_was_said_stays_although_it_is_changed_before_sending(world: World):
    alert = answer(world, {"steadiness": 1}, "weekly")
    assert answer(world, {"steadiness": 3}, "weekly") == alert
    assert answer(world, {"steadiness": 8}, "weekly") is None
    assert AlertAnswer.objects.count() == 1
    assert "1 of 10" in what_spoke(alert, by=world.actor(world.facilitator), at=world.at)[0]


def test_another_answer_after_somebody_looked_waits_to_be_seen_anew(world: World):
    alert = step(world, answer(world, {"contact": 1}, "weekly"), actions.see, actions.act)
    later = world.at + 5 * MINUTE
    again = answer(world, {"phq9_9": 1}, "phq", instrument="phq-9", at=later)
    assert (again.code, again.state, again.with_person) == (alert.code, "raised", "owner")
    assert (again.again_at, again.seen_at) == (later, None)
    assert again.escalate_at > later
    told = Delivery.objects.filter(about_code=alert.code)
    assert list(told.values_list("user", flat=True)) == [world.facilitator.pk] * 2
    raised = AuditEntry.objects.filter(event="alert raised", about_code=alert.code).order_by("number")
    assert list(raised.values_list("reason", flat=True)) == ["", "again"]


def test_it_moves_up_from_the_moment_of_the_later_answer(world: World):
    step(world, answer(world, {"contact": 1}, "weekly"), actions.see)
    later = world.at + 30 * MINUTE
    again = answer(world, {"steadiness": 2}, "second", at=later)
    actions.escalate_due(at=again.escalate_at)
    assert Alert.objects.get().with_person == "backup"
    assert set(Delivery.objects.values_list("user", flat=True)) >= {world.facilitator.pk, world.facilitators[1].pk}


def test_a_note_that_turns_into_a_call_is_counted_from_the_call(world: World):
    note = answer(world, {"how_left": 2}, "settling", instrument="settling")
    assert (note.level, note.escalate_at) == ("review", None)
    later = world.at + HOUR
    call = answer(world, {"contact": 1}, "weekly", at=later)
    assert (call.code, call.level, call.raised_at, call.state) == (note.code, "contact", later, "raised")
    assert call.escalate_at is not None
    assert Delivery.objects.filter(about_code=note.code).count() == 1


@pytest.mark.parametrize("closed", [False, True])
def test_what_is_answered_after_they_talked_is_a_new_alert(world: World, closed):
    first = step(world, answer(world, {"contact": 1}, "weekly"), actions.see, actions.act, actions.contacted)
    if closed:
        by = world.actor(world.facilitator)
        actions.close(alert=first, by=by, at=world.at + HOUR, reason="other-help", note="We spoke.")
    # Even on the very sheet that is still being filled in.
    second = answer(world, {"contact": 1, "steadiness": 1}, "weekly", at=world.at + 2 * HOUR)
    assert second.code != first.code
    assert (second.state, second.administration) == ("raised", f"{DAY}.2")
    assert [row.rule for row in second.answers.all()] == ["steadiness_low"]
    assert queries.alert_about(Ref("assignment", "weekly")) == second
    third = answer(world, {"contact": 1}, "another", at=world.at + 3 * HOUR)
    assert third == second


@pytest.mark.parametrize("closed", [False, True])
def test_another_answer_to_the_same_line_after_they_talked_is_a_new_alert(world: World, closed):
    by = world.actor(world.facilitator)
    first = step(world, answer(world, {"steadiness": 3}, "weekly"), actions.see, actions.act)
    assert answer(world, {"steadiness": 1}, "weekly") == first, "before that they look after one person"
    step(world, first, actions.contacted)
    if closed:
        actions.close(alert=first, by=by, at=world.at + HOUR, reason="other-help", note="We spoke.")
    # What only comes along with something else is not said again.
    assert answer(world, {"steadiness": 3}, "weekly", at=world.at + 2 * HOUR) == first
    second = answer(world, {"steadiness": 0}, "weekly", at=world.at + 2 * HOUR)
    assert second.code != first.code and second.state == "raised" and second.escalate_at is not None
    assert "0 of 10" in what_spoke(second, by=by, at=world.at)[0]
    assert "3 of 10" in what_spoke(first, by=by, at=world.at)[0]
    assert Delivery.objects.filter(about_code=second.code).count() == 1
    # While they look after that one, and afterwards for what was heard before, there is no third.
    assert answer(world, {"steadiness": 2}, "weekly", at=world.at + 3 * HOUR) == second
    step(world, second, actions.see, actions.act, actions.contacted)
    for known in (0, 3):
        assert answer(world, {"steadiness": known}, "weekly", at=world.at + 4 * HOUR) == second
    assert AlertAnswer.objects.filter(source_code="weekly").count() == Alert.objects.count() == 2


def test_an_answer_from_before_single_ones_were_kept_counts_as_the_same(world: World):
    first = step(world, answer(world, {"steadiness": 3}, "weekly"), actions.see, actions.act, actions.contacted)
    AlertAnswer.objects.update(sealed_answer=b"")
    assert answer(world, {"steadiness": 1}, "weekly") == first


def test_what_is_asked_for_in_an_act_of_its_own_is_heard_each_time(world: World):
    def tick() -> Alert:
        return actions.screen(
            hits=positive(load_instrument("after-practice"), {"contact": 1}), member=world.member, group=world.group,
            gathering=None, source=Ref("landing", "a"), administration=DAY, at=world.at, anew=True,
        )  # fmt: skip

    first = tick()
    assert tick() == first, "sent twice it is once"
    step(world, first, actions.see, actions.act, actions.contacted)
    assert tick().code != first.code and Alert.objects.count() == 2


def test_other_people_other_days_and_taps_have_their_own(world: World):
    alerts = {
        answer(world, {"contact": 1}, "a"),
        answer(world, {"contact": 1}, "b", day="2026-11-23"),
        answer(world, {"contact": 1}, "c", member=world.members[1]),
        actions.raise_alert(
            member=world.member, group=world.group, gathering=None, level="contact", rules=["live-please-come"],
            source=Ref("signal", "d"), at=world.at,
        ),
    }  # fmt: skip
    assert len(alerts) == AlertAnswer.objects.count() == 4


def test_the_database_keeps_one_alert_for_one_administration_and_one_row_for_one_answer(world: World):
    alert = answer(world, {"contact": 1}, "weekly")
    row = alert.answers.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        Alert.objects.create(
            member=world.member, group=world.group, level="contact", source_kind="assignment", source_code="x",
            rules="y", raised_at=world.at, administration=DAY,
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        AlertAnswer.objects.create(
            alert=alert, source_kind=row.source_kind, source_code=row.source_code, rule=row.rule, level="contact",
            at=world.at,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2026, 11, 22, 22, 58, tzinfo=UTC), "2026-11-22"),
        (datetime(2026, 11, 22, 23, 3, tzinfo=UTC), "2026-11-22"),  # past midnight in Berlin
        (datetime(2026, 11, 23, 2, 59, tzinfo=UTC), "2026-11-22"),
        (datetime(2026, 11, 23, 3, 0, tzinfo=UTC), "2026-11-23"),
        (datetime(2026, 10, 25, 2, 59, tzinfo=UTC), "2026-10-24"),  # the night that is an hour longer
        (datetime(2026, 10, 25, 3, 0, tzinfo=UTC), "2026-10-25"),
        (datetime(2026, 3, 29, 1, 59, tzinfo=UTC), "2026-03-28"),  # the night that is an hour shorter
        (datetime(2026, 3, 29, 2, 0, tzinfo=UTC), "2026-03-29"),
    ],
)
def test_a_sitting_over_midnight_is_one_and_a_day_begins_at_four(world: World, moment, day):
    world.organisation.zone = "Europe/Berlin"
    assert administration(world.organisation, at=moment) == day

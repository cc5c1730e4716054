"""Once a week a safety lead looks back on what was closed, sees what was late, and signs."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.safety import actions, looking_back
from kindcircle.rooms.safety.errors import LineMissing, StepTaken
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_watch import AlertReview
from tests.world import World

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world(world: World) -> World:
    """Somebody is there round the clock, so that every hour counts."""
    world.organisation.staffed_days = "1234567"
    world.organisation.staffed_from = world.organisation.staffed_until = "00:00"
    world.organisation.save()
    return world


def closed(world: World, name: str, *, seen=MINUTE, reached=HOUR) -> Alert:
    alert = actions.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["contact_asked"],
        source=Ref("signal", name), at=world.at,
    )  # fmt: skip
    by = world.actor(world.facilitator)
    actions.see(alert=alert, by=by, at=world.at + seen)
    actions.act(alert=alert, by=by, at=world.at + seen)
    actions.contacted(alert=alert, by=by, at=world.at + reached)
    return actions.close(alert=alert, by=by, at=world.at + reached, reason="plan-agreed", note="We spoke.")


def test_what_came_late_is_told_apart(world: World):
    closed(world, "in time")
    closed(world, "seen late", seen=3 * HOUR, reached=4 * HOUR)
    closed(world, "reached late", reached=3 * DAY)
    lead = world.actor(world.safety_lead)
    found = looking_back.to_look_back_on(world.organisation, by=lead, at=world.at + 4 * DAY)
    assert {one.alert.source_code: (one.seen_late, one.reached_late) for one in found} == {
        "in time": (False, False),
        "seen late": (True, False),
        "reached late": (False, True),
    }


def test_signing_takes_them_off_the_list_and_leaves_a_trace_on_each(world: World):
    alert = closed(world, "a")
    lead, at = world.actor(world.safety_lead), world.at + 8 * DAY
    assert looking_back.is_due(world.organisation, at=at)
    review = looking_back.sign(organisation=world.organisation, line=" We ring sooner. ", by=lead, at=at)
    alert.refresh_from_db()
    assert (alert.state, alert.review, review.looked_at, review.late) == ("reviewed", review, 1, 0)
    assert looking_back.line_of(review, by=lead) == "We ring sooner."
    assert [step.state for step in alert.steps.order_by("pk")][-1] == "reviewed"
    entry = AuditEntry.objects.get(event="alert reviewed")
    assert (entry.about_code, entry.actor, entry.reason) == (alert.code, world.safety_lead.code, "")
    assert looking_back.to_look_back_on(world.organisation, by=lead, at=at) == []
    assert not looking_back.is_due(world.organisation, at=at + 8 * DAY)
    assert looking_back.last_review(world.organisation) == review


def test_the_next_one_begins_where_the_last_ended_even_when_nothing_was_closed(world: World):
    lead = world.actor(world.safety_lead)
    first = looking_back.sign(organisation=world.organisation, line="Quiet.", by=lead, at=world.at)
    second = looking_back.sign(organisation=world.organisation, line="Quiet.", by=lead, at=world.at + 7 * DAY)
    assert (second.since, first.looked_at) == (first.until, 0)
    with pytest.raises(StepTaken):
        looking_back.sign(organisation=world.organisation, line="Once more.", by=lead, at=world.at + 7 * DAY)
    assert AlertReview.objects.count() == 2


def test_it_needs_a_line(world: World):
    alert = closed(world, "a")
    with pytest.raises(LineMissing):
        looking_back.sign(
            organisation=world.organisation, line="  ", by=world.actor(world.safety_lead), at=world.at + DAY
        )
    alert.refresh_from_db()
    assert alert.state == "closed"


def test_what_is_open_waits_until_it_is_closed(world: World):
    actions.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["x"],
        source=Ref("signal", "s"), at=world.at,
    )  # fmt: skip
    lead = world.actor(world.safety_lead)
    looking_back.sign(organisation=world.organisation, line="Quiet.", by=lead, at=world.at + 8 * DAY)
    assert Alert.objects.get().state == "raised"


def test_nobody_but_the_safety_leads_of_the_house(world: World):
    for person in (world.facilitator, world.organisation_lead, world.member):
        with pytest.raises(NotFound):
            looking_back.sign(organisation=world.organisation, line="x", by=world.actor(person), at=world.at + DAY)
    with pytest.raises(NotFound):
        by = world.actor(world.safety_lead, strong=False)
        looking_back.to_look_back_on(world.organisation, by=by, at=world.at)

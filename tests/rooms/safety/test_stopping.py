"""A day has passed after something serious and nobody has decided: each house is told, whatever happens to another."""

from datetime import timedelta

import pytest

from kindcircle.base.outbox.models import Delivery
from kindcircle.doors.worker import loop
from kindcircle.rooms.safety import actions, queries, stopping
from kindcircle.rooms.safety.models import AdverseEvent
from kindcircle.rooms.safety.models_unwanted import StopReview
from tests.world import World, make_staff, make_world

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def serious(world: World, *, minutes: int = 0) -> AdverseEvent:
    """Something serious was written down; nobody decides."""
    return actions.record_adverse_event(
        group=world.group, member=world.member, category="distress", severity=4, related="possible",
        happened_on=world.at.date(), by=world.actor(world.facilitator), at=world.at + minutes * MINUTE,
    )  # fmt: skip


def test_one_that_cannot_be_told_of_holds_up_no_other_and_its_house_is_warned(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = make_world(at=world.at)
    stuck, well = serious(world), serious(other, minutes=1)
    tell = stopping._tell

    def tells(event, people, when, at):
        if event.pk == stuck.pk:
            raise RuntimeError("cinnamon-otter wrote this")
        tell(event, people, when, at)

    monkeypatch.setattr(stopping, "_tell", tells)
    at = world.at + DAY + 2 * MINUTE
    with pytest.raises(RuntimeError):
        stopping.pass_on_due(at=at)
    loop.tick(at=at)
    assert "decisions after something serious stopped with RuntimeError" in caplog.text
    assert "cinnamon" not in caplog.text
    rows = {row.event_id: row.late_told_at for row in StopReview.objects.filter(event__in=(stuck, well))}
    assert rows == {stuck.pk: None, well.pk: at}
    late = Delivery.objects.filter(about_kind="adverse-event", once_key__endswith=":late")
    assert set(late.values_list("about_code", flat=True)) == {well.code}

    def warned(minutes: int) -> list[bool]:
        moment = world.at + DAY + minutes * MINUTE
        loop.tick(at=moment)
        return [queries.alerts_may_be_late(one.organisation.pk, at=moment) for one in (world, other)]

    assert warned(4) == [False, False]
    assert warned(5) == [True, False]
    monkeypatch.undo()
    assert warned(6) == [False, False]


def test_all_who_answer_for_safety_here_are_told_and_nobody_who_left_or_works_elsewhere(world: World) -> None:
    second = make_staff(world.organisation, "Sami", "safety-lead", at=world.at)
    gone = make_staff(world.organisation, "Golo", "safety-lead", at=world.at)
    gone.is_active = False
    gone.save()
    make_world(at=world.at)
    assert list(queries.safety_leads(world.organisation.pk)) == [world.safety_lead, second]
    event = serious(world)
    told = Delivery.objects.filter(about_code=event.code).order_by("pk").values_list("user", flat=True)
    assert list(told) == [world.safety_lead.pk, second.pk]

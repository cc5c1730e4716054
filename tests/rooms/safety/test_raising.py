"""An answer asks for a person: one alert per source, the right people told, nothing said to anybody else."""

from datetime import datetime

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.safety import actions, queries
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.safety.models_answers import AlertAnswer
from kindcircle.spec.instruments import load_instrument
from kindcircle.spec.safety import positive
from tests.world import World, make_world

SOURCE = Ref("assignment", "a-sheet")


def screen(
    world: World, answers: dict, source: Ref = SOURCE, instrument: str = "after-session", day: str = "2026-11-22",
    at: datetime | None = None,
):  # fmt: skip
    return actions.screen(
        hits=positive(load_instrument(instrument), answers),
        member=world.member,
        group=world.group,
        gathering=world.gathering,
        source=source,
        administration=day,
        at=at or world.at,
    )


def test_nothing_is_raised_when_no_rule_spoke(world: World):
    assert screen(world, {"steadiness": 4, "contact": 0}) is None
    assert not Alert.objects.exists()
    assert not Delivery.objects.exists()


def test_two_rules_on_one_sheet_are_one_alert(world: World):
    alert = screen(world, {"steadiness": 2, "contact": 1})
    assert (alert.level, set(alert.rules.split(","))) == ("contact", {"contact_asked", "steadiness_low"})
    assert Alert.objects.count() == 1


def test_the_most_pressing_rule_gives_the_level(world: World):
    assert screen(world, {"phq9_9": 1}, instrument="phq-9").level == "concern"
    assert screen(world, {"how_left": 2, "contact": 1}, Ref("assignment", "b"), "settling", "b").level == "contact"
    assert screen(world, {"how_left": 2}, Ref("assignment", "c"), "settling", "c").level == "review"


def test_the_same_answers_again_give_the_alert_back_and_tell_nobody_twice(world: World):
    first = screen(world, {"contact": 1})
    assert screen(world, {"contact": 1}) == first
    assert screen(world, {"contact": 1, "steadiness": 7}) == first
    assert Alert.objects.count() == Delivery.objects.count() == AlertAnswer.objects.count() == 1
    assert AuditEntry.objects.filter(event="alert raised").count() == 1


def test_a_tap_sent_twice_is_one_alert(world: World):
    def tap(rules: list[str]) -> Alert:
        return actions.raise_alert(
            member=world.member, group=world.group, gathering=None, level="contact", rules=rules,
            source=Ref("signal", "a-tap"), at=world.at,
        )  # fmt: skip

    first, again = tap(["live-please-come"]), tap(["live-please-come", "another"])
    assert (again, again.rules) == (first, "live-please-come")
    assert Alert.objects.count() == Delivery.objects.count() == AlertAnswer.objects.count() == 1


def test_the_owner_of_the_groups_alerts_is_told_and_nobody_else(world: World):
    alert = screen(world, {"contact": 1})
    told = Delivery.objects.get()
    assert (told.user, told.kind, told.about_code) == (world.facilitator, "staff-please-look", alert.code)
    assert (told.due_at, alert.with_person) == (world.at, "owner")


def test_staff_who_want_no_mail_are_still_told_about_safety(world: World):
    world.facilitator.wants_mail = False
    world.facilitator.save()
    world.group.refresh_from_db()
    screen(world, {"contact": 1})
    assert Delivery.objects.get().user == world.facilitator


def test_when_the_owner_has_left_the_backup_is_told_at_once(world: World):
    world.facilitator.is_active = False
    world.facilitator.save()
    world.group.refresh_from_db()
    alert = screen(world, {"contact": 1})
    assert Delivery.objects.get().user == world.facilitators[1]
    assert Alert.objects.get(pk=alert.pk).with_person == "backup"


def test_when_nobody_is_left_the_alert_still_stands_in_the_queue(world: World):
    for person in (*world.facilitators, world.safety_lead):
        person.is_active = False
        person.save()
    world.group.refresh_from_db()
    screen(world, {"contact": 1})
    alert = Alert.objects.get()
    assert (alert.with_person, alert.escalate_at) == ("everyone", None)
    assert not Delivery.objects.exists()


def test_what_was_a_lot_waits_for_the_weekly_notes_and_sends_no_message(world: World):
    alert = screen(world, {"how_left": 2}, instrument="settling")
    assert (alert.level, alert.escalate_at) == ("review", None)
    assert not Delivery.objects.exists()
    assert list(queries.waiting_for(world.actor(world.facilitator))) == [alert]


def test_the_record_names_no_answer(world: World):
    alert = screen(world, {"steadiness": 2})
    entry = AuditEntry.objects.get(event="alert raised")
    assert (entry.actor, entry.about_code, entry.concerns, entry.reason) == (
        "system",
        alert.code,
        world.member.code,
        "",
    )


def test_a_long_list_of_rules_is_kept_in_whole_ids(world: World):
    rules = [f"rule_{number}_{'x' * 30}" for number in range(9)]
    alert = actions.raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=rules,
        source=Ref("signal", "a-tap"), at=world.at,
    )  # fmt: skip
    kept = alert.rules.split(",")
    assert kept == rules[: len(kept)]
    assert 4 <= len(kept) < 9


class TestWhoSeesIt:
    @pytest.fixture
    def alert(self, world: World):
        return screen(world, {"contact": 1})

    def test_both_facilitators_and_the_safety_lead(self, world: World, alert):
        for person in (*world.facilitators, world.safety_lead):
            assert list(queries.waiting_for(world.actor(person))) == [alert]

    def test_nobody_without_a_second_factor(self, world: World, alert):
        for person in (*world.facilitators, world.safety_lead):
            assert not queries.waiting_for(world.actor(person, strong=False)).exists()

    def test_no_member_no_organisation_lead_no_stranger(self, world: World, alert):
        for person in (*world.members, world.organisation_lead, world.stranger()):
            assert not queries.waiting_for(world.actor(person)).exists()

    def test_nobody_from_another_house(self, world: World, alert):
        other = make_world()
        for person in (*other.facilitators, other.safety_lead):
            assert not queries.waiting_for(other.actor(person)).exists()

    def test_no_facilitator_who_has_left_the_group(self, world: World, alert):
        world.facilitator.memberships.update(left_at=world.at)
        assert not queries.waiting_for(world.actor(world.facilitator)).exists()

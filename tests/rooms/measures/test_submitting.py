"""A sheet is sent: kept sealed, scored, screened, recorded; once, by the right person, in its time."""

import json
from datetime import timedelta

import pytest
from django.db import connection

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.vault import seals
from kindcircle.rooms.measures import actions, queries
from kindcircle.rooms.measures.errors import (
    AlreadyAnswered,
    AnswersNotClear,
    KeyTaken,
    NoLongerOpen,
    NotOpenYet,
    VersionUnknown,
)
from kindcircle.rooms.measures.models import Response, Score
from kindcircle.rooms.safety.models import Alert
from tests.rooms.measures.sheets import HOUR, bring_wording, send, sheet
from tests.world import World, make_world

CANARY = "cinnamon-otter-in-the-rain"
FULL = {"ease": 8, "fit": 7, "steadiness": 6, "to_know": CANARY, "contact": 0}


def test_the_answers_are_kept_exactly_and_scored(world: World):
    response = send(world, sheet(world), FULL)
    assert queries.answers_of(response, by=world.actor(world.member), at=world.at) == FULL
    scores = Score.objects.order_by("scale").values_list("scale", "value", "state", "answered", "of", "rule")
    rule = "after-session@1.0.0"
    assert list(scores) == [
        ("ease", 8.0, "complete", 1, 1, rule),
        ("fit", 7.0, "complete", 1, 1, rule),
        ("steadiness", 6.0, "complete", 1, 1, rule),
    ]
    assert response.state == "complete"


def test_what_was_left_blank_is_not_there_and_says_so(world: World):
    response = send(world, sheet(world), {"ease": None, "fit": 7, "steadiness": None, "contact": 0})
    assert queries.answers_of(response, by=world.actor(world.member), at=world.at) == {"fit": 7, "contact": 0}
    assert response.state == "partial"
    assert Score.objects.get(scale="ease").value is None
    assert Score.objects.get(scale="ease").state == "not_scorable"


def test_an_empty_sheet_may_be_sent(world: World):
    assert send(world, sheet(world), {}).state == "not_scorable"


def test_nothing_that_was_written_can_be_read_in_the_database(world: World):
    send(world, sheet(world), {**FULL, "contact": 1})
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            for row in cursor.fetchall():
                for value in row:
                    held = bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
                    assert CANARY.encode() not in held, table


def test_the_sealed_answers_of_one_person_do_not_open_as_anothers(world: World):
    response = send(world, sheet(world), FULL)
    with pytest.raises(seals.CannotOpen):
        seals.ANSWERS.open(response.sealed_answers, code=response.code, holder=world.members[1])
    with pytest.raises(seals.CannotOpen):
        seals.ANSWERS.open(response.sealed_answers, code=codes.new_code(), holder=world.member)


class TestTwice:
    def test_the_same_key_again_is_answered_with_the_first(self, world: World):
        assignment, key = sheet(world), codes.new_code()
        first = send(world, assignment, {"steadiness": 2}, key=key)
        again = send(world, assignment, {"steadiness": 2}, key=key)
        assert again == first
        assert (Response.objects.count(), Score.objects.count(), Alert.objects.count()) == (1, 3, 1)
        assert AuditEntry.objects.filter(event="response submitted").count() == 1

    def test_the_same_page_sent_again_with_other_answers_is_not_kept_and_heard(self, world: World):
        """By the back button: nothing that was not kept is called kept."""
        assignment, key = sheet(world), codes.new_code()
        first = send(world, assignment, {"steadiness": 9}, key=key)
        with pytest.raises(AlreadyAnswered):
            send(world, assignment, {"steadiness": 2}, key=key)
        assert Response.objects.get() == first
        assert Alert.objects.get().source_code == assignment.code

    def test_even_after_the_sheet_has_closed(self, world: World):
        assignment, key = sheet(world), codes.new_code()
        first = send(world, assignment, FULL, key=key)
        assert send(world, assignment, FULL, key=key, at=world.at + timedelta(days=9)) == first

    def test_another_key_for_the_same_sheet_is_told_that_the_first_was_kept(self, world: World):
        assignment = sheet(world)
        first = send(world, assignment, FULL)
        with pytest.raises(AlreadyAnswered):
            send(world, assignment, {"steadiness": 1})
        assert Response.objects.get() == first
        assert Alert.objects.get().member == world.member, "it was said all the same"
        with pytest.raises(AlreadyAnswered):
            send(world, assignment, {"steadiness": 1})
        assert Alert.objects.get().answers.count() == 1

    def test_a_key_from_another_sheet_is_refused(self, world: World):
        key = codes.new_code()
        send(world, sheet(world), FULL, key=key)
        with pytest.raises(KeyTaken):
            send(world, sheet(world, occasion="settling"), FULL, key=key)
        assert Response.objects.count() == 1

    @pytest.mark.parametrize("key", ["", "short", "x" * 65], ids=["none", "short", "long"])
    def test_a_key_that_is_none_is_refused(self, world: World, key):
        with pytest.raises(KeyTaken):
            actions.submit_response(
                assignment=sheet(world), answers={}, client_key=key, by=world.actor(world.member), at=world.at
            )

    def test_a_thousand_replays_are_one_row(self, world: World):
        assignment, key = sheet(world), codes.new_code()
        by = world.actor(world.member)
        first = send(world, assignment, {"contact": 1}, key=key)
        for _ in range(1_000):
            again = actions.submit_response(
                assignment=assignment, answers={"contact": 1}, client_key=key, by=by, at=world.at + HOUR
            )
            assert again.pk == first.pk
        assert (Response.objects.count(), Alert.objects.count()) == (1, 1)


class TestInItsTime:
    def test_not_before(self, world: World):
        with pytest.raises(NotOpenYet):
            send(world, sheet(world), FULL, at=world.at - HOUR)

    def test_not_after(self, world: World):
        assignment = sheet(world)
        with pytest.raises(NoLongerOpen):
            send(world, assignment, FULL, at=assignment.closes_at)
        assert not Response.objects.exists() and not Alert.objects.exists()
        with pytest.raises(NoLongerOpen):
            send(world, assignment, {"contact": 1}, at=assignment.closes_at)
        assert Alert.objects.get().member == world.member and not Response.objects.exists()

    def test_a_version_that_is_not_here(self, world: World):
        assignment = sheet(world)
        assignment.version = "9.9.9"
        assignment.save()
        with pytest.raises(VersionUnknown):
            send(world, assignment, FULL)
        assert not Response.objects.exists()


class TestOnlyTheOwner:
    def test_nobody_else_sends_it(self, world: World):
        assignment = sheet(world)
        other = make_world()
        for by in (
            world.actor(world.members[1]),
            world.actor(world.facilitator),
            world.actor(world.safety_lead),
            world.actor(world.organisation_lead),
            other.actor(other.member),
            world.actor(world.member, only_gathering=world.gathering.pk),  # a visit, and the sheet is not of it
        ):
            with pytest.raises(NotFound):
                actions.submit_response(
                    assignment=assignment, answers=FULL, client_key=codes.new_code(), by=by, at=world.at
                )
        assert not Response.objects.exists()

    def test_a_visitor_by_short_code_sends_the_sheet_of_that_gathering(self, world: World):
        assignment = sheet(world, gathering=world.gathering)
        visitor = world.actor(world.member, only_gathering=world.gathering.pk)
        actions.submit_response(
            assignment=assignment, answers=FULL, client_key=codes.new_code(), by=visitor, at=world.at
        )
        assert Response.objects.count() == 1


class TestPaper:
    def enter(self, world: World, by, staff, **more):
        return actions.submit_response(
            assignment=more.get("assignment") or sheet(world),
            answers={"steadiness": 2},
            client_key=codes.new_code(),
            by=by,
            at=more.get("at", world.at),
            by_staff=staff,
        )

    def test_a_facilitator_of_the_group_types_one_in(self, world: World):
        response = self.enter(world, world.actor(world.facilitator), world.facilitator)
        assert response.by_staff == world.facilitator
        assert Alert.objects.get().member == world.member
        assert AuditEntry.objects.get(event="response submitted").actor == world.facilitator.code

    def test_also_after_the_sheet_has_closed(self, world: World):
        later = world.at + timedelta(days=3)
        assert self.enter(world, world.actor(world.facilitator), world.facilitator, at=later).state == "partial"

    def test_nobody_else_does_and_nobody_in_anothers_name(self, world: World):
        other = make_world()
        for by, staff in (
            (world.actor(world.member), world.member),
            (world.actor(world.safety_lead), world.safety_lead),
            (world.actor(world.facilitator, strong=False), world.facilitator),
            (world.actor(world.facilitator), world.facilitators[1]),
            (other.actor(other.facilitator), other.facilitator),
        ):
            with pytest.raises(NotFound):
                self.enter(world, by, staff)


class TestAnswersThatCannotBe:
    @pytest.mark.parametrize(
        "answers",
        [{"steadiness": 11}, {"steadiness": -1}, {"contact": 2}, {"ease": "very"}, {"to_know": 4}],
        ids=str,
    )
    def test_each_is_named_in_a_kind_sentence(self, world: World, answers):
        with pytest.raises(AnswersNotClear) as refused:
            send(world, sheet(world), answers)
        assert set(refused.value.by_item) == set(answers)
        assert all(sentence for sentence in refused.value.by_item.values())
        assert not Response.objects.exists()

    def test_too_many_letters_says_how_many_fit(self, world: World):
        with pytest.raises(AnswersNotClear) as refused:
            send(world, sheet(world), {"to_know": "x" * 2001})
        assert "2000" in refused.value.by_item["to_know"]

    def test_an_unknown_item_is_refused_not_dropped(self, world: World):
        with pytest.raises(AnswersNotClear):
            send(world, sheet(world), {"steadiness": 5, "colour": 3})


class TestReading:
    def test_a_facilitator_reads_feedback_and_leaves_a_trace(self, world: World):
        response = send(world, sheet(world), FULL)
        by = world.actor(world.facilitator)
        assert queries.answers_of(response, by=by, at=world.at)["to_know"] == CANARY
        trace = AuditEntry.objects.get(event="feedback opened")
        assert (trace.actor, trace.concerns, trace.about_code) == (by.code, world.member.code, response.code)

    def test_the_member_leaves_none(self, world: World):
        response = send(world, sheet(world), FULL)
        queries.answers_of(response, by=world.actor(world.member), at=world.at)
        assert not AuditEntry.objects.filter(event="feedback opened").exists()

    def test_single_answers_to_other_peoples_scales_are_shown_to_no_staff(self, world: World):
        bring_wording(world, "phq-9")
        response = send(world, sheet(world, "phq-9"), {"phq9_1": 3})
        with pytest.raises(NotFound):
            queries.answers_of(response, by=world.actor(world.facilitator), at=world.at)
        assert not AuditEntry.objects.filter(event="feedback opened").exists()

    def test_nobody_else_reads_anything(self, world: World):
        response = send(world, sheet(world), FULL)
        other = make_world()
        for by in (
            world.actor(world.members[1]),
            world.actor(world.safety_lead),
            world.actor(world.organisation_lead),
            world.actor(world.facilitator, strong=False),
            other.actor(other.facilitator),
        ):
            with pytest.raises(NotFound):
                queries.answers_of(response, by=by, at=world.at)

    def test_an_alert_tells_what_spoke_and_nothing_else(self, world: World):
        send(world, sheet(world), {**FULL, "steadiness": 2, "contact": 1})
        alert = Alert.objects.get()
        spoke = queries.what_spoke(alert, by=world.actor(world.safety_lead), at=world.at)
        assert spoke == ["“How steady do you feel right now?” was answered: 2 of 10", "Ticked: “Please contact me”"]
        assert AuditEntry.objects.filter(event="feedback opened").count() == 1

    def test_a_question_about_self_harm_is_named_without_its_number(self, world: World):
        bring_wording(world, "phq-9")
        send(world, sheet(world, "phq-9"), {"phq9_1": 3, "phq9_9": 2})
        spoke = queries.what_spoke(Alert.objects.get(), by=world.actor(world.facilitator), at=world.at)
        assert spoke == ["A question about thoughts of death or self-harm was answered above zero."]

    def test_what_was_chosen_from_words_is_told_in_those_words(self, world: World):
        send(world, sheet(world, "settling"), {"how_left": 2, "contact": 0})
        spoke = queries.what_spoke(Alert.objects.get(), by=world.actor(world.facilitator), at=world.at)
        assert spoke == ["“How are you after the practice?” was answered: It was a lot"]

    def test_what_spoke_is_told_to_nobody_else(self, world: World):
        send(world, sheet(world), {"contact": 1})
        alert = Alert.objects.get()
        for person in (*world.members[:2], world.organisation_lead):
            with pytest.raises(NotFound):
                queries.what_spoke(alert, by=world.actor(person), at=world.at)


def test_scores_of_a_group_come_in_order_with_how_far_they_can_be_relied_on(world: World):
    for place, value in enumerate([7, None, 4]):
        member = world.members[place]
        when = world.at + timedelta(minutes=place)
        send(world, sheet(world, member=member, gathering=world.gathering), {"steadiness": value}, at=when)
    found = queries.scores_of(world.group, "after-session", "steadiness")
    assert [(one.member_id, one.gathering, one.value, one.state) for one in found] == [
        (world.members[0].pk, 1, 7.0, "complete"),
        (world.members[1].pk, 1, None, "not_scorable"),
        (world.members[2].pk, 1, 4.0, "complete"),
    ]
    assert queries.scores_of(make_world(members=1).group, "after-session", "steadiness") == []


def test_the_sealed_answers_hold_nothing_but_the_answers(world: World):
    response = send(world, sheet(world), {"steadiness": 5, "to_know": "naïve “quotes” 🌧"})
    opened = seals.ANSWERS.open(response.sealed_answers, code=response.code, holder=world.member)
    assert json.loads(opened) == {"steadiness": 5, "to_know": "naïve “quotes” 🌧"}

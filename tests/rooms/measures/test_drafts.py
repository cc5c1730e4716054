"""Answers that are not sent yet: kept sealed one by one, heard at once, newer over older, and gone in time."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import Invalid, NotFound
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.measures import drafts
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.errors import AlreadyAnswered, AnsweredElsewhere, NoLongerOpen, NotOpenYet
from kindcircle.rooms.measures.keeping import keep_answers
from kindcircle.rooms.measures.models import Response
from kindcircle.rooms.measures.models_draft import AnswerDraft
from kindcircle.rooms.measures.queries import given_in
from kindcircle.rooms.safety.models import Alert
from tests.rooms.measures.sheets import HOUR, bring_wording, send, sheet
from tests.rooms.together import at_the_same_moment
from tests.world import World

SECOND = timedelta(seconds=1)
CANARY = "plum-heron-under-ice"


def keep(
    world: World, assignment, page: str = "phone" * 5, *, after: int = 0, by=None, order=None, seen=None, **typed
) -> None:
    keep_answers(
        assignment=assignment, typed=typed, page=page, by=by or world.actor(assignment.member),
        at=world.at + HOUR + after * SECOND, order=order, seen=seen,
    )  # fmt: skip


def kept(world: World, assignment) -> dict[str, str]:
    return dict(drafts.open_draft(assignment=assignment, by=world.actor(assignment.member)).typed)


def hand_in(world: World, assignment, answers: dict, *, page: str = "laptop" * 4, seen: int | None = 0) -> Response:
    return submit_response(
        assignment=assignment, answers=answers, client_key=page, by=world.actor(assignment.member),
        at=world.at + 2 * HOUR, seen=seen,
    )  # fmt: skip


class TestKeeping:
    def test_each_answer_joins_the_others_and_any_device_goes_on_with_them(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5")
        keep(world, one, page="laptop" * 4, fit="", to_know="Slowly, please.")
        keep(world, one, ease="7")
        assert kept(world, one) == {"ease": "7", "fit": "", "to_know": "Slowly, please."}

    def test_nothing_of_it_can_be_read_in_the_database(self, world: World):
        one = sheet(world)
        keep(world, one, to_know=CANARY)
        with connection.cursor() as cursor:
            cursor.execute("SELECT * FROM measures_answerdraft")
            heap = b"".join(
                bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode()
                for row in cursor.fetchall()
                for cell in row
            )
        assert AnswerDraft.objects.count() == 1
        assert CANARY.encode() not in heap and json.dumps(CANARY).encode() not in heap

    def test_a_request_that_was_overtaken_brings_no_older_answer_back(self, world: World):
        one = sheet(world)
        keep(world, one, order=12, ease="8")
        keep(world, one, order=11, ease="3", fit="4")
        assert kept(world, one) == {"ease": "8", "fit": "4"}
        keep(world, one, ease="9")  # a button without script counts as now
        assert kept(world, one)["ease"] == "9"

    def test_the_clock_of_another_device_orders_nothing(self, world: World):
        one = sheet(world)
        keep(world, one, order=9_000, ease="8")
        keep(world, one, page="laptop" * 4, order=1, ease="3")
        assert kept(world, one) == {"ease": "3"}

    @pytest.mark.parametrize("typed", [{"ease": "11"}, {"ease": "much"}, {"nothing": "1"}, {"to_know": "x" * 2001}])
    def test_only_what_can_be_an_answer_is_kept(self, world: World, typed):
        one = sheet(world)
        with pytest.raises(Invalid):
            keep(world, one, **typed)
        assert not AnswerDraft.objects.exists()

    def test_nobody_else_keeps_or_opens_it(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5")
        for other in (world.members[1], world.facilitator, world.safety_lead, world.organisation_lead):
            with pytest.raises(NotFound):
                keep(world, one, by=world.actor(other), ease="1")
            with pytest.raises(NotFound):
                drafts.open_draft(assignment=one, by=world.actor(other))

    def test_only_while_the_sheet_is_open(self, world: World):
        with pytest.raises(NotOpenYet):
            keep(world, sheet(world, opens_at=world.at + 2 * HOUR), ease="5")
        with pytest.raises(NoLongerOpen):
            keep(world, sheet(world, occasion="weekly", closes_at=world.at + HOUR), ease="5")

    def test_a_last_answer_behind_its_own_sending_is_safe_and_one_of_another_page_is_told(self, world: World):
        one = sheet(world)
        hand_in(world, one, {"ease": 5})
        keep(world, one, page="laptop" * 4, ease="5")
        assert not AnswerDraft.objects.exists()
        with pytest.raises(AlreadyAnswered):
            keep(world, one, ease="5")
        with pytest.raises(AlreadyAnswered):
            keep(world, one, page="laptop" * 4, ease="6")
        assert not Alert.objects.exists()


class TestAWholePage:
    """Kept by a button, with everything that stands on it."""

    def test_a_page_from_before_writes_nothing_newer_over_and_says_what_stands_there(self, world: World):
        one = sheet(world)
        keep(world, one, ease="3")
        seen = AnswerDraft.objects.get().version
        keep(world, one, page="laptop" * 4, after=1, ease="8", to_know="Slowly, please.")
        with pytest.raises(AnsweredElsewhere) as told:
            keep(world, one, after=2, seen=seen, ease="3", fit="6", to_know="", contact="0")
        assert told.value.newer == {"ease": "8"}
        assert kept(world, one) == {"ease": "8", "to_know": "Slowly, please.", "fit": "6", "contact": "0"}
        # Having seen it, their choice counts.
        keep(world, one, after=3, seen=told.value.version, ease="3", to_know="")
        assert kept(world, one)["ease"] == "3" and kept(world, one)["to_know"] == ""

    def test_what_does_not_take_the_newer_ones_place_is_heard(self, world: World):
        one = sheet(world)
        keep(world, one, page="laptop" * 4, steadiness="8")
        with pytest.raises(AnsweredElsewhere):
            keep(world, one, seen=0, steadiness="1")
        assert kept(world, one) == {"steadiness": "8"} and Alert.objects.get().member == world.member

    def test_an_untouched_box_takes_no_newer_tick_back(self, world: World):
        one = sheet(world)
        keep(world, one, page="laptop" * 4, contact="1")
        keep(world, one, seen=0, contact="0", ease="5")
        assert kept(world, one) == {"contact": "1", "ease": "5"}


class TestOnASharedTablet:
    """It shows nothing from elsewhere, and takes nothing of it away."""

    def on_it(self, world: World):
        return replace(world.actor(world.member), tablet_of=world.gathering.pk)

    def send(self, world: World, one, answers: dict, page: str = "tablet" * 4) -> Response:
        return submit_response(
            assignment=one, answers=answers, client_key=page, by=self.on_it(world), at=world.at + 2 * HOUR
        )

    def test_what_was_begun_at_home_fills_what_is_empty_there(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5", fit="7", to_know="Slowly, please.", contact="1")
        alert = Alert.objects.get()
        sent = self.send(world, one, {"ease": 2, "steadiness": None, "contact": 0})
        assert given_in(sent) == {
            "ease": 2, "fit": 7, "steadiness": None, "to_know": "Slowly, please.", "contact": 1,
        }  # fmt: skip
        assert not AnswerDraft.objects.exists() and Alert.objects.get() == alert
        assert self.send(world, one, {"ease": 2, "steadiness": None, "contact": 0}) == sent, "sent twice is sent once"

    def test_what_was_taken_back_on_the_tablet_itself_stays_taken_back(self, world: World):
        one = sheet(world)
        keep(world, one, fit="7")
        keep(world, one, page="tablet" * 4, by=self.on_it(world), ease="2", to_know="Slowly, please.", contact="1")
        sent = self.send(world, one, {"ease": 2, "to_know": None, "contact": 0})
        assert given_in(sent) == {"ease": 2, "fit": 7, "to_know": None, "contact": 0}
        assert self.send(world, one, {"ease": 2, "to_know": None, "contact": 0}) == sent, "sent twice is sent once"

    def test_kept_there_it_empties_nothing(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5", to_know="Slowly, please.", contact="1")
        seen = AnswerDraft.objects.get().version
        keep(world, one, page="tablet" * 4, by=self.on_it(world), seen=seen, to_know="", contact="0", ease="2")
        assert kept(world, one) == {"ease": "2", "to_know": "Slowly, please.", "contact": "1"}


class TestSending:
    def test_the_draft_goes_with_the_sheet(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5")
        send(world, one, {"ease": 5})
        assert not AnswerDraft.objects.exists()

    def test_a_page_from_before_does_not_write_over_newer_answers(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5")
        seen = drafts.open_draft(assignment=one, by=world.actor(one.member)).version
        keep(world, one, after=1, fit="9", steadiness="8")
        with pytest.raises(AnsweredElsewhere) as told:
            hand_in(world, one, {"ease": 5, "steadiness": 8}, seen=seen)
        assert told.value.newer == {"fit": "9"}
        assert not Response.objects.exists() and kept(world, one)["fit"] == "9"
        assert hand_in(world, one, {"ease": 5, "fit": 9, "steadiness": 8}, seen=told.value.version)

    def test_what_the_page_itself_kept_or_had_seen_never_stands_in_its_way(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5")
        seen = drafts.open_draft(assignment=one, by=world.actor(one.member)).version
        keep(world, one, page="laptop" * 4, after=1, fit="9")
        assert hand_in(world, one, {"ease": 2, "fit": 3}, seen=seen)

    def test_paper_asks_no_page(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5")
        assert hand_in(world, one, {"ease": 1}, seen=None)


class TestHeardAtOnce:
    def test_an_answer_that_asks_for_a_person_is_heard_before_the_sheet_is_sent(self, world: World):
        bring_wording(world, "phq-9")
        one = sheet(world, "phq-9")
        keep(world, one, phq9_1="1")
        assert not Alert.objects.exists()
        keep(world, one, phq9_9="1")
        alert = Alert.objects.get()
        assert (alert.member, alert.level) == (world.member, "concern")
        assert Delivery.objects.filter(about_code=alert.code).count() == 1
        # Changed again, and sent: still the one, and it stays.
        keep(world, one, after=5, phq9_9="0")
        send(world, one, {f"phq9_{number}": 0 for number in range(1, 10)})
        assert Alert.objects.get() == alert and alert.answers.count() == 1

    def test_what_a_page_from_before_says_is_heard_although_it_is_not_kept(self, world: World):
        bring_wording(world, "phq-9")
        one = sheet(world, "phq-9")
        keep(world, one, page="laptop" * 4, phq9_9="0")
        with pytest.raises(AnsweredElsewhere):
            hand_in(world, one, {"phq9_9": 2}, page="phone" * 5, seen=0)
        assert Alert.objects.get().member == world.member
        assert not Response.objects.exists() and kept(world, one) == {"phq9_9": "0"}

    def test_what_a_page_says_after_the_sheet_was_sent_or_has_closed_is_heard_too(self, world: World):
        one, two = sheet(world), sheet(world, occasion="weekly", closes_at=world.at + HOUR)
        hand_in(world, one, {"steadiness": 8})
        for page in ("phone" * 5, "laptop" * 4):
            with pytest.raises(AlreadyAnswered):
                keep(world, one, page=page, steadiness="1")
        with pytest.raises(NoLongerOpen):
            keep(world, two, contact="1")
        assert {(row.source_code, row.rule) for row in Alert.objects.get().answers.all()} == {
            (one.code, "steadiness_low"), (two.code, "contact_asked"),
        }  # fmt: skip
        assert not AnswerDraft.objects.exists()

    def test_neither_or_both_the_answer_and_the_alert(self, world: World, monkeypatch):
        one = sheet(world)
        monkeypatch.setattr(AnswerDraft, "save", lambda *_a, **_k: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            keep(world, one, contact="1")
        assert not Alert.objects.exists()

    @settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(
        steps=st.lists(
            st.tuples(st.sampled_from(["phone" * 5, "laptop" * 4]), st.sampled_from(["0", "1", "2", "3", ""])),
            max_size=8,
        ),
        sent=st.sampled_from([None, 0, 1, 3]),
    )
    def test_however_it_goes_there_is_one_alert_exactly_when_it_was_ever_said(self, world: World, steps, sent):
        one = sheet(world, "phq-9", occasion=codes.new_code()[:10])
        before = set(Alert.objects.values_list("pk", flat=True))
        for number, (page, value) in enumerate(steps):
            keep(world, one, page=page, after=number, phq9_9=value)
        send(world, one, {} if sent is None else {"phq9_9": sent})
        said = any(value in {"1", "2", "3"} for _page, value in steps) or sent in {1, 3}
        spoken = Alert.objects.filter(answers__source_code=one.code).distinct()
        assert spoken.count() == said
        assert set(Alert.objects.values_list("pk", flat=True)) - before <= set(spoken.values_list("pk", flat=True))
        spoken.delete()


class TestGoing:
    def test_with_the_closing_of_the_sheet(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5")
        assert drafts.forget_due(at=one.closes_at - SECOND) == 0
        assert drafts.forget_due(at=one.closes_at) == 1
        assert not AnswerDraft.objects.exists()

    def test_with_whoever_leaves_and_nobody_elses(self, world: World):
        stays = sheet(world, member=world.members[1])
        keep(world, sheet(world), ease="5")
        keep(world, stays, ease="5")
        world.member.memberships.update(left_at=world.at)
        drafts.forget_due(at=world.at + HOUR)
        assert AnswerDraft.objects.get().assignment == stays

    def test_with_the_record(self, world: World):
        one = sheet(world)
        keep(world, one, ease="5")
        one.delete()
        assert not AnswerDraft.objects.exists()


def test_two_devices_at_the_same_moment_lose_nothing(committed: World):
    world = committed
    one = sheet(world)
    lines = [("ease", "1"), ("fit", "2"), ("steadiness", "1"), ("to_know", "Words"), ("contact", "1")]
    at_the_same_moment(
        [
            lambda line=line, n=n: keep(world, one, page=f"page-{n}" * 4, **{line[0]: line[1]})
            for n, line in enumerate(lines)
        ]
    )
    assert kept(world, one) == dict(lines)
    alert = Alert.objects.get(group=world.group)
    assert alert.answers.count() == 2


def test_sending_and_keeping_at_the_same_moment_is_one_sheet_and_one_alert(committed: World):
    world = committed
    one = sheet(world)
    jobs = [lambda: hand_in(world, one, {"contact": 1}, page="phone" * 5, seen=None)]
    jobs += [lambda: keep(world, one, contact="1")] * 5
    at_the_same_moment(jobs)
    assert Response.objects.filter(assignment=one).count() == 1
    assert not AnswerDraft.objects.filter(assignment=one).exists()
    assert Alert.objects.filter(group=world.group).count() == 1

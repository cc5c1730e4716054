"""One question after a practice: who is asked, what is kept, who hears of it, and what never becomes an alert."""

from datetime import datetime, timedelta

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.backdraft import actions, queries
from kindcircle.rooms.backdraft.errors import ChooseOne, NoLongerAsked
from kindcircle.rooms.backdraft.models import Landing, MayTell, SlowerPace
from kindcircle.rooms.ending.taking import take_records
from kindcircle.rooms.groups.models import Attendance, Membership
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.measures.errors import AnswersNotClear
from kindcircle.rooms.practice.actions import start_play
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec.practices import load_practice
from tests.rooms.live.stage import Stage, later
from tests.world import World

PAUSE, FEET = "p01-three-part-pause", "p22-soles-of-the-feet"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def asked(world: World, *, key: str = "one", seat: int = 0, name: str = PAUSE, at: datetime | None = None):
    member, at = world.members[seat], at or world.at
    by = world.actor(member)
    play = start_play(
        practice=load_practice(name), seconds=180, client_key=key, member=member, group=world.group, by=by, at=at
    )
    return actions.ask_at_home(play=play, by=by, at=at)


def say(world: World, row: Landing, *, seat: int = 0, at: datetime | None = None, **answers: int) -> Landing:
    by = world.actor(world.members[seat])
    return actions.say_how(landing=row, answers=answers, by=by, at=at or row.asked_at)


def may(world: World, yes: bool, *, at: datetime | None = None) -> None:
    member = world.member
    actions.set_may_tell(member=member, yes=yes, by=world.actor(member), at=at or world.at)


def notes(world: World, **more: object) -> list[Task]:
    return list(Task.objects.filter(kind=Kind.PRACTICE_A_LOT, organisation=world.organisation, **more))


class TestAtHome:
    def test_it_is_asked_once_after_what_can_stir_and_never_after_what_does_not(self, world: World) -> None:
        assert asked(world, name=FEET) is None
        row = asked(world, key="two")
        assert row is not None and asked(world, key="two").pk == row.pk
        assert (row.answered_at, row.how, row.practice, row.seconds) == (None, None, PAUSE, 180)

    def test_the_first_answer_to_each_line_stands(self, world: World) -> None:
        row = say(world, asked(world), how=1)
        row = say(world, row, how=0, lasting=1, in_the_way=0)
        row = say(world, row, lasting=0, in_the_way=2)
        assert (row.how, row.lasting, row.in_the_way, row.rule) == (1, 1, 0, "after-practice@1.0.0")
        assert row.answered_at == row.asked_at

    def test_the_rest_belongs_to_a_lot_and_not_to_fine(self, world: World) -> None:
        row = say(world, asked(world), how=0, lasting=1, in_the_way=2)
        assert (row.how, row.lasting, row.in_the_way) == (0, None, None)

    def test_what_is_no_answer_is_refused_and_nothing_is_kept(self, world: World) -> None:
        row = asked(world)
        with pytest.raises(AnswersNotClear):
            say(world, row, how=7)
        row.refresh_from_db()
        assert row.how is None

    def test_nobody_else_answers_and_after_a_week_nobody_is_asked(self, world: World) -> None:
        row = asked(world)
        for person in (world.members[1], world.facilitator, world.safety_lead):
            with pytest.raises(NotFound):
                actions.say_how(landing=row, answers={"how": 0}, by=world.actor(person), at=world.at)
        assert say(world, row, how=0, at=world.at + 7 * DAY - HOUR).how == 0
        with pytest.raises(NoLongerAsked):
            say(world, asked(world, key="two"), how=0, at=world.at + 7 * DAY)

    def test_the_record_says_that_and_never_what(self, world: World) -> None:
        say(world, asked(world), how=2, in_the_way=2)
        entry = AuditEntry.objects.filter(event="said how a practice was", concerns=world.member.code).latest("pk")
        assert entry.reason == ""


class TestAlerts:
    def test_only_the_wish_for_a_person_is_an_alert_and_only_once(self, world: World) -> None:
        row = say(world, asked(world), how=2, lasting=1, in_the_way=2)
        assert not Alert.objects.filter(member=world.member).exists()
        say(world, row, contact=1)
        say(world, row, contact=1)
        alert = Alert.objects.get(member=world.member)
        assert (alert.level, alert.source_kind, alert.source_code) == (Alert.Level.CONTACT, "landing", row.code)

    def test_a_wish_without_any_other_answer_counts_too(self, world: World) -> None:
        row = say(world, asked(world), contact=1)
        assert Alert.objects.filter(member=world.member).count() == 1
        assert row.answered_at is None, "how it was is still not said"


class TestTelling:
    def test_without_a_yes_nobody_hears_of_anything(self, world: World) -> None:
        for key in "abc":
            say(world, asked(world, key=key), how=1)
        actions.say_too_much(landing=asked(world, key="d"), by=world.actor(world.member), at=world.at)
        may(world, False)
        say(world, asked(world, key="e"), how=2)
        assert not notes(world) and not Landing.objects.filter(told_at__isnull=False).exists()

    def test_two_in_a_row_make_one_note_with_owner_and_day(self, world: World) -> None:
        may(world, True)
        say(world, asked(world, key="a"), how=1)
        say(world, asked(world, key="b", at=world.at + HOUR), how=0)
        say(world, asked(world, key="c", at=world.at + 2 * HOUR), how=2)
        assert not notes(world)
        row = say(world, asked(world, key="d", at=world.at + 3 * HOUR), how=1)
        say(world, row, lasting=1)
        [note] = notes(world)
        assert (note.about_code, note.owner, note.concerns) == (row.code, world.group.alerts_owner, world.member)
        assert note.due_at == row.told_at + 2 * DAY if row.told_at else note.due_at == row.answered_at + 2 * DAY

    def test_too_much_is_told_at_once_where_there_is_a_yes(self, world: World) -> None:
        may(world, True)
        row = actions.say_too_much(landing=asked(world), by=world.actor(world.member), at=world.at)
        assert [note.about_code for note in notes(world)] == [row.code] and row.answered_at == world.at

    def test_a_yes_given_right_there_tells_of_this_one(self, world: World) -> None:
        row = actions.say_too_much(landing=asked(world), by=world.actor(world.member), at=world.at)
        assert queries.asks_to_tell(row) and not notes(world)
        may(world, True)
        may(world, True, at=world.at + HOUR)
        assert len(notes(world)) == 1 and not queries.asks_to_tell(row)
        assert MayTell.objects.get(member=world.member).said_at == world.at, "said twice is said once"

    def test_a_no_takes_back_what_was_told(self, world: World) -> None:
        may(world, True)
        row = actions.say_too_much(landing=asked(world), by=world.actor(world.member), at=world.at)
        row.refresh_from_db()
        by = world.actor(world.facilitator)
        assert queries.told(row, by=by, at=world.at).pk == row.pk
        opened = AuditEntry.objects.filter(event="how a practice was opened", concerns=world.member.code)
        assert opened.count() == 1
        may(world, False, at=world.at + HOUR)
        row.refresh_from_db()
        with pytest.raises(NotFound):
            queries.told(row, by=by, at=world.at)
        assert not notes(world, done_at=None) and opened.count() == 1

    def test_nobody_says_yes_for_somebody_else(self, world: World) -> None:
        for person in (world.members[1], world.facilitator):
            with pytest.raises(NotFound):
                actions.set_may_tell(member=world.member, yes=True, by=world.actor(person), at=world.at)


class TestIsItOver:
    def test_it_is_asked_between_a_day_and_a_week_later_and_once(self, world: World) -> None:
        by = world.actor(world.member)
        row = say(world, asked(world), how=1, lasting=1)
        assert queries.asks_if_over(by, at=world.at + DAY - HOUR) is None
        assert queries.asks_if_over(by, at=world.at + DAY) == row
        assert queries.asks_if_over(by, at=world.at + 7 * DAY) is None
        assert queries.asks_if_over(world.actor(world.members[1]), at=world.at + DAY) is None
        visiting = world.actor(world.member, only_gathering=world.gathering.pk)
        assert queries.asks_if_over(visiting, at=world.at + DAY) is None
        with pytest.raises(ChooseOne):
            actions.say_over(landing=row, over="perhaps", by=by, at=world.at + DAY)
        actions.say_over(landing=row, over="", by=by, at=world.at + DAY)
        assert queries.asks_if_over(by, at=world.at + DAY) is None
        assert actions.say_over(landing=row, over="still", by=by, at=world.at + DAY).over == "", "put away is put away"

    @pytest.mark.parametrize("answers", [{"how": 0}, {"how": 1}, {"how": 2, "lasting": 0}])
    def test_what_has_passed_is_not_asked_again(self, world: World, answers: dict[str, int]) -> None:
        say(world, asked(world), **answers)
        assert queries.asks_if_over(world.actor(world.member), at=world.at + 2 * DAY) is None


class TestInAMeeting:
    PRACTICE = "p08-friend-and-self"

    @pytest.fixture
    def stage(self, world: World) -> Stage:
        stage = Stage(world)
        stage.open()
        stage.come(0, 1)
        return stage

    def ask(self, stage: Stage, seat: int, seconds: float) -> Landing | None:
        return actions.ask_in_meeting(gathering=stage.gathering, by=stage.member(seat), at=later(stage.at, seconds))

    def lead(self, stage: Stage, seconds: float, name: str = PRACTICE, length: int = 600) -> str:
        at = later(stage.at, seconds)
        placed = live.start_practice(gathering=stage.gathering, practice=name, seconds=length, by=stage.guide, at=at)
        assert placed.practice is not None
        return placed.practice.play

    def end(self, stage: Stage, play: str, seconds: float) -> None:
        live.end_practice(gathering=stage.gathering, play=play, by=stage.guide, at=later(stage.at, seconds))

    def test_who_was_there_as_it_began_is_asked_once_it_is_over(self, stage: Stage) -> None:
        assert self.ask(stage, 0, 5) is None
        play = self.lead(stage, 10)
        assert self.ask(stage, 0, 11) is None, "nobody is asked while eyes may be closed"
        assert self.ask(stage, 0, 100) is None
        Attendance.objects.create(
            gathering=stage.gathering, user=stage.world.members[2], arrived_at=later(stage.at, 60)
        )
        self.end(stage, play, 120)
        row = self.ask(stage, 0, 121)
        assert row is not None and self.ask(stage, 0, 300) == row
        assert (row.practice, row.gathering, row.play, row.group) == (
            self.PRACTICE, stage.gathering, None, stage.world.group,
        )  # fmt: skip
        assert self.ask(stage, 2, 121) is None, "who came later did not meet it"
        assert self.ask(stage, 3, 121) is None, "who is not here neither"
        assert Landing.objects.count() == 1

    def test_a_light_one_afterwards_changes_nothing_and_the_next_strong_one_is_asked_about_anew(
        self, stage: Stage
    ) -> None:
        self.end(stage, self.lead(stage, 10), 120)
        first = self.ask(stage, 0, 121)
        self.end(stage, self.lead(stage, 130, "p22-soles-of-the-feet", 180), 200)
        assert self.ask(stage, 0, 201) == first
        self.end(stage, self.lead(stage, 210, "p01-three-part-pause", 180), 300)
        second = self.ask(stage, 0, 301)
        assert second is not None and second != first and second.practice == "p01-three-part-pause"

    def test_those_who_lead_and_a_closed_meeting_are_not_asked(self, stage: Stage) -> None:
        self.end(stage, self.lead(stage, 10), 120)
        assert actions.ask_in_meeting(gathering=stage.gathering, by=stage.guide, at=later(stage.at, 130)) is None
        with pytest.raises(NotFound):
            stranger = stage.world.actor(stage.world.stranger())
            actions.ask_in_meeting(gathering=stage.gathering, by=stranger, at=later(stage.at, 130))
        live.start_closing(gathering=stage.gathering, by=stage.guide, at=later(stage.at, 140))
        live.close(gathering=stage.gathering, by=stage.guide, at=later(stage.at, 200))
        assert self.ask(stage, 0, 300) is None


def test_what_was_said_goes_with_the_record_of_the_group(world: World) -> None:
    may(world, True)
    row = actions.say_too_much(landing=asked(world), by=world.actor(world.member), at=world.at)
    place = Membership.objects.get(group=world.group, user=world.member)
    SlowerPace.objects.create(place=place, reasons="a-lot", raised_at=world.at)
    take_records(world.group)
    assert not Landing.objects.filter(pk=row.pk).exists()
    assert not SlowerPace.objects.filter(place=place).exists()

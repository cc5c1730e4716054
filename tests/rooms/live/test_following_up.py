"""Somebody hears from everybody for whom it was too much, and from whoever was gone in the middle of a practice."""

from datetime import timedelta

import pytest
from django.db.models import QuerySet

from kindcircle.base.lib.codes import new_code
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.live import actions, following_up, queries
from kindcircle.rooms.live.models import Presence
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks import actions as tasks
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.rooms.live.stage import Stage, later
from tests.world import World, make_world

HERE = (0, 1, 2)


@pytest.fixture
def stage(world: World) -> Stage:
    """An open meeting by screen, three members in it."""
    return opened(world, online=True)


def opened(world: World, *, online: bool) -> Stage:
    stage = Stage(world)
    stage.open(online=online)
    stage.come(*HERE)
    return stage


def tap(stage: Stage, kind: str, *, seat: int = 0, seconds: float = 0) -> None:
    actions.send_signal(
        gathering=stage.gathering,
        kind=kind,
        client_key=new_code(),
        by=stage.member(seat),
        at=later(stage.at, seconds),
    )


def begin(stage: Stage, *, seconds: float, slot: str = "practice-a") -> None:
    """The practice of this slot begins; the one of practice-a can stir people up."""
    use = queries.session_of(stage.gathering).slot(slot).practice
    assert use is not None
    actions.start_practice(
        gathering=stage.gathering,
        practice=use.practice,
        seconds=use.seconds,
        by=stage.guide,
        at=later(stage.at, seconds),
    )


def heard(stage: Stage, *seats: int, seconds: float) -> None:
    users = {stage.world.members[seat].pk for seat in seats}
    actions.keep_alive(gathering=stage.gathering, user_ids=users, at=later(stage.at, seconds))


def look(stage: Stage, *, seconds: float) -> int:
    return following_up.look_for_silence(at=later(stage.at, seconds))


def close(stage: Stage, *, seconds: float) -> None:
    at = later(stage.at, seconds)
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=at)
    actions.close(gathering=stage.gathering, by=stage.guide, at=at)


def raised() -> QuerySet[Task]:
    """Every task of the two kinds that are looked at here; a meeting also has notes to those who were missed."""
    return Task.objects.filter(kind__in=(Kind.HEAR_FROM, Kind.DROPPED_OFF))


def waiting(kind: Kind) -> list[Task]:
    return list(Task.objects.filter(kind=kind, done_at=None).order_by("pk"))


class TestHearingFrom:
    def test_a_call_asks_for_one_word_within_a_day_owned_by_the_holder(self, stage: Stage) -> None:
        for seconds in (0, 5, 400):
            tap(stage, "come", seconds=seconds)
        [task] = waiting(Kind.HEAR_FROM)
        place = Membership.objects.get(user=stage.world.member)
        assert (task.owner, task.concerns, task.group) == (
            stage.world.facilitators[1], stage.world.member, stage.world.group,
        )  # fmt: skip
        assert (task.about_kind, task.about_code) == ("membership", place.code)
        assert task.due_at == stage.at + timedelta(hours=24)

    @pytest.mark.parametrize("kind", ["fine", "lot"])
    def test_other_taps_ask_for_none(self, stage: Stage, kind: str) -> None:
        tap(stage, kind)
        close(stage, seconds=60)
        following_up.look_back(at=later(stage.at, 90))
        assert not raised().exists()

    def test_a_stand_in_who_holds_has_it_with_the_group_and_no_longer(self, stage: Stage) -> None:
        helper = stage.world.stranger("Zoe")
        Gathering.objects.filter(pk=stage.gathering.pk).update(holder=helper)
        tap(stage, "come")
        [task] = waiting(Kind.HEAR_FROM)
        assert task.owner == stage.world.facilitators[0]

    def test_whoever_stepped_out_and_came_back_is_not_rung(self, stage: Stage) -> None:
        tap(stage, "step_out", seconds=10)
        tap(stage, "fine", seconds=300)
        tap(stage, "step_out", seat=1, seconds=20)
        following_up.look_back(at=later(stage.at, 400))
        assert not raised().exists(), "nobody is rung while they may still come back"
        close(stage, seconds=500)
        for _ in range(2):
            following_up.look_back(at=later(stage.at, 600))
        [task] = waiting(Kind.HEAR_FROM)
        assert task.concerns == stage.world.members[1]

    def test_a_worker_that_was_away_for_two_days_still_finds_it(self, stage: Stage) -> None:
        tap(stage, "step_out", seconds=10)
        close(stage, seconds=60)
        following_up.look_back(at=later(stage.at, 2 * 24 * 3600))
        assert len(waiting(Kind.HEAR_FROM)) == 1

    def test_leaving_with_a_call_is_noted_rung_and_counted_as_gone(self, stage: Stage) -> None:
        tap(stage, "leave", seconds=30)
        alert = Alert.objects.get()
        assert (alert.level, alert.rules, alert.member) == ("contact", "live-leave-and-ring", stage.world.member)
        assert Attendance.objects.get(user=stage.world.member).left_at == later(stage.at, 30)
        assert len(waiting(Kind.HEAR_FROM)) == 1

    def test_reaching_them_after_they_went_home_settles_it_and_in_the_room_does_not(self, stage: Stage) -> None:
        tap(stage, "come")
        alert = reached(stage, Alert.objects.get(), seconds=60)
        assert alert.state == Alert.State.CONTACTED
        assert len(waiting(Kind.HEAR_FROM)) == 1, "they were only told: somebody is coming"
        tap(stage, "leave", seat=1, seconds=70)
        close(stage, seconds=100)
        reached(stage, Alert.objects.exclude(pk=alert.pk).get(), seconds=3600)
        [left] = waiting(Kind.HEAR_FROM)
        assert left.concerns == stage.world.member
        tasks.finish(task=left, outcome="reached", note="", by=stage.holder, at=later(stage.at, 7200))
        assert not waiting(Kind.HEAR_FROM)


def reached(stage: Stage, alert: Alert, *, seconds: float) -> Alert:
    at = later(stage.at, seconds)
    safety.see(alert=alert, by=stage.guide, at=at)
    safety.act(alert=alert, by=stage.guide, at=at)
    return safety.contacted(alert=alert, by=stage.guide, at=at)


class TestDroppedOff:
    """Wren's phone falls silent 100 seconds in, while Friend and self goes on; the others are heard all along."""

    @pytest.fixture
    def silent(self, stage: Stage) -> Stage:
        begin(stage, seconds=60)
        heard(stage, *HERE, seconds=100)
        for seconds in range(105, 200, 5):
            heard(stage, 0, 1, seconds=seconds)
        return stage

    def test_it_becomes_one_task_once_it_is_sure(self, silent: Stage) -> None:
        assert look(silent, seconds=140) == 0, "45 seconds are not over"
        assert look(silent, seconds=150) == 0, "noticed, and waited for"
        assert look(silent, seconds=175) == 0
        assert look(silent, seconds=181) == 1
        for seconds in (185, 190, 195):
            assert look(silent, seconds=seconds) == 0
        [task] = waiting(Kind.DROPPED_OFF)
        assert (task.concerns, task.owner) == (silent.world.members[2], silent.world.facilitators[1])

    def test_the_worker_finds_it_whatever_crashed_in_between(self, silent: Stage) -> None:
        tick(at=later(silent.at, 150))
        tick(at=later(silent.at, 190))
        assert len(waiting(Kind.DROPPED_OFF)) == 1

    def test_back_and_fine_before_the_close_settles_it(self, silent: Stage) -> None:
        look(silent, seconds=150)
        look(silent, seconds=190)
        heard(silent, *HERE, seconds=200)
        assert len(waiting(Kind.DROPPED_OFF)) == 1, "a phone that is back says nothing of how its owner is"
        tap(silent, "fine", seat=2, seconds=205)
        assert not waiting(Kind.DROPPED_OFF)
        heard(silent, 0, 1, seconds=895)
        close(silent, seconds=900)
        following_up.look_back(at=later(silent.at, 960))
        assert not waiting(Kind.DROPPED_OFF) and raised().get().outcome == "settled"

    def test_gone_once_more_is_a_task_once_more(self, silent: Stage) -> None:
        look(silent, seconds=150)
        look(silent, seconds=190)
        tap(silent, "fine", seat=2, seconds=205)
        heard(silent, *HERE, seconds=210)
        for seconds in range(215, 300, 5):
            heard(silent, 0, 1, seconds=seconds)
        look(silent, seconds=260)
        assert look(silent, seconds=295) == 1
        assert len(waiting(Kind.DROPPED_OFF)) == 1

    def test_back_within_half_a_minute_is_nothing(self, silent: Stage) -> None:
        look(silent, seconds=150)
        heard(silent, *HERE, seconds=160)
        assert look(silent, seconds=190) == 0 and not raised().exists()

    def test_a_house_without_a_line_is_nobodys_doing(self, stage: Stage) -> None:
        """The server was down for two minutes: when the first are back, the others have half a minute more."""
        begin(stage, seconds=60)
        heard(stage, *HERE, seconds=100)
        assert look(stage, seconds=220) == 0
        heard(stage, 0, seconds=221)
        assert look(stage, seconds=222) == 0
        heard(stage, 1, 2, seconds=235)
        assert look(stage, seconds=260) == 0 and not raised().exists()

    def test_silence_before_or_after_the_practice_or_in_a_light_one_is_none(self, stage: Stage) -> None:
        begin(stage, seconds=0, slot="open")
        heard(stage, *HERE, seconds=30)
        for seconds in range(35, 200, 5):
            heard(stage, 0, 1, seconds=seconds)
        look(stage, seconds=80)
        assert look(stage, seconds=195) == 0 and not raised().exists()

    def test_in_the_room_a_silent_phone_is_in_a_pocket(self, db: None) -> None:
        stage = opened(make_world(), online=False)
        begin(stage, seconds=60)
        heard(stage, *HERE, seconds=100)
        heard(stage, 0, 1, seconds=190)
        look(stage, seconds=160)
        assert look(stage, seconds=195) == 0
        close(stage, seconds=1200)
        following_up.look_back(at=later(stage.at, 1300))
        assert not raised().exists()

    @pytest.mark.parametrize("online", [True, False])
    def test_going_home_in_the_middle_of_it_is_one_too(self, db: None, online: bool) -> None:
        stage = opened(make_world(), online=online)
        begin(stage, seconds=60)
        code = Membership.objects.get(user=stage.world.members[2]).code
        actions.mark_left(gathering=stage.gathering, member_code=code, by=stage.holder, at=later(stage.at, 120))
        for _ in range(2):
            following_up.look_back(at=later(stage.at, 130))
        assert [task.concerns for task in waiting(Kind.DROPPED_OFF)] == [stage.world.members[2]]

    def test_whoever_called_before_is_on_the_list_once(self, silent: Stage) -> None:
        tap(silent, "come", seat=2, seconds=99)
        look(silent, seconds=150)
        assert look(silent, seconds=190) == 0
        assert not waiting(Kind.DROPPED_OFF) and len(waiting(Kind.HEAR_FROM)) == 1

    def test_a_worker_that_was_away_all_evening_finds_it_from_the_tables(self, stage: Stage) -> None:
        begin(stage, seconds=60)
        heard(stage, *HERE, seconds=100)
        heard(stage, 0, 1, seconds=1195)
        close(stage, seconds=1200)
        following_up.look_back(at=later(stage.at, 2 * 24 * 3600))
        assert [task.concerns for task in waiting(Kind.DROPPED_OFF)] == [stage.world.members[2]]

    def test_a_meeting_of_last_week_is_left_alone(self, stage: Stage) -> None:
        tap(stage, "step_out", seconds=10)
        close(stage, seconds=60)
        following_up.look_back(at=later(stage.at, 4 * 24 * 3600))
        assert not raised().exists()

    def test_one_meeting_that_cannot_be_looked_at_never_holds_up_the_others(
        self, silent: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        broken = opened(make_world(at=silent.at), online=True)
        begin(broken, seconds=60)
        Presence.objects.filter(gathering=broken.gathering).update(last_at=later(silent.at, 100))
        heard(broken, 0, seconds=190)
        real = following_up._here

        def power_cut(gathering: Gathering) -> set[int]:
            if gathering.pk == broken.gathering.pk:
                raise OSError("the disk is full")
            return real(gathering)

        monkeypatch.setattr(following_up, "_here", power_cut)
        for seconds in (150, 190):
            with pytest.raises(OSError, match="disk"):
                following_up.look_for_silence(at=later(silent.at, seconds))
        assert len(waiting(Kind.DROPPED_OFF)) == 1

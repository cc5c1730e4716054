"""Leading a gathering: numbers without gaps, commands that fit, a second tap that changes nothing."""

from datetime import timedelta

import pytest

from kindcircle.base.access.predicates import NOBODY
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.live import actions, announce, queries, queries_library
from kindcircle.rooms.live.errors import DoesNotFit, NotInThisSession
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.measures.models import Assignment
from kindcircle.spec.timeline import LEAD
from tests.rooms.live.stage import Stage, later
from tests.world import World, make_world


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


def test_opening_gives_everyone_the_two_check_ins_and_starts_the_list(stage: Stage) -> None:
    placed = stage.open()
    assert (placed.phase, placed.n) == ("open", 1)
    gathering = stage.gathering
    assert gathering.state == Gathering.State.OPEN
    assert len(gathering.short_code or "") == 6
    assert Assignment.objects.filter(gathering=gathering, occasion="arrival").count() == 8
    assert Assignment.objects.filter(gathering=gathering, occasion="leaving").count() == 8


def test_opening_twice_changes_nothing(stage: Stage) -> None:
    stage.open()
    letters = stage.gathering.short_code
    placed = stage.open(online=True)
    assert placed.n == 1
    assert (stage.gathering.short_code, stage.gathering.online) == (letters, False)


def test_only_this_groups_facilitators_lead(stage: Stage) -> None:
    other = make_world()
    world = stage.world
    for user, of in [(world.member, world), (other.facilitator, other), (world.safety_lead, world)]:
        with pytest.raises(NotFound):
            actions.open_gathering(gathering=stage.gathering, online=False, by=of.actor(user), at=stage.at)
    with pytest.raises(NotFound):
        actions.open_gathering(gathering=stage.gathering, online=False, by=NOBODY, at=stage.at)
    with pytest.raises(NotFound):
        weak = world.actor(world.facilitator, strong=False)
        actions.open_gathering(gathering=stage.gathering, online=False, by=weak, at=stage.at)
    assert not Event.objects.exists()


def test_a_practice_starts_a_moment_ahead_for_everybody(stage: Stage) -> None:
    stage.open()
    stage.step(0)
    at = later(stage.at, 10)
    placed = actions.start_practice(**stage.practice_a(), by=stage.guide, at=at)
    assert placed.practice is not None and placed.practice.waiting
    assert placed.practice.starts_in_ms == LEAD
    assert queries.placed(stage.gathering, at=later(at, 2)).practice.running  # type: ignore[union-attr]


def test_the_same_start_twice_is_one_start(stage: Stage) -> None:
    stage.open()
    first = actions.start_practice(**stage.practice_a(), by=stage.guide, at=later(stage.at, 1))
    second = actions.start_practice(**stage.practice_a(), by=stage.holder, at=later(stage.at, 2))
    assert (first.n, second.n) == (2, 2)


def test_pause_resume_and_end_keep_the_place(stage: Stage) -> None:
    stage.open()
    at = stage.at
    play = actions.start_practice(**stage.practice_a(), by=stage.guide, at=at).practice.play  # type: ignore[union-attr]
    lead = {"gathering": stage.gathering, "play": play, "by": stage.guide}
    paused = actions.pause_practice(**lead, at=later(at, 32))
    assert paused.practice is not None and paused.practice.position_ms == 30_000
    assert actions.pause_practice(**lead, at=later(at, 33)).n == paused.n
    resumed = actions.resume_practice(**lead, at=later(at, 100))
    assert resumed.practice is not None and resumed.practice.waiting
    assert actions.resume_practice(**lead, at=later(at, 101)).n == resumed.n
    ended = actions.end_practice(**lead, at=later(at, 112))
    assert ended.practice is not None and ended.practice.finished
    assert ended.practice.position_ms == 40_000
    assert actions.end_practice(**lead, at=later(at, 113)).n == ended.n
    with pytest.raises(DoesNotFit, match="nothing to pause"):
        actions.pause_practice(**lead, at=later(at, 114))


def test_the_gentler_alternative_takes_over_in_one_command(stage: Stage) -> None:
    stage.open()
    actions.start_practice(**stage.practice_a(), by=stage.guide, at=stage.at)
    slot = queries.session_of(stage.gathering).slot("practice-a")
    assert slot.practice and slot.gentler
    gentler = queries_library.easier_than(stage.gathering, slot.practice.practice, str(slot.practice.seconds))
    assert gentler == slot.gentler
    placed = actions.start_practice(
        gathering=stage.gathering,
        practice=slot.gentler.practice,
        seconds=slot.gentler.seconds,
        by=stage.guide,
        at=later(stage.at, 60),
    )
    assert placed.practice is not None
    assert (placed.practice.practice, placed.practice.waiting) == (slot.gentler.practice, True)


@pytest.mark.parametrize(("practice", "seconds"), [("p99-nothing", 60), ("p47-arriving-together", 601), ("", 0)])
def test_what_there_is_not_is_refused(stage: Stage, practice: str, seconds: int) -> None:
    stage.open()
    with pytest.raises(NotInThisSession):
        actions.start_practice(
            gathering=stage.gathering, practice=practice, seconds=seconds, by=stage.guide, at=stage.at
        )
    for step in (-1, 8, 999):
        with pytest.raises(NotInThisSession):
            stage.step(step)
    with pytest.raises(NotInThisSession):
        actions.start_round(gathering=stage.gathering, prompt="teach", by=stage.guide, at=stage.at)


def test_closing_comes_before_closed(stage: Stage) -> None:
    stage.open()
    with pytest.raises(DoesNotFit, match="begin the closing first"):
        actions.close(gathering=stage.gathering, by=stage.guide, at=stage.at)
    assert stage.gathering.state == Gathering.State.OPEN
    placed = actions.start_closing(gathering=stage.gathering, by=stage.guide, at=later(stage.at, 60))
    assert placed.phase == "closing" and placed.step is not None and placed.step.index == 7
    assert actions.start_closing(gathering=stage.gathering, by=stage.holder, at=later(stage.at, 61)).n == placed.n
    assert stage.gathering.state == Gathering.State.CLOSING
    closed = actions.close(gathering=stage.gathering, by=stage.guide, at=later(stage.at, 120))
    assert closed.phase == "closed" and stage.gathering.state == Gathering.State.CLOSED
    assert actions.close(gathering=stage.gathering, by=stage.holder, at=later(stage.at, 121)).n == closed.n
    with pytest.raises(DoesNotFit):
        stage.step(1)


def test_an_event_is_never_said_before_the_one_it_follows(stage: Stage) -> None:
    """Whoever waited for the lock asked earlier than what they now follow; so does a server whose clock went back."""
    stage.open()
    actions.start_practice(**stage.practice_a(), by=stage.guide, at=later(stage.at, 30))
    early = actions.start_practice(**stage.practice_a(), by=stage.holder, at=later(stage.at, 29))
    assert early.n == 2
    stage.step(1, at=later(stage.at, 28))
    moments = list(Event.objects.order_by("n").values_list("at_ms", flat=True))
    assert moments[2] == moments[1] - LEAD


def test_every_command_is_written_down_with_who_gave_it_and_no_words(stage: Stage) -> None:
    stage.open()
    stage.step(0)
    entry = AuditEntry.objects.filter(event="gathering led").latest("number")
    assert (entry.reason, entry.actor) == ("step_started", stage.world.facilitators[0].code)


def test_announcements_come_after_the_commit_and_only_for_news(
    stage: Stage, django_capture_on_commit_callbacks, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[str, int | None]] = []

    def broken(code: str, n: int | None) -> None:
        raise RuntimeError("a page server that fell over")

    monkeypatch.setattr(announce, "listeners", [broken, lambda code, n: told.append((code, n))])
    with django_capture_on_commit_callbacks() as waiting:
        stage.open()
        stage.step(0)
        stage.step(0)
    assert told == []
    for tell in waiting:
        tell()
    assert told == [(stage.gathering.code, 1), (stage.gathering.code, 2)]


# --- the round ---


def test_a_round_goes_through_those_who_are_here_in_seat_order(stage: Stage) -> None:
    stage.open()
    codes = stage.come(3, 0, 5)
    placed = actions.start_round(gathering=stage.gathering, prompt="checkin", by=stage.guide, at=stage.at)
    assert placed.round is not None
    assert [placed.round.holder, *placed.round.order] == [codes[1], codes[0], codes[2]]


def test_a_round_needs_somebody(stage: Stage) -> None:
    stage.open()
    with pytest.raises(DoesNotFit, match="Mark who is here"):
        actions.start_round(gathering=stage.gathering, prompt="checkin", by=stage.guide, at=stage.at)


def test_passing_leaves_no_trace(stage: Stage) -> None:
    stage.open()
    stage.come(0, 1)
    turns = stage.round()
    actions.take_turn(gathering=stage.gathering, turns=turns, later=False, by=stage.member(0), at=later(stage.at, 50))
    event = Event.objects.latest("n")
    place = Membership.objects.get(user=stage.world.members[1])
    assert (event.kind, event.data) == ("piece_moved", {"round": turns, "to": place.code})


def test_a_double_tap_does_not_skip_the_next_person(stage: Stage) -> None:
    stage.open()
    _, second, _ = stage.come(0, 1, 2)
    turns = stage.round()
    for _ in range(3):
        placed = actions.take_turn(
            gathering=stage.gathering, turns=turns, later=False, by=stage.member(0), at=later(stage.at, 50)
        )
        assert placed.round is not None and placed.round.holder == second
    first = Membership.objects.get(user=stage.world.members[0]).code
    for _ in range(2):  # the facilitator's page was made while the first still had it
        placed = actions.move_piece(
            gathering=stage.gathering, turns=turns, holder=first, by=stage.guide, at=later(stage.at, 51)
        )
        assert placed.round is not None and placed.round.holder == second


def test_come_back_to_me_puts_a_turn_at_the_end_and_the_last_keeps_the_piece(stage: Stage) -> None:
    stage.open()
    first, second = stage.come(0, 1)
    turns = stage.round()
    wait = {"gathering": stage.gathering, "turns": turns, "later": True}
    placed = actions.take_turn(**wait, by=stage.member(0), at=stage.at)
    assert placed.round is not None and (placed.round.holder, placed.round.order) == (second, (first,))
    actions.take_turn(**{**wait, "later": False}, by=stage.member(1), at=stage.at)
    with pytest.raises(DoesNotFit):
        actions.take_turn(**wait, by=stage.member(0), at=stage.at)


def test_nobody_absent_blocks_a_round(stage: Stage) -> None:
    stage.open()
    first, _, third = stage.come(0, 1, 2)
    turns = stage.round()
    gone = Membership.objects.get(user=stage.world.members[1]).code
    actions.mark_left(gathering=stage.gathering, member_code=gone, by=stage.guide, at=later(stage.at, 60))
    lead = {"gathering": stage.gathering, "turns": turns, "by": stage.guide}
    placed = actions.move_piece(**lead, holder=first, at=later(stage.at, 61))
    assert placed.round is not None and placed.round.holder == third
    with pytest.raises(DoesNotFit, match="not here"):
        actions.move_piece(**lead, holder=third, to=gone, at=later(stage.at, 62))
    placed = actions.move_piece(**lead, holder=third, to=first, at=later(stage.at, 63))
    assert placed.round is not None and placed.round.holder == first
    placed = actions.end_round(**lead, at=later(stage.at, 64))
    assert placed.round is not None and placed.round.closed
    assert actions.end_round(**lead, at=later(stage.at, 65)).n == placed.n


def test_only_members_take_turns_and_only_while_we_meet(stage: Stage) -> None:
    stage.open()
    stage.come(0, 1)
    turns = stage.round()
    take = {"gathering": stage.gathering, "turns": turns, "later": False, "at": stage.at}
    for actor in (stage.guide, stage.world.actor(stage.world.stranger()), NOBODY):
        with pytest.raises(NotFound):
            actions.take_turn(**take, by=actor)
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=stage.at)
    actions.close(gathering=stage.gathering, by=stage.guide, at=stage.at)
    with pytest.raises(NotFound):
        actions.take_turn(**take, by=stage.member(0))


# --- being there ---


def test_the_first_hello_is_the_arrival_and_waiting_outside_counts_from_the_opening(stage: Stage) -> None:
    early = later(stage.at, -20)
    actions.arrive(gathering=stage.gathering, by=stage.member(0), at=early)
    assert not Attendance.objects.exists()
    stage.open()
    assert Attendance.objects.get().arrived_at == stage.at
    actions.arrive(gathering=stage.gathering, by=stage.member(1), at=later(stage.at, 300))
    actions.arrive(gathering=stage.gathering, by=stage.member(1), at=later(stage.at, 900))
    came = Attendance.objects.get(user=stage.world.members[1])
    assert (came.arrived_at, came.by_hand) == (later(stage.at, 300), False)
    actions.arrive(gathering=stage.gathering, by=stage.guide, at=stage.at)
    assert Attendance.objects.count() == 2


def test_a_device_that_falls_silent_is_shown_as_quiet_and_one_in_the_bag_is_not(stage: Stage) -> None:
    stage.open()
    stage.come(0, 1)
    by_hand = Membership.objects.get(user=stage.world.members[2]).code
    actions.mark_here(gathering=stage.gathering, member_code=by_hand, by=stage.guide, at=stage.at)
    actions.keep_alive(gathering=stage.gathering, user_ids={stage.world.members[0].pk}, at=later(stage.at, 50))
    beings = [one.being for one in queries.people(stage.gathering, at=later(stage.at, 60))]
    assert beings[:4] == ["here", "quiet", "here", "away"]


def test_who_was_seen_to_go_home_comes_back_by_opening_the_page_not_by_a_phone_in_a_pocket(stage: Stage) -> None:
    stage.open()
    (code,) = stage.come(0)
    gone = later(stage.at, 600)
    actions.mark_left(gathering=stage.gathering, member_code=code, by=stage.guide, at=gone)
    actions.keep_alive(gathering=stage.gathering, user_ids={stage.world.member.pk}, at=later(gone, 60))
    assert Attendance.objects.get().left_at == gone
    actions.arrive(gathering=stage.gathering, by=stage.member(0), at=later(gone, 120))
    assert Attendance.objects.get().left_at is None


@pytest.mark.parametrize("online", [True, False])
def test_at_the_close_silence_means_gone_online_and_nothing_in_a_room(stage: Stage, online: bool) -> None:
    stage.open(online=online)
    stage.come(0, 1)
    end = later(stage.at, 3600)
    actions.keep_alive(gathering=stage.gathering, user_ids={stage.world.members[1].pk}, at=end)
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=end)
    actions.close(gathering=stage.gathering, by=stage.guide, at=end)
    left = dict(Attendance.objects.values_list("user_id", "left_at"))
    assert left[stage.world.members[1].pk] == end
    assert left[stage.world.members[0].pk] == (stage.at if online else end)


def test_strangers_cannot_be_marked_and_leave_no_presence(stage: Stage) -> None:
    stage.open()
    with pytest.raises(NotFound):
        actions.arrive(gathering=stage.gathering, by=stage.world.actor(stage.world.stranger()), at=stage.at)
    other = make_world()
    theirs = Membership.objects.get(user=other.member).code
    actions.mark_here(gathering=stage.gathering, member_code=theirs, by=stage.guide, at=stage.at)
    assert not Attendance.objects.exists()


def test_somebody_who_left_the_group_is_no_longer_let_in(stage: Stage) -> None:
    stage.open()
    Membership.objects.filter(user=stage.world.member).update(left_at=stage.at + timedelta(seconds=1))
    with pytest.raises(NotFound):
        actions.arrive(gathering=stage.gathering, by=stage.world.actor(stage.world.member), at=stage.at)

"""The plan of a day: it adds up, it never loses its bookends, and nothing is shorter than its practice."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kindcircle.spec import conducting
from kindcircle.spec.conducting import MINUTE, Cut
from kindcircle.spec.playing import CueSheet
from kindcircle.spec.programmes import Session, all_programmes
from kindcircle.spec.timeline import Event, Placed, position

SESSIONS = [session for programme in all_programmes() for session in programme.sessions]
NAMES = [f"{one.number}-{one.theme}" for one in SESSIONS]
sessions = st.sampled_from(SESSIONS)
PRACTISED = ("practice", "exercise")


def placed(*events: tuple[str, int, dict[str, object]], now: int) -> Placed:
    """Where a meeting is after these events, told with their minute, at a minute."""
    told = [Event(n, kind, minute * MINUTE, data) for n, (kind, minute, data) in enumerate(events, start=1)]
    return position(told, now * MINUTE, {("p", "600"): CueSheet((0, 600_000), 600_000)})


def in_step(step: int, minutes: int, now: int) -> Placed:
    return placed(("opened", 0, {}), ("step_started", 0, {"step": step, "minutes": minutes}), now=now)


@pytest.mark.parametrize("session", SESSIONS, ids=NAMES)
def test_the_core_version_of_every_session_is_whole_in_itself(session: Session) -> None:
    agenda, core = session.agenda, conducting.core(session.agenda)
    assert sum(core) == conducting.core_minutes(agenda) < session.minutes
    assert (core[0], core[-1]) == (agenda[0].minutes, agenda[-1].minutes)
    assert any(minutes and slot.kind in PRACTISED for minutes, slot in zip(core, agenda, strict=True))
    for minutes, slot in zip(core, agenda, strict=True):
        assert minutes == 0 or minutes >= conducting.needs(slot)


@given(session=sessions, minutes=st.integers(0, 260), data=st.data())
def test_whatever_is_left_adds_up_and_keeps_what_it_must(session: Session, minutes: int, data: st.DataObject) -> None:
    agenda, before = session.agenda, conducting.whole(session.agenda)
    first = data.draw(st.integers(0, len(agenda) - 1))
    plan = conducting.fit(agenda, before, minutes, first=first)
    fewest, most = conducting.leanest(agenda, before, first=first), sum(before[first:])
    assert sum(plan[first:]) == min(max(minutes, fewest), most)
    assert plan[:first] == before[:first]
    assert plan[0] >= before[0] and plan[-1] >= before[-1]
    for step, slot in enumerate(agenda):
        assert plan[step] == 0 or plan[step] >= conducting.needs(slot)
        if slot.ground_first is not None:
            assert plan[step] > 0, "finding the ground again stays"
    heart = next(step for step, slot in enumerate(agenda) if slot.kind in PRACTISED)
    assert plan[heart] > 0


@given(session=sessions, one=st.integers(0, 260), other=st.integers(0, 260))
def test_less_time_never_brings_anything_back(session: Session, one: int, other: int) -> None:
    agenda, whole = session.agenda, conducting.whole(session.agenda)
    less, more = (conducting.fit(agenda, whole, minutes) for minutes in sorted((one, other)))
    assert sum(less) <= sum(more)
    assert {step for step, minutes in enumerate(more) if not minutes} <= {s for s, m in enumerate(less) if not m}


@given(session=sessions, minutes=st.integers(0, 260))
def test_sharing_and_teaching_give_before_practice_does(session: Session, minutes: int) -> None:
    agenda, whole = session.agenda, conducting.whole(session.agenda)
    plan = conducting.fit(agenda, whole, minutes)
    shorter = [s for s, slot in enumerate(agenda) if slot.kind in PRACTISED and 0 < plan[s] < whole[s]]
    gone = [s for s, slot in enumerate(agenda) if slot.kind in PRACTISED and not plan[s]]
    for step, slot in enumerate(agenda):
        if slot.kind in ("sharing", "teach") and shorter:
            assert plan[step] <= conducting.least(slot)
        if slot.kind in ("sharing", "teach") and gone and slot.ground_first is None:
            assert plan[step] == 0


@given(session=sessions, minutes=st.integers(1, 260), step=st.integers(0, 10))
def test_what_was_left_out_by_hand_stays_out(session: Session, minutes: int, step: int) -> None:
    agenda, whole = session.agenda, conducting.whole(session.agenda)
    step %= len(agenda)
    if conducting.may_fall(agenda, step):
        by_hand = (*whole[:step], 0, *whole[step + 1 :])
        assert conducting.fit(agenda, by_hand, minutes)[step] == 0


def test_a_plan_for_another_run_sheet_is_none() -> None:
    agenda = SESSIONS[0].agenda
    assert conducting.today(agenda, (5, 5)) == conducting.today(agenda, None) == conducting.whole(agenda)
    assert conducting.today(agenda, [float(slot.minutes) for slot in agenda]) == conducting.whole(agenda)


KIND_BODY = next(one for one in all_programmes() if (one.id, one.version) == ("kind-to-a-body-that-hurts", "1"))
AGENDA = KIND_BODY.session(
    1
).agenda  # 4 open, 10 checkin, 10 teach, 10 practice, 12 sharing, 6 practice, 4 home, 4 close
WHOLE = conducting.whole(AGENDA)


def test_the_pace_counts_what_is_left_of_the_step_and_all_that_follows() -> None:
    place = in_step(2, 10, now=7)  # seven of ten minutes of teaching are over
    pace = conducting.pace(AGENDA, WHOLE, place, now=7 * MINUTE, ends=40 * MINUTE)
    assert pace.heading == (7 + 3 + 10 + 12 + 6 + 4 + 4) * MINUTE
    assert pace.behind == 6
    over = conducting.pace(AGENDA, WHOLE, in_step(2, 10, now=30), now=30 * MINUTE, ends=70 * MINUTE)
    assert over.behind == 30 + 36 - 70
    nowhere = conducting.pace(AGENDA, WHOLE, placed(("opened", 0, {}), now=1), now=MINUTE, ends=60 * MINUTE)
    assert nowhere.behind == 1


def test_a_practice_that_outlasts_its_step_counts_whole() -> None:
    events = (
        ("opened", 0, {}),
        ("step_started", 0, {"step": 3, "minutes": 10}),
        ("practice_started", 8, {"practice": "p", "variant": "600", "play": "a", "lead": 1000}),
    )
    place = placed(*events, now=9)
    assert conducting.practice_left(place) == 9 * MINUTE
    pace = conducting.pace(AGENDA, WHOLE, place, now=9 * MINUTE, ends=60 * MINUTE)
    assert pace.heading == (9 + 9 + 26) * MINUTE
    assert conducting.floor_now(AGENDA, WHOLE, place, 3) == 18
    assert conducting.floor_now(AGENDA, WHOLE, place, 4) == 5


@pytest.mark.parametrize(
    ("late", "cut"),
    [(1, None), (2, Cut(4, 10, 2)), (7, Cut(4, 5, 7)), (30, Cut(4, 5, 7))],
)
def test_the_sharing_is_cut_first(late: int, cut: Cut | None) -> None:
    assert conducting.suggest(AGENDA, WHOLE, in_step(2, 10, now=9), late) == cut


def test_then_the_teaching_that_goes_on_gives_what_it_has_not_used() -> None:
    plan = (*WHOLE[:4], 5, *WHOLE[5:])
    assert conducting.suggest(AGENDA, plan, in_step(2, 10, now=6), 10) == Cut(2, 6, 4)


def test_when_nothing_can_be_shorter_something_is_left_out_and_in_the_end_nothing_is_suggested() -> None:
    lean = tuple(slot.minutes if slot.locked else conducting.least(slot) for slot in AGENDA)
    at_check_in = in_step(1, 5, now=5)
    assert conducting.suggest(AGENDA, lean, at_check_in, 5) == Cut(4, 0, 5)
    bare = tuple(minutes if step in (0, 1, 3, 7) else 0 for step, minutes in enumerate(lean))
    assert conducting.suggest(AGENDA, bare, at_check_in, 5) is None


@given(session=sessions, step=st.integers(0, 10), gone=st.integers(0, 60), late=st.integers(0, 90))
def test_a_suggestion_is_never_the_closing_and_never_cuts_a_practice(
    session: Session, step: int, gone: int, late: int
) -> None:
    agenda, plan = session.agenda, conducting.whole(session.agenda)
    step %= len(agenda)
    cut = conducting.suggest(agenda, plan, in_step(step, agenda[step].minutes, now=gone), late)
    if cut is not None:
        assert not agenda[cut.step].locked and cut.step >= step
        assert plan[cut.step] - cut.minutes == cut.by > 0
        assert cut.minutes >= conducting.needs(agenda[cut.step]) or (cut.minutes == 0 and cut.step > step)

"""Conducting: shorter, longer, left out, the core and the whole, who guides, and any practice of the library."""

from datetime import timedelta

import pytest

from kindcircle.base.lib.clock import milliseconds
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.live import actions, queries, queries_conducting, queries_library
from kindcircle.rooms.live.errors import (
    DoesNotFit,
    LeadsNotHere,
    NothingToCut,
    NotInThisSession,
    NotLeftOut,
    NotToday,
    TooShort,
)
from kindcircle.rooms.live.models import Event, Presence
from kindcircle.spec import conducting
from kindcircle.spec.practices import load_practice
from kindcircle.spec.repertoire import released_practices
from tests.rooms.live.stage import Stage, later
from tests.world import World, make_world

MINUTE = 60
# Kind to a body that hurts, first meeting: 4 open, 10 check-in, 10 teach, 10 practice, 12 sharing, 6 practice, 4, 4.
WHOLE = (4, 10, 10, 10, 12, 6, 4, 4)


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


def give(stage: Stage, step: int, minutes: int, after: float = 0) -> tuple[float, ...] | None:
    at = later(stage.at, after * MINUTE)
    return actions.set_minutes(gathering=stage.gathering, step=step, minutes=minutes, by=stage.guide, at=at).plan


def kinds(stage: Stage) -> list[str]:
    return list(Event.objects.filter(gathering=stage.gathering).order_by("n").values_list("kind", flat=True))


def test_a_step_is_made_shorter_longer_and_left_out_and_all_of_it_taken_back(stage: Stage) -> None:
    assert give(stage, 4, 8) == (4, 10, 10, 10, 8, 6, 4, 4)
    assert give(stage, 4, 8) == (4, 10, 10, 10, 8, 6, 4, 4)
    assert kinds(stage) == ["plan_set"], "a second tap says nothing"
    assert give(stage, 2, 0) == (4, 10, 0, 10, 8, 6, 4, 4)
    assert give(stage, 1, 15) == (4, 15, 0, 10, 8, 6, 4, 4)
    back = actions.take_whole(gathering=stage.gathering, by=stage.holder, at=stage.at)
    assert back.plan == WHOLE


def test_a_step_begins_with_the_minutes_of_today(stage: Stage) -> None:
    stage.open()
    give(stage, 1, 6)
    give(stage, 2, 0)
    placed = stage.step(1)
    assert placed.step is not None and placed.step.minutes == 6
    assert give(stage, 1, 7) is not None
    again = queries.placed(stage.gathering, at=stage.at)
    assert again.step is not None and again.step.minutes == 7, "the present step follows the plan"
    brought_back = stage.step(2)
    assert brought_back.step is not None and brought_back.step.minutes == 10


def test_no_step_is_shorter_than_its_practice_needs(stage: Stage) -> None:
    with pytest.raises(TooShort, match="needs 10 minutes"):
        give(stage, 3, 9)
    with pytest.raises(TooShort, match="needs 4 minutes"):
        give(stage, 7, 3)
    assert kinds(stage) == []


def test_a_practice_that_is_going_on_is_not_cut(stage: Stage) -> None:
    stage.open()
    stage.step(5)
    core = stage.practice_a() | {"by": stage.guide, "at": later(stage.at, MINUTE)}
    actions.start_practice(**core)  # ten minutes, in a step of six
    with pytest.raises(TooShort, match="practice that is going on"):
        give(stage, 5, 5, after=2)
    assert give(stage, 5, 12, after=2) is not None


@pytest.mark.parametrize("step", [0, 7])
def test_beginning_and_closing_are_never_left_out(stage: Stage, step: int) -> None:
    with pytest.raises(NotLeftOut, match="always has its place"):
        give(stage, step, 0)


def test_what_goes_on_is_left_by_going_on(stage: Stage) -> None:
    stage.open()
    stage.step(2)
    with pytest.raises(NotLeftOut, match="go to the next part"):
        give(stage, 2, 0)


def test_grounding_after_what_stirs_is_never_left_out(world: World) -> None:
    stage = Stage(world)
    third = Gathering.objects.select_related("group__organisation").get(pk=world.gatherings[2].pk)
    with pytest.raises(NotLeftOut, match="finding the ground again"):
        actions.set_minutes(gathering=third, step=4, minutes=0, by=stage.guide, at=stage.at)


@pytest.mark.parametrize(("step", "minutes"), [(-1, 5), (8, 5), (999, 0), (1, -1), (1, 241)])
def test_strange_numbers_are_refused(stage: Stage, step: int, minutes: int) -> None:
    with pytest.raises(NotInThisSession):
        give(stage, step, minutes)


def test_the_core_before_the_meeting_is_three_quarters_of_it(stage: Stage) -> None:
    placed = actions.take_core(gathering=stage.gathering, by=stage.guide, at=stage.at)
    assert placed.plan is not None and sum(placed.plan) == 45
    assert (placed.plan[0], placed.plan[3], placed.plan[-1]) == (4, 10, 4)
    opened = stage.open()
    assert opened.plan == placed.plan, "what was chosen before holds during it"


def test_during_the_meeting_the_core_brings_it_to_its_end(stage: Stage) -> None:
    stage.open()
    stage.step(1)  # ten minutes for the check-in; it takes twenty-two
    at = later(stage.at, 22 * MINUTE)
    gathering = stage.gathering
    place = queries.placed(gathering, at=at)
    assert queries_conducting.pace_of(gathering, place, at=at).behind == 8
    placed = actions.take_core(gathering=gathering, by=stage.guide, at=at)
    assert placed.plan is not None and placed.plan[-1] == 4
    assert queries_conducting.pace_of(gathering, placed, at=at).behind == 0
    with pytest.raises(NothingToCut):
        actions.take_core(gathering=gathering, by=stage.guide, at=at)


def test_the_end_is_what_people_were_told_unless_the_day_went_otherwise(stage: Stage) -> None:
    stage.open()
    gathering = stage.gathering
    assert queries_conducting.ends_at(gathering) == gathering.starts_at + timedelta(hours=1)
    gathering.opened_at = gathering.starts_at + timedelta(minutes=45)
    assert queries_conducting.ends_at(gathering) == gathering.opened_at + timedelta(hours=1)


def test_the_holder_carries_on_when_the_line_of_the_guide_is_quiet(stage: Stage) -> None:
    world = stage.world
    ada, bo = world.facilitators
    Gathering.objects.filter(pk=world.gathering.pk).update(guide=ada, holder=bo)
    stage.open()
    heard = [(ada, stage.at), (bo, later(stage.at, 40))]
    for person, when in heard:
        Presence.objects.update_or_create(
            gathering=stage.gathering, user=person, defaults={"first_at": stage.at, "last_at": when}
        )
    at = later(stage.at, 40)
    place = queries.placed(stage.gathering, at=at)
    first, second = queries_conducting.leaders(stage.gathering, place, at=at)
    assert (first.name, first.guides, first.quiet) == ("Ada", True, timedelta(seconds=40))
    assert (second.name, second.guides, second.quiet) == ("Bo", False, None)
    placed = actions.move_lead(gathering=stage.gathering, to=bo.code, by=stage.holder, at=at)
    assert placed.lead == bo.code
    assert [one.guides for one in queries_conducting.leaders(stage.gathering, placed, at=at)] == [False, True]
    again = actions.move_lead(gathering=stage.gathering, to=bo.code, by=stage.holder, at=at)
    assert again.n == placed.n
    handed = actions.move_lead(gathering=stage.gathering, to=ada.code, by=stage.holder, at=at)
    assert handed.lead == ada.code


def test_only_those_who_lead_can_guide_and_only_they_conduct(stage: Stage) -> None:
    other = make_world()
    stage.open()
    for code in (stage.world.member.code, other.facilitator.code, "", "nobody"):
        with pytest.raises(LeadsNotHere):
            actions.move_lead(gathering=stage.gathering, to=code, by=stage.guide, at=stage.at)
    who = {"gathering": stage.gathering, "by": stage.member(0), "at": stage.at}
    for refused in (
        lambda: actions.set_minutes(step=1, minutes=5, **who),
        lambda: actions.take_core(**who),
        lambda: actions.take_whole(**who),
        lambda: actions.move_lead(to=stage.guide.code, **who),
    ):
        with pytest.raises(NotFound):
            refused()


def test_when_it_is_over_the_plan_stays(stage: Stage) -> None:
    stage.open()
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=stage.at)
    actions.close(gathering=stage.gathering, by=stage.guide, at=stage.at)
    with pytest.raises(DoesNotFit, match="over"):
        give(stage, 1, 6)
    with pytest.raises(DoesNotFit, match="over"):
        actions.move_lead(gathering=stage.gathering, to=stage.holder.code, by=stage.holder, at=stage.at)


def test_every_practice_of_the_library_runs_in_every_length_that_today_allows(stage: Stage) -> None:
    stage.open()
    gathering, led, at = stage.gathering, 0, stage.at
    for practice in queries_library.repertoire(gathering):
        for length, word in queries_library.lengths_today(gathering, practice):
            at = later(at, 10)
            assert word == "yes", "a group that is not led by clinicians is never asked twice"
            placed = actions.start_practice(
                gathering=gathering, practice=practice.id, seconds=length.seconds, by=stage.guide, at=at
            )
            assert placed.practice is not None and placed.practice.total_ms == length.seconds * 1000
            starts = placed.practice.starts_in_ms or 0
            sheet = queries.cue_sheets(gathering)[practice.id, str(length.seconds)]
            for part in (0, 0.31, 0.77, 1, 1.5):
                moment = later(at, starts / 1000 + length.seconds * part)
                there = queries.placed(gathering, at=moment).practice
                assert there is not None
                assert there.position_ms == min(length.seconds * 1000, round(length.seconds * 1000 * part))
                assert there.finished == (part >= 1)
                assert sheet.moments[there.cue or 0] <= there.position_ms
            led += 1
    assert led > 90, "nearly all of the library"


def test_what_is_refused_today_is_refused_with_its_reason(stage: Stage) -> None:
    stage.open()
    gathering = stage.gathering
    allowed = {practice.id for practice in queries_library.repertoire(gathering)}
    refused = {practice.id: practice for practice in released_practices() if practice.id not in allowed}
    assert {"p06-letter-from-a-wise-friend", "p29-kind-companion"} <= set(refused)
    for practice in refused.values():
        for length in practice.durations:
            for sure in (False, True):
                with pytest.raises(NotToday):
                    actions.start_practice(
                        gathering=gathering, practice=practice.id, seconds=length.seconds, by=stage.guide,
                        at=stage.at, sure=sure,
                    )  # fmt: skip
    assert kinds(stage) == ["opened"]


@pytest.mark.django_db
def test_what_stirs_more_needs_a_clinician_who_looked_twice() -> None:
    world = make_world()
    Group.objects.filter(pk=world.group.pk).update(programme="compassionate-mind-group", programme_version="1")
    stage = Stage(world)
    stage.open()
    breath = {"gathering": stage.gathering, "practice": "p15-breath-as-home", "seconds": 180, "by": stage.guide}
    with pytest.raises(NotToday, match="say that you are sure"):
        actions.start_practice(**breath, at=stage.at)
    assert actions.start_practice(**breath, at=stage.at, sure=True).practice is not None


def test_a_chosen_practice_keeps_its_version_for_ever(stage: Stage) -> None:
    stage.open()
    newest = next(one for one in released_practices() if one.id == "p25-goodwill")
    assert newest.version == "2"
    start = {"gathering": stage.gathering, "practice": newest.id, "seconds": 900, "by": stage.guide, "at": stage.at}
    actions.start_practice(**start)
    event = Event.objects.get(gathering=stage.gathering, kind="practice_started")
    assert event.data["version"] == "2"
    event.data["version"] = "1"  # as if it had been led before the second version came out
    event.save()
    assert queries.practices_of(stage.gathering)[newest.id, "900"] == load_practice(newest.id, "1")
    actions.end_practice(gathering=stage.gathering, play=event.data["play"], by=stage.guide, at=later(stage.at, 60))
    actions.start_practice(**start | {"at": later(stage.at, 90)})
    assert Event.objects.filter(kind="practice_started").order_by("n").last().data["version"] == "1"  # type: ignore[union-attr]


def test_a_practice_whose_words_are_gone_counts_up_and_breaks_nothing(stage: Stage) -> None:
    stage.open()
    actions.start_practice(gathering=stage.gathering, practice="p25-goodwill", seconds=900, by=stage.guide, at=stage.at)
    event = Event.objects.get(gathering=stage.gathering, kind="practice_started")
    event.data["version"] = "77"
    event.save()
    there = queries.placed(stage.gathering, at=later(stage.at, 60)).practice
    assert there is not None and there.running and there.total_ms is None


def test_one_that_runs_is_swapped_for_what_is_easier(stage: Stage) -> None:
    gathering = stage.gathering
    for slot in queries.session_of(gathering).agenda:
        if slot.practice:
            planned = queries_library.easier_than(gathering, slot.practice.practice, str(slot.practice.seconds))
            assert planned == slot.gentler, "what the run-sheet keeps ready comes first"
    stage.open()
    for practice in queries_library.repertoire(gathering):
        for length, _word in queries_library.lengths_today(gathering, practice):
            actions.start_practice(
                gathering=gathering, practice=practice.id, seconds=length.seconds, by=stage.guide, at=stage.at
            )
            use = queries_library.easier_than(gathering, practice.id, str(length.seconds))
            if use is None:
                assert practice.easier.practice is None
                continue
            assert use.load().length(use.seconds)
            swapped = actions.start_practice(
                gathering=gathering, practice=use.practice, seconds=use.seconds, by=stage.guide, at=stage.at
            )
            assert swapped.practice is not None and swapped.practice.practice == use.practice


def test_what_happened_is_told_by_the_events(stage: Stage) -> None:
    stage.open()
    stage.step(0)
    give(stage, 1, 6)
    stage.step(1, later(stage.at, 5 * MINUTE))
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=later(stage.at, 11 * MINUTE))
    actions.close(gathering=stage.gathering, by=stage.guide, at=later(stage.at, 15 * MINUTE))
    told = queries_conducting.what_happened(stage.gathering)
    assert [what.outcome for what in told] == ["done", "adapted", *["skipped"] * 5, "done"]
    assert told[1].minutes == 6


def test_the_pace_is_that_of_the_pure_rule(stage: Stage) -> None:
    stage.open()
    placed = stage.step(3)
    agenda = programme_of(stage.gathering.group).session(1).agenda
    ends = milliseconds(stage.gathering.ends_at)
    now = milliseconds(stage.at)
    told = queries_conducting.pace_of(stage.gathering, placed, at=stage.at)
    assert told == conducting.pace(agenda, WHOLE, placed, now=now, ends=ends)

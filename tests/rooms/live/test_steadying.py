"""Looking after one person: each step once, answers sealed, and a yes to a wish to die sets off the call at once."""

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.codes import new_code
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.live import actions, queries, queries_steadying, slowing_down
from kindcircle.rooms.live.errors import LineTooLong, UnknownStep
from kindcircle.rooms.live.models_steadying import SlowDown, Steadying
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.queries import what_spoke
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.rooms.live.stage import Stage, later
from tests.rooms.measures.sheets import send
from tests.rooms.together import at_the_same_moment
from tests.world import World, make_world


@pytest.fixture
def stage(world: World) -> Stage:
    stage = Stage(world)
    stage.open()
    stage.come(0, 1, 2)
    return stage


def place(stage: Stage, seat: int = 0) -> Membership:
    rows = Membership.objects.select_related("group__organisation", "user")
    return rows.get(group=stage.world.group, user=stage.world.members[seat])


def note(stage: Stage, step: str, *, panel: str = "", seconds: float = 0, seat: int = 0, **said: str) -> Steadying:
    return actions.note_step(
        gathering=stage.gathering,
        place=place(stage, seat),
        panel=panel,
        step=step,
        said=said,
        by=stage.holder,
        at=later(stage.at, seconds),
    )


def tap(stage: Stage, kind: str, *, seat: int = 0, seconds: float = 0) -> None:
    actions.send_signal(
        gathering=stage.gathering,
        kind=kind,
        client_key=new_code(),
        by=stage.member(seat),
        at=later(stage.at, seconds),
    )


def panel(stage: Stage) -> queries_steadying.Panel:
    found = queries_steadying.panel_of(stage.gathering, place(stage), by=stage.guide)
    assert found is not None
    return found


class TestSteps:
    def test_each_step_is_noted_once_however_often_it_is_sent(self, stage: Stage) -> None:
        code = new_code()
        for seconds, step in enumerate((*actions_steps(), *actions_steps())):
            note(stage, step, panel=code, seconds=seconds, choice="rest" if step == "choose" else "")
        row = Steadying.objects.get()
        assert row.code == code and row.begun_by == stage.world.facilitators[1]
        noted = {step.step: step.at for step in row.steps.all()}
        assert noted == {step: later(stage.at, seconds) for seconds, step in enumerate(actions_steps())}

    def test_two_who_open_it_at_once_look_after_one_person_once(self, stage: Stage) -> None:
        note(stage, "stop", panel=new_code())
        actions.note_step(
            gathering=stage.gathering, place=place(stage), panel=new_code(), step="ground", by=stage.guide, at=stage.at
        )
        assert Steadying.objects.get().steps.count() == 2
        assert panel(stage).who == "Bo" and panel(stage).done["ground"][1] == "Ada"

    def test_after_it_is_over_it_may_become_too_much_once_more(self, stage: Stage) -> None:
        first = note(stage, "stop", panel=new_code())
        ended = {"gathering": stage.gathering, "place": place(stage), "by": stage.holder, "at": later(stage.at, 9)}
        for _ in range(2):
            actions.end_steadying(panel=first.code, **ended)
        assert Steadying.objects.get().ended_at == later(stage.at, 9)
        note(stage, "soften", panel=first.code)
        second = note(stage, "stop", panel=new_code())
        assert second.pk != first.pk and first.steps.count() == 2

    def test_answers_and_the_line_are_sealed_and_come_back_whole(self, stage: Stage) -> None:
        code = new_code()
        note(stage, "check", panel=code, steadiness="2", wish="no", stays="yes")
        line = {"gathering": stage.gathering, "place": place(stage), "panel": code, "by": stage.holder, "at": stage.at}
        actions.write_line(line="Stepped out, walked with her.", **line)
        note(stage, "choose", panel=code, choice="rest")
        assert panel(stage).said == {
            "steadiness": "2", "wish": "no", "stays": "yes", "choice": "rest", "line": "Stepped out, walked with her.",
        }  # fmt: skip
        assert b"walked" not in bytes(Steadying.objects.get().sealed_said)
        with pytest.raises(LineTooLong):
            actions.write_line(line="x" * 301, **line)

    @pytest.mark.parametrize(
        ("step", "said"),
        [
            ("dance", {}),
            ("", {}),
            ("stop", {"wish": "yes"}),
            ("check", {"steadiness": "11"}),
            ("check", {"wish": "perhaps"}),
            ("choose", {}),
            ("choose", {"choice": "stay forever"}),
        ],
    )
    def test_what_is_no_step_is_refused_and_nothing_is_kept(
        self, stage: Stage, step: str, said: dict[str, str]
    ) -> None:
        with pytest.raises(UnknownStep):
            note(stage, step, **said)
        assert not Steadying.objects.exists() and not Alert.objects.exists()

    def test_only_those_who_lead_this_group_look_after_its_members(self, stage: Stage) -> None:
        other = make_world()
        for by in (stage.member(1), stage.world.actor(stage.world.safety_lead), other.actor(other.facilitator)):
            with pytest.raises(NotFound):
                actions.note_step(
                    gathering=stage.gathering, place=place(stage), panel="", step="stop", by=by, at=stage.at
                )
            with pytest.raises(NotFound):
                queries_steadying.panel_of(stage.gathering, place(stage), by=by)
        with pytest.raises(NotFound):
            actions.note_step(
                gathering=stage.gathering,
                place=Membership.objects.select_related("group__organisation", "user").get(user=other.member),
                panel="",
                step="stop",
                by=stage.guide,
                at=stage.at,
            )
        assert not Steadying.objects.exists()

    def test_the_record_says_who_did_which_step_and_no_answer(self, stage: Stage) -> None:
        note(stage, "check", steadiness="2", wish="yes", stays="no")
        entry = AuditEntry.objects.get(event="looked after in a meeting")
        assert (entry.reason, entry.concerns) == ("check", stage.world.member.code)


def actions_steps() -> tuple[str, ...]:
    return ("stop", "soften", "ground", "out", "check", "choose", "group", "contact")


class TestWhatFollows:
    def test_a_yes_to_a_wish_raises_the_highest_alert_once_and_for_good(self, stage: Stage) -> None:
        row = note(stage, "check", wish="yes", steadiness="1")
        for wish in ("yes", "no", ""):
            note(stage, "check", panel=row.code, wish=wish)
        alert = Alert.objects.get()
        assert (alert.level, alert.rules) == (Alert.Level.CONCERN, "live-wish-to-die-or-harm")
        assert (alert.source_kind, alert.source_code) == ("steadying", row.code)
        assert (alert.member, alert.gathering) == (stage.world.member, stage.gathering)
        assert panel(stage).said["wish"] == "yes"
        [spoke] = what_spoke(alert, by=stage.world.actor(stage.world.safety_lead), at=stage.at)
        assert spoke.startswith("Asked in the meeting: yes")

    def test_no_alert_means_no_answer_was_kept_either(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        def power_cut(**_: object) -> None:
            raise OSError("the disk is full")

        monkeypatch.setattr(safety, "raise_alert", power_cut)
        with pytest.raises(OSError, match="disk"):
            note(stage, "check", wish="yes")
        assert not Steadying.objects.exists()

    @pytest.mark.parametrize("said", [{"wish": "no", "stays": "no", "steadiness": "0"}, {}])
    def test_other_answers_raise_none(self, stage: Stage, said: dict[str, str]) -> None:
        note(stage, "check", **said)
        assert not Alert.objects.exists() and not Task.objects.exists()

    @pytest.mark.parametrize(("step", "said"), [("contact", {}), ("choose", {"choice": "leave"})])
    def test_going_home_or_agreeing_on_it_asks_for_a_word_within_a_day(
        self, stage: Stage, step: str, said: dict[str, str]
    ) -> None:
        row = note(stage, step, **said)
        note(stage, step, panel=row.code, **said)
        task = Task.objects.get()
        assert (task.kind, task.concerns) == (Kind.HEAR_FROM, stage.world.member)

    def test_whoever_comes_has_seen_their_calls_and_is_on_it(self, stage: Stage) -> None:
        tap(stage, "come")
        tap(stage, "come", seat=1)
        note(stage, "stop")
        mine = Alert.objects.get(member=stage.world.member)
        assert (mine.state, mine.seen_at) == (Alert.State.ACTING, stage.at)
        assert Alert.objects.get(member=stage.world.members[1]).state == Alert.State.RAISED

    def test_whoever_looked_first_is_on_it_too_once_they_begin(self, stage: Stage) -> None:
        tap(stage, "come")
        safety.see(alert=Alert.objects.get(), by=stage.guide, at=later(stage.at, 1))
        note(stage, "stop", seconds=2)
        assert Alert.objects.get().state == Alert.State.ACTING

    def test_a_second_call_while_somebody_is_there_is_answered_by_the_next_step(self, stage: Stage) -> None:
        tap(stage, "come")
        row = note(stage, "stop", seconds=1)
        tap(stage, "come", seconds=2)
        note(stage, "soften", panel=row.code, seconds=3)
        assert list(Alert.objects.values_list("state", flat=True)) == [Alert.State.ACTING] * 2


class TestStories:
    def test_stepping_out_and_coming_back_is_one_story(self, stage: Stage) -> None:
        tap(stage, "step_out", seconds=10)
        tap(stage, "step_out", seconds=12)
        tap(stage, "lot", seat=1, seconds=20)
        tap(stage, "fine", seconds=310)
        lot, out = queries_steadying.stories(stage.gathering)
        assert (out.kind, out.name, out.at, out.back_at, out.times) == (
            "step_out", "Ines", later(stage.at, 10), later(stage.at, 310), 2,
        )  # fmt: skip
        assert (lot.kind, lot.back_at) == ("lot", None)
        tap(stage, "step_out", seconds=400)
        assert next(iter(queries_steadying.stories(stage.gathering))).back_at is None
        assert queries_steadying.step_outs(stage.gathering) == 2

    def test_each_call_stays_its_own_because_each_may_have_an_alert(self, stage: Stage) -> None:
        tap(stage, "come", seconds=1)
        safety.see(alert=Alert.objects.get(), by=stage.guide, at=later(stage.at, 2))
        tap(stage, "come", seconds=3)
        told = queries_steadying.stories(stage.gathering)
        assert {story.alert for story in told} == set(Alert.objects.values_list("code", flat=True))

    def test_both_see_who_is_with_somebody_and_the_socket_hears_of_it(self, stage: Stage) -> None:
        tap(stage, "lot")
        [before] = queries.taps(stage.gathering)
        row = note(stage, "stop", seconds=5)
        [story] = queries_steadying.stories(stage.gathering)
        assert story.looked_after is not None and story.looked_after.who == "Bo"
        [after] = queries.taps(stage.gathering)
        assert (before.looked_after, after.looked_after) == (None, row.begun_at)


class TestSlowingDown:
    def test_the_second_step_out_suggests_it_and_coming_back_between_counts_anew(self, stage: Stage) -> None:
        tap(stage, "step_out", seconds=1)
        tap(stage, "step_out", seconds=2)
        assert slowing_down.reasons_of(stage.gathering) == (), "the same tap twice is one"
        tap(stage, "step_out", seat=1, seconds=3)
        tap(stage, "step_out", seat=2, seconds=4)
        assert slowing_down.reasons_of(stage.gathering) == ("step-outs",)

    def test_somebody_who_leads_may_call_for_it_once_and_needs_no_proof(self, stage: Stage) -> None:
        for _ in range(2):
            slowing_down.call_for_less(gathering=stage.gathering, by=stage.holder, at=stage.at)
        assert SlowDown.objects.get().by == stage.world.facilitators[1]
        assert AuditEntry.objects.filter(event="slowing down called").count() == 1
        with pytest.raises(NotFound):
            slowing_down.call_for_less(gathering=stage.gathering, by=stage.member(0), at=stage.at)

    @pytest.mark.parametrize(("answers", "lighter"), [([6, 6, 5, 6, 6], True), ([6] * 5, False), ([1, 2, 3, 2], False)])
    def test_a_group_that_went_home_unsteady_too_but_never_of_a_few_answers(
        self, stage: Stage, answers: list[int], lighter: bool
    ) -> None:
        stage.come(3, 4)
        actions.start_closing(gathering=stage.gathering, by=stage.guide, at=later(stage.at, 60))
        for seat, number in enumerate(answers):
            sheet = Assignment.objects.get(
                gathering=stage.gathering, member=stage.world.members[seat], instrument="after-session"
            )
            send(stage.world, sheet, {"steadiness": number}, at=later(stage.at, 90))
        assert (slowing_down.reasons_of(stage.gathering) == ("unsteady",)) is lighter
        assert (slowing_down.lighter(stage.world.gatherings[1]) is not None) is lighter

    def test_the_next_run_sheet_names_what_could_be_lighter_and_changes_nothing(self, stage: Stage) -> None:
        following = stage.world.gatherings[1]
        as_planned = queries.session_of(following)
        assert slowing_down.lighter(following) is None
        slowing_down.call_for_less(gathering=stage.gathering, by=stage.holder, at=stage.at)
        found = slowing_down.lighter(following)
        assert found is not None and found.reasons == ("called",)
        assert found.theme == queries.session_of(stage.gathering).theme
        formal = [slot.practice for slot in as_planned.agenda if slot.kind == "practice" and slot.practice]
        assert found.shorter and all(one.minutes < one.instead_of for one in found.shorter)
        assert {one.title for one in found.swaps} <= {use.load().title for use in formal}
        assert all(
            use.load().backdraft != "low" for use in formal if use.load().title in {s.title for s in found.swaps}
        )
        assert queries.session_of(following) == as_planned
        assert slowing_down.lighter(stage.world.gatherings[2]) is None
        assert slowing_down.lighter(stage.gathering) is None


@pytest.mark.usefixtures("running_site")
def test_ten_at_once_begin_one_panel_and_one_alert() -> None:
    """Both facilitators tap, the line is slow, and each form is sent again: one panel, one alert, one of each step."""
    stage = Stage(make_world())
    stage.open()
    stage.come(0)

    def send(number: int) -> Steadying:
        return actions.note_step(
            gathering=stage.gathering,
            place=place(stage),
            panel=new_code(),
            step="check",
            said={"wish": "yes"},
            by=stage.guide if number % 2 else stage.holder,
            at=later(stage.at, number),
        )

    rows = at_the_same_moment([lambda number=number: send(number) for number in range(10)])
    assert {type(row) for row in rows} == {Steadying} and len({row.pk for row in rows}) == 1
    [row] = Steadying.objects.filter(gathering=stage.gathering)
    assert (row.steps.count(), Alert.objects.filter(gathering=stage.gathering).count()) == (1, 1)
    assert panel(stage).said == {"wish": "yes"}

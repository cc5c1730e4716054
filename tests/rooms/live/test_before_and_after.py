"""The lobby, the debrief, and a close that is said: who may, until when, and what never happens."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.rooms.groups.models import Attendance, Gathering, Group
from kindcircle.rooms.live import actions, debrief, whereabouts
from kindcircle.rooms.live.actions.afterwards import say_held
from kindcircle.rooms.live.errors import LobbyShut, SayWhat, SayWhenClosed, SayWhere, SayWhomAndWhen
from kindcircle.rooms.live.models_debrief import DebriefLine
from kindcircle.rooms.live.models_pairs import PairsAnswer
from kindcircle.rooms.live.models_whereabouts import Whereabouts
from kindcircle.rooms.preparing import actions as preparing
from kindcircle.rooms.safety.errors import EmergencyNumberNotDialled
from kindcircle.rooms.safety.models import Alert, HelplineCheck
from kindcircle.rooms.tasks.actions import finish
from kindcircle.rooms.tasks.models import Task
from tests.rooms.live.stage import Stage, later
from tests.world import World, make_world

HOUR = 3600
ALONE = {"place": "14 Amber Lane", "number": "07700 900 455"}


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


def tell(stage: Stage, seat: int = 0, how: str = "alone", at: datetime | None = None, **lines: str) -> Whereabouts:
    said = lines or (ALONE if how == "alone" else {})
    return whereabouts.tell(gathering=stage.gathering, how=how, lines=said, by=stage.member(seat), at=at or stage.at)


def closed(stage: Stage) -> datetime:
    """An hour, with its closing."""
    end = later(stage.at, HOUR)
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=end)
    actions.close(gathering=stage.gathering, by=stage.guide, at=end)
    return end


class TestLobby:
    def test_it_opens_two_hours_before_and_shuts_at_the_close(self, stage: Stage) -> None:
        with pytest.raises(LobbyShut):
            tell(stage, at=later(stage.at, -2 * HOUR - 1))
        tell(stage, at=later(stage.at, -2 * HOUR))
        stage.open(online=True)
        tell(stage, 1)
        end = closed(stage)
        with pytest.raises(LobbyShut):
            tell(stage, 2, at=end)

    def test_a_meeting_in_a_room_has_none(self, stage: Stage) -> None:
        stage.open(online=False)
        with pytest.raises(LobbyShut):
            tell(stage)
        with_a_link, without = make_world(), make_world()
        Group.objects.filter(pk=without.group.pk).update(video_link="")
        without.gathering.group.refresh_from_db()
        assert whereabouts.lobby_is_open(with_a_link.gathering, at=with_a_link.at)
        assert not whereabouts.lobby_is_open(without.gathering, at=without.at)

    @pytest.mark.parametrize(("how", "lines"), [("", {}), ("word", {}), ("alone", {"number": "1"}), ("nowhere", {})])
    def test_what_does_not_say_anything_is_refused(self, stage: Stage, how: str, lines: dict[str, str]) -> None:
        with pytest.raises(SayWhere):
            whereabouts.tell(gathering=stage.gathering, how=how, lines=lines, by=stage.member(0), at=stage.at)
        assert not Whereabouts.objects.exists()

    @pytest.mark.parametrize("how", ["overheard", "out", "not-today"])
    def test_of_whoever_is_not_alone_nothing_else_is_kept(self, stage: Stage, how: str) -> None:
        tell(stage)
        row = tell(stage, how=how, place="14 Amber Lane")
        assert row.sealed_lines == b"" and row.waits == (how != "not-today")
        assert Whereabouts.objects.count() == 1

    def test_the_word_is_heard_in_any_box_and_on_a_device_for_one_meeting_only(self, stage: Stage) -> None:
        person = stage.world.members[0]
        lines = {"word": "Blue  kettle"}
        preparing.keep_contact(person=person, lines=lines, by=stage.member(0), at=stage.at)
        stage.open(online=True)
        tell(stage)
        visiting = stage.world.actor(person, only_gathering=stage.gathering.pk)
        row = whereabouts.tell(
            gathering=stage.gathering, how="", lines={"number": "blue kettle!"}, by=visiting, at=stage.at
        )
        told, kept = whereabouts.opened(row, by=stage.guide, at=stage.at)
        # Where they are may be needed most just now.
        assert told.how == "word" and kept["place"] == ALONE["place"]
        # Somebody else's word is a word like any other.
        assert not tell(stage, 1, place="blue kettle").waits

    def test_who_waits_has_not_come_and_who_goes_out_has_left(self, stage: Stage) -> None:
        tell(stage, how="out")
        stage.open(online=True)
        stage.come(0, 1)
        assert list(Attendance.objects.values_list("user", flat=True)) == [stage.world.members[1].pk]
        tell(stage, 1, how="overheard", at=later(stage.at, 300))
        assert Attendance.objects.get().left_at == later(stage.at, 300)
        tell(stage, 1, at=later(stage.at, 400))
        actions.arrive(gathering=stage.gathering, by=stage.member(1), at=later(stage.at, 401))
        assert Attendance.objects.get().left_at is None

    def test_it_goes_six_hours_after_the_close_unless_somebody_asks_for_them(self, stage: Stage) -> None:
        stage.open(online=True)
        tell(stage), tell(stage, 1)
        actions.send_signal(
            gathering=stage.gathering, kind="come", client_key=codes.new_code(), by=stage.member(1), at=stage.at
        )
        end = closed(stage)
        just_before, just_then = later(end, 6 * HOUR - 1), later(end, 6 * HOUR)
        assert whereabouts.erase_due(at=just_before) == 0
        assert len(whereabouts.told_in(stage.gathering, at=just_before)) == 2
        first = Whereabouts.objects.select_related("gathering__group").get(person=stage.world.members[0])
        with pytest.raises(NotFound):  # also before anybody has swept
            whereabouts.opened(first, by=stage.guide, at=just_then)
        assert whereabouts.erase_due(at=just_then) == 1
        assert Whereabouts.objects.get().person == stage.world.members[1]
        Alert.objects.update(closed_at=just_then, state=Alert.State.CLOSED, close_reason="plan-agreed")
        assert whereabouts.erase_due(at=just_then) == 1 and not Whereabouts.objects.exists()

    def test_a_meeting_that_never_began_leaves_nothing_behind(self, stage: Stage) -> None:
        tell(stage)
        assert whereabouts.erase_due(at=later(stage.at, 7 * HOUR - 1)) == 0
        assert whereabouts.erase_due(at=later(stage.at, 7 * HOUR)) == 1

    def test_members_and_others_open_nothing(self, stage: Stage) -> None:
        row = Whereabouts.objects.select_related("gathering__group__organisation", "person").get(pk=tell(stage).pk)
        other = make_world()
        for by in (
            stage.member(0), stage.member(1), other.actor(other.facilitator),
            stage.world.actor(stage.world.safety_lead), stage.world.actor(stage.world.facilitator, strong=False),
        ):  # fmt: skip
            with pytest.raises(NotFound):
                whereabouts.opened(row, by=by, at=stage.at)
        assert not AuditEntry.objects.filter(event=Event.WHEREABOUTS_OPENED).exists()


class TestDebrief:
    def line(self, stage: Stage, part: str, words: str = "Words", key: str = "", **more: object) -> DebriefLine:
        made = {"client_key": key or codes.new_code(), "by": stage.guide, "at": later(stage.at, 2 * HOUR)} | more
        return debrief.write_line(gathering=stage.gathering, part=part, words=words, **made)  # type: ignore[arg-type]

    def today(self, stage: Stage) -> date:
        """The day on the group's own clock when the debrief is written; late in the evening it is the next one."""
        return later(stage.at, 2 * HOUR).astimezone(ZoneInfo(stage.world.group.zone)).date()

    def contact(self, stage: Stage, **more: object) -> DebriefLine:
        world = stage.world
        facts = {"member": world.members[0], "owner": world.facilitators[1], "due_on": self.today(stage)} | more
        return self.line(stage, "contact", **facts)

    def test_only_after_the_close_and_only_by_those_who_lead(self, stage: Stage) -> None:
        stage.open()
        with pytest.raises(KindError, match="not open"):
            self.line(stage, "saw")
        closed(stage)
        for by in (stage.member(0), stage.world.actor(stage.world.safety_lead)):
            with pytest.raises(NotFound):
                self.line(stage, "saw", by=by)
        for part, words in (("saw", "  "), ("change", ""), ("gossip", "x"), ("saw", "x" * 1501)):
            with pytest.raises(SayWhat):
                self.line(stage, part, words)
        assert not DebriefLine.objects.exists()

    def test_getting_in_touch_needs_a_person_an_owner_who_leads_and_a_day(self, stage: Stage) -> None:
        stage.open(), closed(stage)
        world, today = stage.world, self.today(stage)
        wrong: list[dict[str, object]] = [
            {"member": None}, {"owner": None}, {"due_on": None}, {"due_on": today - timedelta(days=1)},
            {"due_on": today + timedelta(days=61)},
        ]  # fmt: skip
        for more in wrong:
            with pytest.raises(SayWhomAndWhen):
                self.contact(stage, **more)
        with pytest.raises(NotFound):
            self.contact(stage, owner=world.safety_lead)
        assert not Task.objects.filter(kind="debrief-contact").exists()
        line = self.contact(stage, words="", key="k" * 22)
        assert self.contact(stage, words="", key="k" * 22) == line
        assert Task.objects.get(kind="debrief-contact").owner == world.facilitators[1]

    def test_what_somebody_did_stays_done_when_the_line_goes(self, stage: Stage) -> None:
        stage.open(), closed(stage)
        first, second = self.contact(stage), self.contact(stage)
        done, waiting = Task.objects.filter(kind="debrief-contact").order_by("pk")
        finish(task=done, outcome="reached", note="", by=stage.holder, at=stage.at)
        for line in (first, second):
            with pytest.raises(NotFound):
                debrief.take_back(line=line, by=stage.holder, at=stage.at)
            debrief.take_back(line=line, by=stage.guide, at=stage.at)
        done.refresh_from_db(), waiting.refresh_from_db()
        assert (done.outcome, waiting.outcome) == ("reached", "settled")


ALWAYS_WRONG: list[dict[str, float]] = [
    {"closing_held": False},
    {"at": 59 * 60},  # its time is not over
    {"closed_at": -1},
    {"closed_at": 2 * HOUR + 1},  # still to come
]
WRONG: dict[str, list[dict[str, float]]] = {
    # Where the door was opened here, that counts and not what is said of it.
    "planned": [
        *ALWAYS_WRONG,
        {"began_at": -4 * HOUR},
        {"began_at": -2 * HOUR, "closed_at": 11 * HOUR, "at": 12 * HOUR},
    ],
    "open": ALWAYS_WRONG,
    "closing": ALWAYS_WRONG,
}


class TestSaidHeld:
    def said(self, stage: Stage, **more: object) -> None:
        facts = {
            "began_at": stage.at, "closed_at": later(stage.at, HOUR), "closing_held": True, "came": (),
            "by": stage.guide, "at": later(stage.at, 2 * HOUR),
        } | more  # fmt: skip
        say_held(gathering=stage.gathering, **facts)  # type: ignore[arg-type]

    @pytest.mark.parametrize(("state", "wrong"), [(state, one) for state, cases in WRONG.items() for one in cases])
    def test_what_cannot_have_been_closes_nothing(self, stage: Stage, state: str, wrong: dict[str, float]) -> None:
        if state != "planned":
            stage.open()
        if state == "closing":
            actions.start_closing(gathering=stage.gathering, by=stage.guide, at=stage.at)
        facts = {name: later(stage.at, value) if name != "closing_held" else value for name, value in wrong.items()}
        with pytest.raises(SayWhenClosed):
            self.said(stage, **facts)
        assert stage.gathering.state == state

    def test_twice_is_once_and_nobody_else_says_it(self, stage: Stage) -> None:
        with pytest.raises(NotFound):
            self.said(stage, by=stage.member(0))
        self.said(stage, came=stage.world.members[:2])
        self.said(stage, came=stage.world.members, closed_at=later(stage.at, HOUR + 60))
        assert stage.gathering.closed_at == later(stage.at, HOUR)
        assert Attendance.objects.count() == 2
        assert AuditEntry.objects.filter(event=Event.GATHERING_SAID_HELD).count() == 1
        assert stage.gathering.state == Gathering.State.CLOSED

    def test_the_first_meeting_still_needs_what_keeps_people_safe(self, stage: Stage) -> None:
        HelplineCheck.objects.all().delete()
        with pytest.raises(EmergencyNumberNotDialled):
            self.said(stage)
        assert stage.gathering.state == Gathering.State.PLANNED

    def test_whose_device_told_keeps_their_times(self, stage: Stage) -> None:
        stage.open()
        stage.come(0)
        actions.mark_left(
            gathering=stage.gathering, member_code=stage.come(1)[0], by=stage.guide, at=later(stage.at, 600)
        )
        self.said(stage, came=stage.world.members[:3])
        left = dict(Attendance.objects.values_list("user", "left_at"))
        end = later(stage.at, HOUR)
        assert [left[one.pk] for one in stage.world.members[:3]] == [end, later(stage.at, 600), end]

    def test_who_would_rather_stay_than_talk_in_pairs_goes_with_this_close_too(self, world: World) -> None:
        stage = Stage.second(world)
        stage.open()
        stage.come(0)
        talk = actions.ask_pairs(gathering=stage.gathering, prompt="checkin", by=stage.guide, at=stage.at).pairs
        assert talk is not None
        actions.answer_pairs(gathering=stage.gathering, talk=talk.pairs, said="stay", by=stage.member(0), at=stage.at)
        assert PairsAnswer.objects.exists()
        self.said(stage)
        assert not PairsAnswer.objects.exists()

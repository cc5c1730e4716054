"""Going more slowly: proposed once, decided by those who lead, ended by them; and a meeting that was made lighter."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.backdraft import actions, queries, slower
from kindcircle.rooms.backdraft.errors import DecidedBefore, SayWhyNot
from kindcircle.rooms.backdraft.models import SlowerPace
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live import queries as live_queries
from kindcircle.rooms.live import queries_conducting, slowing_down
from kindcircle.rooms.live.errors import BegunAlready, ChooseLighter
from kindcircle.rooms.live.models_lighter import LighterMeeting
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec import conducting
from tests.rooms.backdraft.test_asking import asked, may, say
from tests.rooms.live.stage import Stage, later
from tests.rooms.measures.sheets import send, sheet
from tests.world import World

DAY = timedelta(days=1)


def unsteady(world: World, steadiness: float, *, number: int, day: int = 0) -> None:
    """Somebody leaves a meeting this steady, so many days after the world began."""
    at = world.at + day * DAY
    one = sheet(world, gathering=world.gatherings[number], opens_at=at, closes_at=at + DAY)
    send(world, one, {"steadiness": steadiness}, at=at)


def paces(world: World) -> list[SlowerPace]:
    return list(queries.paces().filter(place__group=world.group).order_by("pk"))


def look(world: World, day: float = 1) -> int:
    before = len(paces(world))
    slower.look(at=world.at + day * DAY)
    return len(paces(world)) - before


def decide(world: World, pace: SlowerPace, *, take: bool, why: str = "", day: float = 1) -> SlowerPace:
    by = world.actor(world.facilitator)
    return slower.decide(pace=pace, take=take, why_not=why, by=by, at=world.at + day * DAY)


def waiting(world: World, kind: Kind) -> int:
    return Task.objects.filter(organisation=world.organisation, kind=kind, done_at=None).count()


class TestProposing:
    def test_leaving_unsteady_twice_proposes_it_once(self, world: World) -> None:
        unsteady(world, 4, number=0)
        assert look(world) == 0
        unsteady(world, 4, number=1)
        assert look(world) == 1 and look(world) == 0
        [pace] = paces(world)
        assert (pace.place.user, pace.reasons, pace.decision) == (world.member, "shaky", "")
        assert waiting(world, Kind.SLOWER_PACE) == 1

    def test_answers_after_practices_count_only_with_a_yes(self, world: World) -> None:
        for key in "ab":
            say(world, asked(world, key=key), how=2, in_the_way=2)
        assert look(world) == 0
        may(world, True)
        assert look(world) == 1 and paces(world)[0].reasons == "a-lot,in-the-way"

    @pytest.mark.parametrize("shaky", [False, True])
    def test_a_no_takes_back_what_a_proposal_says_of_practices(self, world: World, shaky: bool) -> None:
        for key in "ab":
            say(world, asked(world, key=key), how=2, in_the_way=2)
        for number in (0, 1) if shaky else ():
            unsteady(world, 4, number=number)
        may(world, True)
        look(world)
        may(world, False)
        assert [pace.reasons for pace in paces(world)] == (["shaky"] if shaky else [])
        assert waiting(world, Kind.SLOWER_PACE) == shaky and look(world) == 0

    def test_a_proposal_that_waits_learns_of_new_reasons(self, world: World) -> None:
        unsteady(world, 1, number=0)
        unsteady(world, 1, number=1)
        look(world)
        one = sheet(world, "harm-check", occasion="after", opens_at=world.at, closes_at=world.at + DAY)
        send(world, one, {"worse": 1, "how_long": 1, "daily": 1}, at=world.at)
        assert look(world) == 0 and paces(world)[0].reasons == "shaky,worse"
        assert waiting(world, Kind.SLOWER_PACE) == 1

    def test_nobody_who_left_and_nobody_else_is_proposed(self, world: World) -> None:
        unsteady(world, 1, number=0)
        unsteady(world, 1, number=1)
        Membership.objects.filter(group=world.group, user=world.member).update(left_at=world.at)
        assert look(world) == 0


class TestDeciding:
    @pytest.fixture
    def pace(self, world: World) -> SlowerPace:
        unsteady(world, 2, number=0)
        unsteady(world, 2, number=1)
        look(world)
        return paces(world)[0]

    def test_taken_somebody_rings_and_the_person_goes_slowly_until_it_is_ended(
        self, world: World, pace: SlowerPace
    ) -> None:
        assert queries.goes_slowly(world.member.pk) is None
        taken = decide(world, pace, take=True)
        assert decide(world, pace, take=True, day=2).decided_at == taken.decided_at, "said twice is said once"
        assert queries.goes_slowly(world.member.pk) == pace and waiting(world, Kind.SLOWER_PACE) == 0
        call = Task.objects.get(organisation=world.organisation, kind=Kind.SLOWER_CALL)
        assert (call.owner, call.due_at - call.raised_at, call.concerns) == (world.facilitator, 2 * DAY, world.member)
        unsteady(world, 1, number=2, day=1)
        assert look(world, 2) == 0, "nothing is proposed that is done already"
        for _ in range(2):
            slower.end(pace=pace, by=world.actor(world.facilitators[1]), at=world.at + 3 * DAY)
        assert queries.goes_slowly(world.member.pk) is None and queries.paces_in(world.group.pk) == []
        assert AuditEntry.objects.filter(event="slower pace ended", concerns=world.member.code).count() == 1
        assert look(world, 4) == 0, "what was before has been talked about"
        unsteady(world, 1, number=3, day=4)
        assert look(world, 5) == 0
        one = sheet(world, "after-session", gathering=None, opens_at=world.at, closes_at=world.at + 9 * DAY)
        send(world, one, {"steadiness": 3}, at=world.at + 5 * DAY)
        assert look(world, 6) == 1, "new signs count anew"

    def test_not_now_says_why_and_changes_nothing(self, world: World, pace: SlowerPace) -> None:
        for why in ("", "because"):
            with pytest.raises(SayWhyNot):
                decide(world, pace, take=False, why=why)
        row = decide(world, pace, take=False, why="not-seen")
        assert (row.decision, row.why_not) == ("not-now", "not-seen")
        assert queries.goes_slowly(world.member.pk) is None and waiting(world, Kind.SLOWER_CALL) == 0
        with pytest.raises(DecidedBefore):
            decide(world, pace, take=True)
        slower.end(pace=pace, by=world.actor(world.facilitator), at=world.at + DAY)
        assert paces(world)[0].ended_at is None

    def test_only_those_who_lead_decide(self, world: World, pace: SlowerPace) -> None:
        for person in (world.member, world.members[1], world.safety_lead, world.organisation_lead):
            with pytest.raises(NotFound):
                slower.decide(pace=pace, take=True, by=world.actor(person), at=world.at)


class TestByHand:
    """Somebody who leads saw or heard a sign that no rule can see."""

    def begin(self, world: World, *, day: float = 1) -> SlowerPace:
        place = Membership.objects.get(group=world.group, user=world.member)
        return slower.begin(place=place, by=world.actor(world.facilitator), at=world.at + day * DAY)

    def test_it_is_taken_at_once_with_a_call_and_once_however_often(self, world: World) -> None:
        first = self.begin(world)
        assert (first.reasons, first.decision, first.decided_by) == ("seen", "taken", world.facilitator)
        assert self.begin(world, day=2) == first and len(paces(world)) == 1
        assert queries.goes_slowly(world.member.pk) == first and waiting(world, Kind.SLOWER_CALL) == 1
        assert AuditEntry.objects.filter(event="slower pace decided", concerns=world.member.code).count() == 1

    def test_a_proposal_that_waits_is_taken_with_its_own_reasons(self, world: World) -> None:
        unsteady(world, 2, number=0)
        unsteady(world, 2, number=1)
        look(world)
        pace = self.begin(world)
        assert [pace] == paces(world) and (pace.reasons, pace.decision) == ("shaky", "taken")
        assert waiting(world, Kind.SLOWER_PACE) == 0 and waiting(world, Kind.SLOWER_CALL) == 1

    def test_after_it_ended_it_can_begin_again(self, world: World) -> None:
        first = self.begin(world)
        slower.end(pace=first, by=world.actor(world.facilitator), at=world.at + 2 * DAY)
        assert self.begin(world, day=3) != first and len(paces(world)) == 2

    def test_nobody_but_those_who_lead(self, world: World) -> None:
        place = Membership.objects.get(group=world.group, user=world.member)
        for person in (world.member, world.members[1], world.safety_lead, world.organisation_lead):
            with pytest.raises(NotFound):
                slower.begin(place=place, by=world.actor(person), at=world.at)


class TestLighterMeeting:
    @pytest.fixture
    def stage(self, world: World) -> Stage:
        stage = Stage(world)
        stage.open()
        slowing_down.call_for_less(gathering=stage.gathering, by=stage.holder, at=stage.at)
        return stage

    def following(self, stage: Stage):
        return type(stage.gathering).objects.select_related("group__organisation").get(pk=stage.world.gatherings[1].pk)

    def take(self, stage: Stage, *parts: str) -> None:
        live.take_lighter(gathering=self.following(stage), parts=parts, by=stage.guide, at=stage.at)

    def test_taken_it_is_todays_session_everywhere_and_the_notes_know(self, stage: Stage) -> None:
        written = live_queries.session_of(self.following(stage))
        self.take(stage, "theme", "shorter", "gentler", "depth")
        following = self.following(stage)
        session = live_queries.session_of(following)
        assert session.theme == live_queries.session_of(stage.gathering).theme != written.theme
        assert session.minutes < written.minutes
        place = live_queries.placed(following, at=stage.at)
        assert queries_conducting.plan_of(following, place) == conducting.whole(session.agenda) == place.plan
        swapped = [
            (n, old, new)
            for n, (old, new) in enumerate(zip(written.agenda, session.agenda, strict=True))
            if old.practice != new.practice
        ]
        assert swapped
        # Led as it now stands, and set beside what was written.
        n, _old, new = swapped[0]
        at = following.starts_at
        live.open_gathering(gathering=following, online=False, by=stage.guide, at=at)
        live.start_step(gathering=following, step=n, by=stage.guide, at=at)
        assert new.practice is not None
        live.start_practice(
            gathering=following, practice=new.practice.practice, seconds=new.practice.seconds, by=stage.guide, at=at
        )
        told = queries_conducting.what_happened(self.following(stage))[n]
        assert told.outcome == "adapted" and set(told.how) & {"gentler", "shorter"}

    def test_back_as_written_with_the_reason(self, stage: Stage) -> None:
        written = live_queries.session_of(self.following(stage))
        self.take(stage, "shorter")
        self.take(stage, "shorter")
        assert LighterMeeting.objects.get().parts == "shorter"
        live.stay_as_written(gathering=self.following(stage), why="talked", by=stage.guide, at=stage.at)
        following = self.following(stage)
        assert live_queries.session_of(following) == written
        place = live_queries.placed(following, at=stage.at)
        assert queries_conducting.plan_of(following, place) == conducting.whole(written.agenda)
        assert LighterMeeting.objects.get().why_not == "talked"
        reasons = AuditEntry.objects.filter(event="lighter meeting decided").order_by("pk")
        assert list(reasons.values_list("reason", flat=True)) == ["shorter", "shorter", "talked"]

    def test_it_needs_a_part_a_reason_a_hard_meeting_and_somebody_who_leads(self, stage: Stage) -> None:
        for parts in ((), ("everything",)):
            with pytest.raises(ChooseLighter):
                self.take(stage, *parts)
        with pytest.raises(ChooseLighter):
            live.stay_as_written(gathering=self.following(stage), why="", by=stage.guide, at=stage.at)
        with pytest.raises(ChooseLighter):
            last = stage.world.gatherings[3]
            live.take_lighter(gathering=last, parts=["shorter"], by=stage.guide, at=stage.at)
        with pytest.raises(NotFound):
            live.take_lighter(gathering=self.following(stage), parts=["shorter"], by=stage.member(0), at=stage.at)
        assert not LighterMeeting.objects.exists()

    def test_not_once_people_are_together(self, stage: Stage) -> None:
        following = self.following(stage)
        live.open_gathering(gathering=following, online=False, by=stage.guide, at=later(stage.at, 60))
        with pytest.raises(BegunAlready):
            self.take(stage, "shorter")


def test_too_much_twice_is_a_lot_twice(world: World) -> None:
    may(world, True)
    for key in "ab":
        actions.say_too_much(landing=asked(world, key=key), by=world.actor(world.member), at=world.at)
    assert look(world) == 1 and paces(world)[0].reasons == "a-lot"

"""Talking in pairs: nobody without a yes, wishes kept and told to nobody, and a talk that somebody leaves goes on."""

from datetime import timedelta

import pytest
from django.db import connection

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.intake.models import KeepApart
from kindcircle.rooms.live import actions, pairs, queries
from kindcircle.rooms.live.errors import DoesNotFit, NotInThisSession, PairsChanged
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.live.models_pairs import PairsAnswer, PairsDraft, PairWish
from kindcircle.spec.circle import PlacedPairs
from kindcircle.spec.timeline import Placed
from tests.rooms.live.stage import Stage, later
from tests.world import World


@pytest.fixture
def stage(world: World) -> Stage:
    """The second meeting is open, and the first six are here."""
    found = Stage.second(world)
    found.open()
    found.come(0, 1, 2, 3, 4, 5)
    return found


def of(placed: Placed) -> PlacedPairs:
    assert placed.pairs is not None
    return placed.pairs


def ask(stage: Stage) -> str:
    return of(actions.ask_pairs(gathering=stage.gathering, prompt="checkin", by=stage.guide, at=stage.at)).pairs


def say(stage: Stage, talk: str, said: str, *seats: int) -> None:
    for seat in seats:
        actions.answer_pairs(gathering=stage.gathering, talk=talk, said=said, by=stage.member(seat), at=stage.at)


def now(stage: Stage) -> pairs.Talk:
    found = pairs.talk_of(stage.gathering, queries.placed(stage.gathering, at=later(stage.at, 1)))
    assert found is not None
    return found


def begin(stage: Stage, talk: str, minutes: int = 6) -> PlacedPairs:
    seen = pairs.proposal(now(stage)).print
    led = {"gathering": stage.gathering, "by": stage.holder, "at": stage.at}
    return of(actions.start_pairs(**led, talk=talk, minutes=minutes, seen=seen))


def wish(stage: Stage, seat: int, *others: int) -> None:
    codes = [code_of(stage, other) for other in others]
    actions.wish_apart(gathering=stage.gathering, others=codes, by=stage.member(seat), at=stage.at)


def code_of(stage: Stage, seat: int) -> str:
    return Membership.objects.get(group=stage.world.group, user=stage.world.members[seat]).code


def together(stage: Stage) -> set[frozenset[str]]:
    return {frozenset(group) for group in pairs.proposal(now(stage)).groups}


# --- asking ---


def test_never_in_the_first_meeting_nor_before_people_have_met(world: World) -> None:
    first = Stage(world)
    first.open()
    first.come(0, 1)
    with pytest.raises(DoesNotFit, match="Pairs begin with the second meeting"):
        ask(first)
    # The second by its number, but nobody came to the first.
    Gathering.objects.filter(pk=world.gathering.pk).update(number=40)
    Gathering.objects.filter(pk=world.gathering.pk).update(opened_at=None)
    assert not pairs.may_talk_in_pairs(world.gatherings[1])
    Gathering.objects.filter(pk=world.gathering.pk).update(opened_at=world.at)
    assert pairs.may_talk_in_pairs(world.gatherings[1])
    assert not Event.objects.filter(kind="pairs_asked").exists()


def test_asking_twice_is_asking_once_and_only_about_a_question_of_today(stage: Stage) -> None:
    assert ask(stage) == ask(stage)
    with pytest.raises(NotInThisSession):
        actions.ask_pairs(gathering=stage.gathering, prompt="nothing", by=stage.guide, at=stage.at)
    for by in (stage.member(0), stage.world.actor(stage.world.safety_lead)):
        with pytest.raises(NotFound):
            actions.ask_pairs(gathering=stage.gathering, prompt="checkin", by=by, at=stage.at)


def test_only_who_said_yes_is_ever_in_a_pair(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1, 2)
    say(stage, talk, "stay", 3)
    found = pairs.proposal(now(stage))
    assert sorted(who for group in found.groups for who in group) == sorted(code_of(stage, seat) for seat in (0, 1, 2))
    say(stage, talk, "stay", 2)
    groups = begin(stage, talk).groups
    assert {frozenset(group) for group in groups} == {frozenset((code_of(stage, 0), code_of(stage, 1)))}
    with pytest.raises(NotFound):
        actions.answer_pairs(gathering=stage.gathering, talk=talk, said="yes", by=stage.holder, at=stage.at)


def test_a_facilitator_marks_what_was_said_aloud_and_never_turns_a_no_into_a_yes(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "stay", 0)
    led = {"gathering": stage.gathering, "talk": talk, "by": stage.guide, "at": stage.at}
    with pytest.raises(DoesNotFit, match="said on their own device"):
        actions.mark_answer(**led, member_code=code_of(stage, 0), said="yes")
    actions.mark_answer(**led, member_code=code_of(stage, 1), said="stay")
    actions.mark_answer(**led, member_code=code_of(stage, 1), said="yes")
    with pytest.raises(DoesNotFit):
        actions.mark_answer(**led, member_code=code_of(stage, 7), said="yes")  # not here
    assert [now(stage).said_by(code_of(stage, seat)) for seat in (0, 1, 7)] == ["stay", "yes", ""]


def test_in_an_open_circle_whoever_is_new_stays_with_those_who_lead(stage: Stage) -> None:
    Group.objects.filter(pk=stage.world.group.pk).update(programme="circle-of-practice")
    first = stage.world.group.gatherings.get(number=1)
    for seat in (0, 1, 2):
        Attendance.objects.create(gathering=first, user=stage.world.members[seat], arrived_at=first.starts_at)
    prompt = next(slot.id for slot in queries.session_of(stage.gathering).agenda if slot.prompt is not None)
    led = {"gathering": stage.gathering, "by": stage.guide, "at": stage.at}
    talk = of(actions.ask_pairs(**led, prompt=prompt)).pairs
    say(stage, talk, "yes", 0, 1, 2)
    assert now(stage).new == {code_of(stage, seat) for seat in (3, 4, 5)}
    with pytest.raises(DoesNotFit, match="for the first time"):
        say(stage, talk, "yes", 3)
    begin(stage, talk)
    with pytest.raises(DoesNotFit, match="for the first time"):
        say(stage, talk, "join", 3)


# --- wishes ---


def test_a_wish_is_kept_and_told_to_nobody(stage: Stage) -> None:
    wish(stage, 0, 1)
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1, 2, 3)
    one, other = code_of(stage, 0), code_of(stage, 1)
    assert frozenset((one, other)) not in together(stage)
    beside = next(who for group in pairs.proposal(now(stage)).groups if one in group for who in group if who != one)
    swap = {"gathering": stage.gathering, "talk": talk, "by": stage.guide, "at": stage.at}
    with pytest.raises(DoesNotFit, match="does not go with the wishes") as refused:
        actions.swap_in_pairs(**swap, one=beside, other=other)
    assert "Ines" not in str(refused.value) and not PairsDraft.objects.exists()
    assert pairs.own_wish(stage.gathering, by=stage.member(0)) == [other]
    assert pairs.own_wish(stage.gathering, by=stage.member(1)) == []
    visiting = stage.world.actor(stage.world.members[0], only_gathering=stage.gathering.pk)
    for by in (stage.guide, visiting):
        with pytest.raises(NotFound):
            pairs.own_wish(stage.gathering, by=by)
        with pytest.raises(NotFound):
            actions.wish_apart(gathering=stage.gathering, others=[], by=by, at=stage.at)


def test_a_stolen_disk_does_not_tell_who_would_rather_not_be_with_whom(stage: Stage) -> None:
    wish(stage, 0, 1)
    other = Membership.objects.get(code=code_of(stage, 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM live_pairwish")
        row = cursor.fetchone()
    raw = b"|".join(bytes(cell) if isinstance(cell, bytes | memoryview) else str(cell).encode() for cell in row)
    for needle in (other.code.encode(), other.user.code.encode(), b"Tomas"):
        assert needle not in raw
    assert stage.world.members[0].pk in row, "the search looks at the right row"
    sizes = set()
    for others in ((1,), (1, 2), (1, 2, 3)):
        wish(stage, 0, *others)
        sizes.add(len(bytes(PairWish.objects.get().sealed_apart)))
    assert len(sizes) == 1, "its length does not tell how many"
    wish(stage, 0)
    assert not PairWish.objects.exists()


def test_nothing_that_members_say_about_pairs_is_audited(stage: Stage) -> None:
    talk = ask(stage)
    before = AuditEntry.objects.count()
    wish(stage, 0, 1)
    say(stage, talk, "yes", 0, 1, 2, 3)
    say(stage, talk, "stay", 4)
    assert AuditEntry.objects.count() == before
    begin(stage, talk)
    assert AuditEntry.objects.latest("pk").reason == "pairs_started"


def test_only_somebody_one_has_met_can_be_wished_away(stage: Stage) -> None:
    wish(stage, 0, 7)  # has never come
    assert not PairWish.objects.exists()
    wish(stage, 0, 0)
    assert not PairWish.objects.exists()
    assert set(pairs.known_to(stage.gathering, Membership.objects.get(code=code_of(stage, 0)))) == {
        code_of(stage, seat) for seat in range(1, 6)
    }


def test_whom_the_intake_keeps_apart_is_kept_apart_here_too(stage: Stage) -> None:
    one, other = sorted(stage.world.members[:2], key=lambda person: person.pk)
    rule = {"organisation": stage.world.organisation, "made_by": stage.world.facilitator, "made_at": stage.at}
    KeepApart.objects.create(one=one, other=other, **rule)
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1)
    found = pairs.proposal(now(stage))
    assert (found.groups, found.short) == ((), 2)
    with pytest.raises(PairsChanged):
        actions.start_pairs(
            gathering=stage.gathering, talk=talk, minutes=6, seen=found.print, by=stage.guide, at=stage.at
        )
    say(stage, talk, "yes", 2, 3)
    assert pairs.proposal(now(stage)).short == 0


def test_who_finds_nobody_is_for_people_to_decide(stage: Stage) -> None:
    wish(stage, 0, 1, 2)
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1, 2)
    found = pairs.proposal(now(stage))
    assert found.groups == () and found.short == 1
    led = {"gathering": stage.gathering, "talk": talk, "by": stage.guide, "at": stage.at}
    actions.keep_from_pairs(**led, member_code=code_of(stage, 0), stays=True)
    assert together(stage) == {frozenset((code_of(stage, 1), code_of(stage, 2)))}
    assert pairs.proposal(now(stage)).stays == (code_of(stage, 0),)
    actions.keep_from_pairs(**led, member_code=code_of(stage, 0), stays=False)
    assert pairs.proposal(now(stage)).short == 1
    with pytest.raises(PairsChanged):
        actions.keep_from_pairs(**led, member_code=code_of(stage, 5), stays=True)  # never said yes


# --- beginning, and partners who change ---


def test_what_is_begun_is_what_was_seen(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1, 2, 3)
    seen = pairs.proposal(now(stage)).print
    say(stage, talk, "stay", 3)
    led = {"gathering": stage.gathering, "talk": talk, "by": stage.guide, "at": stage.at}
    with pytest.raises(PairsChanged):
        actions.start_pairs(**led, minutes=6, seen=seen)
    with pytest.raises(NotInThisSession):
        actions.start_pairs(**led, minutes=7, seen=pairs.proposal(now(stage)).print)
    begun = begin(stage, talk)
    assert begun.state == "running" and begun.seconds == 360 and len(begun.groups) == 1
    assert of(actions.start_pairs(**led, minutes=6, seen="pressed twice")).groups == begun.groups
    assert Event.objects.filter(kind="pairs_started").count() == 1


def test_what_those_who_lead_changed_is_what_begins(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1, 2, 3)
    first = pairs.proposal(now(stage)).groups
    led = {"gathering": stage.gathering, "talk": talk, "by": stage.guide, "at": stage.at}
    actions.swap_in_pairs(**led, one=first[0][0], other=first[1][0])
    changed = ((first[1][0], first[0][1]), (first[0][0], first[1][1]))
    assert pairs.proposal(now(stage)).groups == changed
    assert begin(stage, talk).groups == changed
    told = Event.objects.get(kind="pairs_started").data
    assert set(told) == {"pairs", "prompt", "seconds", "groups"}, "codes and seconds, nothing else"


def test_partners_of_today_and_of_earlier_meetings_come_last(stage: Stage) -> None:
    talked: list[frozenset[str]] = []
    for _ in range(3):
        talk = ask(stage)
        say(stage, talk, "yes", 0, 1, 2, 3, 4, 5)
        talked += [frozenset(group) for group in begin(stage, talk).groups]
        actions.end_pairs(gathering=stage.gathering, talk=talk, by=stage.guide, at=stage.at)
    assert len(talked) == len(set(talked)) == 9, "six people, three talks: somebody new each time"


# --- while they talk ---


def test_back_to_the_room_and_back_again(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1)
    begin(stage, talk)
    say(stage, talk, "back", 0)
    assert now(stage).waiting == [code_of(stage, 1)]
    say(stage, talk, "yes", 0)
    assert now(stage).waiting == [] and [len(group) for group in now(stage).groups] == [2]


def test_whoever_lost_their_partner_is_brought_to_another_pair(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1, 2, 3)
    groups = begin(stage, talk).groups
    gone, stays = groups[0]
    Membership.objects.filter(code=gone).update(left_at=later(stage.at, 1))  # left the group in the middle of it all
    assert now(stage).waiting == [stays]
    led = {"gathering": stage.gathering, "talk": talk, "by": stage.guide, "at": stage.at}
    actions.bring_to_pair(**led, member_code=stays, number=1)
    assert now(stage).groups == ((), (*groups[1], stays)) and now(stage).waiting == []
    with pytest.raises(PairsChanged):
        actions.bring_to_pair(**led, member_code=stays, number=1)


def test_nobody_is_brought_where_a_wish_stands_or_a_three_is(stage: Stage) -> None:
    wish(stage, 4, 0)
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1, 2, 3)
    begin(stage, talk)
    say(stage, talk, "join", 4)
    mine = next(number for number, group in enumerate(now(stage).groups) if code_of(stage, 0) in group)
    led = {"gathering": stage.gathering, "talk": talk, "by": stage.guide, "at": stage.at}
    with pytest.raises(DoesNotFit, match="wishes"):
        actions.bring_to_pair(**led, member_code=code_of(stage, 4), number=mine)
    actions.bring_to_pair(**led, member_code=code_of(stage, 4), number=1 - mine)
    say(stage, talk, "join", 5)
    assert now(stage).places_for(code_of(stage, 5), pairs.kept_apart(stage.gathering)) == [mine]


def test_a_yes_that_comes_too_late_asks_for_a_pair(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1)
    begin(stage, talk)
    say(stage, talk, "yes", 2)
    assert now(stage).waiting == [code_of(stage, 2)]
    say(stage, talk, "stay", 2)
    assert now(stage).waiting == []


def test_what_was_answered_goes_with_the_end_and_with_the_close(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1)
    say(stage, talk, "stay", 2)
    led = {"gathering": stage.gathering, "by": stage.guide, "at": stage.at}
    actions.end_pairs(**led, talk=talk)
    actions.end_pairs(**led, talk=talk)
    assert not PairsAnswer.objects.exists()
    assert Event.objects.filter(kind="pairs_ended").count() == 1
    # However it ends: by the next part, by a round, or by the closing.
    for ends in (
        lambda: actions.start_step(**led, step=3),
        lambda: actions.start_round(**led, prompt="checkin", way="line"),
        lambda: actions.start_closing(**led),
    ):
        say(stage, ask(stage), "stay", 2)
        assert PairsAnswer.objects.exists()
        ends()
        assert not PairsAnswer.objects.exists()
        turns = queries.placed(stage.gathering, at=stage.at).round
        if turns is not None:
            actions.end_round(**led, turns=turns.round)


def test_those_who_lead_read_with_whom_somebody_was_when_they_called(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1)
    begin(stage, talk)
    mine, called = code_of(stage, 0), later(stage.at, 60)
    assert pairs.beside(stage.gathering, [(mine, called)]) == {(mine, called): "Tomas"}
    before = stage.at - timedelta(minutes=1)
    assert pairs.beside(stage.gathering, [(mine, before), (code_of(stage, 3), called)]) == {}


def test_nothing_stays_of_a_meeting_that_nobody_closes(stage: Stage) -> None:
    talk = ask(stage)
    say(stage, talk, "yes", 0, 1)
    say(stage, talk, "stay", 2)
    PairsDraft.objects.create(gathering=stage.gathering, pairs=talk, groups=[], stays=[])
    assert pairs.forget_due(at=stage.at + pairs.ANSWERS_KEPT - timedelta(minutes=1)) == 0
    assert pairs.forget_due(at=stage.at + pairs.ANSWERS_KEPT) == 4
    assert not PairsAnswer.objects.exists() and not PairsDraft.objects.exists()

"""How often it was talked about: what counts as a result, what is told of members' answers, and what never is."""

from datetime import datetime, timedelta

import pytest

from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.rooms.feedback import actions, queries, rate
from kindcircle.rooms.feedback.errors import NotAsked, NothingTold
from kindcircle.rooms.feedback.models import MemberSaid, TalkedAbout
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.measures import actions as measures
from kindcircle.rooms.measures.models import Assignment
from kindcircle.stats.disclosure import Suppressed
from tests.meetings import held
from tests.world import World, make_world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Answer = MemberSaid.Answer


@pytest.fixture
def world(db: None) -> World:
    return make_world(members=8)


def meet(world: World, number: int, people: list[User] | None = None) -> Gathering:
    gathering = world.gatherings[number]
    held(world, gathering, world.members if people is None else people)
    gathering.refresh_from_db()
    return gathering


def tell(world: World, number: int, members: list[User]) -> None:
    for member in members:
        sheet = Assignment.objects.get(member=member, gathering=world.gatherings[number], instrument="after-session")
        measures.submit_response(
            assignment=sheet, answers={"ease": 8, "fit": 8, "steadiness": 7}, client_key=codes.new_code(),
            by=world.actor(member), at=world.gatherings[number].starts_at + 2 * HOUR,
        )  # fmt: skip


def say(world: World, number: int, member: User, answer: str, at: datetime) -> None:
    actions.say(gathering=world.gatherings[number], answer=answer, member=member, by=world.actor(member), at=at)


def counted(world: World, at: datetime) -> rate.Rate:
    return rate.rate_of(world.group, by=world.actor(world.facilitator), at=at)


def test_a_result_is_due_once_the_group_has_met_again(world: World) -> None:
    by, at = world.actor(world.facilitator), world.at + 9 * DAY
    meet(world, 0)
    assert (counted(world, at).due, counted(world, at).waiting) == (0, 0), "nobody told anything"
    with pytest.raises(NothingTold):
        actions.say_talked(gathering=world.gathering, by=by, at=at)
    tell(world, 0, world.members[:1])
    assert (counted(world, at).due, counted(world, at).waiting) == (0, 1)
    actions.say_talked(gathering=world.gathering, by=by, at=at)
    actions.say_talked(gathering=world.gathering, by=by, at=at)
    assert TalkedAbout.objects.count() == 1
    assert (counted(world, at).due, counted(world, at).talked) == (0, 0), "early ticks do not brighten the figure"
    meet(world, 1)
    assert (counted(world, at).due, counted(world, at).talked, counted(world, at).waiting) == (1, 1, 0)
    # With one person is with one person: the group has its own tick.
    actions.take_talked_back(gathering=world.gathering, by=by, at=at)
    actions.say_talked(gathering=world.gathering, member=world.member, by=by, at=at)
    assert (counted(world, at).due, counted(world, at).talked) == (1, 0)
    with pytest.raises(NothingTold):
        actions.say_talked(gathering=world.gathering, member=world.members[1], by=by, at=at)


def test_who_is_asked(world: World) -> None:
    meet(world, 0)
    tell(world, 0, world.members[:6])
    at = world.gatherings[1].starts_at + 3 * HOUR
    assert queries.to_ask(world.group, member=world.member, at=at) is None, "there was no time to talk yet"
    meet(world, 1, world.members[1:])
    asked = [queries.to_ask(world.group, member=one, at=at) for one in world.members]
    # The first was not there, the last two had told nothing.
    assert asked == [None, *[world.gathering] * 5, None, None]
    left = Membership.objects.filter(group=world.group, user=world.members[1])
    left.update(left_at=at)
    assert queries.to_ask(world.group, member=world.members[1], at=at) is None
    left.update(left_at=None)
    # It stands for two weeks, and goes when they meet once more.
    assert queries.to_ask(world.group, member=world.members[2], at=at + 14 * DAY) is None
    meet(world, 2)
    assert queries.to_ask(world.group, member=world.members[2], at=at) is None


def test_an_answer_counts_while_the_question_stands(world: World) -> None:
    meet(world, 0)
    tell(world, 0, world.members)
    meet(world, 1)
    at = world.gatherings[1].starts_at + 3 * HOUR
    say(world, 0, world.member, Answer.NO, at)
    say(world, 0, world.member, Answer.YES, at + HOUR)
    assert MemberSaid.objects.get(member=world.member).answer == Answer.YES
    for wrong in ("", "perhaps"):
        with pytest.raises(NotAsked):
            say(world, 0, world.member, wrong, at)
    with pytest.raises(NotAsked):
        say(world, 1, world.member, Answer.YES, at)
    with pytest.raises(NotAsked):
        say(world, 0, world.member, Answer.YES, at + 15 * DAY)
    with pytest.raises(NotFound):
        actions.say(
            gathering=world.gathering, answer="yes", member=world.member, by=world.actor(world.members[1]), at=at
        )
    with pytest.raises(NotFound):
        other = make_world(members=1)
        actions.say(gathering=world.gathering, answer="yes", member=other.member, by=other.actor(other.member), at=at)


@pytest.mark.parametrize(("yes", "told"), [(0, "some"), (2, "some"), (3, "most"), (5, "most")])
def test_five_answers_are_told_as_a_word_and_only_when_nobody_is_asked_any_more(
    world: World, yes: int, told: str
) -> None:
    meet(world, 0)
    tell(world, 0, world.members[:7])
    meet(world, 1)
    at = world.gatherings[1].starts_at + 3 * HOUR
    for place, member in enumerate(world.members[:5]):
        say(world, 0, member, Answer.YES if place < yes else Answer.DO_NOT_KNOW, at)
    actions.ask(world.gathering, member=world.members[5], at=at)
    members = counted(world, at).members
    assert (members.asked, members.answered, members.not_asked, members.answers) == (6, 5, 0, 0)
    assert members.share == Suppressed(), "a sixth might still answer, and two figures would tell what"
    members = counted(world, at + 14 * DAY).members
    assert (members.not_asked, members.answers, members.share) == (1, 5, told)
    house = rate.house_rate(world.organisation, by=world.actor(world.organisation_lead), at=at + 14 * DAY)
    assert (house.groups, house.members.share) == (1, told)


def test_four_answers_are_never_told(world: World) -> None:
    for number in (0, 1, 2):
        meet(world, number)
        tell(world, number, world.members)
        if number:
            at = world.gatherings[number].starts_at + 3 * HOUR
            for member in world.members[:4]:
                say(world, number - 1, member, Answer.YES, at)
    members = counted(world, world.at + 90 * DAY).members
    assert (members.answered, members.answers, members.share) == (8, 0, Suppressed()), "twice four are no eight"


def test_a_meeting_with_too_few_adds_nothing_to_one_with_enough(world: World) -> None:
    """So that no two figures, one before and one after, tell what four people said."""
    for number in (0, 1):
        meet(world, number)
        tell(world, number, world.members)
    for member in world.members[:5]:
        say(world, 0, member, Answer.YES, world.gatherings[1].starts_at + 3 * HOUR)
    meet(world, 2)
    before = counted(world, world.gatherings[2].starts_at + 3 * HOUR).members
    for member in world.members[:4]:
        say(world, 1, member, Answer.NO, world.gatherings[2].starts_at + 3 * HOUR)
    after = counted(world, world.at + 90 * DAY).members
    assert (before.answers, before.share) == (after.answers, after.share) == (5, "most")


def test_the_house_sees_all_groups_together_and_only_whoever_leads_it(world: World) -> None:
    for made in (world, make_world(members=3)):
        meet(made, 0)
        tell(made, 0, made.members[:3])
        meet(made, 1)
    lead = world.actor(world.organisation_lead)
    found = rate.house_rate(world.organisation, by=lead, at=world.at + 90 * DAY)
    assert (found.groups, found.due, found.talked) == (1, 1, 0), "another house's groups are another house's"
    for who in (world.facilitator, world.safety_lead, world.member):
        with pytest.raises(NotFound):
            rate.house_rate(world.organisation, by=world.actor(who), at=world.at)
    with pytest.raises(NotFound):
        rate.rate_of(world.group, by=world.actor(world.member), at=world.at)

"""The rules behind the page: once and never again, who is called, what is told after people left, what goes out."""

from datetime import timedelta

import pytest

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.vault import seals
from kindcircle.rooms.alliance import actions, queries, ratings
from kindcircle.rooms.alliance.errors import (
    GuessAll,
    GuessedBefore,
    GuessFirst,
    NoMeetingToCome,
    NotAskedYet,
    NothingToChoose,
    RateInTens,
    RatingsOff,
    YesFirst,
)
from kindcircle.rooms.alliance.levels import ACTIONS, LEVELS, PULSE, TASK
from kindcircle.rooms.alliance.models import Guess, Rating, RatingRound, Reading, Step
from kindcircle.rooms.ending.taking import take_records
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.measures.models import Assignment, Score
from kindcircle.rooms.measures.queries import answers_of
from kindcircle.rooms.tasks.actions import finish
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from kindcircle.stats.results import Undefined
from kindcircle.stats.round_robin import read_round_robin, social_relations
from tests.rooms.measures.sheets import HOUR, send, sheet
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
LINES = ("understood", "may_differ", "warmth", "learning", "fair", "frame", "belonging", "direction")
POINTS = dict.fromkeys(LEVELS, 7)


@pytest.fixture
def world() -> World:
    return make_world()


def ask(world: World, number: int = 0) -> list[Assignment]:
    meeting = world.gatherings[number]
    times = {"opens_at": meeting.starts_at, "closes_at": meeting.starts_at + 24 * HOUR}
    return [
        sheet(world, PULSE, member=member, gathering=meeting, occasion="weekly", **times) for member in world.members
    ]


def say(world: World, one: Assignment, *levels: int | None):
    answers = {line: levels[place // 2] for place, line in enumerate(LINES) if levels[place // 2] is not None}
    return send(world, one, answers, at=one.opens_at + HOUR)


def read(world: World, number: int = 0) -> dict[str, Reading]:
    meeting = world.gatherings[number]
    actions.read_due(at=meeting.starts_at + 25 * HOUR)
    return {row.level: row for row in Reading.objects.filter(gathering=meeting)}


def guessed(world: World, number: int = 0, *, who: int = 0, points=POINTS) -> Guess:
    staff = world.facilitators[who]
    return actions.guess(
        gathering=world.gatherings[number], points=points, staff=staff, by=world.actor(staff), at=world.at
    )


def test_it_is_worked_out_once_and_a_late_answer_changes_nothing(world: World) -> None:
    sheets = ask(world)
    for one in sheets[:5]:
        say(world, one, 8, 3, 5, None)
    assert actions.read_due(at=world.at + 23 * HOUR) == 0
    told = read(world)
    words = [(told[level].word, len(told[level].people)) for level in LEVELS]
    assert words == [("good", 5), ("low", 5), ("mixed", 5), ("", 0)]
    assert actions.read_due(at=world.at + 26 * HOUR) == 0
    Assignment.objects.filter(pk=sheets[5].pk).update(closes_at=world.at + 90 * HOUR)
    sheets[5].refresh_from_db()
    send(world, sheets[5], dict.fromkeys(LINES, 0), at=world.at + 30 * HOUR)
    actions.read_due(at=world.at + 91 * HOUR)
    assert {level: (row.word, row.pk) for level, row in read(world).items()} == {
        level: (row.word, row.pk) for level, row in told.items()
    }
    assert AuditEntry.objects.filter(event="pulse brought together", about_code=world.gathering.code).count() == 1


def test_who_left_before_it_was_worked_out_is_not_in_it(world: World) -> None:
    for one in ask(world)[:5]:
        say(world, one, 8, 8, 8, 8)
    Membership.objects.filter(group=world.group, user=world.members[4]).update(left_at=world.at + 2 * HOUR)
    assert {row.word for row in read(world).values()} == {""}


def test_after_somebody_left_a_small_change_is_not_told(world: World) -> None:
    for one in ask(world):
        say(world, one, 5, 5, 2, 5)
    read(world)
    Membership.objects.filter(group=world.group, user=world.members[0]).update(left_at=world.at + 30 * HOUR)
    for one in ask(world, 1)[1:]:
        say(world, one, 6, 5, 8, 5)
    told = read(world, 1)
    assert [(told[level].word, told[level].held) for level in LEVELS] == [
        ("mixed", True), ("mixed", True), ("good", False), ("mixed", True)
    ]  # fmt: skip
    assert all(row.spread == "" for row in told.values())


def test_a_new_word_is_set_beside_the_newest_that_shares_somebody_with_it(world: World) -> None:
    """A time at which only others answered says nothing of these people, and makes no room to tell them afresh."""
    for number, people in enumerate((["a", "b", "c", "d", "e"], ["v", "w", "x", "y", "z"])):
        for level in LEVELS:
            Reading.objects.create(
                gathering=world.gatherings[number], level=level, word="low", people=people, read_at=world.at
            )
    third = world.gatherings[2]
    for people, whose in (({"a", "b", "n"}, "abcde"), ({"z", "n"}, "vwxyz"), ({"a", "z"}, "vwxyz")):
        found = queries.told_before(third, "leader_group", people)
        assert found is not None and found.people == frozenset(whose)
    assert queries.told_before(third, "leader_group", {"n"}) is None
    assert queries.told_before(world.gatherings[0], "leader_group", {"a"}) is None


def test_a_guess_is_said_once_by_oneself_and_opens_the_page(world: World) -> None:
    with pytest.raises(NotAskedYet):
        guessed(world)
    for one in ask(world)[:5]:
        say(world, one, 4, 4, 4, 4)
    read(world)
    ada = world.actor(world.facilitator)
    assert queries.pulses(world.group, by=ada)[0].heard == ()
    with pytest.raises(GuessFirst):
        choose(world, "more-pairs")
    for wrong in ({**POINTS, "member_group": 11}, {**POINTS, "member_group": -1}, {"member_group": 5}):
        with pytest.raises(GuessAll):
            guessed(world, points=wrong)
    guessed(world)
    guessed(world)
    with pytest.raises(GuessedBefore):
        guessed(world, points=None)
    seen = queries.pulses(world.group, by=ada)[0]
    assert [one.gap.at_least for one in seen.heard if one.gap] == [3.0] * 4 and seen.guesses == ()
    with pytest.raises(NotFound):
        actions.guess(gathering=world.gathering, points=None, staff=world.facilitators[1], by=ada, at=world.at)
    guessed(world, who=1, points=None)
    assert len(queries.pulses(world.group, by=ada)[0].guesses) == 2


def choose(world: World, what: str, level: str = "member_member") -> Step:
    staff = world.facilitator
    return actions.choose(
        gathering=world.gathering, level=level, what=what, staff=staff, by=world.actor(staff), at=world.at
    )


def test_steps_go_where_they_belong_and_their_ending_is_kept(world: World) -> None:
    for one in ask(world)[:5]:
        say(world, one, 4, 4, 9, 4)
    read(world)
    guessed(world)
    ada = world.actor(world.facilitator)
    for level, what in (("member_member", "goal-review"), ("x", "more-pairs"), ("member_member", "x")):
        with pytest.raises(NothingToChoose):
            choose(world, what, level)
    pairs = choose(world, "more-pairs")
    assert choose(world, "more-pairs") == pairs
    assert pairs.planned_for == world.gatherings[1]
    assert queries.planned_for(world.gatherings[1], by=ada) == [pairs]
    ended = actions.end_step(step=pairs, outcome="let-be", staff=world.facilitator, by=ada, at=world.at)
    again = actions.end_step(step=pairs, outcome="done", staff=world.facilitator, by=ada, at=world.at)
    assert (ended.outcome, again.outcome) == ("let-be", "let-be")
    assert queries.planned_for(world.gatherings[1], by=ada) == []

    # One that is a to-do may be ended there, too.
    review = choose(world, "goal-review", "member_group")
    task = Task.objects.get(kind=Kind.ALLIANCE_STEP, about_code=review.code)
    finish(task=task, outcome="done", note="", by=ada, at=world.at + HOUR)
    heard = {one.level: one for one in queries.pulses(world.group, by=ada)[0].heard}
    assert [(one.what, one.outcome) for one in heard["member_group"].steps] == [("goal-review", "done")]
    assert heard["leader_group"].proposed == () and "goal-review" not in heard["member_group"].proposed
    assert queries.counted(world.organisation, by=world.actor(world.organisation_lead)) == queries.Counted(
        groups=1, pulses=1, guessed=1, steps=2, steps_done=1
    )
    Gathering.objects.filter(group=world.group, number__gt=1).update(state=Gathering.State.CLOSED)
    with pytest.raises(NoMeetingToCome):
        choose(world, "link-alike")


def test_what_the_next_pulse_said_stands_beside_the_step(world: World) -> None:
    for one in ask(world):
        say(world, one, 7, 3, 7, 7)
    read(world)
    guessed(world)
    choose(world, "more-pairs")
    for one in ask(world, 1):
        say(world, one, 7, 8, 7, 7)
    read(world, 1)
    found = queries.pulses(world.group, by=world.actor(world.facilitator))
    assert [pulse.gathering.number for pulse in found] == [2, 1]
    assert {one.level: one.then for one in found[1].heard}["member_member"] == "good"


def test_only_who_answers_low_on_those_who_lead_is_called_and_once(world: World) -> None:
    sheets = ask(world)
    for one, low in zip(sheets[:3], (5, 6, None), strict=True):
        say(world, one, low, 0, 0, 0)
    for _ in range(2):
        actions.call_due(at=world.at + 2 * HOUR)
    task = Task.objects.get(kind=Kind.ALLIANCE_CALL)
    assert (task.concerns, task.group_id, task.due_at) == (
        world.member, world.group.pk, world.at + HOUR + timedelta(hours=48)
    )  # fmt: skip
    Membership.objects.filter(group=world.group, user=world.members[3]).update(left_at=world.at)
    send(world, sheets[3], dict.fromkeys(LINES, 0), at=world.at + HOUR)
    actions.call_due(at=world.at + 2 * HOUR)
    actions.call_due(at=world.at + timedelta(days=30))
    assert Task.objects.filter(kind=Kind.ALLIANCE_CALL).count() == 1


def test_no_single_sheet_is_opened_by_those_who_lead(world: World) -> None:
    response = say(world, ask(world)[0], 5, 5, 5, 5)
    with pytest.raises(NotFound):
        answers_of(response, by=world.actor(world.facilitator), at=world.at)
    assert answers_of(response, by=world.actor(world.member), at=world.at)["understood"] == 5


def test_every_level_has_something_to_do_and_the_house_and_members_see_none_of_it(world: World) -> None:
    assert all(len(ACTIONS[level]) == 3 for level in LEVELS)
    assert {goes for actions_ in ACTIONS.values() for goes in actions_.values()} >= {TASK}
    for person in (world.member, world.organisation_lead, world.safety_lead):
        with pytest.raises(NotFound):
            queries.pulses(world.group, by=world.actor(person))


def yes_to_research(world: World, *seats: int) -> None:
    for seat in seats:
        person = world.members[seat]
        one = Consent(person=person, kind=Consent.Kind.RESEARCH, text="consent-full@1", signed_at=world.at)
        one.sealed_signature = seals.SIGNATURE.seal("Name", code=one.code, holder=person)
        one.save()


def switch(world: World, on: bool = True) -> None:
    lead = world.organisation_lead
    ratings.switch(group=world.group, on=on, staff=lead, by=world.actor(lead), at=world.at)


def place_of(world: World, seat: int) -> Membership:
    return Membership.objects.get(group=world.group, user=world.members[seat])


def rate(world: World, seat: int, given: dict[int, tuple[int | None, int | None]], *, agreed: bool = True) -> None:
    member = world.members[seat]
    values = {place_of(world, to).code: {"warm": w, "understood": u} for to, (w, u) in given.items()}
    ratings.rate(group=world.group, given=values, agreed=agreed, member=member, by=world.actor(member), at=world.at)


def test_ratings_leave_as_codes_between_two_who_say_yes_and_no_longer_than_that(world: World) -> None:
    yes_to_research(world, 0, 1)
    with pytest.raises(RatingsOff):
        rate(world, 0, {1: (5, 5)})
    switch(world)
    with pytest.raises(RatingsOff):
        rate(world, 2, {1: (5, 5)})
    with pytest.raises(YesFirst):
        rate(world, 0, {1: (5, 5)}, agreed=False)
    with pytest.raises(RateInTens):
        rate(world, 0, {1: (5, 11)})
    rate(world, 0, {0: (1, 1), 1: (9, None), 2: (4, 4)})
    rate(world, 1, {0: (7, 8)})
    rows = list(ratings.rows_for_research(world.group, by=SYSTEM))
    first, second = place_of(world, 0).code, place_of(world, 1).code
    assert {(row.group, row.rater, row.target, row.warm, row.understood) for row in rows} == {
        (world.group.code, first, second, 9, None), (world.group.code, second, first, 7, 8)
    }  # fmt: skip
    for person in (world.facilitator, world.organisation_lead, world.member, world.safety_lead):
        with pytest.raises(NotFound):
            list(ratings.rows_for_research(world.group, by=world.actor(person)))
    rate(world, 0, {1: (None, None)})
    Consent.objects.filter(person=world.members[1], kind="research").update(withdrawn_at=world.at)
    assert list(ratings.rows_for_research(world.group, by=SYSTEM)) == []
    switch(world, on=False)
    switch(world, on=False)
    with pytest.raises(RatingsOff):
        rate(world, 0, {2: (5, 5)})
    assert AuditEntry.objects.filter(event__startswith="ratings for research", about_code=world.group.code).count() == 2


def test_what_leaves_is_what_the_social_relations_model_needs(world: World) -> None:
    seats = range(len(world.members))
    yes_to_research(world, *seats)
    switch(world)
    # Warmth lies with the rater alone, being understood with the one rated alone.
    for seat in seats:
        rate(world, seat, {other: (seat, other) for other in seats if other != seat})
    rows = list(ratings.rows_for_research(world.group, by=SYSTEM))
    columns = [[getattr(row, name) for row in rows] for name in ("rater", "target", "group", "warm", "understood")]
    warm, understood = read_round_robin(*columns)
    assert warm.incomplete == 0 and len(warm.members[0]) == 8
    for table, own, other in ((warm, "actor", "partner"), (understood, "partner", "actor")):
        found = social_relations(table)
        assert not isinstance(found, Undefined)
        assert getattr(found, own).estimate == pytest.approx(6.0)
        assert getattr(found, other).estimate == pytest.approx(0.0, abs=1e-9)


def test_all_of_it_goes_with_the_record(world: World) -> None:
    for one in ask(world)[:5]:
        say(world, one, 4, 4, 4, 4)
    read(world)
    guessed(world)
    choose(world, "more-pairs")
    yes_to_research(world, 0)
    switch(world)
    rate(world, 0, {1: (9, 9)})
    take_records(world.group)
    for kind in (Guess, Reading, Step, Rating, RatingRound):
        assert not kind.objects.exists(), kind
    assert not Score.every.filter(response__assignment__group=world.group).exists()

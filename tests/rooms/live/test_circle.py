"""A round as the real verbs make it: who comes when, hands, the one sign, and everybody pressing at once."""

from collections import Counter
from contextlib import suppress
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.actions.rounds import WAYS
from kindcircle.rooms.live.errors import DoesNotFit, NotInThisSession
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.live.queries_rounds import voices_in
from kindcircle.spec.circle import PlacedRound
from tests.rooms.live.stage import Stage, later
from tests.rooms.live.test_any_order import CIRCLE, hold_together, press
from tests.rooms.together import at_the_same_moment
from tests.world import World, make_world


class Circle:
    """A round of the first four members, at one instant unless said otherwise."""

    def __init__(self, world: World, way: str = "seats", *, prompt: str = "checkin") -> None:
        self.stage = Stage(world)
        self.stage.open()
        self.codes = self.stage.come(0, 1, 2, 3)
        self.at = self.stage.at
        self.start(way, prompt=prompt)

    def start(self, way: str = "seats", *, prompt: str = "checkin") -> None:
        actions.start_round(**self.led, prompt=prompt, way=way)

    @property
    def led(self) -> dict[str, Any]:
        return {"gathering": self.stage.gathering, "by": self.stage.guide, "at": self.at}

    def own(self, seat: int) -> dict[str, Any]:
        turns = {"gathering": self.stage.gathering, "turns": self.now.round}
        return turns | {"by": self.stage.member(seat), "at": self.at}

    @property
    def now(self) -> PlacedRound:
        found = queries.placed(self.stage.gathering, at=self.at).round
        assert found is not None
        return found

    @property
    def seats(self) -> tuple[int | None, list[int]]:
        """Who has the piece and who is to come, by seat."""
        known = {code: seat for seat, code in enumerate(self.codes)}
        turns = self.now
        return known.get(turns.holder or ""), [known[code] for code in turns.order]

    def done(self, seat: int) -> None:
        actions.take_turn(**self.own(seat), later=False)

    def leaves(self, seat: int) -> None:
        actions.mark_left(**self.led, member_code=self.codes[seat])

    def sort(self, seat: int, where: Any) -> None:
        actions.set_order(**self.led, turns=self.now.round, who=self.codes[seat], where=where)

    def kinds(self) -> Counter[str]:
        return Counter(Event.objects.filter(gathering=self.stage.gathering).values_list("kind", flat=True))


@pytest.fixture
def circle(world: World) -> Circle:
    return Circle(world)


def test_those_who_lead_sort_by_small_presses(circle: Circle) -> None:
    for seat, where, after in [
        (3, "up", [1, 3, 2]),
        (3, "up", [3, 1, 2]),
        (3, "up", [3, 1, 2]),
        (2, "first", [2, 3, 1]),
        (2, "last", [3, 1, 2]),
        (1, "out", [3, 2]),
        (1, "first", [3, 2]),
    ]:
        circle.sort(seat, where)
        assert circle.seats == (0, after)
    assert circle.kinds()["order_set"] == 5, "what changes nothing is not written down"


def test_nobody_waits_for_somebody_who_has_gone(circle: Circle) -> None:
    circle.leaves(1)
    circle.done(0)
    assert circle.seats == (2, [1, 3]), "the next who is here"
    circle.sort(3, "up")
    assert circle.seats == (2, [3, 1])
    circle.leaves(2)
    actions.move_piece(**circle.led, turns=circle.now.round, holder=circle.codes[2])
    assert circle.seats == (3, [1]), "the piece of somebody who has gone is passed on"
    actions.move_piece(**circle.led, turns=circle.now.round, holder=circle.codes[3])
    assert circle.seats == (None, [1])
    actions.end_round(**circle.led, turns=circle.now.round)
    assert circle.now.closed


def test_come_back_to_me_goes_to_somebody_who_is_here(circle: Circle) -> None:
    circle.leaves(1)
    actions.take_turn(**circle.own(0), later=True)
    assert circle.seats == (2, [3, 1, 0])
    for seat in (3, 0):
        circle.leaves(seat)
    with pytest.raises(DoesNotFit, match="Take your time"):
        actions.take_turn(**circle.own(2), later=True)
    circle.done(2)
    assert circle.seats[0] is None


def test_somebody_comes_late_and_somebody_would_like_one_more(circle: Circle, world: World) -> None:
    [late] = circle.stage.come(4)
    actions.add_to_round(**circle.led, turns=circle.now.round, who=late)
    circle.done(0)
    for _ in range(2):
        actions.raise_hand(**circle.own(0))
    assert circle.now.order == (*circle.codes[2:], late, circle.codes[0])
    with pytest.raises(DoesNotFit, match="not here right now"):
        actions.add_to_round(**circle.led, turns=circle.now.round, who="nobody")
    circle.leaves(0)
    actions.set_order(**circle.led, turns=circle.now.round, who=circle.codes[0], where="out")
    with pytest.raises(DoesNotFit, match="Open this page anew"):
        actions.raise_hand(**circle.own(0))


def test_a_turn_is_lengthened_once_for_each_press_and_never_the_next_one(circle: Circle) -> None:
    told = circle.led | {"turns": circle.now.round}
    for seconds in (30, 60):
        actions.lengthen_turn(**told, holder=circle.codes[0], seconds=seconds)
    assert circle.now.extra == 90
    circle.done(0)
    for holder in (circle.codes[0], None, "nobody"):
        actions.lengthen_turn(**told, holder=holder, seconds=60)
    assert circle.now.extra == 0
    with pytest.raises(NotInThisSession):
        actions.lengthen_turn(**told, holder=circle.codes[1], seconds=3600)


def test_hands_wait_until_they_are_given_the_piece(world: World) -> None:
    circle = Circle(world, "hands")
    for seat in (2, 0, 2, 1):
        actions.raise_hand(**circle.own(seat))
    assert circle.seats == (None, [2, 0, 1])
    actions.lower_hand(**circle.own(0))
    actions.lower_hand(**circle.own(3))
    actions.move_piece(**circle.led, turns=circle.now.round, holder=None)
    assert circle.seats == (2, [1])
    circle.done(2)
    assert circle.seats == (None, [1])
    circle.leaves(1)
    actions.raise_hand(**circle.own(0))
    actions.move_piece(**circle.led, turns=circle.now.round, holder=None)
    assert circle.seats == (0, [1])
    actions.move_piece(**circle.led, turns=circle.now.round, holder=circle.codes[0])
    assert circle.seats == (None, [1]), (
        "whoever passes it on gives it to a hand of somebody who is here, or lets it rest"
    )


def test_on_an_open_floor_the_piece_goes_by_itself(world: World) -> None:
    circle = Circle(world, "floor")
    for seat in (2, 0):
        actions.raise_hand(**circle.own(seat))
    assert circle.seats == (2, [0])
    circle.done(2)
    assert circle.seats == (0, [])
    circle.done(0)
    assert circle.seats == (None, [])


def test_a_hand_in_a_round_is_not_taken_down_beforehand(circle: Circle) -> None:
    """Else it would be written down who did not want their turn."""
    actions.lower_hand(**circle.own(2))
    assert circle.seats == (0, [1, 2, 3])
    assert circle.kinds()["hand_lowered"] == 0


@pytest.mark.parametrize("way", WAYS)
def test_each_way_begins_with_everybody_who_is_here(world: World, way: str) -> None:
    circle = Circle(world, way)
    turns = circle.now
    people = {turns.holder, *turns.order} - {None}
    assert people == (set() if turns.mode == "popcorn" else set(circle.codes))
    assert (turns.mode, turns.seconds) == WAYS[way]


def test_chance_draws_and_the_seats_do_not(circle: Circle) -> None:
    drawn = set()
    for _ in range(30):
        actions.end_round(**circle.led, turns=circle.now.round)
        circle.start("chance")
        drawn.add((circle.now.holder, *circle.now.order))
    assert len(drawn) > 3 and {frozenset(one) for one in drawn} == {frozenset(circle.codes)}
    with pytest.raises(NotInThisSession):
        circle.start("loudest first")


def test_one_sign_in_a_turn_and_nobodys_name(circle: Circle) -> None:
    """Pressed by all, again, too late, by the one who speaks and by somebody who has gone: one event, one answer."""
    circle.leaves(3)
    before = AuditEntry.objects.count()
    for seat in (3, 0, 1, 2, 1):
        placed = actions.be_with(**circle.own(seat), holder=circle.codes[0])
        assert placed.round is not None and placed.round.with_you == (seat not in (3, 0))
    assert circle.kinds()["with_you"] == 1
    data = Event.objects.get(gathering=circle.stage.gathering, kind="with_you").data
    assert data == {"round": circle.now.round, "holder": circle.codes[0]}
    circle.done(0)
    actions.be_with(**circle.own(2), holder=circle.codes[0])
    assert not circle.now.with_you and circle.kinds()["with_you"] == 1
    assert AuditEntry.objects.count() == before
    with pytest.raises(NotFound):
        actions.be_with(**(circle.own(2) | {"by": circle.stage.guide}), holder=circle.codes[1])


def test_a_member_leads_nothing(circle: Circle) -> None:
    told = {"gathering": circle.stage.gathering, "by": circle.stage.member(0), "at": circle.at}
    turns = {"turns": circle.now.round}
    for verb, more in [
        (actions.set_order, turns | {"who": circle.codes[1], "where": "last"}),
        (actions.add_to_round, turns | {"who": circle.codes[1]}),
        (actions.lengthen_turn, turns | {"holder": circle.codes[0], "seconds": 60}),
        (actions.start_round, {"prompt": ""}),
    ]:
        with pytest.raises(NotFound):
            verb(**told, **more)


def test_voices_are_counted_for_those_who_are_here(circle: Circle) -> None:
    circle.at = later(circle.at, 40)
    circle.done(0)
    circle.at = later(circle.at, 3)
    circle.done(1)
    circle.leaves(0)
    spoken = voices_in(circle.stage.gathering, at=later(circle.at, 20))
    assert spoken == {circle.codes[1]: 3000, circle.codes[2]: 20_000, circle.codes[3]: 0}


PRESSED = st.lists(
    st.tuples(
        st.sampled_from([*CIRCLE, "turn", "later", "move", "hand", "defer", "left", "arrive"]), st.integers(0, 3)
    ),
    min_size=10,
    max_size=40,
)


@pytest.mark.slow
@pytest.mark.django_db
def test_whatever_is_pressed_in_a_circle_it_can_go_on_and_end(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    seen: set[tuple[object, ...]] = set()
    count: Counter[str] = Counter()

    @settings(max_examples=60)
    @given(presses=PRESSED, way=st.sampled_from([*WAYS]))
    def one_evening(presses: list[tuple[str, int]], way: str) -> None:
        before = transaction.savepoint()
        try:
            circle = Circle(world, way)
            for command, number in presses:
                circle.at = later(circle.at, 1)
                with suppress(KindError):
                    press(circle.stage, command, number, circle.at)
                seen.add((circle.now.mode, circle.now.with_you, *map(str, circle.seats)))
            hold_together(circle.stage, circle.at)
            bring_to_its_end(circle)
            count.update(evenings=1, presses=len(presses))
        finally:
            transaction.savepoint_rollback(before)

    one_evening()
    assert count["evenings"] >= 50
    with capsys.disabled():
        print(
            f"\ncircle under the row's lock: {count['evenings']} runs, {count['presses']} presses, {len(seen)} states"
        )


def bring_to_its_end(circle: Circle) -> None:
    """The way forward for whoever leads: the piece always gets on, the round always ends, and so does the meeting."""
    turns, steps = circle.now, 0
    while circle.now.holder is not None:
        actions.move_piece(**circle.led, turns=turns.round, holder=circle.now.holder)
        steps += 1
        assert steps <= len(circle.codes) + 1
    actions.end_round(**circle.led, turns=turns.round)
    assert circle.now.closed
    actions.start_closing(**circle.led)
    actions.close(**circle.led)
    assert circle.stage.gathering.state == Gathering.State.CLOSED


@pytest.mark.usefixtures("committed")
def test_everybody_presses_at_once() -> None:
    """Two who lead and four members in threads: no number twice or missing, one way, no error but a sentence."""
    circle = Circle(make_world())
    turns = circle.now
    first = circle.codes[0]
    led = [
        {"gathering": circle.stage.gathering, "by": by, "at": circle.at}
        for by in (circle.stage.guide, circle.stage.holder)
    ]
    own = [circle.own(seat) for seat in range(4)]
    jobs = [
        *(lambda one=one: actions.move_piece(**one, turns=turns.round, holder=first) for one in led),
        *(lambda one=one: actions.take_turn(**one, later=False) for one in own),
        *(lambda one=one: actions.be_with(**one, holder=first) for one in own),
        *(lambda one=one: actions.raise_hand(**one) for one in own),
        *(
            lambda one=one: actions.set_order(**one, turns=turns.round, who=circle.codes[3], where="first")
            for one in led
        ),
        *(lambda one=one: actions.lengthen_turn(**one, turns=turns.round, holder=first, seconds=30) for one in led),
    ]
    answers = at_the_same_moment(jobs)
    assert not [one for one in answers if isinstance(one, Exception) and not isinstance(one, KindError)]
    rows = list(Event.objects.filter(gathering=circle.stage.gathering).order_by("n"))
    assert [row.n for row in rows] == list(range(1, len(rows) + 1))
    holders = [first, *(row.data["to"] for row in rows if row.kind == "piece_moved")]
    assert all(one != other for one, other in pairwise(holders)), "nobody was skipped by a second tap"
    assert sum(row.kind == "with_you" for row in rows) <= len(holders)
    assert circle.now.holder == holders[-1] and not set(circle.now.order) & {circle.now.holder}
    hold_together(circle.stage, circle.at)

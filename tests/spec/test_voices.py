"""How the talking is shared: the seconds add up, and nobody can tell a pass from silence or from one short line."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.spec.timeline import Event, fits, position, said_at
from kindcircle.spec.voices import EARLY, LITTLE, shares, spoken
from tests.spec.test_timeline import BASE, PRACTICES, event_lists

END = BASE + 900_000
PEOPLE = ["ann", "ben", "cid"]
values = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 400_000))


def written_down(events: list[Event]) -> list[Event]:
    """What a gathering would have kept of these: only what fits, numbered anew, never before what came earlier."""
    kept: list[Event] = []
    told = 0
    for event in events:
        told = max(told, said_at(event))
        if fits(position(kept, told, PRACTICES), event.kind, event.data):
            kept.append(Event(len(kept) + 1, event.kind, event.at + told - said_at(event), event.data))
    return kept


def by_looking(events: list[Event], now: int) -> dict[str, int]:
    """The same from the pictures that every device shows: between two events, who has the piece and is not led."""
    total: dict[str, int] = {}
    moments = [min(now, said_at(event)) for event in events]
    for since, until in pairwise([*moments, now]):
        placed = position(events, since, PRACTICES)
        if placed.round is None or placed.round.holder is None:
            continue
        practice = placed.practice
        if practice is not None and not practice.finished:
            if practice.paused or practice.total_ms is None:
                continue
            since = min(until, since + (practice.starts_in_ms or 0) + practice.total_ms - practice.position_ms)
        total[placed.round.holder] = total.get(placed.round.holder, 0) + until - since
    return {who: ms for who, ms in total.items() if ms}


@settings(max_examples=500)
@given(events=event_lists(), now=st.integers(BASE, END))
def test_the_seconds_add_up_to_what_everybody_saw(events: list[Event], now: int) -> None:
    kept = written_down(events)
    assert spoken(kept, now, PRACTICES) == by_looking(kept, now)
    assert sum(spoken(kept, now, PRACTICES).values()) <= now - BASE
    assert spoken(reversed(kept), now, PRACTICES) == spoken(kept, now, PRACTICES)


@given(events=event_lists(), now=st.integers(BASE, END), later=st.integers(0, 100_000))
def test_time_only_grows_and_only_for_one_at_a_time(events: list[Event], now: int, later: int) -> None:
    kept = written_down(events)
    before, after = spoken(kept, now, PRACTICES), spoken(kept, now + later, PRACTICES)
    grown = {who: after[who] - before.get(who, 0) for who in after}
    assert before.keys() <= after.keys() and all(ms >= 0 for ms in grown.values())
    assert sum(grown.values()) <= later


def test_a_practice_in_the_middle_is_nobodys_talk() -> None:
    """Ann is grounded with everybody after ten seconds; when the three minutes are over she goes on."""
    events = [
        Event(1, "opened", BASE, {}),
        Event(2, "round_started", BASE, {"round": "r", "order": PEOPLE, "seconds": 90, "prompt": ""}),
        Event(3, "practice_started", BASE + 12_000, {"practice": "three-part-pause", "variant": "180", "play": "a"}),
    ]
    over = BASE + 12_000 + (PRACTICES["three-part-pause", "180"].total_ms or 0)
    assert spoken(events, over, PRACTICES) == {"ann": 10_000}
    assert spoken(events, over + 5000, PRACTICES) == {"ann": 15_000}
    # Held after a minute for ten: it comes to its end ten minutes later, and the lead of going on comes on top.
    held = [
        *events,
        Event(4, "practice_paused", BASE + 72_000, {"play": "a"}),
        Event(5, "practice_resumed", BASE + 674_000, {"play": "a"}),
    ]
    assert spoken(held, over + 602_000, PRACTICES) == {"ann": 10_000} == by_looking(held, over + 602_000)
    assert spoken(held, over + 603_000, PRACTICES) == {"ann": 11_000} == by_looking(held, over + 603_000)


def test_the_next_part_of_the_run_sheet_ends_the_talk() -> None:
    begun = [
        Event(1, "opened", BASE, {}),
        Event(2, "round_started", BASE, {"round": "r", "order": PEOPLE, "seconds": 90, "prompt": ""}),
    ]
    for kind, data in (("step_started", {"step": 1, "minutes": 5}), ("closing_started", {})):
        assert spoken([*begun, Event(3, kind, BASE + 7000, data)], END, PRACTICES) == {"ann": 7000}


@given(known=values, who=st.sampled_from(PEOPLE), one=st.integers(0, LITTLE - 1), other=st.integers(0, LITTLE - 1))
def test_a_pass_a_short_line_and_no_turn_yet_look_the_same(
    known: dict[str, int], who: str, one: int, other: int
) -> None:
    """Whatever the few seconds were, not one word about anybody changes."""
    none = {name: ms for name, ms in known.items() if name != who}
    assert shares(PEOPLE, known | {who: one}) == shares(PEOPLE, known | {who: other}) == shares(PEOPLE, none)


@given(known=values, seats=st.permutations(PEOPLE))
def test_there_is_no_ranking(known: dict[str, int], seats: list[str]) -> None:
    """Seats stay in their order, everybody is there, and each is told the same wherever they sit."""
    found = shares(seats, known)
    if found.shared == "early":
        assert found.shares == () and found.little == 0
        return
    assert [who for who, _ in found.shares] == seats
    assert dict(found.shares) == dict(shares(PEOPLE, known).shares)
    assert found.little == sum(known.get(who, 0) < LITTLE for who in seats)


def test_words_for_what_is_usual() -> None:
    assert shares(PEOPLE, {"ann": EARLY - 1}).shared == "early"
    assert shares(["ann"], {"ann": EARLY}).shared == "early", "alone with those who lead there is nothing to share out"
    assert shares(PEOPLE, {"ann": 60_000, "ben": 90_000, "cid": 70_000}).shared == "even"
    told = shares(PEOPLE, {"ann": 300_000, "ben": 90_000})
    assert (told.shared, dict(told.shares)) == ("uneven", {"ann": "much", "ben": "some", "cid": "little"})

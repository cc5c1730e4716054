"""Draws: exact seats, equal chances, balance in blocks and strata, an end of a block that nobody foresees."""

import hashlib
import itertools
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.stats import allocation
from kindcircle.stats.allocation import LATER, NOW, Entrant, Stream, blocked, commitment, lottery, result_mark, sequence

SECRET = bytes(range(32))
secrets = st.binary(min_size=16, max_size=40)
ratios = st.fixed_dictionaries({NOW: st.integers(1, 4), LATER: st.integers(1, 4)})


def another(number: int) -> bytes:
    return hashlib.sha256(str(number).encode()).digest()


def people(*sizes: int) -> list[Entrant]:
    return [Entrant(f"p{s}-{n:03}", f"s{s}") for s, size in enumerate(sizes) for n in range(size)]


@given(secrets, ratios, st.text(max_size=8))
def test_each_block_holds_the_ratio_exactly_and_its_size_is_one_of_those_possible(
    secret: bytes, ratio: dict[str, int], stratum: str
) -> None:
    turns = list(itertools.islice(sequence(secret, stratum, ratio), 200))
    for _block, inside in itertools.groupby(turns[:-1], key=lambda turn: turn.block):
        whole = list(inside)
        if len(whole) < whole[0].size:
            assert whole[0].block == turns[-1].block
            continue
        multiple = whole[0].size // sum(ratio.values())
        assert multiple in allocation.MULTIPLES
        assert Counter(turn.arm for turn in whole) == {arm: share * multiple for arm, share in ratio.items()}


@given(secrets, ratios, st.lists(st.integers(1, 3), min_size=1, max_size=60))
def test_strata_stay_balanced_whatever_order_people_come_in(
    secret: bytes, ratio: dict[str, int], strata: list[int]
) -> None:
    came = [Entrant(str(n), str(stratum)) for n, stratum in enumerate(strata)]
    drawn = blocked(came, ratio, secret=secret)
    assert [one.code for one in drawn] == [one.code for one in came]
    for stratum in set(strata):
        arms = Counter(one.arm for one in drawn if one.stratum == str(stratum))
        # Away from the ratio by less than the largest block alone can hold.
        apart = arms[NOW] * ratio[LATER] - arms[LATER] * ratio[NOW]
        assert abs(apart) <= ratio[NOW] * ratio[LATER] * max(allocation.MULTIPLES)


def certain(arms: list[str], multiples: tuple[int, ...]) -> float:
    """How often somebody who has seen all draws so far, and knows all but the secret, is sure of the next one (1:1)."""
    # What may be left in the block that runs: as many of each arm. Every possible size is kept in mind.
    fresh = {(multiple, multiple) for multiple in multiples}
    known, sure = fresh, 0
    for arm in arms:
        sure += all(left == 0 for left, _right in known) or all(right == 0 for _left, right in known)
        step = (1, 0) if arm == NOW else (0, 1)
        after = {(left - step[0], right - step[1]) for left, right in known}
        known = {one for one in after if min(one) >= 0 and one != (0, 0)}
        known |= fresh if (0, 0) in after else set()
    return sure / len(arms)


def test_the_end_of_a_block_is_hardly_ever_known_where_fixed_blocks_give_it_away() -> None:
    turns = [turn for n in range(40) for turn in itertools.islice(sequence(another(n), "", {NOW: 1, LATER: 1}), 300)]
    changing = sum(certain([turn.arm for turn in turns[n : n + 300]], (2, 3, 4)) for n in range(0, 12000, 300)) / 40
    fixed = [arm for n in range(3000) for arm in Stream(another(n), "x").shuffled([NOW, NOW, LATER, LATER])]
    assert certain(fixed, (2,)) > 0.3
    assert changing < 0.03
    assert {turn.size for turn in turns} == {4, 6, 8}


@pytest.mark.parametrize("multiples", [(2,), (3, 3), (0, 2)])
def test_blocks_of_one_size_are_refused(multiples: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="foreseen"):
        next(sequence(SECRET, "", {NOW: 1, LATER: 1}, multiples=multiples))


@given(secrets, st.lists(st.integers(1, 15), min_size=1, max_size=5), st.data())
def test_a_lot_gives_exactly_the_seats_and_each_stratum_its_share(
    secret: bytes, sizes: list[int], data: st.DataObject
) -> None:
    asked = people(*sizes)
    if len(asked) < 2:
        asked += [Entrant("one more", "s0")]
    seats = data.draw(st.integers(1, len(asked) - 1))
    drawn = lottery(asked, seats, secret=secret)
    assert Counter(one.arm for one in drawn) == {NOW: seats, LATER: len(asked) - seats}
    assert {(one.code, one.stratum) for one in drawn} == {(one.code, one.stratum) for one in asked}
    for stratum, size in Counter(one.stratum for one in asked).items():
        given_seats = sum(one.arm == NOW for one in drawn if one.stratum == stratum)
        assert size * seats // len(asked) <= given_seats <= -(-size * seats // len(asked))
    # The order in which people are given plays no part: nobody can sort the list to their liking.
    assert lottery(data.draw(st.permutations(asked)), seats, secret=secret) == drawn


def test_22_people_for_12_seats_have_the_same_chance_each() -> None:
    asked, draws = people(22), 4000
    for entrants in (asked, people(5, 9, 8)):
        chosen = Counter(
            one.code for n in range(draws) for one in lottery(entrants, 12, secret=another(n)) if one.arm == NOW
        )
        assert sum(chosen.values()) == 12 * draws and len(chosen) == 22
        expected = draws * 12 / 22
        spread = (draws * 12 / 22 * 10 / 22) ** 0.5
        # Fixed secrets, so this never flickers; one in a million draws would stand so far out.
        assert all(abs(count - expected) < 5 * spread for count in chosen.values())


def test_any_two_people_are_drawn_together_as_often_as_any_other_two() -> None:
    pairs: Counter[tuple[str, ...]] = Counter()
    for n in range(4000):
        inside = sorted(one.code for one in lottery(people(6), 3, secret=another(n)) if one.arm == NOW)
        pairs.update(itertools.combinations(inside, 2))
    assert len(pairs) == 15
    assert all(abs(count - 800) < 5 * (4000 * 0.2 * 0.8) ** 0.5 for count in pairs.values())


@given(secrets, secrets)
def test_the_same_secret_draws_the_same_and_its_mark_gives_nothing_else(one: bytes, other: bytes) -> None:
    asked = people(22)
    assert lottery(asked, 12, secret=one) == lottery(asked, 12, secret=one)
    assert (commitment(one) == commitment(other)) == (one == other)
    assert one.hex() not in commitment(one)


def test_what_is_drawn_today_is_drawn_in_twenty_years() -> None:
    """Fixed figures: a change of the way to draw would make every record before it unprovable."""
    assert commitment(SECRET) == "f2994b713c9929bcc8f0ff94671a8a673af2b3a4f577a389c7e47a2f9710a7d8"
    drawn = lottery(people(22), 12, secret=SECRET)
    assert result_mark(drawn) == "e8be646ff5b2a5610dc48194cb502557f9b7dcf61eb01d3f6046d13e8e4cf70a"
    assert (
        result_mark(blocked(people(9, 9), {NOW: 2, LATER: 1}, secret=SECRET))
        == "e4df0cad51b55acac8f6c2b850921d89b77202b90f53214d9829686cae5d2f65"
    )


def test_a_result_that_was_touched_has_another_mark() -> None:
    drawn = lottery(people(22), 12, secret=SECRET)
    mine, other = drawn[0], next(one for one in drawn if one.arm != drawn[0].arm)
    swapped = [
        allocation.Drawn(one.code, one.stratum, {mine.code: other.arm, other.code: mine.arm}.get(one.code, one.arm))
        for one in drawn
    ]
    assert Counter(one.arm for one in swapped) == Counter(one.arm for one in drawn)
    assert result_mark(swapped) != result_mark(drawn)
    assert result_mark(list(reversed(drawn))) == result_mark(drawn)


@given(st.integers(1, 10**12), secrets)
@settings(max_examples=60)
def test_numbers_stay_below_their_end(end: int, secret: bytes) -> None:
    stream = Stream(secret, "x")
    assert all(0 <= stream.below(end) < end for _ in range(20))


@pytest.mark.parametrize("seats", [0, 5, 6])
def test_no_lot_is_drawn_where_everybody_or_nobody_fits(seats: int) -> None:
    with pytest.raises(ValueError, match="fewer seats"):
        lottery(people(5), seats, secret=SECRET)


def test_nobody_is_in_it_twice_and_a_short_secret_is_none() -> None:
    with pytest.raises(ValueError, match="twice"):
        lottery([Entrant("a"), Entrant("a")], 1, secret=SECRET)
    with pytest.raises(ValueError, match="bytes"):
        lottery(people(3), 1, secret=b"short")
    with pytest.raises(ValueError, match="ratio"):
        next(sequence(SECRET, "", {NOW: 1}))

"""The shorter form asks just what the longer one asks, but for what needs a talk the same day."""

from kindcircle.spec.instruments import all_instruments, load_instrument
from kindcircle.spec.scoring import score
from kindcircle.spec.shorter import STANDS_IN, as_shorter, asked_by_both, same_day, shorter_of


def test_each_pair_agrees_on_every_question_it_shares() -> None:
    for name in STANDS_IN:
        one = load_instrument(name)
        shorter = shorter_of(one)
        assert shorter is not None and not shorter.safety
        both = asked_by_both(one, shorter)
        assert set(both.values()) == {item.id for item in shorter.items}
        assert not {one.item(number).id for number in same_day(one)} & set(both)
        for here, there in both.items():
            mine = next(item for item in one.items if item.id == here)
            theirs = next(item for item in shorter.items if item.id == there)
            assert (mine.text_key, mine.codes) == (theirs.text_key, theirs.codes)
            assert one.response(mine) == shorter.response(theirs)


def test_a_form_without_a_shorter_one_has_none() -> None:
    for one in all_instruments():
        assert (shorter_of(one) is not None) == (one.id in STANDS_IN)


def test_the_shorter_form_is_counted_by_its_own_rules() -> None:
    one = load_instrument("phq-9")
    shorter = shorter_of(one)
    assert shorter is not None
    answers = {f"phq9_{number}": 2 for number in range(1, 9)} | {"phq9_9": 3, "phq9_10": 1}
    answers["phq9_4"] = None
    taken = as_shorter(one, shorter, answers)
    assert taken == {f"phq8_{number}": None if number == 4 else 2 for number in range(1, 9)}
    total = next(result for result in score(shorter, taken) if result.score == "total")
    assert (total.value, total.answered, total.of, total.rule) == (16.0, 7, 8, "phq-8@1.0.0")

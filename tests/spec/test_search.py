"""A practice is found by what it trains, takes and leaves alone, and the reason given is true of each step."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kindcircle.spec.lengths import in_words
from kindcircle.spec.practices import LEVELS, Needs, Practice, all_practices
from kindcircle.spec.search import Suggestion, find
from kindcircle.spec.ways import WAY_FOR, Topic, mentions

ALL = all_practices()
TOPICS: tuple[Topic, ...] = ("breath", "touch", "standing", "writing", "pictures")


def names(found: list[Suggestion]) -> list[str]:
    return [one.practice.number for one in found]


def test_without_a_wish_everything_is_offered_in_its_shortest_length_the_gentlest_first() -> None:
    found = find(ALL)
    assert sorted(names(found)) == sorted(practice.number for practice in ALL)
    assert all(one.length == one.practice.shortest for one in found)
    levels = [LEVELS[one.practice.backdraft] for one in found]
    assert levels == sorted(levels)


@given(
    st.sampled_from([None, 1.0, 3.0, 5.0, 15.0]),
    st.sampled_from([None, "low", "medium", "high"]),
    st.sets(st.sampled_from(TOPICS)),
    st.sets(st.sampled_from(["mindfulness", "self-kindness", "grounding", "fierce-self-compassion"])),
)
@settings(max_examples=60)
def test_everything_that_was_asked_for_holds(minutes, most, without, elements) -> None:  # type: ignore[no-untyped-def]
    for one in find(ALL, minutes=minutes, at_most=most, without=without, elements=elements):
        assert minutes is None or one.length.seconds <= minutes * 60
        assert most is None or LEVELS[one.practice.backdraft] <= LEVELS[most]
        assert not elements or set(one.practice.elements) & elements
        heard = [Needs(one.ways).words(step) for step in one.length.steps]
        asked_for = {topic for topic in without if topic != "writing"}
        assert not [words for words in heard if asked_for & set(mentions(words))]
        if "writing" in without and "low_literacy" not in one.ways:
            assert not [step for step in one.length.steps if step.kind == "write"]


def test_the_longest_length_that_fits_is_offered_and_one_that_does_not_fit_never() -> None:
    feet = [practice for practice in ALL if practice.number == "P22"]
    assert [one.length.seconds for one in find(feet, minutes=4)] == [180]
    assert [one.length.seconds for one in find(feet, minutes=60)] == [300]
    assert find(feet, minutes=0.5) == []


def test_words_find_a_practice_and_one_in_the_title_comes_first() -> None:
    assert names(find(ALL, text="soles feet"))[0] == "P22"
    assert names(find(ALL, text="p12")) == ["P12"]
    assert names(find(ALL, text="GOODWILL"))[0] == "P25"
    assert find(ALL, text="no such words anywhere") == []


def test_the_reason_is_a_plain_sentence() -> None:
    [feet] = find([practice for practice in ALL if practice.number == "P22"], minutes=3, without=["breath"])
    assert feet.why == "3 minutes, no breath focus, gentle."
    assert feet.ways == frozenset()


def with_breath(practice: Practice, no_breath: str | None) -> Practice:
    """The practice with breath in its first step, and another way for it or none."""
    length = practice.shortest
    step = length.steps[0].model_copy(update={"say": "Follow your breath, if you like.", "no_breath": no_breath})
    changed = length.model_copy(update={"steps": (step, *length.steps[1:])})
    return practice.model_copy(update={"durations": (changed,)})


def test_breath_with_another_way_is_offered_with_that_way_and_breath_without_one_is_not() -> None:
    feet = next(practice for practice in ALL if practice.number == "P22")
    [one] = find([with_breath(feet, "Listen to the room.")], without=["breath"])
    assert one.ways == {WAY_FOR["breath"]}
    assert "another way for each step with the breath" in one.why
    assert find([with_breath(feet, None)], without=["breath"]) == []


def test_who_may_lead_and_from_when_is_said() -> None:
    clinician = ALL[0].model_copy(update={"leader": "clinician", "from_session": 10})
    assert "led by a clinician only, from session 10 on" in find([clinician])[0].why


@pytest.mark.parametrize(
    ("seconds", "said"), [(20, "20 seconds"), (60, "1 minute"), (150, "2½ minutes"), (100, "1½ minutes")]
)
def test_lengths_are_said_as_people_say_them(seconds: int, said: str) -> None:
    assert in_words(seconds) == said

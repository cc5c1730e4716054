"""The sentences to begin with: one for each rule, plain and kind, without a number, a name or anybody's words."""

import re

import pytest

from kindcircle.doors.web.facilitator.openings import IN_THE_GROUP, TO_ONE_PERSON
from kindcircle.spec.feedback import Opening, Reason
from kindcircle.spec.readability import grade

ALL = [*IN_THE_GROUP.values(), *TO_ONE_PERSON.values()]
POINTS = re.compile(r"\b(?:one of you|somebody|someone|one person|a member|he|she|who)\b", re.IGNORECASE)


def test_each_rule_has_its_words_and_no_two_are_alike() -> None:
    assert set(IN_THE_GROUP) == set(Opening) and set(TO_ONE_PERSON) == set(Reason)
    assert len({str(one.say) for one in ALL}) == len(ALL)


@pytest.mark.parametrize("words", ALL, ids=lambda one: str(one.say)[:30])
def test_a_sentence_is_plain_asks_something_and_holds_no_number(words) -> None:
    said = str(words.say)
    assert grade(said) <= 6, said
    assert said.endswith("?") and not re.search(r"\d", said + str(words.because))
    assert len(said) <= 120


@pytest.mark.parametrize("opening", Opening)
def test_in_the_group_nobody_is_pointed_at(opening: Opening) -> None:
    assert not POINTS.search(str(IN_THE_GROUP[opening].say))

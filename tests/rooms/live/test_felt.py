"""Have you felt this: told in a word, once, and never to other people; the answers are gone in that moment."""

from typing import Any

import pytest

from kindcircle.rooms.live import actions, queries_words
from kindcircle.rooms.live.errors_words import NotTheSamePeople, TooFewYet, WordsOver
from kindcircle.rooms.live.models_words import Asked, FeltAnswer, FeltShare
from tests.rooms.live.stage import Stage
from tests.rooms.live.test_words import ask, led, say
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def stage(world: World) -> Stage:
    """An open meeting; five of them are here."""
    stage = Stage(world)
    stage.open()
    stage.come(0, 1, 2, 3, 4)
    return stage


def answer(stage: Stage, asked: Asked, yes: int, no: int) -> None:
    for seat in range(yes + no):
        say(stage, asked, seat, "yes" if seat < yes else "no")


def test_a_question_is_told_in_words_once_and_the_answers_are_gone(stage: Stage) -> None:
    asked = ask(stage, "felt", "only-one")
    answer(stage, asked, yes=3, no=1)
    assert not queries_words.enough(asked)
    with pytest.raises(TooFewYet):
        led(stage, actions.show_words, words=asked.code)
    answer(stage, asked, yes=4, no=1)
    assert queries_words.enough(asked)
    led(stage, actions.show_words, words=asked.code)
    share = FeltShare.objects.get(asked=asked)
    assert share.share == "most"
    assert not FeltAnswer.objects.exists()
    for seat in range(5):  # late answers change nothing
        with pytest.raises(WordsOver):
            say(stage, asked, seat, "no")
    led(stage, actions.show_words, words=asked.code)
    assert FeltShare.objects.get().told_at == share.told_at
    fields = {field.name for field in FeltShare._meta.get_fields()}
    assert fields == {"id", "asked", "share", "roster", "told_at"}, "no number is kept"


def test_the_number_from_which_a_group_is_told_can_be_raised(stage: Stage, settings: Any) -> None:
    settings.FELT_FROM = 6
    asked = ask(stage, "felt", "only-one")
    answer(stage, asked, yes=3, no=2)
    with pytest.raises(TooFewYet):
        led(stage, actions.show_words, words=asked.code)


def test_a_question_is_asked_again_of_the_very_same_people_only(stage: Stage) -> None:
    asked = ask(stage, "felt", "only-one")
    answer(stage, asked, yes=4, no=1)
    led(stage, actions.show_words, words=asked.code)
    again = ask(stage, "felt", "only-one")
    answer(stage, again, yes=1, no=4)
    stage.come(5)
    with pytest.raises(NotTheSamePeople):
        led(stage, actions.show_words, words=again.code)
    led(stage, actions.end_words, words=again.code)
    assert not FeltAnswer.objects.exists(), "put away, and nothing is kept"
    assert "only-one" not in queries_words.may_ask(stage.gathering)
    assert "felt-small" in queries_words.may_ask(stage.gathering)
    with pytest.raises(NotTheSamePeople):
        ask(stage, "felt", "only-one")
    assert FeltShare.objects.count() == 1

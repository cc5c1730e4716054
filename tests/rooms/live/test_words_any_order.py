"""Words and questions in any order: people come, leave, answer late, take back and withdraw, and nobody is given away.

The model beside it keeps what each person said last. After every press: a word is seen only where it may be, a question
is told as the rule tells it, never anew, and to other people never again.
"""

from contextlib import suppress
from typing import Any

import pytest
from django.conf import settings as site
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import event as count
from hypothesis import strategies as st

from kindcircle.base.lib.codes import new_code
from kindcircle.base.lib.errors import KindError
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.live import actions, queries, queries_words
from kindcircle.rooms.live.models_words import Asked, FeltAnswer, FeltShare, Word
from kindcircle.stats.disclosure import Suppressed, share_in_words
from tests.rooms.live.stage import Stage, later
from tests.world import World

WORDS = (
    "ask word", "ask line", "ask felt", "say word", "take back", "read", "leave out", "care", "by hand", "show words",
    "put away",
)  # fmt: skip
OTHERS = ("arrive", "left", "withdraw", "step", "practice", "end")
QUESTIONS = ("only-one", "felt-small")


def press_in_words(stage: Stage, command: str, number: int, at: Any) -> None:
    """What people press about words, with whatever their page would have known: sometimes an old asking."""
    gathering = stage.gathering
    led = {"gathering": gathering, "by": stage.guide if number % 2 else stage.holder, "at": at}
    own = {"gathering": gathering, "by": stage.member(number), "at": at}
    going = queries.placed(gathering, at=at).words
    newest = Asked.objects.filter(gathering=gathering).order_by("pk").last()
    code = going.words if going else newest.code if newest else "old"
    rows = list(Word.objects.filter(asked__code=code).order_by("pk"))
    word = rows[number % len(rows)].code if rows else "none"
    match command:
        case "ask word" | "ask line":
            actions.ask_words(**led, kind=command[4:], prompt=["", "checkin"][number % 2])
        case "ask felt":
            actions.ask_words(**led, kind="felt", prompt=QUESTIONS[number % 2])
        case "say word":
            felt = going is not None and going.kind == "felt"
            actions.say_word(**own, words=code, text=said_by(number, felt=felt))
        case "take back":
            actions.take_word_back(**own, words=code)
        case "read":
            actions.read_words(**led, words=code)
        case "leave out":
            actions.leave_word_out(**led, word=word, out=bool(number % 3))
        case "care":
            actions.look_after_author(**led, word=word)
        case "by hand":
            actions.add_word(**led, words=code, text=f"told {number}", key=new_code())
        case "show words":
            actions.show_words(**led, words=code)
        case "put away":
            actions.end_words(**led, words=code)


def said_by(number: int, *, felt: bool) -> str:
    return ("yes" if number % 3 else "no") if felt else f"word {number}"


def words_hold_together(gathering: Any) -> None:
    """No word is seen before it may be; of a question that was told nothing is left but the word for it."""
    for asked in Asked.objects.filter(gathering=gathering).select_related("gathering__group__organisation"):
        read, shown = queries_words.read_in(asked), queries_words.shown_in(asked)
        assert read == [] or asked.read_at is not None
        assert shown == [] or asked.shown_at is not None
        assert all(not one.left_out for one in shown)
        assert all(bool(one.name) == (one.left_out == "care") for one in read)
        places = list(asked.words.exclude(place=None).values_list("place", flat=True))
        assert len(set(places)) == len(places)
    told = FeltShare.objects.filter(asked__gathering=gathering)
    assert not FeltAnswer.objects.filter(asked__in=told.values("asked")).exists()
    for question in QUESTIONS:
        assert len({tuple(share.roster) for share in told.filter(asked__prompt=question)}) <= 1


PRESSES = st.lists(
    st.tuples(
        st.sampled_from([*WORDS, *["say word"] * 8, *["show words"] * 3, *["ask felt"] * 3, *OTHERS]), st.integers(0, 7)
    ),
    max_size=8,
)
STARTS = st.sampled_from(["ask word", "ask felt"])
SHOWING = [("read", 0), ("show words", 0)]


@pytest.mark.slow
@pytest.mark.django_db
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    starts=st.lists(STARTS, min_size=1, max_size=3),
    many=st.integers(4, 8),
    presses=st.lists(PRESSES, min_size=6, max_size=6),
)
def test_any_order_of_words_gives_nobody_away(
    world: World, starts: list[str], many: int, presses: list[list[tuple[str, int]]]
) -> None:
    """Up to three times they are asked, answer, and are shown; and anything may happen before each and after."""
    before = transaction.savepoint()
    try:
        stage = Stage(world)
        stage.open()
        stage.come(*range(many))
        everybody = [("say word", seat) for seat in range(many)]
        rounds = [
            [(start, 0), *everybody, *presses[2 * n], *SHOWING, *presses[2 * n + 1]] for n, start in enumerate(starts)
        ]
        answers: dict[str, dict[int, str]] = {}
        told: dict[str, str] = {}
        for command, number in [one for presses_of_it in rounds for one in presses_of_it]:
            at = later(stage.at, len(told))
            going = queries.placed(stage.gathering, at=at).words
            with suppress(KindError):
                if command in WORDS:
                    press_in_words(stage, command, number, at)
                else:
                    press_other(stage, command, number, at)
                remember(answers, going, command, number, stage)
            compare(told, answers)
            words_hold_together(stage.gathering)
        count(f"{len(told)} told")
        count(f"{Asked.objects.exclude(shown_at=None).exclude(kind='felt').count()} shown")
    finally:
        transaction.savepoint_rollback(before)


def press_other(stage: Stage, command: str, number: int, at: Any) -> None:
    gathering = stage.gathering
    place = Membership.objects.get(group=stage.world.group, user=stage.world.members[number])
    match command:
        case "arrive":
            actions.arrive(gathering=gathering, by=stage.member(number), at=at)
        case "left":
            actions.mark_left(gathering=gathering, member_code=place.code, by=stage.guide, at=at)
        case "withdraw":
            Membership.objects.filter(pk=place.pk).update(left_at=at)
        case "step":
            stage.step(number, at)
        case "practice":
            actions.start_practice(**stage.practice_a(), by=stage.guide, at=at)
        case "end":
            going = queries.placed(gathering, at=at).practice
            if going:
                actions.end_practice(gathering=gathering, play=going.play, by=stage.guide, at=at)


def remember(answers: dict[str, dict[int, str]], going: Any, command: str, number: int, stage: Stage) -> None:
    """Reached only where the press was taken."""
    if command == "withdraw":
        for said in answers.values():
            said.pop(number, None)
    if going is None or going.kind != "felt":
        return
    if command == "say word":
        answers.setdefault(going.words, {})[number] = said_by(number, felt=True)
    elif command == "take back":
        answers.get(going.words, {}).pop(number, None)


def compare(told: dict[str, str], answers: dict[str, dict[int, str]]) -> None:
    """Each share is what the rule says about the answers of that moment, and never changes again."""
    for share in FeltShare.objects.select_related("asked"):
        code = share.asked.code
        if code not in told:
            said = list(answers[code].values())
            right = share_in_words(said.count("yes"), len(said), smallest=site.FELT_FROM)
            assert not isinstance(right, Suppressed)
            told[code] = right
        assert share.share == told[code]

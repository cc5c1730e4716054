"""One word, one line, "have you felt this": nobody sees a word before four are in, and nobody ever sees whose it is."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers

from kindcircle.base.access import NOBODY, Actor
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import erased
from kindcircle.base.lib.codes import new_code
from kindcircle.base.lib.errors import KindError
from kindcircle.base.vault import seals
from kindcircle.rooms.ending import own_words
from kindcircle.rooms.ending.replaying import replay
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.intake.queries import current_consent
from kindcircle.rooms.live import actions, queries, queries_words, words_gone
from kindcircle.rooms.live.errors import DoesNotFit, LineTooLong, NotInThisSession
from kindcircle.rooms.live.errors_words import (
    NotBeforeReading,
    SayAWord,
    TooFewYet,
    WordsOver,
    WordsWait,
)
from kindcircle.rooms.live.models import Event, Signal
from kindcircle.rooms.live.models_words import Asked, FeltAnswer, Word
from kindcircle.rooms.safety.models import Alert
from tests.rooms.live.stage import Stage, later
from tests.world import World, make_world

pytestmark = pytest.mark.django_db
WORDS = ["canary-heron", "canary-moss", "canary-lantern", "canary-gravel", "canary-tide"]


@pytest.fixture
def stage(world: World) -> Stage:
    """An open meeting; five of them are here."""
    stage = Stage(world)
    stage.open()
    stage.come(0, 1, 2, 3, 4)
    return stage


def ask(stage: Stage, kind: str = "word", prompt: str = "") -> Asked:
    placed = actions.ask_words(gathering=stage.gathering, kind=kind, prompt=prompt, by=stage.guide, at=stage.at)
    assert placed.words is not None
    return Asked.objects.get(code=placed.words.words)


def say(stage: Stage, asked: Asked, seat: int, text: str) -> None:
    actions.say_word(gathering=stage.gathering, words=asked.code, text=text, by=stage.member(seat), at=stage.at)


def led(stage: Stage, verb: Any, **what: Any) -> Any:
    return verb(gathering=stage.gathering, by=stage.holder, at=stage.at, **what)


def fresh(asked: Asked) -> Asked:
    return Asked.objects.select_related("gathering__group__organisation").get(pk=asked.pk)


def texts(asked: Asked, which: Any) -> list[str]:
    return [one.text for one in which(fresh(asked))]


def test_words_appear_together_for_all_when_four_are_in_and_those_who_lead_show_them(stage: Stage) -> None:
    asked = ask(stage)
    for seat, word in enumerate(WORDS[:3]):
        say(stage, asked, seat, word)
    assert queries_words.how_many(asked) == 3 and not queries_words.enough(asked)
    with pytest.raises(TooFewYet):
        led(stage, actions.read_words, words=asked.code)
    say(stage, asked, 3, WORDS[3])
    assert queries_words.enough(asked)
    assert texts(asked, queries_words.read_in) == texts(asked, queries_words.shown_in) == []
    with pytest.raises(NotBeforeReading):
        led(stage, actions.show_words, words=asked.code)

    led(stage, actions.read_words, words=asked.code)
    read = texts(asked, queries_words.read_in)
    assert sorted(read) == sorted(WORDS[:4])
    assert all(not one.name for one in queries_words.read_in(fresh(asked)))
    assert texts(asked, queries_words.shown_in) == []
    placed = led(stage, actions.show_words, words=asked.code)
    assert placed.words.state == "shown"
    assert texts(asked, queries_words.shown_in) == read
    led(stage, actions.show_words, words=asked.code)
    led(stage, actions.end_words, words=asked.code)
    assert led(stage, actions.end_words, words=asked.code).words.state == "ended"


def test_the_order_is_drawn_by_lot_and_not_by_who_came_first(stage: Stage) -> None:
    orders = set()
    for _ in range(12):
        asked = ask(stage)
        for seat, word in enumerate(WORDS):
            say(stage, asked, seat, word)
        led(stage, actions.read_words, words=asked.code)
        led(stage, actions.read_words, words=asked.code)
        orders.add(tuple(texts(asked, queries_words.read_in)))
        led(stage, actions.end_words, words=asked.code)
    assert len(orders) > 3  # the chance of fewer is under one in a million


def test_a_word_can_be_changed_until_it_is_read_and_taken_back_always(stage: Stage) -> None:
    asked = ask(stage)
    for seat, word in enumerate(WORDS):
        say(stage, asked, seat, word)
    say(stage, asked, 0, "  canary-river\n")
    own = queries_words.own_word(asked, stage.member(0))
    assert own is not None and own.text == "canary-river"
    assert Word.objects.filter(asked=asked).count() == 5
    led(stage, actions.read_words, words=asked.code)
    with pytest.raises(WordsOver):
        say(stage, asked, 0, "canary-late")
    with pytest.raises(WordsOver):
        led(stage, actions.add_word, words=asked.code, text="late", key=new_code())
    led(stage, actions.show_words, words=asked.code)

    actions.take_word_back(gathering=stage.gathering, words=asked.code, by=stage.member(0), at=stage.at)
    assert sorted(texts(asked, queries_words.shown_in)) == sorted(WORDS[1:])
    assert queries_words.own_word(asked, stage.member(0)) is None
    actions.take_word_back(gathering=stage.gathering, words=asked.code, by=stage.member(0), at=stage.at)
    # Also after the meeting, as long as it is kept.
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=stage.at)
    actions.close(gathering=stage.gathering, by=stage.guide, at=stage.at)
    assert [own.text for own in queries_words.own_words(stage.gathering, stage.member(1))] == [WORDS[1]]
    actions.take_word_back(gathering=stage.gathering, words=asked.code, by=stage.member(1), at=stage.at)
    assert queries_words.own_words(stage.gathering, stage.member(1)) == []


def test_a_word_that_was_taken_back_stays_so_when_an_old_copy_comes_back(
    stage: Stage, settings: Any, tmp_path: Path
) -> None:
    settings.HOME = tmp_path
    asked = ask(stage)
    for seat, word in enumerate(WORDS):
        say(stage, asked, seat, word)
    word = Word.objects.get(asked=asked, author=stage.world.member)
    actions.take_word_back(gathering=stage.gathering, words=asked.code, by=stage.member(0), at=stage.at)
    word.save(force_insert=True)
    lines = list(erased.noted(erased.file()))
    assert replay(lines) == 1 and replay(lines) == 0
    assert queries_words.own_word(asked, stage.member(0)) is None and queries_words.how_many(asked) == 4


def test_nobody_takes_back_what_somebody_else_said(stage: Stage) -> None:
    asked = ask(stage)
    say(stage, asked, 0, WORDS[0])
    for by in (stage.member(1), stage.guide):
        actions.take_word_back(gathering=stage.gathering, words=asked.code, by=by, at=stage.at)
    assert queries_words.how_many(asked) == 1


def test_taken_back_between_reading_and_showing_may_leave_too_few(stage: Stage) -> None:
    asked = ask(stage)
    for seat, word in enumerate(WORDS[:4]):
        say(stage, asked, seat, word)
    led(stage, actions.read_words, words=asked.code)
    actions.take_word_back(gathering=stage.gathering, words=asked.code, by=stage.member(3), at=stage.at)
    with pytest.raises(TooFewYet):
        led(stage, actions.show_words, words=asked.code)


@pytest.mark.parametrize(
    ("kind", "text", "error"),
    [
        ("word", "", SayAWord),
        ("word", " \n\t\0 ", SayAWord),
        ("word", "x" * 25, LineTooLong),
        ("line", "x" * 201, LineTooLong),
        ("felt", "maybe", SayAWord),
        ("felt", "", SayAWord),
    ],
)
def test_what_does_not_fit_is_answered_kindly(stage: Stage, kind: str, text: str, error: type[KindError]) -> None:
    asked = ask(stage, kind, "only-one" if kind == "felt" else "")
    with pytest.raises(error) as refused:
        say(stage, asked, 0, text)
    assert refused.value.sentence
    assert not Word.objects.exists() and not FeltAnswer.objects.exists()


def test_a_line_may_be_as_long_as_a_line_is(stage: Stage) -> None:
    asked = ask(stage, "line", "checkin")
    say(stage, asked, 0, "x" * 200)
    own = queries_words.own_word(asked, stage.member(0))
    assert own is not None and own.text == "x" * 200


def test_who_is_not_here_says_nothing(stage: Stage) -> None:
    asked = ask(stage)
    with pytest.raises(WordsOver):
        say(stage, asked, 6, "canary-away")
    other = Stage(make_world())
    for by in (stage.guide, other.member(0), other.guide, NOBODY):
        with pytest.raises(KindError):
            actions.say_word(gathering=stage.gathering, words=asked.code, text="x", by=by, at=stage.at)
    assert not Word.objects.exists()


def test_nobody_is_asked_in_the_middle_of_a_practice_and_nobody_types_in_one(stage: Stage) -> None:
    stage.step(3)
    asked = ask(stage)
    say(stage, asked, 0, WORDS[0])
    placed = actions.start_practice(**stage.practice_a(), by=stage.guide, at=stage.at)
    with pytest.raises(WordsWait):
        say(stage, asked, 1, WORDS[1])
    led(stage, actions.end_words, words=asked.code)
    with pytest.raises(DoesNotFit) as refused:
        ask(stage)
    assert refused.value.sentence
    assert placed.practice is not None
    actions.end_practice(gathering=stage.gathering, play=placed.practice.play, by=stage.guide, at=stage.at)
    say(stage, ask(stage), 1, WORDS[1])


def test_asked_twice_it_is_asked_once(stage: Stage) -> None:
    assert ask(stage).code == ask(stage).code
    assert Event.objects.filter(kind="words_asked").count() == 1
    with pytest.raises(DoesNotFit):
        ask(stage, "line", "checkin")


@pytest.mark.parametrize(
    ("kind", "prompt"), [("word", "no-such-step"), ("felt", "no-such"), ("song", ""), ("felt", "")]
)
def test_only_what_stands_on_the_page_is_asked(stage: Stage, kind: str, prompt: str) -> None:
    with pytest.raises(NotInThisSession):
        ask(stage, kind, prompt)


def test_a_word_that_is_not_for_the_wall_is_left_out_and_nobody_learns_whose_it_is(stage: Stage) -> None:
    asked = ask(stage)
    for seat, word in enumerate(WORDS):
        say(stage, asked, seat, word)
    row = Word.objects.get(asked=asked, author=stage.world.members[2])
    with pytest.raises(WordsOver):
        led(stage, actions.leave_word_out, word=row.code, out=True)
    led(stage, actions.read_words, words=asked.code)
    led(stage, actions.leave_word_out, word=row.code, out=True)
    led(stage, actions.leave_word_out, word=row.code, out=False)
    led(stage, actions.leave_word_out, word=row.code, out=True)
    found = {one.text: one for one in queries_words.read_in(fresh(asked))}
    assert found[WORDS[2]].left_out == "aside"
    assert {one.name for one in found.values()} == {""}
    led(stage, actions.show_words, words=asked.code)
    assert WORDS[2] not in texts(asked, queries_words.shown_in)
    own = queries_words.own_word(asked, stage.member(2))
    assert own is not None and own.left_out == "aside"
    assert not Alert.objects.exists()
    with pytest.raises(WordsOver):
        led(stage, actions.leave_word_out, word=row.code, out=False)


def test_a_cry_for_help_brings_somebody_and_is_written_down(stage: Stage) -> None:
    asked = ask(stage)
    for seat, word in enumerate(WORDS):
        say(stage, asked, seat, word)
    led(stage, actions.read_words, words=asked.code)
    row = Word.objects.get(asked=asked, author=stage.world.members[1])
    led(stage, actions.look_after_author, word=row.code)
    led(stage, actions.look_after_author, word=row.code)
    led(stage, actions.leave_word_out, word=row.code, out=False)  # it stays off the wall
    names = {one.text: one.name for one in queries_words.read_in(fresh(asked)) if one.name}
    assert names == {WORDS[1]: "Tomas"}
    alert = Alert.objects.get()
    assert (alert.member_id, alert.rules, alert.level) == (stage.world.members[1].pk, "live-word-care", "contact")
    seen = AuditEntry.objects.get(event="author of a word seen")
    assert seen.concerns == stage.world.members[1].code
    led(stage, actions.show_words, words=asked.code)
    assert WORDS[1] not in texts(asked, queries_words.shown_in)


def test_somebody_without_a_device_is_counted_in(stage: Stage) -> None:
    asked = ask(stage)
    for seat in range(3):
        say(stage, asked, seat, WORDS[seat])
    key = new_code()
    for _ in range(2):
        led(stage, actions.add_word, words=asked.code, text="canary-spoken", key=key)
    assert queries_words.how_many(asked) == 4
    led(stage, actions.read_words, words=asked.code)
    row = Word.objects.get(author=None)
    with pytest.raises(NotInThisSession):
        led(stage, actions.look_after_author, word=row.code)
    led(stage, actions.show_words, words=asked.code)
    assert "canary-spoken" in texts(asked, queries_words.shown_in)
    with pytest.raises(NotInThisSession):
        led(stage, actions.add_word, words=ask(stage, "felt", "only-one").code, text="yes", key=new_code())


def test_nobody_stands_alone_among_words_that_were_written_down_for_others(stage: Stage) -> None:
    asked = ask(stage)
    for _ in range(5):
        led(stage, actions.add_word, words=asked.code, text="canary-spoken", key=new_code())
    assert queries_words.enough(asked), "all of them were told to whoever reads them"
    for seat in (0, 1):
        say(stage, asked, seat, WORDS[seat])
        with pytest.raises(TooFewYet):
            led(stage, actions.read_words, words=asked.code)
    say(stage, asked, 2, WORDS[2])
    led(stage, actions.read_words, words=asked.code)


def test_somebody_who_takes_their_yes_back_is_out_of_words_and_answers_at_once(stage: Stage) -> None:
    asked = ask(stage)
    for seat, word in enumerate(WORDS):
        say(stage, asked, seat, word)
    led(stage, actions.read_words, words=asked.code)
    led(stage, actions.show_words, words=asked.code)
    consent = current_consent(stage.world.member)
    assert consent is not None
    groups.take_back_yes(consent=consent, by=stage.member(0), at=stage.at)
    assert sorted(texts(asked, queries_words.shown_in)) == sorted(WORDS[1:])
    assert words_gone.erase_due(at=stage.at) == 1
    assert not Word.objects.filter(author=stage.world.member).exists()

    asked = ask(stage, "felt", "only-one")
    for seat in range(1, 5):
        say(stage, asked, seat, "yes")
    with pytest.raises(TooFewYet):
        led(stage, actions.show_words, words=asked.code)


def test_words_go_two_days_after_the_meeting_and_answers_at_once(stage: Stage) -> None:
    asked = ask(stage)
    say(stage, asked, 0, WORDS[0])
    led(stage, actions.end_words, words=asked.code)
    say(stage, ask(stage, "felt", "only-one"), 0, "yes")
    actions.start_closing(gathering=stage.gathering, by=stage.guide, at=stage.at)
    actions.close(gathering=stage.gathering, by=stage.guide, at=stage.at)
    assert words_gone.erase_due(at=later(stage.at, 60)) == 1
    assert not FeltAnswer.objects.exists() and Word.objects.count() == 1
    assert words_gone.erase_due(at=stage.at + words_gone.KEPT_AFTER - timedelta(seconds=1)) == 0
    assert words_gone.erase_due(at=stage.at + words_gone.KEPT_AFTER) == 1
    assert not Word.objects.exists()
    assert AuditEntry.objects.filter(event="words taken away").count() == 1


def test_words_of_a_meeting_that_nobody_closed_go_too(stage: Stage) -> None:
    say(stage, ask(stage), 0, WORDS[0])
    assert words_gone.erase_due(at=stage.at + words_gone.KEPT_AFTER) == 1


def test_whoever_erases_what_is_private_erases_their_words(stage: Stage) -> None:
    asked = ask(stage)
    for seat in (0, 1):
        say(stage, asked, seat, WORDS[seat])
    own_words.erase_writing(person=stage.world.member, by=stage.member(0), at=stage.at)
    assert [word.author for word in Word.objects.all()] == [stage.world.members[1]]


def test_words_go_when_the_group_is_over(stage: Stage) -> None:
    say(stage, ask(stage), 0, WORDS[0])
    Group.objects.update(state=Group.State.FINISHED)
    assert words_gone.erase_due(at=stage.at) == 1


def test_no_word_and_nobody_who_said_one_stands_in_events_or_the_record(stage: Stage) -> None:
    before = AuditEntry.objects.count()
    asked = ask(stage)
    for seat, word in enumerate(WORDS):
        say(stage, asked, seat, word)
    led(stage, actions.read_words, words=asked.code)
    led(stage, actions.show_words, words=asked.code)
    actions.take_word_back(gathering=stage.gathering, words=asked.code, by=stage.member(0), at=stage.at)
    kept = serializers.serialize("json", [*Event.objects.all(), *Asked.objects.all(), *AuditEntry.objects.all()])
    assert "canary" not in kept
    members = {person.code for person in stage.world.members}
    new = AuditEntry.objects.order_by("pk")[before:]
    assert not [one for one in new if {one.actor, one.concerns} & members]


def test_each_word_is_sealed_for_whoever_said_it(stage: Stage) -> None:
    asked = ask(stage)
    say(stage, asked, 0, WORDS[0])
    led(stage, actions.add_word, words=asked.code, text=WORDS[1], key=new_code())
    own = Word.objects.get(author=stage.world.member)
    by_hand = Word.objects.get(author=None)
    assert seals.WORD.open(own.sealed_text, code=own.code, holder=stage.world.member) == WORDS[0]
    assert seals.WORD.open(by_hand.sealed_text, code=by_hand.code, holder=stage.world.organisation) == WORDS[1]
    assert b"canary" not in bytes(own.sealed_text) + bytes(by_hand.sealed_text)


def test_only_those_who_lead_this_group_lead_its_words(stage: Stage) -> None:
    asked = ask(stage)
    for seat, word in enumerate(WORDS):
        say(stage, asked, seat, word)
    other = Stage(make_world())
    strangers: list[Actor] = [stage.member(0), other.guide, NOBODY]
    word = Word.objects.filter(asked=asked)[0].code
    for by in strangers:
        for verb, what in (
            (actions.ask_words, {"kind": "word", "prompt": ""}),
            (actions.read_words, {"words": asked.code}),
            (actions.show_words, {"words": asked.code}),
            (actions.end_words, {"words": asked.code}),
            (actions.add_word, {"words": asked.code, "text": "x", "key": new_code()}),
            (actions.leave_word_out, {"word": word, "out": True}),
            (actions.look_after_author, {"word": word}),
        ):
            with pytest.raises(KindError):
                verb(gathering=stage.gathering, by=by, at=stage.at, **what)
    # Nor does another group's code open them.
    other.open()
    for verb, what in ((actions.read_words, {"words": asked.code}), (actions.look_after_author, {"word": word})):
        with pytest.raises(WordsOver):
            verb(gathering=other.gathering, by=other.guide, at=other.at, **what)
    assert fresh(asked).read_at is None and not Signal.objects.exists()


def test_the_group_goes_on_where_it_was(stage: Stage) -> None:
    asked = ask(stage)
    stage.step(1)
    assert queries_words.asked_now(stage.gathering, queries.placed(stage.gathering, at=stage.at)) is None
    with pytest.raises(WordsOver):
        say(stage, asked, 0, "late")

"""The parts of the pages about words: who sees what in which state, and what is asked for and not drawn anew."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from kindcircle.base.lib import clock
from kindcircle.doors.web.shared.live_words import words_led, words_on_wall, words_shown
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.models_words import Asked, Word
from tests.doors.web.member.people import signed_in
from tests.rooms.live.stage import Stage
from tests.world import make_world

WORDS = ["canaryheron", "canarymoss", "canarylantern", "canarytide"]
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def stage(db: None) -> Stage:
    """An open meeting, five are here, and one word is asked for."""
    stage = Stage(make_world(members=6, first_at=clock.now() - timedelta(minutes=1)))
    stage.open()
    stage.come(0, 1, 2, 3, 4)
    actions.ask_words(gathering=stage.gathering, kind="word", prompt="", by=stage.guide, at=stage.at)
    return stage


def asked_of(stage: Stage) -> Asked:
    return Asked.objects.get(gathering__code=stage.code)


def say(stage: Stage, seat: int, word: str) -> None:
    asked = asked_of(stage).code
    actions.say_word(gathering=stage.gathering, words=asked, text=word, by=stage.member(seat), at=stage.at)


def page_of(client: Client, stage: Stage, more: str = "") -> Any:
    return client.get(f"/gathering/{stage.code}/words{more}")


def mark_in(html: str) -> str:
    found = re.search(r"\?seen=([0-9a-f]{12})", html)
    assert found
    return found[1]


def test_a_pass_and_a_word_are_answered_alike(stage: Stage) -> None:
    asked = asked_of(stage).code
    ines, tomas = (signed_in(stage.world.members[seat]) for seat in (0, 1))
    sent = {"words": asked, "text": "canaryheron"}
    wrote = ines.post(f"/gathering/{stage.code}/words/say", sent, **HTMX)
    passed = tomas.post(f"/gathering/{stage.code}/words/say", sent | {"what": "pass"}, **HTMX)
    assert Word.objects.count() == 1
    seen = [answer.content.decode().partition("<details>")[0] for answer in (wrote, passed)]
    same = [re.sub(r"seen=[0-9a-f]{12}", "", one) for one in seen]
    assert same[0] == same[1] and wrote.status_code == passed.status_code == 200
    assert "canaryheron" not in passed.content.decode(), "what was typed beside a pass is let go"
    # The page remembers for both, as long as nothing new comes; a fresh one offers the field again.
    for client, answer in ((ines, wrote), (tomas, passed)):
        again = page_of(client, stage, f"?seen={mark_in(answer.content.decode())}&passed={asked}")
        assert again.status_code == 204
    assert 'name="text"' in page_of(tomas, stage).content.decode()


def test_what_did_not_fit_is_still_in_the_field(stage: Stage) -> None:
    ines = signed_in(stage.world.members[0])
    sent = {"words": asked_of(stage).code, "text": "a word that is far too long for one"}
    answer = ines.post(f"/gathering/{stage.code}/words/say", sent, **HTMX)
    html = answer.content.decode()
    assert "longer than 24 letters" in html and 'value="a word that is far too long for one"' in html
    assert "hx-preserve" not in html, "what is drawn now has to win over what stood there"


@pytest.mark.parametrize("state", ["asked", "read", "shown"])
def test_each_sees_no_more_than_is_theirs(stage: Stage, state: str) -> None:
    asked = asked_of(stage)
    for seat, word in enumerate(WORDS):
        say(stage, seat, word)
    led = {"gathering": stage.gathering, "words": asked.code, "by": stage.guide, "at": stage.at}
    if state != "asked":
        actions.read_words(**led)
    if state == "shown":
        actions.show_words(**led)
    place = queries.placed(stage.gathering, at=stage.at)
    others = {"asked": 0, "read": 0, "shown": 4}[state]
    fellow = words_shown(stage.gathering, place, stage.member(4))
    own = words_shown(stage.gathering, place, stage.member(0))
    away = words_shown(stage.gathering, place, stage.member(5))
    wall = words_on_wall(stage.gathering, place)
    desk = words_led(stage.gathering, place)
    assert repr(fellow).count("canary") == repr(wall).count("canary") == others
    assert repr(own).count("canary") == others + 1
    assert away["words"] is None, "who is not here sees nothing"
    assert repr(desk).count("canary") == {"asked": 0, "read": 4, "shown": 8}[state]
    assert desk["words"]["many"] == 4
    names = {"Ines", "Tomas", "Wren", "Oluwa"}
    assert not [name for name in names if name in repr([fellow, wall, desk])]


def test_of_a_question_those_who_lead_see_no_number(stage: Stage) -> None:
    actions.end_words(gathering=stage.gathering, words=asked_of(stage).code, by=stage.guide, at=stage.at)
    actions.ask_words(gathering=stage.gathering, kind="felt", prompt="only-one", by=stage.guide, at=stage.at)
    asked = Asked.objects.get(kind="felt").code
    marks = []
    for seat in range(5):
        place = queries.placed(stage.gathering, at=stage.at)
        marks.append(words_led(stage.gathering, place))
        actions.say_word(gathering=stage.gathering, words=asked, text="yes", by=stage.member(seat), at=stage.at)
    place = queries.placed(stage.gathering, at=stage.at)
    after = words_led(stage.gathering, place)
    assert all(one == marks[0] for one in marks), "not even that something came"
    assert after["words"]["many"] is None and after["words"]["enough"] and not marks[0]["words"]["enough"]


def test_on_a_tablet_that_goes_round_nothing_comes_back(stage: Stage) -> None:
    say(stage, 0, WORDS[0])
    place = queries.placed(stage.gathering, at=stage.at)
    by = stage.member(0)
    lent = type(by)(**{name: getattr(by, name) for name in by.__slots__} | {"tablet_of": stage.gathering.pk})
    assert "canary" in repr(words_shown(stage.gathering, place, by))
    assert "canary" not in repr(words_shown(stage.gathering, place, lent))
    actions.end_words(gathering=stage.gathering, words=asked_of(stage).code, by=stage.guide, at=stage.at)
    place = queries.placed(stage.gathering, at=stage.at)
    assert words_shown(stage.gathering, place, by)["words_kept"]
    assert not words_shown(stage.gathering, place, lent)["words_kept"]


def test_the_mark_in_the_address_cannot_be_tried_out(stage: Stage, settings: Any) -> None:
    """Two sites give the same words different marks, and so do two people: it is keyed for each."""
    say(stage, 0, WORDS[0])
    say(stage, 1, WORDS[0])
    place = queries.placed(stage.gathering, at=stage.at)
    here = words_shown(stage.gathering, place, stage.member(0))["words_seen"]
    assert words_shown(stage.gathering, place, stage.member(1))["words_seen"] != here
    settings.SECRET_KEY = "another site's"
    assert words_shown(stage.gathering, place, stage.member(0))["words_seen"] != here


def test_after_a_step_ones_own_words_can_still_be_taken_back(stage: Stage) -> None:
    say(stage, 0, WORDS[0])
    stage.step(1)
    ines = signed_in(stage.world.members[0])
    html = ines.get(f"/gathering/{stage.code}/").content.decode()
    assert "What I wrote in this meeting" in html and WORDS[0] in html
    answer = ines.post(f"/gathering/{stage.code}/words/back", {"words": asked_of(stage).code}, **HTMX)
    assert WORDS[0] not in answer.content.decode() and not Word.objects.exists()

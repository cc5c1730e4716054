"""The pages of a meeting without any script: every tap is a form, every state reads true, nothing private strays."""

import json
import re
from collections.abc import Callable

import pytest
from django.test import Client

from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.live import actions
from kindcircle.rooms.live.models import Event, Signal
from kindcircle.rooms.safety.models import Alert
from tests.rooms.live.stage import Stage, later
from tests.world import World, make_world

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
Enter = Callable[[User], Client]


@pytest.fixture
def stage(world: World) -> Stage:
    return Stage(world)


@pytest.fixture
def enter(db: None) -> Enter:
    """A browser without script, signed in as this person."""

    def signed_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend=BACKEND)
        session = client.session
        session["demo_door"] = True
        session.save()
        return client

    return signed_in


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, answer.status_code
    return answer.content.decode()


def shown(html: str) -> str:
    """The page without the parts that are hidden at this moment, and without the scripts' data."""
    html = re.sub(r"<script.*?</script>", "", html, flags=re.S)
    while found := re.search(r"<(\w+)[^>]*\shidden(?:[\s>])", html):
        html = html[: found.start()] + html[_end_of(html, found.start(), found[1]) :]
    return re.sub(r"\s+", " ", html)


def _end_of(html: str, start: int, tag: str) -> int:
    depth = 0
    for part in re.finditer(rf"<(/?){tag}\b[^>]*>", html[start:]):
        depth += -1 if part[1] else 1
        if depth == 0 or tag == "input":
            return start + part.end()
    raise AssertionError(f"<{tag}> is not closed")


def lead(client: Client, stage: Stage, **fields: str) -> str:
    answer = client.post(f"/desk/gatherings/{stage.code}/lead/do/", fields, follow=True)
    assert answer.status_code == 200
    return shown(answer.content.decode())


class TestMember:
    def test_before_the_meeting_there_is_a_time_and_the_arrival_check(self, stage: Stage, enter: Enter) -> None:
        client = enter(stage.world.member)
        html = shown(page(client, f"/gathering/{stage.code}/"))
        assert "We begin at" in html and "How are you arriving?" in html
        assert "Please come" not in html
        answer = client.get(f"/gathering/{stage.code}/check/arrival/")
        assert answer.status_code == 302 and answer["Location"].startswith("/check/")
        assert not Attendance.objects.exists()

    def test_opening_the_page_is_arriving(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        html = shown(page(enter(stage.world.member), f"/gathering/{stage.code}/"))
        assert "Welcome" in html and "Please come" in html and "We begin at" not in html
        assert Attendance.objects.get().user == stage.world.member

    def test_a_running_practice_shows_its_words_and_time(self, db: None, enter: Enter) -> None:
        stage = Stage(make_world(at=later(clock.now(), -45)))
        stage.open()
        actions.start_practice(
            gathering=stage.gathering,
            practice="p47-arriving-together",
            seconds=240,
            by=stage.guide,
            at=stage.at,
        )
        html = shown(page(enter(stage.world.member), f"/gathering/{stage.code}/"))
        assert "Arriving together" in html
        assert re.search(r'data-live="practice-left">3:\d\d<', html)
        assert "feel your feet" in html

    @pytest.mark.parametrize("kind", ["fine", "lot", "come", "step_out"])
    def test_a_tap_works_as_a_plain_form(self, stage: Stage, enter: Enter, kind: str) -> None:
        stage.open()
        client = enter(stage.world.member)
        key = re.search(r'name="key" value="([^"]+)"', page(client, f"/gathering/{stage.code}/"))
        assert key
        for _ in range(2):  # a double click sends the same key twice
            answer = client.post(f"/gathering/{stage.code}/signal", {"kind": kind, "key": key[1]}, follow=True)
        html = shown(answer.content.decode())
        assert ("You can stop now" in html) == (kind != "fine")
        assert re.search(rf'value="{kind}" aria-pressed="true"', html)
        assert Signal.objects.count() == 1
        assert Alert.objects.count() == (kind == "come")

    def test_a_tap_after_the_end_says_so_and_names_help(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        client = enter(stage.world.member)
        actions.start_closing(gathering=stage.gathering, by=stage.guide, at=stage.at)
        actions.close(gathering=stage.gathering, by=stage.guide, at=stage.at)
        data = {"kind": "come", "key": codes.new_code()}
        answer = client.post(f"/gathering/{stage.code}/signal", data, follow=True)
        assert "Help now is always here" in answer.content.decode()
        by_script = client.post(f"/gathering/{stage.code}/signal", data, headers={"Accept": "application/json"})
        assert by_script.status_code == 404 and "Help now" in by_script.json()["why"]

    def test_ones_turn_and_a_pass_as_plain_forms(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        first, second = stage.come(0, 1)
        turns = stage.round()
        one, two = enter(stage.world.members[0]), enter(stage.world.members[1])
        assert "You have the piece" in shown(page(one, f"/gathering/{stage.code}/"))
        assert "Ines has the piece" in shown(page(two, f"/gathering/{stage.code}/"))
        one.post(f"/gathering/{stage.code}/piece", {"round": turns, "what": "pass"})
        html = shown(page(two, f"/gathering/{stage.code}/"))
        assert "You have the piece" in html and "Ines has the piece" not in html
        answer = two.post(f"/gathering/{stage.code}/piece", {"round": turns, "what": "later"}, follow=True)
        assert "Everybody else has had a turn" in answer.content.decode()
        assert first != second

    def test_only_names_of_those_who_are_here(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        stage.come(0, 2)
        stage.round()
        html = page(enter(stage.world.members[2]), f"/gathering/{stage.code}/")
        assert "Ines" in html and "Wren" in html
        for absent in ("Tomas", "Oluwa", "Mei", "Farid"):
            # As a word: three letters may stand in a random code now and then.
            assert not re.search(rf"\b{absent}\b", html)

    def test_after_the_close_one_button_to_the_four_questions(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        client = enter(stage.world.member)
        actions.start_closing(gathering=stage.gathering, by=stage.guide, at=stage.at)
        actions.close(gathering=stage.gathering, by=stage.guide, at=stage.at)
        html = shown(page(client, f"/gathering/{stage.code}/"))
        assert "How was today for you?" in html and "Please come" not in html
        answer = client.get(f"/gathering/{stage.code}/check/leaving/", follow=True)
        assert answer.redirect_chain[-1][0].startswith("/check/")

    def test_the_poll_answers_what_came_after(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        stage.step(0)
        client = enter(stage.world.member)
        for asked, numbers in [("0", [1, 2]), ("1", [2]), ("2", []), ("x", [1, 2]), ("-1", [1, 2])]:
            answer = client.get(f"/gathering/{stage.code}/events?after={asked}").json()
            assert [event["n"] for event in answer["events"]] == numbers
            assert isinstance(answer["now"], int)

    def test_nothing_about_others_taps_is_on_any_members_page(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        stage.come(0, 1)
        actions.send_signal(
            gathering=stage.gathering, kind="lot", client_key=codes.new_code(), by=stage.member(1), at=stage.at
        )
        client = enter(stage.world.member)
        for path in ("", "events", "facts", "ring"):
            html = page(client, f"/gathering/{stage.code}/{path}")
            assert "finds it a lot" not in html and Signal.objects.get().code not in html

    def test_the_page_brings_what_its_scripts_need_and_no_inline_script(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        html = page(enter(stage.world.member), f"/gathering/{stage.code}/")
        found = re.search(r'<script id="room-facts" type="application/json">(.*?)</script>', html, re.S)
        assert found
        facts = json.loads(found[1])
        assert facts["socket"] == f"/ws/gathering/{stage.code}"
        assert facts["me"] == Membership.objects.get(user=stage.world.member).code
        assert [event["kind"] for event in facts["events"]] == ["opened"]
        assert facts["practices"]["p47-arriving-together"]["240"][-1]["kind"] == "end"
        for tag in re.findall(r"<script[^>]*>", html):
            assert "src=" in tag or "application/json" in tag
        assert " style=" not in html and not re.search(r"\son[a-z]+=", html)


class TestFacilitator:
    def test_a_whole_meeting_with_plain_forms(self, stage: Stage, enter: Enter) -> None:
        client = enter(stage.world.facilitator)
        path = f"/desk/gatherings/{stage.code}/lead/"
        assert "Open in person" in shown(page(client, path))
        html = lead(client, stage, do="open", how="in-person")
        letters = stage.gathering.short_code or ""
        assert f"{letters[:3]} {letters[3:]}" in html and "<svg" in html
        seat = Membership.objects.get(user=stage.world.members[4]).code
        assert "1 of 8 are here" in lead(client, stage, do="here", member=seat)
        assert "Start for everyone: Arriving together" in lead(client, stage, do="step", step="0")
        html = lead(client, stage, do="practice", practice="p47-arriving-together", seconds="240")
        assert "Pause" in html and "Ease off: Arriving together, 2 min" in html
        play = Event.objects.get(kind="practice_started").data["play"]
        assert "Go on" in lead(client, stage, do="pause", play=play)
        assert "Pause" in lead(client, stage, do="resume", play=play)
        assert "Pause" not in lead(client, stage, do="end", play=play)
        lead(client, stage, do="step", step="1")
        html = lead(client, stage, do="round", prompt="checkin")
        assert "Mei" in html and "has the piece" in html
        turns = Event.objects.get(kind="round_started").data["round"]
        assert "The piece rests" in lead(client, stage, do="move", round=turns, holder=seat)
        lead(client, stage, do="end-round", round=turns)
        answer = client.post(f"/desk/gatherings/{stage.code}/lead/do/", {"do": "close"}, follow=True)
        assert "Please begin the closing first" in answer.content.decode()
        assert "Close the meeting" in lead(client, stage, do="closing")
        assert "Write the notes" in lead(client, stage, do="close")
        assert stage.gathering.state == Gathering.State.CLOSED
        assert "1 of 8 came" in shown(page(client, path))

    @pytest.mark.parametrize(
        "fields",
        [
            {},
            {"do": "dance"},
            {"do": "step", "step": "99999999999"},
            {"do": "step", "step": "one"},
            {"do": "practice", "practice": "x" * 500, "seconds": "-1"},
            {"do": "pause", "play": "old"},
            {"do": "move", "round": "", "holder": "", "to": "\x00"},
            {"do": "round", "prompt": "teach"},
            {"do": "here", "member": "nobody"},
        ],
    )
    def test_strange_taps_are_answered_kindly(self, stage: Stage, enter: Enter, fields: dict[str, str]) -> None:
        stage.open()
        client = enter(stage.world.facilitator)
        path = f"/desk/gatherings/{stage.code}/lead/do/"
        assert client.post(path, fields, follow=True).status_code == 200
        assert client.post(path, fields, headers={"Accept": "application/json"}).status_code in (204, 409, 422)
        assert Event.objects.count() == 1

    def test_taps_come_newest_first_with_a_way_to_the_alert(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        stage.come(0, 1)
        for seat, kind in [(0, "lot"), (1, "come")]:
            actions.send_signal(
                gathering=stage.gathering,
                kind=kind,
                client_key=codes.new_code(),
                by=stage.member(seat),
                at=later(stage.at, seat),
            )
        html = shown(page(enter(stage.world.facilitator), f"/desk/gatherings/{stage.code}/lead/taps/"))
        assert html.index("asks you to come") < html.index("finds it a lot")
        alert = Alert.objects.get()
        assert f"/desk/alerts/{alert.code}/" in html
        assert alert.state == Alert.State.DELIVERED, "a call that the page shows has reached somebody"

    def test_entry_letters_are_shown_once_for_one_member(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        client = enter(stage.world.facilitator)
        place = Membership.objects.get(user=stage.world.member)
        answer = client.post(f"/desk/gatherings/{stage.code}/entry-pass/", {"member": place.code})
        html = answer.content.decode()
        letters = re.findall(r'class="short-code">([A-Z0-9 ]+)<', html)
        assert "Ines" in html and len(letters) == 2 and answer["Cache-Control"] == "no-store"
        visitor = Client()
        answer = visitor.post(f"/join/{stage.gathering.short_code}/", {"letters": letters[1]}, follow=True)
        assert answer.redirect_chain[-1][0] == f"/gathering/{stage.code}/"
        assert client.post(f"/desk/gatherings/{stage.code}/entry-pass/", {"member": "x"}).status_code == 422

    def test_the_wall_shows_the_way_in_and_never_a_private_tap(self, stage: Stage, enter: Enter) -> None:
        stage.open()
        stage.come(0)
        actions.send_signal(
            gathering=stage.gathering, kind="come", client_key=codes.new_code(), by=stage.member(0), at=stage.at
        )
        html = page(enter(stage.world.facilitator), f"/desk/gatherings/{stage.code}/wall/")
        letters = stage.gathering.short_code or ""
        assert f"{letters[:3]} {letters[3:]}" in html
        assert "asks you to come" not in html and "lead/taps" not in html
        assert "?for=wall" in html, "the projector's socket is told nothing private"


@pytest.mark.parametrize("path", ["", "events", "facts", "ring", "check/arrival/"])
def test_members_pages_are_for_this_group_only(stage: Stage, enter: Enter, path: str) -> None:
    other = make_world()
    stage.open()
    for user in (other.member, other.facilitator, stage.world.stranger(), stage.world.safety_lead):
        assert enter(user).get(f"/gathering/{stage.code}/{path}").status_code == 404


@pytest.mark.parametrize("path", ["lead/", "lead/people/", "lead/taps/", "lead/round/", "wall/"])
def test_facilitators_pages_are_for_this_groups_facilitators_only(stage: Stage, enter: Enter, path: str) -> None:
    other = make_world()
    stage.open()
    for user in (stage.world.member, other.facilitator, stage.world.safety_lead, stage.world.organisation_lead):
        assert enter(user).get(f"/desk/gatherings/{stage.code}/{path}").status_code == 404

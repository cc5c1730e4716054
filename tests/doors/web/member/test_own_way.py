"""How I practise, and the sound that follows from it."""

import os
import re
from pathlib import Path

import pytest
from django.templatetags.static import static
from django.test import Client
from django.urls import reverse

from kindcircle.base.lib import clock
from kindcircle.doors.web.member.phone import PAGES as PHONE_PAGES
from kindcircle.doors.web.member.phone import PHONE_PARTS
from kindcircle.doors.web.member.sound import KEPT_PARTS
from kindcircle.doors.web.shared.sent_file import HEADER
from kindcircle.doors.web.shared.static_files import sent, source
from kindcircle.rooms.practice import recordings, sounds
from kindcircle.rooms.practice.models import OwnWay, Recording
from kindcircle.rooms.practice.own_way import AS_WRITTEN, Choice, keep_own_way, own_way
from kindcircle.spec.practices import USUAL, Practice, all_practices, load_practice
from tests.doors.web.member.people import everybody_else, mid_course, signed_in
from tests.doors.web.patience import once_made
from tests.rooms.practice.recorded import recorded
from tests.world import World

PAGE = "/how-i-practise/"
CONTACT, FEET, LANDING, SCAN, HUMAN = (
    "p03-comforting-contact",
    "p22-soles-of-the-feet",
    "p21-five-sense-landing",
    "p19-scan-and-name",
    "p12-human-too",
)
MADE = f"/practice/{CONTACT}/sound/20/made/"


@pytest.fixture(autouse=True)
def _home_of_its_own(settings, tmp_path: Path) -> None:
    settings.HOME, settings.DATA_DIR = tmp_path, tmp_path / "data"


@pytest.fixture
def group(db) -> World:
    return mid_course(clock.now())


@pytest.fixture
def client(group: World) -> Client:
    return signed_in(group.member)


def mine(group: World) -> Choice:
    return own_way(group.member, by=group.actor(group.member))


def choose(group: World, **choice: object) -> None:
    keep_own_way(Choice(**choice), member=group.member, by=group.actor(group.member))


def record(group: World, practice: Practice | None = None, seconds: int = 20) -> Recording:
    file = Path(recordings.folder()) / "come"
    file.write_bytes(recorded(seconds=seconds))
    try:
        return recordings.keep_recording(
            come=file, name="voice.wav", practice=practice or load_practice(CONTACT), seconds=seconds,
            organisation=group.organisation, by=group.actor(group.facilitator), at=clock.now(),
        )  # fmt: skip
    finally:
        file.unlink()


def facts(client: Client, practice: str = CONTACT, more: str = "") -> dict:
    return client.get(f"/practice/{practice}/{more}").context["facts"]


# --- choosing ---


def test_what_is_chosen_is_remembered_and_leads_back_to_the_practice(client, group):
    sent = {"anchor": "hands", "voice": "text", "zones": ["face", "feet"], "ways": ["eyes_open"], "comforts": ["buzz"]}
    answer = client.post(PAGE, sent | {"back": f"/practice/{FEET}/?seconds=60"})
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/practice/{FEET}/?seconds=60")
    assert mine(group) == Choice("hands", eyes_open=True, zones=("feet", "face"), voice="text", buzz=True)
    said = client.get(PAGE).content.decode()
    assert said.count(" checked") == 7, "these, and as much data as the device asks for"
    assert "Leaving out: feet, face" in client.get(f"/practice/{FEET}/").content.decode()
    assert client.post(PAGE, {"as-written": "1"}).status_code == 303
    assert mine(group) == AS_WRITTEN and not OwnWay.objects.exists()


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"anchor": "candle", "voice": "text"},
        {"anchor": "feet", "voice": "choir"},
        {"anchor": "feet", "voice": "text", "zones": ["tail"]},
        {"anchor": "feet", "voice": "text", "data_use": "none"},
    ],
)
def test_odd_choices_are_asked_for_again(client, group, sent):
    assert client.post(PAGE, sent).status_code == 422
    assert not OwnWay.objects.exists()


@pytest.mark.parametrize("back", ["https://elsewhere.example/", "//elsewhere.example", "/leave/", "/practice/\\\\x"])
def test_it_leads_nowhere_else(client, back):
    answer = client.post(PAGE, {"anchor": "feet", "voice": "text", "back": back})
    assert "elsewhere" not in answer.headers["Location"] and answer.headers["Location"] != "/leave/"


def test_only_members_have_one(group):
    for who, other in everybody_else(group):
        expected = 200 if who in ("another member", "a member of another house") else 404
        assert other.get(PAGE).status_code == expected, who


def test_the_words_are_those_of_the_way(client, group):
    usual = client.get(f"/practice/{SCAN}/?seconds=600").context
    choose(group, anchor="feet")
    without = client.get(f"/practice/{SCAN}/?seconds=600").context
    assert usual["spoken"] != without["spoken"]
    assert usual["breath"] and not without["breath"]
    cues = without["cues"][SCAN]["600"]
    assert [cue["text"] for cue in cues] == without["spoken"]
    assert not any(cue["ways"] or cue["zone"] for cue in cues)


@pytest.mark.parametrize(
    ("choice", "ground"), [({}, FEET), ({"anchor": "sounds"}, LANDING), ({"zones": ("feet",)}, LANDING)]
)
def test_the_ground_after_stopping_is_one_that_suits(client, group, choice, ground):
    choose(group, **choice)
    words = next(one for one in all_practices() if one.id == ground)
    needs = Choice(**choice).needs
    assert client.get(f"/practice/{SCAN}/").context["ground"] == [needs.words(one) for one in words.shortest.steps]


def test_shorter_first_and_still_any_length(client, group):
    assert facts(client, SCAN)["seconds"] == 600
    choose(group, shorter=True)
    assert facts(client, SCAN)["seconds"] == 240
    assert facts(client, SCAN, "?seconds=600")["seconds"] == 600


def test_a_meeting_begins_in_the_same_way(client, group):
    choose(group, anchor="sounds", eyes_open=True, zones=("belly",), still=True)
    said = client.get(f"/gathering/{group.gatherings[2].code}/").content.decode()
    assert 'data-leaves="belly"' in said
    checked = re.findall(r'name="(way|still)"(?: value="(\w+)")? checked', said)
    assert sorted(checked) == [("still", ""), ("way", "eyes_open"), ("way", "no_breath")]


# --- hearing ---


def test_the_made_voice_is_handed_over_once_it_is_there(client):
    answer = once_made(client, MADE)
    assert answer.status_code == 200
    assert Path(answer.headers[HEADER]) == sounds.voice_file(load_practice(CONTACT), 20, USUAL)
    assert answer.headers["Content-Type"] == "audio/mpeg"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"


def test_while_it_is_being_made_nobody_is_kept_waiting(client, monkeypatch):
    monkeypatch.setattr(sounds, "ready", lambda *_, **__: None)
    answer = client.get(MADE)
    assert (answer.status_code, answer.headers["Retry-After"], answer.content) == (202, "1", b"")

    def busy(*_, **__):
        raise sounds.VoiceBusy

    monkeypatch.setattr(sounds, "ready", busy)
    assert client.get(MADE).status_code == 202


def test_a_machine_without_a_voice_has_no_sound_and_breaks_nothing(client, monkeypatch):
    def broken(*_, **__):
        raise RuntimeError

    monkeypatch.setattr(sounds, "work", broken)
    assert client.get(MADE).status_code == 404
    assert client.get(f"/practice/{CONTACT}/").status_code == 200


@pytest.mark.slow
def test_a_sound_that_was_kept_is_never_taken_for_other_words(client, group):
    def now() -> tuple[str, str]:
        keeping = client.get(f"/practice/{SCAN}/?seconds=240").context["keeping"]
        return keeping["sound"], keeping["way"]

    usual = now()
    assert usual == now()
    choose(group, buzz=True)
    assert usual == now(), "the same words"
    choose(group, anchor="feet")
    without = now()
    assert without[0] != usual[0] and without[1] != usual[1]
    assert client.get(without[0]).status_code in (200, 202)
    # A page from before, in another tab, gets no other words than it shows.
    assert client.get(usual[0]).status_code == 404
    # A new recording of the same words is another sound as well.
    choose(group)
    record(group)
    first = facts(client)["sound"]
    record(group)
    assert facts(client)["sound"] != first and client.get(first).status_code == 404


def test_the_house_s_own_voice_wins_where_it_says_the_same_words(client, group):
    three = "?seconds=180"
    assert facts(client, HUMAN, three)["voice"] == "made"
    words = client.get(f"/practice/{HUMAN}/{three}").context["practice"]
    row = record(group, words, 180)
    assert facts(client, HUMAN, three)["voice"] == "recorded"
    answer = client.get(f"/practice/{HUMAN}/sound/180/recorded/")
    assert Path(answer.headers[HEADER]) == recordings.file_of(row)
    assert client.get(f"/practice/{HUMAN}/sound/180/made/").status_code == 404
    written = {way for step in words.length(180).steps for way in step.ways}
    assert "eyes_open" in written
    choose(group, eyes_open=True)
    assert facts(client, HUMAN, three)["voice"] == "made", "with eyes open it has other words"
    choose(group, no_writing=True, buzz=True)
    assert "low_literacy" not in written
    assert facts(client, HUMAN, three)["voice"] == "recorded", "nobody writes here, so not writing changes no word"
    for voice in ("made", "device", "text"):
        choose(group, voice=voice)
        assert facts(client, HUMAN, three)["voice"] == voice
    assert facts(client, HUMAN, three)["sound"] == ""


def test_a_recording_is_heard_in_its_own_house_only(group):
    record(group)
    for who, other in everybody_else(group):
        answer = other.get(f"/practice/{CONTACT}/sound/20/recorded/")
        assert answer.status_code == (200 if who == "another member" else 404), who


@pytest.mark.parametrize(
    "address",
    [
        "/practice/p06-letter-from-a-wise-friend/sound/480/made/",  # the group has not come to it
        f"/practice/{SCAN}/sound/900/made/",  # longer than the group has met
        f"/practice/{CONTACT}/sound/21/made/",
        f"/practice/{CONTACT}/sound/20/choir/",
        f"/practice/{CONTACT}/sound/20/text/",
        f"/practice/{CONTACT}/to-keep/21/",
        "/practice/p06-letter-from-a-wise-friend/to-keep/480/",
    ],
)
def test_no_sound_and_no_page_to_keep_beyond_what_is_open(client, address):
    assert client.get(address).status_code == 404


# --- keeping ---


def test_a_page_to_keep_names_nobody_and_holds_no_form(client, group):
    for address in (f"/practice/{FEET}/to-keep/60/", "/practice/kept/"):
        said = client.get(address).content.decode()
        assert "<form" not in said and "csrf" not in said and "data-token" not in said and "data-who" not in said
        assert "Ines" not in said and group.member.code not in said
        links = set(re.findall(r'href="(/[^"]*)"', said)) - set(re.findall(r'href="(/static/[^"]*)"', said))
        here = {"/phone/", "/phone/hard-day/", "/phone/write/", "/phone/plan/", "/practice/kept/", "/today/"}
        assert links <= {"/", "/help/", "/leave/", "/language/", "#main"} | here


def test_where_no_answer_can_be_sent_the_page_to_keep_has_the_words_that_would_follow(client, group):
    """For a practice that asks afterwards and for one that does not; the parts somebody leaves out stay out."""
    choose(group, zones=("feet",))
    for practice, seconds in ((FEET, 60), (CONTACT, 20)):
        said = client.get(f"/practice/{practice}/to-keep/{seconds}/").content.decode()
        [much] = re.findall(r'<details data-when="practice-finished" hidden>(.*?)</details>', said, re.DOTALL)
        assert "That was too much" in much and "You did nothing wrong." in much and 'href="#call"' in much
        for words in ["Name five colours you can see.", "Hold a warm cup"]:
            assert words in much
        assert "soles" not in much.lower() and 'id="call"' in said
        usual = client.get(f"/practice/{practice}/?seconds={seconds}").content.decode()
        assert '<details data-when="practice-finished"' not in usual


def test_all_that_kept_pages_load_is_kept(client):
    """Follows every link, and every import of every script, as a browser would."""
    needed: set[str] = set()

    def need(name: str) -> None:
        if name in needed:
            return
        needed.add(name)
        text = sent(name, source(name)) if name.endswith(".js") else ""
        for other in re.findall(r'(?:from ?|import\()"(\.\.?/[a-z/-]+\.js)"', text):
            need(os.path.normpath(f"{name.rpartition('/')[0]}/{other}"))

    def open_all(*addresses: str) -> None:
        for address in addresses:
            said = client.get(address).content.decode()
            for linked in re.findall(r'(?:src|href)="/static/([^"]+)"', said):
                need(re.sub(r"\.[0-9a-f]{12}\.", ".", linked))

    open_all(f"/practice/{FEET}/to-keep/60/", "/practice/kept/")
    assert needed == set(KEPT_PARTS)
    open_all(*(reverse(name) for name in PHONE_PAGES))
    assert needed == set(PHONE_PARTS)
    keeping = client.get(f"/practice/{FEET}/?seconds=60").context["keeping"]
    assert keeping["parts"] == [static(name) for name in KEPT_PARTS]
    assert keeping["page"] == f"/practice/{FEET}/to-keep/60/" and keeping["sound"].startswith(
        f"/practice/{FEET}/sound/60/made/?of="
    )


def test_the_worker_is_one_script_for_the_whole_site(django_db_setup):
    answer = Client().get("/worker.js")
    said = answer.content.decode()
    assert not re.search(r"^(import|export) ", said, flags=re.M) and "putAside" in said and "sealFor" in said
    assert answer.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "Service-Worker-Allowed" not in answer.headers


def test_the_size_of_a_sound_is_told_before_it_comes(client):
    said = client.get(f"/practice/{FEET}/?seconds=60").content.decode()
    assert "The sound takes about 0.4 MB. It comes only once you press Begin." in said
    assert "The sound takes" not in client.get(f"/practice/{FEET}/to-keep/60/").content.decode()

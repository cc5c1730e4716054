"""A practice at home: what is open, what the page offers, and a log that fills itself once."""

import gzip
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from kindcircle.base.lib import clock
from kindcircle.doors.web.shared.static_files import lightened
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.practice.courses import ALWAYS, Offer, courses_of, offered
from kindcircle.rooms.practice.models import Play
from tests.doors.web.member.people import everybody_else, mid_course, signed_in
from tests.world import World, make_world

SCAN, FEET, LETTER, CONTACT, PAUSE = (
    "p19-scan-and-name",
    "p22-soles-of-the-feet",
    "p06-letter-from-a-wise-friend",
    "p03-comforting-contact",
    "p01-three-part-pause",
)


@pytest.fixture
def group(db) -> World:
    """A group that has met twice and meets again in three days."""
    return mid_course(clock.now())


@pytest.fixture
def client(group: World) -> Client:
    return signed_in(group.member)


def page_of(practice: str, seconds: int | str = "") -> str:
    return f"/practice/{practice}/" + (f"?seconds={seconds}" if seconds else "")


def tell(client: Client, practice: str = FEET, **fields: object):
    return client.post(
        f"/practice/{practice}/played/",
        {"key": "one", "practice": practice, "seconds": 60, "played": 0, "finished": "no"} | fields,
    )


def offer_of(world: World, practice: str) -> Offer | None:
    return offered(courses_of(world.actor(world.member)), practice)


# --- what is open ---


@pytest.mark.parametrize(("met", "open_"), [(0, False), (2, False), (3, True), (4, True)])
def test_a_practice_opens_once_the_group_has_come_to_it(db, met, open_):
    world = mid_course(clock.now(), met=met)
    assert signed_in(world.member).get(page_of(LETTER)).status_code == (200 if open_ else 404)


@pytest.mark.parametrize("practice", ALWAYS)
def test_the_lightest_are_open_from_the_first_day(db, practice):
    world = make_world(at=clock.now(), first_at=clock.now() + timedelta(days=3))
    assert signed_in(world.member).get(page_of(practice)).status_code == 200


def test_what_is_not_in_the_programme_is_not_there(client):
    for practice in ("p09-three-line-day", "p99-nothing", "nothing"):
        assert client.get(page_of(practice)).status_code == 404
        assert tell(client, practice).status_code == 404


def test_no_length_is_longer_than_the_group_has_met(group):
    assert offer_of(group, SCAN).lengths == (240, 600)
    assert offer_of(group, PAUSE).lengths == (60, 180)
    assert offer_of(group, FEET).lengths == (60, 180, 300)


def test_it_opens_in_the_length_for_home(client):
    assert client.get(page_of(SCAN)).context["seconds"] == 600
    assert client.get(page_of(CONTACT)).context["seconds"] == 20
    assert client.get(page_of(SCAN, 240)).context["seconds"] == 240
    for odd in ("900", "-1", "x", "9" * 40, "²"):
        assert client.get(page_of(SCAN, odd)).context["seconds"] == 600


def test_a_programme_whose_words_are_gone_still_leaves_the_ground(group):
    Group.objects.filter(pk=group.group.pk).update(programme_version="9")
    client = signed_in(group.member)
    assert client.get(page_of(FEET)).status_code == 200
    assert client.get(page_of(SCAN)).status_code == 404


# --- what the page offers ---


def test_without_script_it_is_a_text_to_read(client):
    said = client.get(page_of(FEET, 60)).content.decode()
    assert "Let your feet meet the floor." in said.split('id="words"', 1)[1]
    assert "<noscript>" in said


def test_the_player_has_its_cues_its_ways_and_its_ways_out(client):
    said = client.get(page_of(SCAN, 240)).content.decode()
    cues = json.loads(re.search(r'id="home-practices"[^>]*>(.*?)</script>', said, flags=re.S).group(1))
    assert list(cues) == [SCAN]
    assert list(cues[SCAN]) == ["240"]
    assert cues[SCAN]["240"][-1] == cues[SCAN]["240"][-1] | {"kind": "end", "at": 240_000}
    facts = json.loads(re.search(r'id="home-facts"[^>]*>(.*?)</script>', said, flags=re.S).group(1))
    assert (facts["practice"], facts["seconds"], facts["voice"]) == (SCAN, 240, "made")
    assert facts["sound"].startswith(f"/practice/{SCAN}/sound/240/made/?of=")
    for part in ("data-log", "start", "pause", "resume", "end", "My feet", 'data-live="sound"', "Ways out"):
        assert part in said
    assert "csrfmiddlewaretoken" in said.split("data-log", 1)[1]


def test_the_look_before_is_links_only_and_leads_to_the_ground(client):
    said = client.get(page_of(SCAN)).content.decode()
    first = said.split('class="card card-quiet first-look"', 1)[1].split("</nav>", 1)[0]
    assert "<form" not in first
    assert f'href="/practice/{FEET}/"' in first
    assert "?" not in "".join(re.findall(r'href="([^"]*)"', first))
    assert 'href="/hard-day/"' in client.get(page_of(FEET)).content.decode()


def test_an_easier_practice_is_linked_when_it_is_open(client):
    assert f'href="/practice/{FEET}/"' in client.get(page_of(PAUSE)).content.decode()


def test_the_page_stays_open_for_as_long_as_the_practice_lasts(client):
    assert client.get(page_of(SCAN, 600)).context["idle_minutes"] == 20
    assert client.get(page_of(FEET, 60)).context["idle_minutes"] == 15


def test_a_practice_done_in_writing_leads_to_its_page(db):
    client = signed_in(mid_course(clock.now(), met=3).member)
    assert 'href="/letters/new/"' in client.get(page_of(LETTER)).content.decode()
    assert "Open my letters" in client.get(page_of("p07-reading-it-again")).content.decode()


# --- the log ---


def test_one_play_is_one_row_that_grows(client, group):
    assert tell(client).status_code == 204
    assert tell(client, played=25).status_code == 204
    tell(client, played=10)
    play = Play.objects.get()
    assert (play.member, play.group, play.practice, play.seconds_planned) == (group.member, group.group, FEET, 60)
    assert (play.seconds_played, play.finished_at) == (25, None)
    tell(client, played=60, finished="yes")
    play.refresh_from_db()
    assert play.seconds_played == 60
    assert play.finished_at is not None


def test_a_telling_that_comes_alone_and_late_still_knows_when_it_began(client):
    tell(client, played=50)
    play = Play.objects.get()
    assert clock.now() - timedelta(seconds=70) < play.started_at < clock.now() - timedelta(seconds=49)


@pytest.mark.parametrize(
    "fields",
    [
        {"key": ""},
        {"key": "x" * 65},
        {"seconds": 61},
        {"seconds": ""},
        {"played": "-5"},
        {"played": "soon"},
        {"played": "9" * 30},
    ],
)
def test_odd_tellings_are_not_kept(client, fields):
    assert tell(client, **fields).status_code == 422
    assert not Play.objects.exists()


def test_more_than_the_whole_is_the_whole(client):
    tell(client, played=90_000)
    assert Play.objects.get().seconds_played == 60


def test_the_same_key_from_two_people_is_two_plays(client, group):
    tell(client)
    assert tell(signed_in(group.members[1])).status_code == 204
    assert Play.objects.count() == 2


def test_nobody_but_members_has_a_log(group):
    for who, other in everybody_else(group):
        if who not in ("another member", "a member of another house"):
            assert tell(other).status_code == 404, who
    assert Client().get(page_of(FEET)).status_code == 302
    assert not Play.objects.exists()


# --- how much a phone has to fetch ---

IMPORT = re.compile(r'^import .* from "\./([a-z-]+\.js)";', flags=re.M)


def found(path: str) -> bytes:
    return Path(finders.find(path)).read_bytes()


def sent(path: str) -> int:
    """Bytes over the line."""
    return len(gzip.compress(lightened(path, found(path).decode()).encode()))


def with_modules(path: str, seen: set[str]) -> set[str]:
    if path not in seen:
        seen.add(path)
        for name in IMPORT.findall(found(path).decode()):
            with_modules(f"{path.rpartition('/')[0]}/{name}", seen)
    return seen


@pytest.mark.parametrize("address", ["/today/", "/journal/new/day/", "/letters/new/", "/hard-day/", page_of(SCAN)])
def test_a_page_is_light(client, address):
    said = client.get(address).content.decode()
    linked = [
        re.sub(r"\.[0-9a-f]{12}\.", ".", one) for one in re.findall(r'(?:src|href)="/static/([^"]+\.(?:js|css))"', said)
    ]
    scripts: set[str] = set()
    for one in linked:
        if one.endswith(".js"):
            with_modules(one, scripts)
    weight = {"js": sum(map(sent, scripts)), "css": sum(sent(one) for one in set(linked) if one.endswith(".css"))}
    assert 0 < weight["js"] <= 20_480
    assert 0 < weight["css"] <= 15_360
    assert any(one.startswith("live/") for one in scripts) == address.startswith("/practice/")

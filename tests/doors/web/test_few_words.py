"""Fewer words, with pictures and a voice: the same pages, for whoever would rather not read much."""

import re
from pathlib import Path

import pytest
from django.test import Client

from kindcircle.doors.web.shared.drawing import ICONS
from kindcircle.spec.readability import grade
from tests.world import World

WEB = Path(__file__).parents[3] / "src/kindcircle/doors/web"
SHORT = sorted(
    {short for file in WEB.rglob("*.html") for short in re.findall(r'\{% few _\("([^"]+)"\)', file.read_text())}
)
PAGES = ("/today/", "/hard-day/", "/journal/new/", "/letters/", "/practice/p22-soles-of-the-feet/")


@pytest.fixture
def member(client: Client, world: World) -> Client:
    client.force_login(world.member)
    return client


@pytest.mark.parametrize("short", SHORT)
def test_the_short_words_are_easier_than_all_others(short: str) -> None:
    assert grade(short) <= 4
    assert all(len(sentence.split()) <= 9 for sentence in re.split(r"[.!?]", short))


def test_there_are_short_words_for_the_main_pages() -> None:
    assert len(SHORT) >= 5


def test_it_is_chosen_with_one_button_and_ended_with_one(member: Client) -> None:
    assert "data-words" not in member.get("/today/").content.decode()
    chosen = member.post("/language/", {"words": "few", "back": "/today/"})
    assert chosen.headers["Location"] == "/today/"
    assert 'data-words="few"' in member.get("/today/").content.decode()
    assert 'value="all"' in member.get("/language/").content.decode()
    member.post("/language/", {"words": "all", "back": "/today/"})
    assert "data-words" not in member.get("/today/").content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_each_main_page_can_be_read_aloud_and_has_pictures_in_its_menu(member: Client, path: str) -> None:
    member.cookies["words"] = "few"
    page = member.get(path).content.decode()
    assert 'data-aloud="main"' in page
    assert "js/read-aloud" in page
    menu = page.partition('class="site-nav"')[2].partition("</nav>")[0]
    assert menu.count("<svg") >= 5


def test_short_words_take_the_place_of_long_ones(member: Client) -> None:
    assert "and a few words are enough" in member.get("/journal/new/").content.decode()
    member.cookies["words"] = "few"
    page = member.get("/journal/new/").content.decode()
    assert "Take one, or none. You can stop at any time." in page
    assert "and a few words are enough" not in page


def test_who_reads_it_and_help_stay_on_every_page(member: Client) -> None:
    """Fewer words never means less care."""
    member.cookies["words"] = "few"
    page = member.get("/journal/new/").content.decode()
    assert 'class="help-now"' in page
    assert "Only you can read what you write here." in page


def test_the_voice_has_a_picture() -> None:
    assert "voice" in ICONS

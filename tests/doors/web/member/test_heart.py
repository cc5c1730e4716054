"""The pages about one's own heartbeat: plain words, nothing to win, and no way in for anybody else."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.practice import actions as practice
from kindcircle.rooms.resonance import actions
from kindcircle.rooms.resonance.models import HeartRecording, Sitting
from kindcircle.spec.practices import load_practice
from tests.doors.web.member.people import mid_course, signed_in
from tests.stats.hearts import as_list, resting
from tests.world import World

FEET = "p22-soles-of-the-feet"
VALUE = re.compile(
    r"\b(better|worse|good job|well done|improv|progress|goal|target|streak|record high|normal|healthy|average|rank)",
    re.IGNORECASE,
)


@pytest.fixture
def group(db) -> World:
    world = mid_course(clock.now())
    actions.turn_on(member=world.member, by=world.actor(world.member), at=clock.now())
    return world


@pytest.fixture
def client(group: World) -> Client:
    return signed_in(group.member)


def kept(group: World, before: list[float] | None, after: list[float] | None, name: str = FEET) -> Sitting:
    own = {"by": group.actor(group.member), "at": clock.now()}
    first = "before" if before else "after"
    sitting = actions.keep_first(
        data=as_list(before or after or []), part=first, when=actions.When(name, clock.now().date()),
        client_key=codes.new_code(), member=group.member, **own,
    )  # fmt: skip
    if before and after:
        actions.keep_other(sitting=sitting, data=as_list(after), part="after", **own)
    return sitting


def main_of(html: bytes) -> str:
    """What stands between the menu and the foot of a page, as words."""
    inside = html.decode().split("<main", 1)[1].split("</main>", 1)[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", inside)).replace("&#x27;", "'")


def page(client: Client, sitting: Sitting) -> str:
    return main_of(client.get(f"/heart/{sitting.code}/").content)


def played(group: World, member=None) -> str:
    person = member or group.member
    play = practice.start_play(
        practice=load_practice(FEET), seconds=60, client_key=codes.new_code(), member=person, group=group.group,
        by=group.actor(person), at=clock.now(),
    )  # fmt: skip
    return play.code


CALM, SAME, DEEP = resting(6), resting(16), resting(7, breath=60.0)


@pytest.mark.parametrize(
    ("before", "after", "says"),
    [
        (CALM, SAME, "About the same before and after."),
        (CALM, DEEP, "More up and down after than before. That is neither good nor bad."),
        (DEEP, CALM, "Less up and down after than before. That is neither good nor bad."),
        (resting(1, seconds=80), CALM, "Two minutes on each side are needed"),
        (resting(1, seconds=140), CALM, "One recording is much longer than the other"),
    ],
)
def test_a_pair_is_told_in_one_plain_sentence_without_a_value(
    group: World, client: Client, before: list[float], after: list[float], says: str
) -> None:
    said = page(client, kept(group, before, after))
    assert says in said
    assert said.count("likely") == 4  # two figures on each side, none without how unsure it is
    assert not VALUE.search(said)
    assert "One pair cannot tell why" in said


def test_more_and_less_are_said_alike(group: World, client: Client) -> None:
    """Nobody reads from the tone which of the two was hoped for."""
    more, less = page(client, kept(group, CALM, DEEP)), page(client, kept(group, DEEP, CALM))
    numbers = re.compile(r"[\d.:]+")
    assert numbers.sub("#", more) == numbers.sub("#", less.replace("Less up", "More up"))


@pytest.mark.parametrize("part", ["before", "after"])
def test_one_recording_alone_is_complete_in_itself(group: World, client: Client, part: str) -> None:
    sitting = kept(group, CALM if part == "before" else None, CALM if part == "after" else None)
    said = page(client, sitting)
    assert said.count("likely") == 2 and "times before" not in said
    assert "You can add it, or leave it." in said
    assert ("The one after" if part == "before" else "The one before") in said


def test_what_was_left_out_is_said(group: World, client: Client) -> None:
    beats = list(CALM)
    beats[50] *= 2
    said = page(client, kept(group, beats, None))
    assert f"1 of {len(beats)} beats left out" in said


def test_the_list_has_no_number_that_could_be_chased(group: World, client: Client) -> None:
    for _ in range(3):
        kept(group, CALM, DEEP)
    said = main_of(client.get("/heart/").content)
    assert said.count("Soles of the feet") == 3
    assert " ms" not in said and "RMSSD" not in said


def test_the_practice_is_chosen_from_ones_own_plays(group: World, client: Client) -> None:
    mine, theirs = played(group), played(group, group.members[1])
    form = client.get(f"/heart/new/?practice={FEET}").content.decode()
    assert f'value="{mine}" checked' in form and theirs not in form
    sent = {"key": codes.new_code(), "which": theirs, "part": "before", "on": ""}
    answer = client.post("/heart/new/", sent | {"file": SimpleUploadedFile("a.txt", as_list(CALM))})
    assert answer.status_code == 422 and not Sitting.objects.exists()
    answer = client.post("/heart/new/", sent | {"which": mine, "file": SimpleUploadedFile("a.txt", as_list(CALM))})
    assert answer.status_code == 303
    assert Sitting.objects.get().practice == FEET


def test_whoever_brings_the_other_one_is_led_to_the_first(group: World, client: Client) -> None:
    half, whole = kept(group, CALM, None), kept(group, CALM, DEEP)
    form = client.get("/heart/new/").content.decode()
    assert f'href="/heart/{half.code}/"' in form and "The one after Soles of the feet" in form
    assert whole.code not in form


@pytest.mark.parametrize("on", ["", "yesterday", "2026-02-31", "9999-01-01", "0001-01-01"])
def test_a_day_that_is_none_is_asked_for_again(group: World, client: Client, on: str) -> None:
    sent = {"which": "other", "part": "before", "on": on, "file": SimpleUploadedFile("a.txt", as_list(CALM))}
    answer = client.post("/heart/new/", sent)
    assert answer.status_code == 422 and "Please choose" in main_of(answer.content)
    assert 'value="before" checked' in answer.content.decode()


def test_nothing_of_a_refused_file_comes_back(group: World, client: Client) -> None:
    planted = SimpleUploadedFile("Zaunkoenig.csv", b"rr\n812\nZaunkoenig\n")
    answer = client.post("/heart/new/", {"which": "other", "on": "2026-01-01", "part": "before", "file": planted})
    assert answer.status_code == 422 and b"Zaunkoenig" not in answer.content
    assert b"Row 3" in answer.content


def test_the_same_form_sent_twice_is_one_recording(group: World, client: Client) -> None:
    key = codes.new_code()
    for _ in range(2):
        sent = {"key": key, "which": "other", "on": clock.now().date().isoformat(), "part": "before"}
        answer = client.post("/heart/new/", sent | {"file": SimpleUploadedFile("a.txt", as_list(CALM))})
        assert answer.status_code == 303
    assert HeartRecording.objects.count() == 1


def test_a_practice_that_has_no_page_any_more_is_a_practice_still(group: World, client: Client) -> None:
    assert "A practice" in page(client, kept(group, CALM, None, name="p99-gone"))


def test_who_left_reads_and_erases_and_is_offered_no_more(group: World, client: Client) -> None:
    sitting = kept(group, CALM, None)
    Membership.objects.filter(user=group.member).update(left_at=clock.now())
    assert "Add it" not in page(client, sitting)
    assert "Add a recording" not in main_of(client.get("/heart/").content)
    assert client.get("/heart/new/").status_code == 404
    assert client.post(f"/heart/{sitting.code}/erase/").status_code == 303
    assert not Sitting.objects.exists()


def test_off_it_only_says_what_it_would_be(group: World) -> None:
    other = signed_in(group.members[1])
    said = main_of(other.get("/heart/").content)
    assert "Turn it on" in said and "It is not a score" in said and "leave this off" in said
    assert other.get("/heart/new/").headers["Location"] == "/heart/"
    staff = main_of(signed_in(group.facilitator).get("/heart/").content)
    assert "Turn it on" not in staff


def test_every_form_works_without_a_script(group: World, client: Client) -> None:
    sitting = kept(group, CALM, None)
    for path in ("/heart/", "/heart/new/", f"/heart/{sitting.code}/", f"/heart/{sitting.code}/erase/", "/heart/off/"):
        html = client.get(path).content.decode().split("<main", 1)[1].split("</main>", 1)[0]
        assert "hx-" not in html and "onclick" not in html
        for form in re.findall(r"<form[^>]*>", html):
            assert 'method="post"' in form
        if 'type="file"' in html:
            assert 'enctype="multipart/form-data"' in html

"""Ines wears a chest strap. She looks at her heartbeat before and after a practice; nobody else ever knows of it."""

import io
import json
import zipfile

import pytest

from kindcircle.base.lib import clock, codes
from kindcircle.rooms.practice import actions as practice
from kindcircle.rooms.resonance.models import HeartRecording, Sitting
from kindcircle.spec.practices import load_practice
from tests.doors.web.member.people import mid_course
from tests.site import RunningSite
from tests.spec.documents.watch_files import watch_file
from tests.stats.hearts import as_list, resting
from tests.walks.visitor import Visitor
from tests.world import World, make_world

FEET = "p22-soles-of-the-feet"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return mid_course(clock.now())


def played(world: World) -> None:
    practice.start_play(
        practice=load_practice(FEET), seconds=60, client_key=codes.new_code(), member=world.member, group=world.group,
        by=world.actor(world.member), at=clock.now(),
    )  # fmt: skip


def test_a_heart_before_and_after_a_practice_is_seen_by_its_owner_alone(
    running_site: RunningSite, world: World
) -> None:
    played(world)

    # From the practice she comes upon it. It is off, and says what it is and what it is not.
    ines = Visitor(running_site, world.member).open(f"/practice/{FEET}/").follow("My heartbeat")
    assert "It is not a score" in ines.text and "Only you." in ines.text
    assert ines.open("/heart/new/").path == "/heart/"
    ines.press("Turn it on")
    assert "It is on. Only you can see this." in ines.text

    # The file from her strap, before the practice; the watch kept the one after.
    ines.follow("Add a recording")
    assert "Soles of the feet" in ines.text
    ines.hand_in("Keep this recording", "file", ("before.txt", as_list(resting(1))), {"part": "before"})
    assert "Kept. Only you can see it." in ines.text and "The one after" in ines.text
    where = ines.path
    ines.hand_in("Add it", "file", ("after.fit", watch_file(round(one) for one in resting(2))))
    assert ines.path == where
    for said in (
        "Soles of the feet",
        "From one beat to the next",
        "About the same before and after.",
        "likely",
        "SDNN",
    ):
        assert said in ines.text, said
    for never in ("better than", "worse than", "well done", "improve", "score of", "others"):
        assert never not in ines.text.casefold()

    # In the list there are days and names, and no number that could be chased.
    ines.open("/heart/")
    assert "Soles of the feet" in ines.text and " ms" not in ines.text

    # Nobody else finds it: not by guessing, not with any role, not in what they may look at.
    sitting = Sitting.objects.get(member=world.member)
    others = (
        world.members[1],
        *world.facilitators,
        world.safety_lead,
        world.organisation_lead,
        make_world(members=1).member,
    )
    for person in others:
        other = Visitor(running_site, person)
        for path in (where, f"{where}erase/"):
            assert other.open(path).status == 404
        assert sitting.code not in other.open("/heart/").html
    assert Visitor(running_site).open(where).path.startswith("/account/login")

    # She takes it along with everything else of hers.
    ines.open("/my-words/")
    assert "My heartbeat" in ines.text and "2 recordings" in ines.text
    ines.press("Take my words along")
    with zipfile.ZipFile(io.BytesIO(ines.answer.content)) as packed:
        told = json.loads(packed.read("my-words.json"))["heart"]
    assert [len(one["words"].split()) for one in told] == [len(resting(1)), len(resting(2))]

    # One goes; then all of it is turned off, and nothing is left.
    ines.open(where).follow("Erase").press("Erase it")
    assert HeartRecording.objects.filter(sitting__member=world.member).count() == 1 and "It is gone." in ines.text
    ines.open("/heart/").follow("Turn it off").press("Turn it off and erase")
    assert "It is off, and everything is gone." in ines.text
    assert (
        not HeartRecording.objects.filter(sitting__member=world.member).exists()
        and not Sitting.objects.filter(member=world.member).exists()
    )
    assert ines.open(where).status == 404


def test_a_file_that_cannot_be_read_is_said_kindly_and_nothing_chosen_is_lost(
    running_site: RunningSite, world: World
) -> None:
    ines = Visitor(running_site, world.member).open("/heart/").press("Turn it on").open("/heart/new/")
    day = ines.form("Keep this recording")[0].fields
    chosen = {"part": "after", "which": "other"}
    for file, says in (
        (("pulse.csv", b"61\n62\n60\n"), "beats a minute"),
        (("export.zip", b"PK\x03\x04" + b"\0" * 900), "unpack"),
        (("short.txt", as_list(resting(1, seconds=40))), "shorter than a minute"),
        (("photo.jpg", bytes(range(256)) * 3000), "TXT, CSV or FIT"),
        (("day.txt", b"800\n" * 400_000), "larger than 1 MB"),
        (("film.mp4", b"\0" * 3_000_000), "up to 1 MB"),
    ):
        ines.hand_in("Keep this recording", "file", file, chosen)
        assert ines.status == 422 and says in ines.text, file[0]
        form, sent = ines.filled("Keep this recording")
        assert sent["part"] == ["after"] and sent["which"] == ["other"]
        assert dict(form.fields)["on"] == dict(day)["on"]
    # Without any file, and without a choice, too.
    assert "choose a file" in ines.press("Keep this recording").text
    assert ines.open("/heart/new/").press("Keep this recording").status == 422
    assert not Sitting.objects.filter(member=world.member).exists()
    ines.hand_in("Keep this recording", "file", ("rr.csv", b"rr\n" + as_list(resting(1))), chosen)
    assert ines.status == 200 and Sitting.objects.get(member=world.member).practice == ""


def test_what_was_turned_off_elsewhere_meanwhile_stays_off(running_site: RunningSite, world: World) -> None:
    phone = Visitor(running_site, world.member).open("/heart/").press("Turn it on").open("/heart/new/")
    Visitor(running_site, world.member).open("/heart/off/").press("Turn it off and erase")
    phone.hand_in("Keep this recording", "file", ("rr.txt", as_list(resting(1))), {"part": "before", "which": "other"})
    assert phone.status == 409 and "off for you" in phone.text
    assert not Sitting.objects.filter(member=world.member).exists()

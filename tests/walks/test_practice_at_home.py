"""A week at home: Ines practises in her own way, in the voice that Marit recorded; and the sound is served in parts."""

import time

import pytest

from kindcircle.base.lib import clock
from kindcircle.rooms.practice.models import OwnWay, Play, Recording
from tests.doors.web.member.people import mid_course
from tests.rooms.practice.recorded import recorded
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World

FEET, CONTACT = "/practice/p22-soles-of-the-feet/", "/practice/p03-comforting-contact/"
SOUND = f"{FEET}sound/60/made/"
RECORDED = f"{CONTACT}sound/20/recorded/"
DESK = "/desk/recordings/p03-comforting-contact/1/20/"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return mid_course(clock.now())


def sound(visitor: Visitor, path: str = SOUND, **headers: str) -> Visitor:
    """The sound, once it is made."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        visitor.answer = visitor.client.get(path, headers=headers)
        if visitor.status != 202:
            return visitor
        time.sleep(0.5)
    raise AssertionError("the voice was never ready")


def test_a_week_at_home_in_ones_own_way(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member).open(FEET + "?seconds=60")
    assert "Soles of the feet" in ines.text and "Ways out, at any time" in ines.text
    sound(ines)
    assert ines.status == 200 and ines.answer.headers["Content-Type"] == "audio/mpeg"
    whole = ines.answer.content
    assert len(whole) == int(ines.answer.headers["Content-Length"]) > 300_000

    # She would rather not follow her breath, leaves out her chest, and wants words only this week.
    ines.open(FEET + "?seconds=60").press("Remember this", {"anchor": "feet", "voice": "text"})
    assert ines.path == FEET and "Remembered. Only you can see this." in ines.text
    assert "As you like it: My feet" in ines.text
    assert Visitor(running_site, world.member).open(SOUND).status == 404
    assert OwnWay.objects.filter(member=world.member).exists()

    # Her phone tells what she played, later, from the train.
    form, sent = next(
        (form, {name: [value] for name, value in form.fields}) for form in ines.page.forms if "anchor" in form.names
    )
    assert form.method == "post"
    story = {"key": ["train"], "seconds": ["60"], "played": ["60"], "finished": ["yes"], "ago": ["7200"]}
    ines.post(f"{FEET}played/", {"csrfmiddlewaretoken": sent["csrfmiddlewaretoken"]} | story)
    assert ines.status == 204
    play = Play.objects.get(member=world.member)
    assert 7_190 < (clock.now() - play.started_at).total_seconds() < 7_230
    assert play.finished_at is not None and (play.finished_at - play.started_at).total_seconds() == 60

    # A hard day: everything back as it was written.
    ines.open("/how-i-practise/").press("Put everything back")
    assert not OwnWay.objects.filter(member=world.member).exists()
    assert sound(ines).answer.content == whole, "it was made once and kept"


def test_where_each_megabyte_costs_something(running_site: RunningSite, world: World) -> None:
    """Ines has little data this month, and says so once. No script runs here: the choice needs none."""
    ines = Visitor(running_site, world.member).open(FEET)
    assert "You asked for little data." not in ines.text
    ines.open("/phone/").follow("Choose little data")
    assert ines.path == "/how-i-practise/" and "This device asks for little data now." not in ines.text
    ines.press("Remember this", {"data_use": "little"}).open(FEET)
    assert "You asked for little data. The page opens with words and bells." in ines.text
    assert "You can read the words below at your own pace." in ines.text

    # It is hers on every device, and nobody else's.
    assert "You asked for little data." in Visitor(running_site, world.member).open(FEET).text
    assert "little data" not in Visitor(running_site, world.members[1]).open(FEET).text

    # Back from the practice itself: as the device asks. Her phone is set to spare, and then it is not.
    ines.follow("Change how much data").press("Remember this", {"data_use": "device"})
    assert ines.path == FEET and "little data" not in ines.text
    ines.client.headers["Save-Data"] = "on"
    assert "This device asks for little data." in ines.open(FEET).text
    ines.follow("Change how much data").press("Remember this", {"data_use": "all"})
    assert ines.path == FEET and "The page opens with words and bells." not in ines.text


def test_a_voice_that_members_know(running_site: RunningSite, world: World) -> None:
    """Marit records a practice; her group hears it, nobody else does; she takes it back."""
    ines, marit = Visitor(running_site, world.member), Visitor(running_site, world.facilitator)
    marit.open("/desk/").follow("Our own voice").open(DESK)
    assert "Choose a hold that feels kind." in marit.text
    marit.hand_in("Keep this recording", "file", ("voice.wav", recorded(seconds=60)))
    assert marit.status == 422 and "longer than the practice" in marit.text
    # More than two megabytes: it comes by the disk.
    long = recorded(seconds=20) + bytes(2_500_000)
    marit.open(DESK).hand_in("Keep this recording", "file", ("voice.wav", long))
    assert "Please listen to it once from beginning to end." in marit.text
    row = Recording.objects.get(organisation=world.organisation)

    heard = sound(ines, RECORDED)
    assert heard.status == 200 and len(heard.answer.content) == row.bytes
    assert f"{RECORDED}" in ines.open(CONTACT + "?seconds=20").html
    for person in (world.facilitator, world.safety_lead, world.organisation_lead, world.stranger()):
        assert Visitor(running_site, person).open(RECORDED).status == 404
    assert Visitor(running_site, mid_course(clock.now()).member).open(RECORDED).status == 404
    assert "/account/login/" in str(Visitor(running_site).open(RECORDED).answer.url)

    marit.press("Take it back")
    assert "Members hear the made voice again." in marit.text
    assert ines.open(RECORDED).status == 404
    assert not (running_site.home / "data" / "recordings" / row.file).exists()


@pytest.mark.parametrize(
    ("asked", "status", "first", "last"),
    [
        ("bytes=0-1", 206, 0, 1),  # what an iPhone asks first
        ("bytes=0-", 206, 0, None),
        ("bytes=120000-", 206, 120_000, None),
        ("bytes=-1200", 206, -1_200, None),
        ("bytes=5000-9999", 206, 5_000, 9_999),
    ],
)
def test_a_phone_gets_the_part_it_asks_for(
    running_site: RunningSite, world: World, asked: str, status: int, first: int, last: int | None
) -> None:
    ines = Visitor(running_site, world.member)
    whole = sound(ines).answer.content
    part = sound(ines, Range=asked).answer
    assert part.status_code == status
    assert part.content == whole[first : None if last is None else last + 1]
    begin = first if first >= 0 else len(whole) + first
    assert part.headers["Content-Range"] == f"bytes {begin}-{begin + len(part.content) - 1}/{len(whole)}"


def test_a_sound_is_only_ever_a_sound(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member)
    for headers in ({}, {"Range": "bytes=0-99"}):
        answer = sound(ines, **headers).answer
        assert answer.headers["Content-Type"] == "audio/mpeg"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Accept-Ranges"] == "bytes"
        assert "X-Sent-File" not in answer.headers, "where it lies is nobody's business"
    head = ines.client.head(SOUND)
    assert head.status_code == 200 and head.content == b"" and int(head.headers["Content-Length"]) > 300_000
    nowhere = ines.client.get(SOUND, headers={"Range": "bytes=99999999-"})
    assert nowhere.status_code == 416 and "X-Sent-File" not in nowhere.headers


def test_pages_stay_quick_while_slow_phones_fetch_sound(running_site: RunningSite, world: World) -> None:
    """Thirty phones that read a little and then wait, as in a lift, hold none of the threads that make pages."""
    ines = Visitor(running_site, world.member)
    sound(ines)
    opened = [ines.client.stream("GET", SOUND) for _ in range(30)]
    try:
        for one in opened:
            answer = one.__enter__()
            next(answer.iter_raw(1_000))
        begun = time.monotonic()
        assert Visitor(running_site, world.members[1]).open("/today/").status == 200
        assert time.monotonic() - begun < 3
    finally:
        for one in opened:
            one.__exit__(None, None, None)

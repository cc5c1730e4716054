"""Tuesday evening: Ada opens the meeting, Ines, Tomas and Wren come in by three different doors, and all go home well.

Everything happens by pages without script and by sockets, as the server sees it. Wren's letters are read out by Ada;
Tomas scans the square on the wall; Ines is signed in already.
"""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Attendance, Gathering, MemberNote, Membership
from kindcircle.rooms.groups.queries import places
from kindcircle.rooms.live.models import Event, Signal
from kindcircle.rooms.measures.models import Response
from kindcircle.rooms.reminders.schedule import stand_ready
from kindcircle.rooms.safety.models import Alert
from kindcircle.spec.timeline import LEAD
from tests.site import RunningSite
from tests.walks.device import Device
from tests.walks.post import mails_to, wait_for_mail
from tests.walks.visitor import Visitor
from tests.world import World, make_world

CORE, GENTLER = "p08-friend-and-self", "p27-something-i-love"


def code_of(world: World, member: int) -> str:
    """The code by which the timeline knows a member."""
    return Membership.objects.get(group=world.group, user=world.members[member]).code


def signed_in_by_mail(site: RunningSite, visitor: Visitor, address: str) -> Visitor:
    """From the sign-in page: ask for a code, read the mail, type it."""
    before = len(mails_to(site, address))
    visitor.press("Send me a code", {"login": address})
    code = wait_for_mail(site, address, more_than=before).get_content().split(": ")[1].split()[0]
    return visitor.press("Sign in", {"code": code})


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """Nearly time: the first meeting begins in five minutes; four members, and Oluwa stays at home."""
    return make_world(members=4, first_at=clock.now() + timedelta(minutes=5))


def test_a_meeting_from_the_open_door_to_next_weeks_reminder(running_site: RunningSite, world: World) -> None:
    ines, tomas, wren, _ = world.members
    gathering = world.gathering
    ada = Visitor(running_site, world.facilitators[0])
    bo = Visitor(running_site, world.facilitators[1])

    # Ada finds the meeting on her desk and opens it. Until then the door is shut, and the page says when it opens.
    phone_ines = Visitor(running_site, ines).open(f"/gathering/{gathering.code}/")
    assert "This page opens by itself when we begin." in phone_ines.text
    assert "Please come" not in phone_ines.text
    ada.open("/desk/").follow("Tuesday circle").follow("Meeting 1: Illness is hard")
    ada.open(f"/desk/gatherings/{gathering.code}/lead/").press("Open in person")
    gathering.refresh_from_db()
    assert gathering.state == Gathering.State.OPEN
    letters = gathering.short_code
    assert letters is not None and f"{letters[:3]} {letters[3:]}" in ada.text
    assert f"/join/{letters}/" in ada.html

    # Ines has her page open already. Tomas scans the square, is asked who he is, and comes in by a mailed code.
    phone_ines.open(f"/gathering/{gathering.code}/")
    phone_tomas = Visitor(running_site).open(f"/join/{letters}/").follow("Sign in instead")
    signed_in_by_mail(running_site, phone_tomas, str(seals.address_of(tomas)))
    assert phone_tomas.path == f"/gathering/{gathering.code}/"

    # Wren's phone is at home. Ada reads six letters out to her, for the tablet in the room.
    ada.open(f"/desk/gatherings/{gathering.code}/lead/").press("Entry letters", which={"member": code_of(world, 2)})
    assert "For Wren" in ada.text
    own_letters = ada.text.partition("for this one person: ")[2].split()[0]
    tablet = Visitor(running_site).open("/join/").press("Go in", {"letters": letters.lower()})
    tablet.press("Go in", {"letters": own_letters})
    assert tablet.path == f"/gathering/{gathering.code}/"
    used = Visitor(running_site).open(f"/join/{letters}/").press("Go in", {"letters": own_letters})
    assert used.status == 422 and "Please check them, or ask for new ones." in used.text

    # The arrival check comes up by itself; Ines feels steady enough.
    phone_ines.follow("How are you arriving?").press("Send", {"steadiness": "6", "for_facilitator": "Slept badly"})
    assert "Saved" in phone_ines.text
    assert not Alert.objects.filter(group=world.group).exists()
    phone_ines.follow("Back to the meeting")
    assert "How are you arriving?" not in phone_ines.text

    with (
        Device(phone_ines, gathering.code) as ines_live,
        Device(phone_tomas, gathering.code) as tomas_live,
        Device(tablet, gathering.code) as wren_live,
        Device(ada, gathering.code) as ada_live,
        Device(bo, gathering.code) as bo_live,
    ):
        members = [ines_live, tomas_live, wren_live]
        everyone = [*members, ada_live, bo_live]
        led = ada.open(f"/desk/gatherings/{gathering.code}/lead/")
        assert "3 of 4 are here" in led.text

        # The landing practice begins on all five screens at one and the same moment, two seconds ahead.
        led.press("Next: Arriving together")
        led.press("Start for everyone: Arriving together, 4 min")
        started = [device.hears("practice_started") for device in everyone]
        assert all(event == started[0] for event in started)
        assert started[0]["data"]["practice"] == "p47-arriving-together"
        assert 0 < started[0]["at"] - clock.milliseconds(clock.now()) <= LEAD
        assert "Arriving together" in phone_ines.open(f"/gathering/{gathering.code}/").text

        # Somebody coughs: a pause, and on again.
        led.press("Pause")
        paused = [device.hears("practice_paused") for device in everyone]
        assert "We are resting for a moment" in phone_ines.open(phone_ines.path).text
        led.press("Go on")
        resumed = [device.hears("practice_resumed") for device in everyone]
        assert {event["data"]["play"] for event in (*paused, *resumed)} == {started[0]["data"]["play"]}
        led.press("End it")
        assert all(device.hears("practice_ended") for device in everyone)

        # A round. Tomas would like to come last, Wren is not ready yet, Tomas passes, and Ada moves the piece on.
        led.press("Next: Names and how we treat each other").press("Start the round")
        turns = [device.hears("round_started")["data"] for device in everyone][-1]
        one, two, three = turns["order"]
        assert [one, two, three] == [code_of(world, seat) for seat in (0, 1, 2)]
        assert "You have the piece. Speak, or pass. Both are welcome." in phone_ines.open(phone_ines.path).text
        phone_tomas.open(phone_tomas.path).press("Come to me last")
        assert tomas_live.hears("piece_deferred")["data"]["who"] == two
        phone_ines.press("I have finished")
        assert ines_live.hears("piece_moved")["data"]["to"] == three
        tablet.open(tablet.path).press("Come back to me")
        assert tomas_live.hears("piece_deferred")["data"]["who"] == three
        assert "You have the piece." in phone_tomas.open(phone_tomas.path).text
        phone_tomas.press("Pass")
        assert ines_live.hears("piece_moved")["data"]["to"] == three
        led.open(led.path).press("Pass it on")
        assert ines_live.hears("piece_moved")["data"]["to"] is None
        spoken, passed, moved = Event.objects.filter(gathering=gathering, kind="piece_moved").order_by("n")
        assert set(spoken.data) == set(passed.data) == set(moved.data), "a pass leaves no trace"
        led.press("End the round")
        assert all(device.hears("round_ended") for device in everyone)

        # The core practice begins; it is a lot for Wren, so Ada swaps it for the gentler one.
        led.press("Next: Three parts").press("Next: Friend and self")
        led.press("Start for everyone: Friend and self, 10 min")
        assert all(device.hears("practice_started")["data"]["practice"] == CORE for device in everyone)
        wren_live.tap("lot")
        led.open(led.path).press("Ease off: ")
        assert all(device.hears("practice_started")["data"]["practice"] == GENTLER for device in everyone)

        # Private taps reach the two facilitators, with a name, and nobody else's device: not by a single byte.
        tomas_live.tap("fine")
        for device in (ada_live, bo_live):
            device.until(
                lambda device=device: any(
                    frame["t"] == "signals" and [tap["kind"] for tap in frame["items"]] == ["fine", "lot"]
                    for frame in device.private
                ),
                what="the private taps",
            )
            newest = [frame for frame in device.private if frame["t"] == "signals"][-1]["items"]
            assert [tap["name"] for tap in newest] == ["Tomas", "Wren"]
        for device in members:
            device.listen(0.3)
            assert not device.private
            assert not any("signals" in frame or '"lot"' in frame for frame in device.raw)
        assert "Wren finds it a lot" in bo.open(f"/desk/gatherings/{gathering.code}/lead/").text
        assert "Wren finds it a lot" not in phone_ines.open(phone_ines.path).text
        assert Signal.objects.filter(gathering=gathering).count() == 2
        assert not Alert.objects.filter(group=world.group).exists(), "a lot is not a call"

        # The closing, and on the way out four short questions.
        led.open(led.path).press("Begin the closing")
        assert all(device.hears("step_started")["data"]["step"] == 7 for device in everyone)
        phone_tomas.open(phone_tomas.path).follow("How was today for you?")
        assert "Before you go" in phone_tomas.text
        phone_tomas.press("Send", {"ease": "8", "fit": "7", "steadiness": "6", "to_know": "The room was cold"})
        assert "Saved" in phone_tomas.text
        tablet.open(tablet.path).follow("How was today for you?").press("Send", {"ease": "5", "steadiness": "5"})
        tablet.press("Send it as it is")
        led.press("Close the meeting")
        assert all(device.hears("closed") for device in everyone)

        # Every device was told the same numbered story, each event once.
        story = list(Event.objects.filter(gathering=gathering).order_by("n").values_list("n", "kind"))
        assert [n for n, _ in story] == list(range(1, len(story) + 1))
        for device in everyone:
            assert [(event["n"], event["kind"]) for event in device.told] == story

    # Whose door was whose: the tablet opened this one meeting and nothing else.
    assert tablet.open("/today/").status == 404
    assert "Thank you for being here. Go gently." in tablet.open(f"/gathering/{gathering.code}/").text
    assert Visitor(running_site).open(f"/join/{letters}/").status == 404

    # Two minutes for the notes: nearly everything is there. Oluwa was here too, without a phone, and Ada puts it right.
    ada.follow("Write the notes")
    assert "3 of 4 were here." in ada.text
    assert "2 of 3 who came answered before they went." in ada.text
    assert "We show no figure for the group below five answers." in ada.text
    assert "The room was cold" in ada.follow("What they told us, and whom to reach").text
    ada.open(f"/desk/gatherings/{gathering.code}/after/")
    oluwa = world.members[3]
    ada.press(
        "Save these notes",
        {
            f"came-{oluwa.code}": True,
            f"line-{wren.code}": "Asked for the gentler one. We spoke after.",
            "step-practice-a": "adapted",
            "why-practice-a": "The gentler one",
            "note": "A warm start. Radiator to be looked at.",
        },
    )
    assert "Saved. Thank you for today." in ada.text
    assert "4 of 4 were here." in ada.text
    gathering.refresh_from_db()
    assert gathering.recorded_at is not None

    # What was noted is there for Bo, sealed in the table, and out of every member's sight.
    bo.open(f"/desk/gatherings/{gathering.code}/after/")
    assert "Asked for the gentler one. We spoke after." in bo.html
    assert b"gentler" not in bytes(MemberNote.objects.get(gathering=gathering).sealed_line)
    assert phone_ines.open(f"/desk/gatherings/{gathering.code}/after/").status == 404

    # Minutes filled themselves: arrival by device, leaving at the close; Oluwa by hand, from open to close.
    came = {row.user_id: row for row in Attendance.objects.filter(gathering=gathering)}
    assert set(came) == {user.pk for user in world.members}
    assert all(row.left_at and gathering.opened_at <= row.arrived_at <= row.left_at for row in came.values())
    assert {pk for pk, row in came.items() if row.by_hand} == {oluwa.pk}
    assert came[oluwa.pk].arrived_at == gathering.opened_at

    # From the notes one step leads to the words for next time, drafted; Ines sees them on her own page.
    ada.open(f"/desk/gatherings/{gathering.code}/after/").follow("Look it over")
    drafted = dict(ada.form("Confirm")[0].fields)["words"]
    assert "Tuesday circle" in drafted
    ada.press("Confirm", {"words": drafted + "\nBring a warm jumper."})
    assert "Bring a warm jumper." in phone_ines.open("/today/").text
    # The mail the day before stands ready by itself, and will say only that something comes up.
    following = world.gatherings[1]
    stand_ready(at=clock.now())
    due = Delivery.objects.filter(kind="next-meeting", about_code=following.code)
    assert {row.user_id for row in due} == {place.user_id for place in places(world.group)}
    assert {row.due_at.date() for row in due} == {(following.starts_at - timedelta(days=1)).date()}
    assert Response.objects.filter(assignment__gathering=gathering).count() == 3


def test_the_phone_that_was_away_is_told_only_what_it_missed(running_site: RunningSite, world: World) -> None:
    """A lift, a dead battery: the same question as ever, what came after the last number."""
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/lead/")
    ada.press("Open in person")
    phone = Visitor(running_site, world.member)
    with Device(phone, world.gathering.code) as live:
        assert [event["n"] for event in live.told] == [1]
    ada.press("Next: Arriving together").press("Start for everyone: Arriving together, 4 min")
    with Device(phone, world.gathering.code) as live:
        assert [event["n"] for event in live.told] == [1, 2, 3]
    poll = phone.client.get(f"/gathering/{world.gathering.code}/events?after=1").json()
    assert [event["n"] for event in poll["events"]] == [2, 3]
    assert abs(poll["now"] - clock.milliseconds(clock.now())) < 2000


def test_a_second_press_on_the_same_button_changes_nothing(running_site: RunningSite, world: World) -> None:
    """Cold fingers and a slow line: what was pressed twice began once."""
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/lead/")
    for button in (
        "Open in person",
        "Next: Arriving together",
        "Start for everyone: Arriving together, 4 min",
        "Pause",
    ):
        form, sent = ada.filled(button)
        for _ in range(3):
            ada.post(form.action, sent)
            assert ada.status == 200
    kinds = list(Event.objects.filter(gathering=world.gathering).order_by("n").values_list("kind", flat=True))
    assert kinds == ["opened", "step_started", "practice_started", "practice_paused"]

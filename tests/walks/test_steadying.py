"""Tuesday evening gets to be a lot: who learns of it and how fast, who is looked after, and what is left to do.

Wren taps, Ines steps out and comes back, Tomas goes home early. Ada guides, Bo holds; Zoe stands in for Ada one week.
By pages without script and by sockets, as the server sees it.
"""

import time
from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.people.models import StaffRole
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups.actions.roles import name_stand_in
from kindcircle.rooms.groups.models import Attendance, Membership
from kindcircle.rooms.live import following_up
from kindcircle.rooms.live.models import Event, Presence, Signal
from kindcircle.rooms.live.models_steadying import Steadying
from kindcircle.rooms.preparing.actions import keep_plan
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.site import RunningSite
from tests.walks.device import Device
from tests.walks.visitor import Visitor
from tests.world import World, make_staff, make_world

SOON = 2.0
"""Seconds within which a private tap is on the pages of those who lead."""


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world(members=4, first_at=clock.now() + timedelta(minutes=5))


def place(world: World, seat: int) -> str:
    return Membership.objects.get(group=world.group, user=world.members[seat]).code


def desk(world: World, page: str = "lead") -> str:
    return f"/desk/gatherings/{world.gathering.code}/{page}/"


def meeting(world: World) -> str:
    return f"/gathering/{world.gathering.code}/"


def test_a_tap_reaches_everybody_who_leads_within_two_seconds_and_nobody_else(
    running_site: RunningSite, world: World
) -> None:
    zoe = make_staff(world.organisation, "Zoe", StaffRole.Role.FACILITATOR, at=world.at)
    lead = world.actor(world.organisation_lead)
    name_stand_in(gatherings=[world.gathering], away=world.facilitators[0], stand_in=zoe, by=lead, at=clock.now())
    code = world.gathering.code
    ada, bo, standing = (Visitor(running_site, one) for one in (*world.facilitators, zoe))
    ada.open(desk(world)).press("Open in person")
    wren, ines = (Visitor(running_site, world.members[seat]) for seat in (2, 0))
    wren.open(meeting(world))
    ines.open(meeting(world))
    with (
        Device(wren, code) as phone,
        Device(ines, code) as other,
        Device(ada, code) as at_ada,
        Device(bo, code) as at_bo,
        Device(standing, code) as at_zoe,
        Device(ada, code, more="?for=wall") as wall,
    ):
        leaders = [at_ada, at_bo, at_zoe]
        took = []
        for number, kind in enumerate(["lot", "step_out", "fine", "come"] * 4, start=1):
            began = time.monotonic()
            phone.tap(kind)
            for device in leaders:
                device.until(lambda device=device, n=number: _told(device) >= n, what=kind, within=SOON)
            took.append(time.monotonic() - began)
        for device in (phone, other, wall):
            device.listen(0.3)
            assert not device.private and not any("signals" in frame for frame in device.raw)
        print(f"a private tap by socket: slowest of {len(took)} in {max(took):.3f} s")
        assert max(took) < SOON

    # Ada's line is gone. Bo is told all the same; and Ada when she is back, with the first thing she hears.
    with Device(wren, code) as phone, Device(bo, code) as at_bo:
        already = _told(at_bo)
        phone.tap("lot")
        at_bo.until(lambda: _told(at_bo) > already, what="the tap while the guide is away", within=SOON)
        with Device(ada, code) as at_ada:
            at_ada.until(lambda: _told(at_ada) > already, what="what was missed", within=SOON)

    # One tap on the holder's page, and Bo guides.
    bo.open(desk(world, "holder")).press("I guide from here")
    moved = Event.objects.filter(gathering=world.gathering).order_by("n").last()
    assert moved is not None and (moved.kind, moved.data) == ("lead_moved", {"to": world.facilitators[1].code})
    assert "You guide." in bo.open(desk(world, "holder")).text

    # No sockets at all: a form, and the next request of the pages that lead (they ask every second).
    took = []
    for kind, words in (("Please come", "Wren asks you to come"), ("A lot", "Wren finds it a lot")):
        began = time.monotonic()
        wren.open(meeting(world)).press(kind)
        for leader in (ada, bo, standing):
            assert words in leader.open(desk(world, "lead/taps")).text
        took.append(time.monotonic() - began)
    print(f"a private tap by request: slowest in {max(took):.3f} s, and a second until the page asks")
    assert max(took) < SOON - 1
    assert "finds it a lot" not in ines.open(meeting(world)).text
    assert "finds it a lot" not in ada.open(desk(world, "wall")).text


def _told(device: Device) -> int:
    return max((len(frame["items"]) for frame in device.private if frame["t"] == "signals"), default=0)


def test_bo_looks_after_wren_with_a_tap_for_each_step(running_site: RunningSite, world: World) -> None:
    ada, bo = (Visitor(running_site, one) for one in world.facilitators)
    wren, ines = (Visitor(running_site, world.members[seat]) for seat in (2, 0))
    keep_plan(
        person=world.members[2], lines={"please-do": "Sit beside me and count tiles"},
        by=world.actor(world.members[2]), at=clock.now(),
    )  # fmt: skip
    ada.open(desk(world)).press("Open in person")
    wren.open(meeting(world))
    ines.open(meeting(world))
    assert "Sit beside me" not in wren.text

    # Wren asks for somebody. Help is on her page at once, with what she wrote for herself; on nobody else's.
    wren.press("Please come")
    for words in ("You can stop now", "Look around.", "Sit beside me and count tiles", "Who I can call", "999"):
        assert words in wren.text
    assert "Sit beside me" not in ines.open(meeting(world)).html + ada.open(desk(world)).html
    alert = Alert.objects.get(member=world.members[2])

    # Bo has the holder's page before him. One tap on her tap opens the eight steps, and her call is seen.
    bo.open(desk(world, "holder"))
    assert "Wren asks you to come" in bo.text
    bo.follow("Wren")
    alert.refresh_from_db()
    assert alert.state == Alert.State.SEEN and "Let them stop" in bo.text
    assert not Steadying.objects.filter(gathering=world.gathering).exists(), "to look is not to act"
    _form, sent = bo.filled("Done", which={"step": "stop"})
    for _ in range(3):
        bo.post(bo.path, sent)
    assert Steadying.objects.get(gathering=world.gathering).steps.count() == 1
    alert.refresh_from_db()
    assert alert.state == Alert.State.ACTING, "the others see that somebody is on it"
    assert "Bo has been with them since" in ada.open(desk(world)).text
    bo.press("Done", which={"step": "ground"})
    assert "Soles of the feet" not in bo.text, "what is done folds away"
    bo.press("Done", which={"step": "out"})

    # He asks her plainly, and she says yes. Whom to call stands there at once; the call is out before he looks up. In
    # his hurry he presses another button than the one beside the answers: they come along.
    _form, sent = bo.filled("Rest here")
    bo.post(bo.path, sent | {"steadiness": ["2"], "wish": ["yes"], "stays": ["yes"]})
    assert bo.answer.history[0].headers["Location"].endswith("#check")
    assert "Thank them for saying it. Stay with them." in bo.text and "999" in bo.text
    concern = Alert.objects.get(member=world.members[2], level=Alert.Level.CONCERN)
    assert Delivery.objects.filter(about_code=concern.code, user=world.facilitators[0]).exists()
    ada.open("/desk/alerts/").follow("Wren")
    bo.press("Keep the line", {"line": "Walked in the yard with her"})
    assert b"yard" not in bytes(Steadying.objects.get(gathering=world.gathering).sealed_said)
    bo.press("Rest here")
    bo.press("Put it on the list")
    bo.press("They are looked after for now")
    assert "Thank you for looking after Wren." in bo.text
    panel = f"/desk/gatherings/{world.gathering.code}/steady/{place(world, 2)}/"
    read = ada.open(panel)
    assert "Walked in the yard with her" in read.html and "Bo was with them from" in read.text
    for stranger in (wren, ines, Visitor(running_site, world.safety_lead)):
        assert stranger.open(panel).status == 404

    # Once the meeting is over it stands with her notes, one step away.
    ada.open(desk(world)).press("Begin the closing").press("Close the meeting")
    ada.open(f"/desk/places/{place(world, 2)}/notes/").follow("It was a lot, and they were looked after")
    assert "Walked in the yard with her" in ada.html

    # One task, for Bo, due tomorrow; done when somebody has heard from her.
    task = Task.objects.get(kind=Kind.HEAR_FROM, concerns=world.members[2])
    assert task.owner == world.facilitators[1]
    bo.open("/desk/tasks/").follow("Hear from somebody after a hard meeting")
    assert "Wren" in bo.text
    bo.press("Off the list", {"outcome": "reached"})
    task.refresh_from_db()
    assert task.outcome == "reached"


def test_two_step_outs_make_the_next_meeting_lighter_if_people_agree(running_site: RunningSite, world: World) -> None:
    ada, bo = (Visitor(running_site, one) for one in world.facilitators)
    ada.open(desk(world)).press("Open in person")
    ines, tomas = (Visitor(running_site, world.members[seat]).open(meeting(world)) for seat in (0, 1))
    ines.press("I step out")
    assert "Ines has stepped out" in ada.open(desk(world)).text
    ines.press("Fine")
    said = ada.open(desk(world)).text
    assert "Ines stepped out" in said and ", back " in said and "Ines is fine" not in said
    assert "Slower is kind" not in said
    tomas.press("I step out")
    assert "Slower is kind" in ada.open(desk(world)).text and "Slower is kind" in bo.open(desk(world, "holder")).text
    bo.follow("See the next run-sheet")
    assert "This time a little lighter?" in bo.text and "People stepped out twice or more." in bo.text
    assert "Nothing is changed by itself." in bo.text

    # Tomas does not come back. After the close somebody hears from him; Ines is not rung.
    ada.open(desk(world)).press("Begin the closing").press("Close the meeting")
    tick(at=clock.now() + timedelta(minutes=1))
    rung = Task.objects.filter(kind=Kind.HEAR_FROM, group=world.group)
    assert [task.concerns for task in rung] == [world.members[1]]


def test_somebody_who_leads_calls_for_less_and_needs_no_proof(running_site: RunningSite, world: World) -> None:
    bo = Visitor(running_site, world.facilitators[1])
    Visitor(running_site, world.facilitator).open(desk(world)).press("Open in person")
    bo.open(desk(world, "holder")).press("It is a lot for the group")
    assert bo.path == desk(world, "holder") and "One of you said that it was a lot." in bo.text


def test_tomas_goes_home_and_somebody_calls_him(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator).open(desk(world)).press("Open in person")
    tomas = Visitor(running_site, world.members[1]).open(meeting(world)).press("A lot")
    form, sent = tomas.filled("I leave now, and somebody calls me")
    for _ in range(2):
        tomas.post(form.action, sent)
    assert "One of them will ring you within a day." in tomas.text and "999" in tomas.text
    assert Signal.objects.filter(gathering=world.gathering, kind="leave").count() == 1
    # The same address, come to by somebody else on a tablet or by hand, promises nothing that nobody was told.
    ines = Visitor(running_site, world.members[0]).open(f"{meeting(world)}left/")
    assert "You have not asked for a call so far." in ines.text and "within a day" not in ines.text
    alert = Alert.objects.get(member=world.members[1])
    assert alert.rules == "live-leave-and-ring"
    assert "Tomas went home, and would like to be rung" in ada.open(desk(world)).text
    assert "went home" in ada.text
    ada.open(f"/desk/alerts/{alert.code}/")
    assert "Went home in the middle of a meeting, and asked to be rung" in ada.text
    assert Attendance.objects.get(user=world.members[1]).left_at is not None
    tomas.follow("I would like to come back in")
    assert Attendance.objects.get(user=world.members[1]).left_at is None


def test_a_phone_that_is_gone_in_the_middle_of_a_strong_practice(running_site: RunningSite, world: World) -> None:
    """By screen. Ines answers all along; of Tomas nothing was heard for two minutes."""
    ada = Visitor(running_site, world.facilitator).open(desk(world)).press("Open online")
    for seat in (0, 1):
        Visitor(running_site, world.members[seat]).open(meeting(world)).open(meeting(world))
    for step in ("Arriving together", "Names and how we treat each other", "Three parts", "Friend and self"):
        ada.press(f"Next: {step}")
    ada.press("Start for everyone: Friend and self, 10 min")
    assert Attendance.objects.filter(gathering=world.gathering).count() == 2
    now = clock.now() + timedelta(minutes=3)
    own = Presence.objects.filter(gathering=world.gathering)
    own.exclude(user=world.members[1]).update(last_at=now)
    own.filter(user=world.members[1]).update(last_at=now - timedelta(minutes=2))
    tick(at=now, sheets=False)
    own.exclude(user=world.members[1]).update(last_at=now + timedelta(seconds=40))
    tick(at=now + timedelta(seconds=40), sheets=False)
    task = Task.objects.get(kind=Kind.DROPPED_OFF, group=world.group)
    assert task.concerns == world.members[1]
    bo = Visitor(running_site, world.facilitators[1]).open("/desk/tasks/")
    bo.follow("Ring somebody who was gone in the middle of a practice")
    assert "Tomas" in bo.text
    # He is back and says so: nobody needs to ring.
    Visitor(running_site, world.members[1]).open(meeting(world)).press("Fine")
    task.refresh_from_db()
    assert task.outcome == "settled"
    following_up.look_for_silence(at=now + timedelta(seconds=41))
    assert Task.objects.filter(kind=Kind.DROPPED_OFF, group=world.group).count() == 1

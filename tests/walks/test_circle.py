"""The circle: Ada leads, Ines, Tomas and Wren have phones, Oluwa has none. Everything by pages without script.

One round along the seats with every small act in it, one with hands, and what nobody may ever find out: who passed,
who sent the sign, how much anybody spoke.
"""

import json
import re
from datetime import timedelta

import pytest

from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live import actions, queries
from kindcircle.rooms.live.models import Event
from kindcircle.spec.circle import PlacedRound
from tests.site import RunningSite
from tests.walks.device import Device
from tests.walks.visitor import Visitor
from tests.world import World, make_world

DONE, PASS = "I have finished", "Pass"


class Circle:
    """The meeting of this story, open, with everybody's page."""

    def __init__(self, site: RunningSite, world: World) -> None:
        self.site, self.world, self.gathering = site, world, world.gathering
        self.room = f"/gathering/{self.gathering.code}/"
        self.desk = f"/desk/gatherings/{self.gathering.code}/lead/"
        places = dict(Membership.objects.filter(group=world.group).values_list("user_id", "code"))
        self.codes = {name: places[user.pk] for name, user in zip(NAMES, world.members, strict=True)}
        self.ada = Visitor(site, world.facilitators[0]).open(self.desk).press("Open in person")
        self.phones = {name: Visitor(site, user) for name, user in zip(NAMES[:3], world.members[:3], strict=True)}
        for phone in self.phones.values():
            phone.open(self.room)
        self.lead().press("Is here", which={"member": self.codes["Oluwa"]})
        ada = world.actor(world.facilitators[0])
        actions.start_step(gathering=Gathering.objects.get(pk=self.gathering.pk), step=1, by=ada, at=clock.now())

    def lead(self) -> Visitor:
        return self.ada.open(self.desk)

    def phone(self, name: str) -> Visitor:
        return self.phones[name].open(self.room)

    @property
    def round(self) -> PlacedRound:
        found = queries.placed(self.gathering, at=clock.now()).round
        assert found is not None
        return found

    @property
    def holder(self) -> str | None:
        return self._name(self.round.holder)

    @property
    def order(self) -> list[str | None]:
        return [self._name(code) for code in self.round.order]

    def _name(self, code: str | None) -> str | None:
        return next((name for name, known in self.codes.items() if known == code), None)


NAMES = ("Ines", "Tomas", "Wren", "Oluwa")


@pytest.fixture
def circle(running_site: RunningSite) -> Circle:
    world = make_world(members=4, first_at=clock.now() + timedelta(minutes=5))
    return Circle(running_site, world)


def test_a_round_goes_by_everybody_and_waits_for_nobody(circle: Circle) -> None:
    led = circle.lead()
    assert "How deep: Here and now . Today no deeper than: What the practice showed you." in led.text
    assert "If you go first, stay one step less deep: Just being here" in led.text
    led.press("Start the round")

    # Everybody sees the question, how deep it goes, whose turn it is, and who comes when.
    wren = circle.phone("Wren")
    assert "What would you like to be called?" in wren.text
    assert "How deep: Here and now . Today no deeper than: What the practice showed you." in wren.text
    assert "Ines has the piece. We listen." in wren.text
    assert "Still to come: Tomas · you · Oluwa" in wren.text
    assert "One more after this, Tomas, and then you, if you like." in wren.text
    assert "After Ines it is you, if you like." in circle.phone("Tomas").text
    assert "it is you" not in circle.phone("Ines").text
    wall = Visitor(circle.site, circle.world.facilitators[0]).open(f"/desk/gatherings/{circle.gathering.code}/wall/")
    assert "How deep: Here and now" in wall.text and "Still to come: Tomas · Wren · Oluwa" in wall.text

    # Tomas is with Ines. So is Wren, and nobody can tell that there are two, or who.
    for name in ("Tomas", "Wren"):
        circle.phone(name).press("I am with you")
        assert circle.phones[name].status == 200
    ines = circle.phone("Ines")
    assert "Somebody is with you." in ines.text and "I am with you" not in ines.text
    assert "Somebody is with the one who speaks." in circle.phone("Tomas").text
    assert "data-with" in circle.phone("Wren").html
    assert Event.objects.filter(gathering=circle.gathering, kind="with_you").count() == 1

    # Ines needs a moment more; then she has spoken. The piece goes to Tomas, who is not ready and asks for later.
    circle.lead().press("+1 min")
    assert (circle.round.seconds, circle.round.extra) == (90, 60)
    circle.phone("Ines").press(DONE)
    assert (circle.holder, circle.order) == ("Tomas", ["Wren", "Oluwa"])
    assert "Somebody is with" not in circle.phone("Tomas").text
    circle.phone("Tomas").press("Come back to me")
    assert (circle.holder, circle.order) == ("Wren", ["Oluwa", "Tomas"])

    # Ada lets Tomas come before Oluwa, last again, leaves Oluwa out, and brings Oluwa in again: no dragging, no script.
    circle.lead().press("Earlier : Tomas")
    assert circle.order == ["Tomas", "Oluwa"]
    circle.lead().press("Last : Tomas")
    circle.lead().press("First : Tomas")
    assert circle.order == ["Tomas", "Oluwa"]
    circle.lead().press("Leave out : Oluwa")
    assert circle.order == ["Tomas"]
    circle.lead().press("Add them", {"who": circle.codes["Oluwa"]})
    assert circle.order == ["Tomas", "Oluwa"]

    # Ines would like to say one more thing. She comes when everybody has had a turn.
    circle.phone("Ines").press("A turn for me at the end")
    assert circle.order == ["Tomas", "Oluwa", "Ines"]

    # Wren passes. Tomas goes home in the middle: the piece never waits for him. Oluwa speaks without a device.
    circle.phone("Wren").press(PASS)
    assert circle.holder == "Tomas"
    circle.lead().press("Went home", which={"member": circle.codes["Tomas"]})
    circle.lead().press("Pass it on")
    assert circle.holder == "Oluwa"
    circle.lead().press("Hand it to them", {"to": circle.codes["Wren"]})
    assert circle.holder == "Wren"
    circle.phone("Wren").press(PASS)
    assert circle.holder == "Ines"
    circle.phone("Ines").press(DONE)
    assert circle.holder is None
    assert "The piece rests. One breath of thanks for everybody." in circle.phone("Ines").text
    circle.lead().press("End the round")
    assert "One breath together, with thanks for what was said and for what was not." in circle.phone("Wren").text


def test_hands_go_up_and_those_who_lead_give_the_piece(circle: Circle) -> None:
    circle.lead().press("Hands, and you give the piece")
    assert (circle.holder, circle.order) == (None, [])
    assert "Whoever would like to speak can raise a hand." in circle.phone("Wren").text
    for name in ("Wren", "Tomas"):
        circle.phone(name).press("I would like to speak")
    assert (circle.holder, circle.order) == (None, ["Wren", "Tomas"])
    assert "Hands up, in order: Wren · you" in circle.phone("Tomas").text
    circle.phone("Wren").press("Take my hand down").open(circle.room).press("I would like to speak")
    assert circle.order == ["Tomas", "Wren"]
    circle.lead().press("Add them", {"who": circle.codes["Oluwa"]})
    circle.lead().press("Give it to the next")
    assert (circle.holder, circle.order) == ("Tomas", ["Wren", "Oluwa"])
    # After each voice the piece rests, until it is given.
    circle.phone("Tomas").press(DONE)
    assert (circle.holder, circle.order) == (None, ["Wren", "Oluwa"])
    circle.lead().press("Hand it to them", {"to": circle.codes["Oluwa"]})
    circle.lead().press("Pass it on")
    assert (circle.holder, circle.order) == ("Wren", [])


def test_on_an_open_floor_the_first_hand_begins(circle: Circle) -> None:
    circle.lead().press("Hands, and the first one up begins")
    circle.phone("Wren").press("I would like to speak")
    assert circle.holder == "Wren"
    circle.phone("Ines").press("I would like to speak")
    assert (circle.holder, circle.order) == ("Wren", ["Ines"])
    circle.phone("Wren").press(DONE)
    assert (circle.holder, circle.order) == ("Ines", [])


def test_by_chance_by_one_line_and_without_a_question(circle: Circle) -> None:
    led = circle.lead()
    led.press("A round, drawn by chance")
    assert "Drawn by chance, still to come:" in circle.phone("Ines").text
    assert {circle.holder, *circle.order} == set(NAMES)
    circle.lead().press("End the round")
    circle.lead().press("One line each")
    assert circle.round.seconds == 45 and "One line each is plenty." in circle.phone("Ines").text
    circle.lead().press("End the round")
    circle.lead().press("A round without a question on screen")
    ines = circle.phone("Ines")
    assert "We speak in turn" in ines.text and "How deep" not in ines.text


def test_passing_leaves_no_trace(circle: Circle) -> None:
    """What is kept, told, logged and shown after a pass is, to the letter, what is there after having spoken."""
    left = [traces(circle, press) for press in (DONE, PASS)]
    assert left[0] == left[1]
    assert left[0]["event"] == ("piece_moved", {"to": circle.codes["Tomas"]})
    assert left[0]["audit"] == 0, "nothing of a member's turn goes into the audit"


def traces(circle: Circle, press: str) -> dict[str, object]:
    """Everything that one turn of Ines leaves behind, in a round of its own."""
    circle.lead().press("Start the round")
    phone = circle.phone("Ines")
    looks = re.findall(r'<button class="([^"]*)" name="what" value="(?:done|pass)">', phone.html)
    assert len(looks) == 2 and looks[0] == looks[1], "one is as welcome as the other"
    house = AuditEntry.objects.filter(chain=circle.world.organisation.code)
    audit, log = house.count(), len(circle.site.said())
    with (
        Device(circle.phones["Tomas"], circle.gathering.code) as tomas,
        Device(circle.ada, circle.gathering.code) as ada,
    ):
        known = len(tomas.told)
        phone.press(press)
        tomas.until(lambda: len(tomas.told) > known, what="the piece")
        ada.until(lambda: len(ada.told) > known, what="the piece")
        assert tomas.told[known:] == ada.told[known:]
    kept = Event.objects.filter(gathering=circle.gathering).order_by("-n").first()
    assert kept is not None and tomas.told[-1] == kept.as_message()
    found = {
        "event": (kept.kind, {key: value for key, value in kept.data.items() if key != "round"}),
        "audit": house.count() - audit,
        "log": re.sub(r"\d+", "", circle.site.said()[log:]),
        "answer": (phone.status, phone.text),
        "pages": [circle.phone("Wren").text, circle.lead().text],
        "done": circle.round.done,
    }
    circle.lead().press("End the round")
    return found


def test_what_only_those_who_lead_are_told(circle: Circle) -> None:
    """How the talking is shared: for facilitators, in words, in seat order; no member, wall or socket of theirs."""
    circle.lead().press("Start the round")
    assert "It is early. There is nothing to say about this yet." in circle.ada.text
    # Three minutes ago: the story is moved back in time, as if Ines had spoken all the while.
    for event in Event.objects.filter(gathering=circle.gathering):
        Event.objects.filter(pk=event.pk).update(at_ms=event.at_ms - 180_000)
    part = Visitor(circle.site, circle.world.facilitators[1]).open(f"{circle.desk}voices/")
    assert "For 3 people it has been little or nothing so far." in part.text
    assert "Ines ▮▮▮ a larger share Tomas ▮▯▯ little or nothing so far Wren ▮▯▯" in part.text
    assert "How the talking is shared" in circle.lead().text
    with Device(circle.phones["Wren"], circle.gathering.code) as wren:
        circle.lead().press("Pass it on")
        wren.hears("piece_moved")
        frames = [json.loads(frame) for frame in wren.raw]
    assert not any("voices" in frame or "shares" in frame for frame in frames)
    assert circle.phone("Wren").open(f"{circle.desk}voices/").status == 404
    wall = Visitor(circle.site, circle.world.facilitators[0]).open(f"/desk/gatherings/{circle.gathering.code}/wall/")
    for page in (circle.phone("Wren"), wall):
        assert "talking is shared" not in page.html and "larger share" not in page.html

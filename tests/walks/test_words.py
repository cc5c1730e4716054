"""A check-in without speaking: five people say one word each, one passes, and nobody sees whose word is whose.

Then a line in silence, a cry for help, and a question that the group answers together. All by pages without script.
"""

import pytest
from django.db.models import QuerySet

from kindcircle.base.lib import clock
from kindcircle.rooms.groups.models import Gathering, Membership
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.live.models_words import FeltAnswer, FeltShare, Word
from kindcircle.rooms.safety.models import Alert
from tests.site import RunningSite
from tests.walks.device import Device
from tests.walks.visitor import Visitor
from tests.world import World, make_world

WORDS = ["canaryheron", "canarymoss", "canarylantern", "canarytide"]
LEAD, READ, SHOW = "/desk/gatherings/{}/lead/", "Read them first", "Show them to everybody"


class Meeting:
    """An open meeting with everybody's page open: six phones, one who leads, the wall."""

    def __init__(self, site: RunningSite, world: World) -> None:
        self.world, self.code = world, world.gathering.code
        self.page = f"/gathering/{self.code}/"
        self.ada = Visitor(site, world.facilitators[0])
        self.ada.open(LEAD.format(self.code)).press("Open in person")
        self.phones = [Visitor(site, member).open(self.page) for member in world.members]
        self.wall = Visitor(site, world.facilitators[1])

    def desk(self) -> Visitor:
        return self.ada.open(LEAD.format(self.code))

    def on_the_wall(self) -> str:
        return self.wall.open(f"/desk/gatherings/{self.code}/wall/").text

    def everywhere(self) -> str:
        """What all screens show now."""
        pages = [phone.open(self.page).text for phone in self.phones]
        return " ".join([*pages, self.desk().text, self.on_the_wall()])

    def say(self, seat: int, text: str) -> Visitor:
        return self.phones[seat].open(self.page).press("Send", {"text": text})


@pytest.fixture
def meeting(running_site: RunningSite) -> Meeting:
    return Meeting(running_site, make_world(members=6, first_at=clock.now()))


def test_one_word_each_and_nobody_sees_whose(running_site: RunningSite, meeting: Meeting) -> None:
    stranger = Visitor(running_site, make_world().facilitators[0])
    with Device(meeting.phones[5], meeting.code) as phone, Device(meeting.ada, meeting.code) as desk:
        meeting.desk().press("One word: how are you here?")
        assert phone.hears("words_asked")["data"].keys() == {"words", "kind", "prompt"}
        assert "One word on your phone, or pass. No names." in meeting.on_the_wall()

        for seat, word in enumerate(WORDS[:3]):
            assert "Thank you. You can put your phone down." in meeting.say(seat, word).text
        # Mei passes. Her page looks like the page of somebody who wrote, and nothing is kept.
        passed = meeting.phones[4].open(meeting.page).press("Pass")
        assert "Thank you. You can put your phone down." in passed.text
        assert kept(meeting).count() == 3

        # Three are in: nobody sees a word, those who lead neither.
        shown = meeting.desk()
        assert "3 are in." in shown.text and "From four on you can read them." in shown.text
        assert "Not enough people have answered yet" in shown.press(READ).text
        seen = meeting.everywhere()
        assert all(seen.count(word) == 0 for word in WORDS), "an own word waits in its field"

        # Wren would rather say it another way; Oluwa is the fourth.
        meeting.say(2, "canarystone")
        meeting.say(3, WORDS[3])
        read = meeting.desk().press(READ)
        words = {WORDS[0], WORDS[1], "canarystone", WORDS[3]}
        assert all(word in read.text for word in words) and "canarylantern" not in read.html
        assert not any(f"{name} canary" in read.text for name in ("Ines", "Tomas", "Wren", "Oluwa"))
        assert "canary" not in meeting.on_the_wall()
        # From now on nothing new comes in: it could be told who was typing.
        assert "In a moment we see them together." in meeting.phones[5].open(meeting.page).text

        meeting.desk().press(SHOW)
        assert phone.hears("words_shown") and desk.hears("words_shown")
        for screen in (meeting.on_the_wall(), meeting.desk().text, meeting.phones[5].open(meeting.page).text):
            assert all(word in screen for word in words)

        # Ines takes hers back; it is gone everywhere, and the others stand as they did.
        meeting.phones[0].open(meeting.page).press("Take mine back")
        seen = meeting.everywhere()
        assert WORDS[0] not in seen and seen.count(WORDS[1]) >= 8
        meeting.desk().press("Put them away")
        assert "canary" not in meeting.on_the_wall() + meeting.desk().text

        # No frame of any socket, no event, and nobody of another house ever had a word.
        told = " ".join([*phone.raw, *desk.raw])
        assert "canary" not in told and "words_shown" in told
    assert "canary" not in repr(list(Event.objects.filter(gathering__code=meeting.code).values()))
    for path in (f"{meeting.page}words", LEAD.format(meeting.code), f"/desk/gatherings/{meeting.code}/lead/words/"):
        assert stranger.open(path).status == 404


def test_what_comes_too_late_stays_with_whoever_wrote_it(meeting: Meeting) -> None:
    meeting.desk().press("One word: how are you here?")
    slow = meeting.phones[5].open(meeting.page)
    for seat, word in enumerate(WORDS):
        meeting.say(seat, word)
    meeting.desk().press(READ)
    slow.press("Send", {"text": "canaryslow"})
    assert slow.status == 409
    assert "We had gathered already" in slow.text and "canaryslow" in slow.text
    slow.follow("Back to the meeting")
    assert kept(meeting).count() == 4
    # So does a word that is longer than one.
    meeting.desk().press("Put them away")
    meeting.desk().press("One word: how are you here?")
    long = meeting.say(0, "so many words that it is a line")
    assert long.status == 409 and "so many words that it is a line" in long.text


def test_a_line_in_silence_and_somebody_who_needs_somebody(meeting: Meeting) -> None:
    desk = meeting.desk()
    desk.press("Next: Arriving together").press("Next: Names and how we treat each other")
    desk.press("A silent round: one line each")
    for seat, text in enumerate(["The stairs.", "My neighbour Noor Obel.", "I cannot go on like this.", "Tea."]):
        meeting.say(seat, text)
    # Farid's phone is in the bag; Ada writes down what he says.
    meeting.desk().press("Add it to the others", {"text": "A warm scarf."})
    read = meeting.desk().press(READ)
    code = kept(meeting).get(author=meeting.world.members[1]).code
    read.press("Not on the wall", which={"word": code})
    cry = kept(meeting).get(author=meeting.world.members[2]).code
    seen = meeting.desk().press("Show us whose it is", which={"word": cry})
    assert "Wren has been told that one of you comes." in seen.text
    alert = Alert.objects.get(gathering__code=meeting.code)
    assert (alert.member, alert.rules) == (meeting.world.members[2], "live-word-care")
    assert "Wrote a word in a meeting" in meeting.ada.open(f"/desk/alerts/{alert.code}/").text

    # Three are left to show: too few. Two more would have been better; Ada says a kind word about it, and ends it.
    assert "Not enough people have answered yet" in meeting.desk().press(SHOW).text
    assert "Somebody who leads has read what you wrote, and comes to you." in meeting.phones[2].open(meeting.page).text
    aside = meeting.phones[1].open(meeting.page).text
    assert "stays off the wall this time" in aside and "nobody knows that it is yours" in aside
    meeting.desk().press("Put it back", which={"word": code})
    meeting.desk().press(SHOW)
    wall = meeting.on_the_wall()
    assert "A warm scarf." in wall and "The stairs." in wall and "I cannot go on" not in wall


def test_have_you_felt_this_is_told_once_in_words(meeting: Meeting) -> None:
    ask = {"prompt": "only-one"}
    meeting.desk().press("Ask this one", ask)
    for seat in range(4):
        meeting.phones[seat].open(meeting.page).press("Yes")
    assert "Not enough yet." in meeting.desk().text
    assert "Not enough people have answered yet" in meeting.desk().press("Close it and tell everybody").text
    meeting.phones[4].open(meeting.page).press("No")
    assert "Enough have answered." in meeting.desk().text
    late = meeting.phones[5].open(meeting.page)
    meeting.desk().press("Close it and tell everybody")
    assert not FeltAnswer.objects.filter(asked__gathering__code=meeting.code).exists()
    for screen in (meeting.on_the_wall(), meeting.desk().text, meeting.phones[0].open(meeting.page).text):
        assert "Most of us know this." in screen
    late.press("No")
    assert late.status == 409 and "had gathered already" in late.text
    assert FeltShare.objects.get(asked__gathering__code=meeting.code).share == "most"

    # The same question is not told again once somebody has left.
    meeting.desk().press("Put it away")
    assert "only-one" in _questions(meeting)
    meeting.ada.press("Went home", which=_member(meeting, 0))
    assert "only-one" not in _questions(meeting) and len(_questions(meeting)) == 11


def test_nobody_is_asked_while_a_practice_goes_on(meeting: Meeting) -> None:
    desk = meeting.desk()
    desk.press("Next: Arriving together").press("Start for everyone: Arriving together")
    there = [one.words for form in desk.page.forms for one in form.buttons]
    assert "One word: how are you here?" not in there
    meeting.desk().press("End it")
    meeting.desk().press("One word: how are you here?")
    phone = meeting.phones[0].open(meeting.page)
    meeting.desk().press("Start for everyone: Arriving together")
    phone.press("Send", {"text": "canarywait"})
    assert phone.status == 409 and "What you wrote can wait" in phone.text and "canarywait" in phone.text
    assert "One word for how you are here" not in meeting.phones[1].open(meeting.page).text
    assert Gathering.objects.get(code=meeting.code).state == Gathering.State.OPEN


def kept(meeting: Meeting) -> QuerySet[Word]:
    return Word.objects.filter(asked__gathering__code=meeting.code)


def _questions(meeting: Meeting) -> set[str]:
    return meeting.desk().form("Ask this one")[0].choices["prompt"]


def _member(meeting: Meeting, seat: int) -> dict[str, str]:
    return {"member": Membership.objects.get(user=meeting.world.members[seat]).code}

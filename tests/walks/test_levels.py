"""Somebody answers above zero. Whoever looks reads what the house does and how to reach them, and picks a level."""

import pytest

from kindcircle.base.audit.log import Ref
from kindcircle.base.lib import clock
from kindcircle.base.outbox.models import Delivery
from kindcircle.rooms.preparing.actions import keep_contact
from kindcircle.rooms.safety.actions import raise_alert
from kindcircle.rooms.safety.models import Alert
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return make_world()


def test_from_the_answer_to_what_is_left(running_site: RunningSite, world: World) -> None:
    mine = world.actor(world.member)
    keep_contact(person=world.member, lines={"way": "Text to 555 0142, in the morning"}, by=mine, at=clock.now())
    alert = raise_alert(
        member=world.member, group=world.group, gathering=None, level="concern", rules=["item_9"],
        source=Ref("signal", world.group.code), at=clock.now(),
    )  # fmt: skip

    # The house says what it does, in its own words.
    lead = Visitor(running_site, world.safety_lead).open("/desk/alerts/").follow("What our house does")
    lead.press("Keep this", {"always": "The quiet room is room 4.", "2": "Dr May is on call until eight."})
    assert "Kept. It stands on the page of every alert" in lead.text

    # Ada looks: our words, the house's, and the way to reach Ines, which Ines sees that she opened.
    ada = Visitor(running_site, world.facilitator).open(f"/desk/alerts/{alert.code}/")
    assert "The quiet room is room 4." in ada.text and "What does it ask for?" in ada.text
    assert "Text to 555 0142" not in ada.text
    ada.follow("Read how to reach them")
    assert "Text to 555 0142, in the morning" in ada.text
    ines = Visitor(running_site, world.member).open("/safe-contact/")
    assert "Ada" in ines.text

    # She judges what it asks for. No word of it is about how Ines is.
    ada.open(f"/desk/alerts/{alert.code}/").press("I am on it")
    ada.press("This level", {"level": "2"})
    assert "Level 2: A talk about safety today" in ada.text and "Dr May is on call until eight." in ada.text
    assert "Ada chose level 2: A talk about safety today" in ada.text
    told = Delivery.objects.filter(about_code=alert.code, once_key__contains=":level:2")
    assert [one.user_id for one in told] == [world.safety_lead.pk]
    for label in ("high risk", "low risk", "severe", "at risk"):
        assert label not in ada.text.casefold()

    # It turns out to be more. A line is due within the hour, and waits on her list until it is there.
    ada.press("This level", {"level": "3"})
    assert "Stay with them, by phone if you are not there." in ada.text
    assert "Write down what was done" in ada.open("/desk/tasks/").text
    ada.open(f"/desk/alerts/{alert.code}/").press("I reached them", {"note": "On the phone until her sister came."})
    assert "Write down what was done" not in ada.open("/desk/tasks/").text
    ada.open(f"/desk/alerts/{alert.code}/")
    ada.press("Close", {"reason": "plan-agreed", "note": "Her sister stays. We talk tomorrow at nine."})
    assert "Look at what a talk about safety leaves behind" in ada.open("/desk/tasks/").text
    assert Alert.objects.get(pk=alert.pk).closed_at is not None

    # Once a week the safety lead looks back on all of them, and reads which level was chosen.
    lead.open("/desk/alerts/looking-back/")
    assert "level 3: Nobody leaves them alone" in lead.text


def test_a_level_that_is_not_there_is_asked_for_kindly(running_site: RunningSite, world: World) -> None:
    alert = raise_alert(
        member=world.member, group=world.group, gathering=None, level="contact", rules=["come"],
        source=Ref("signal", world.group.code), at=clock.now(),
    )  # fmt: skip
    ada = Visitor(running_site, world.facilitator).open(f"/desk/alerts/{alert.code}/")
    form, sent = ada.filled("This level")
    ada.post(form.action, sent | {"level": ["9"]})
    assert ada.status == 422 and "Please pick one of the five levels." in ada.text

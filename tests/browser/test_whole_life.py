"""From "I might want this" to the circle for those who miss it: one person's way through every page, in real browsers.

Odile leads the house, Ada leads the group, Maren is the one it is about: at a phone of her own, first without an
account. Seven more come along as rows. The site runs on the real clock: what lies weeks apart for people is moved into
the past or brought near by hand, as rows.
"""

import re
from datetime import timedelta

import pytest

from kindcircle.base.lib import clock, codes
from kindcircle.base.people.models import User
from kindcircle.rooms.ending import reviews
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import Attendance, Gathering, Group, Membership
from kindcircle.rooms.groups.models_absence import CatchUp
from kindcircle.rooms.intake import actions as intake_actions
from kindcircle.rooms.intake.models import Application, Consent, Decision, Intake, TalkTime
from kindcircle.rooms.live import actions as live
from tests.browser.album import Album, Person
from tests.browser.helpers import DESK, PHONE, Visits, wait_until
from tests.browser.test_keyboard import Keys
from tests.meetings import back, begins, held
from tests.site import RunningSite
from tests.walks.post import wait_for_mail, words_of
from tests.world import NAMES, World, make_world, yes_to

pytestmark = pytest.mark.browser

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NAME = "Evenings in spring"


class Story:
    """The house, the people at their browsers, and what they have made so far."""

    def __init__(self, visits: Visits) -> None:
        self.visits, self.album = visits, Album()
        self.world: World = make_world(members=1)
        self.odile = Person(visits, self.album, DESK, self.world.organisation_lead)
        self.ada = Person(visits, self.album, DESK, self.world.facilitator)
        self.maren: Person
        self.intake: Intake
        self.group: Group
        self.others: list[User] = []

    @property
    def person(self) -> User:
        """The account of Maren."""
        return Application.objects.filter(intake=self.intake).earliest("applied_at").person

    def desk(self) -> str:
        return f"/desk/groups/{self.group.code}/"

    def meeting(self, number: int) -> Gathering:
        return Gathering.objects.get(group=self.group, number=number)


def test_from_asking_to_come_to_the_circle_after_it(visits: Visits, running_site: RunningSite) -> None:
    story = Story(visits)
    the_house_offers(story)
    address = she_asks_to_come(story)
    she_comes_back_by_mail(story, running_site, address)
    they_talk_and_ada_decides(story)
    a_group_is_formed(story)
    she_says_yes(story)
    she_gets_ready(story)
    the_first_meeting(story)
    she_misses_one(story)
    in_the_middle(story)
    towards_the_end(story)
    three_months_on(story)
    the_circle(story)
    assert len(story.album.names) >= 60
    assert not story.album.found, "\n".join(story.album.found)
    complaints = [one for seen in visits.seen.values() for one in seen.complaints]
    assert not complaints


def the_house_offers(story: Story) -> None:
    odile = story.odile.open("/desk/intakes/").follow("Offer a programme")
    odile.fill(
        programme="kind-to-a-body-that-hurts/3", name=NAME, screeners=True, day_2="18:00", day_4="18:30",
        place="Room 3", welcome="You are welcome here, just as you are.", public=True,
    )  # fmt: skip
    odile.press("Make the draft").sees("This is a draft.").press("Open it").sees("It is open.")
    story.intake = Intake.objects.get(organisation=story.world.organisation, name=NAME)


def she_asks_to_come(story: Story) -> str:
    """By keyboard alone, with no account."""
    phone = Person(story.visits, story.album, PHONE).open(f"/come/{story.intake.code}/")
    address = f"maren.{codes.new_code()[:8]}@example.org".lower()
    keys = Keys(phone.page)
    keys.type("What shall we call you", "Maren").type("How old are you", "43")
    keys.to("Tuesday").page.keyboard.press("Space")
    keys.type("E-mail", address).to("By e-mail").page.keyboard.press("Space")
    keys.type("What do you hope", "To sleep again.").press("^Ask to come$")
    phone.arrived().sees("Thank you for asking")
    return address


def she_comes_back_by_mail(story: Story, site: RunningSite, address: str) -> None:
    """Another day, another phone: a mailed code, the form in its parts, and a time for the talk."""
    ada = story.ada.open("/desk/talks/").follow(f"Offer times: {NAME}")
    day = (clock.now() + 3 * DAY).date().isoformat()
    ada.fill(day=day, starts="09:00", until="10:00", minutes="30", how="video", where="https://v.example.org/x")
    ada.press("Offer them").sees("2 times are offered")

    maren = story.maren = Person(story.visits, story.album, PHONE).open("/account/login/")
    maren.fill(login=address).press("Send me a code")
    mail = wait_for_mail(site, address)
    assert "maren" not in words_of(mail).casefold() and NAME not in words_of(mail)
    maren.fill(code=re.findall(r": (\S+)", mail.get_content())[0]).press("Sign in")
    maren.sees("The next step is a form").follow("Fill in the form")
    maren.fill(access="A chair by the door.").press("Keep, and go on")
    maren.fill(safe="Text first.", phone="07700 900123").press("Keep, and go on")
    maren.fill(medicine__choice="talk", sleep="Badly.").press("Keep, and go on")
    maren.fill(loss__choice="no").press("Keep, and go on")
    maren.fill(harm__choice="no", danger__choice="no").press("Send the form").sees("We have your form")
    maren.open("/application/").follow("Choose a time").press("Take this time").sees("This time is yours")


def they_talk_and_ada_decides(story: Story) -> None:
    TalkTime.objects.filter(application__person=story.person).update(starts_at=clock.now() - HOUR)
    ada = story.ada.open("/desk/talks/").follow("Maren").sees("A chair by the door.").follow("Note a talk")
    ada.fill(took_place="yes", note="Warm. Sleeps badly.").press("Keep it")
    ada.page.get_by_role("link", name="Join", exact=True).click()
    ada.arrived().fill(tick__crisis=True, tick__home=True, reason="Steady, with people around.", signature="Ada")
    ada.press("Sign, and send the answer").sees("Your answer is on its way")
    assert Decision.objects.get(application__person=story.person).outcome == "join"


def a_group_is_formed(story: Story) -> None:
    world, by, at = story.world, story.world.actor(story.world.facilitator), clock.now()
    for name in NAMES[:7]:
        email = f"{name}.{codes.new_code()[:8]}@example.org".lower()
        row, _ = groups.add_somebody(intake=story.intake, name=name, email=email, by=by, at=at)
        row.slots.add(story.intake.slots.get(weekday=2))
        intake_actions.decide(application=row, outcome="join", reason="It fits.", letter="Welcome.", by=by, at=at)
        story.others.append(row.person)
    ada = story.ada.open(f"/desk/intakes/{story.intake.code}/").sees("8 may join").follow("Form groups")
    ada.press("Propose 1 group").sees("Group 1: Tuesday at 18:00, 8 people").follow("Start group 1")
    owner, backup = world.facilitators
    ada.fill(owner=owner.code, backup=backup.code).press("See all dates").press("Start the group")
    ada.sees("a place in it is kept for 8 people")
    story.group = Group.objects.get(intake=story.intake)
    for person in story.others:
        groups.say_yes(person=person, by=world.actor(person), at=clock.now(), **yes_to(world.organisation))


def she_says_yes(story: Story) -> None:
    """Her answer, both layers, three questions, and the boxes; the last by keyboard alone."""
    maren = story.maren.open("/").follow("Read our answer").sees("Dear Maren").follow("Go on to what comes next")
    maren.open("/application/").follow("Read it, and say yes").follow("On to the full page")
    maren.follow("On to three short questions").fill(journal="staff").press("Show me how it is")
    maren.sees("Many people think so.").follow("On to my answer")
    assert not Consent.objects.filter(person=story.person).exists()
    keys = Keys(maren.page)
    for line in ("I have read", "I would like to join", "I will keep to myself", "friendly reminders"):
        keys.to(line).page.keyboard.press("Space")
    keys.type("My name", "Maren").press("^Yes, I say yes")
    maren.arrived().sees("Thank you. Your yes is kept")
    assert Membership.objects.get(group=story.group, user=story.person).consent_id is not None


def she_gets_ready(story: Story) -> None:
    maren, ada = story.maren, story.ada
    maren.open("/prepare/").follow("What happens here")
    while maren.page.get_by_role("link", name="Go on").count():
        maren.follow("Go on")
    maren.press("I have looked at this")
    for page in ("The right to pass", "My anchor, and how I practise", "Try my device"):
        maren.open("/prepare/").follow(page)
    maren.open("/prepare/").follow("My support plan").fill(my__signs="I go quiet.").press("Keep my plan")
    maren.press("Those who lead may see it").sees("Those who lead your group can see it now.")
    maren.open("/prepare/").follow("A safe way to reach me").fill(way="A text, never a call.").press("Keep this")
    maren.open("/prepare/").follow("What I said yes to").open("/consent/mine/")

    begins(story.group, 1, clock.now() + 5 * MINUTE)
    place = Membership.objects.get(group=story.group, user=story.person)
    ada.open("/desk/").follow(NAME).open(f"/desk/places/{place.code}/ready/")
    ada.fill(how="phone", minutes="20", line="Would like the chair by the door.").press("Note this talk")
    ada.open(f"/desk/places/{place.code}/plan/").sees("I go quiet.")
    ada.open(story.desk()).follow("Confirm the reminder").press("Confirm")
    ada.open(story.desk()).follow("Dates and places").open(story.desk()).follow("Hand-over page")


def the_first_meeting(story: Story) -> None:
    maren, ada, gathering = story.maren, story.ada, story.meeting(1)
    lead = f"/desk/gatherings/{gathering.code}/lead/"
    ada.open("/desk/").open(f"/desk/gatherings/{gathering.code}/").open(lead).press("Open in person")
    gathering.refresh_from_db()
    for person in story.others[:5]:
        live.arrive(gathering=gathering, by=story.world.actor(person), at=clock.now())
    maren.open("/today/").sees("Your group is meeting now").follow("Go to the meeting").follow("How are you arriving?")
    maren.fill(steadiness="6").press("Send").follow("Back to the meeting")
    ada.press("Next: Arriving together").press("Start for everyone: Arriving together")
    wait_until(lambda: "Arriving together" in maren.text, maren.page, what="the practice on the phone")
    maren.arrived("practice")
    ada.arrived("practice").press("End it")

    # What they agree on, in the room; Maren says yes on her phone.
    ada.open(story.desk()).follow("What we agreed on").follow("Word the list together").press("Confirm this list")
    maren.open(f"/agreement/{story.group.code}/").press("Yes, this is fine for me").sees("Your yes is kept")
    maren.open(f"/gathering/{gathering.code}/")
    ada.open(lead).press("Begin the closing").press("Close the meeting")
    wait_until(lambda: "6 of 8 came" in ada.text, ada.page, what="the end of the meeting")
    ada.arrived("over")
    wait_until(lambda: "Our meeting is over" in maren.text, maren.page, what="the end on the phone")
    maren.arrived("over").follow("How was today for you?").fill(ease="8", fit="9", steadiness="7")
    maren.press("Send").sees("Saved")
    ada.follow("Write the notes").fill(note="A slow, warm start.").fill(
        **{f"line-{story.person.code}": "Sat near the door. At ease."}
    ).press("Save these notes").sees("Saved. Thank you for today.")
    ada.follow("How am I?").fill(how="7", pace="4").press("Save for me alone")


def she_misses_one(story: Story) -> None:
    """The second meeting is held without her: a note that a person looks over, and catching up at home."""
    Membership.objects.filter(group=story.group).update(joined_at=clock.now() - 20 * DAY)
    back(story.meeting(1), 14 * DAY)
    begins(story.group, 2, clock.now() - 7 * DAY)
    held(story.world, story.meeting(2), story.others)
    begins(story.group, 3, clock.now() + 3 * HOUR)
    ada = story.ada.open("/desk/").open("/desk/tasks/")
    ada.page.get_by_role("link", name="Look over a note").first.click()
    ada.arrived().sees("Maren").follow("Read the draft").press("Send it").sees("Sent by Ada")
    story.maren.open("/today/").sees("an answer is here").open("/messages/").sees("Dear Maren", "Your seat is kept.")
    ada.unfold("Write it down").fill(how="alone", minutes="15").press("Keep").sees("Noted as caught up.")
    assert CatchUp.objects.get(place__user=story.person).minutes == 15
    ada.open(f"{story.desk()}attendance/").sees("caught up")


def in_the_middle(story: Story) -> None:
    maren = story.maren.open("/today/").follow("The middle of our course")
    maren.fill(keep="The quiet at the start.", need="A little more time.").press("Put it with the others")
    for person in story.others[:5]:
        reviews.write_note(
            group=story.group, words={"keep": "The bell."}, practices={}, member=person,
            by=story.world.actor(person), at=clock.now(),
        )  # fmt: skip
    ada = story.ada.open("/desk/").follow("The middle: bring the words together").press("Bring them together now")
    ada.sees("The quiet at the start.").fill(line__1="We begin with three quiet minutes.").press("Show it to the group")
    maren.open("/today/").follow("You said, we did").sees("We begin with three quiet minutes.")


def towards_the_end(story: Story) -> None:
    maren, ada = story.maren.open("/today/"), story.ada
    maren.follow("2 meetings left, with the next one").press("Yes, I would like some")
    maren.fill(text="I can pause.").press("Keep these words").sees("I can pause.")
    ada.open(story.desk()).follow("The end, and after").fill(text="Your care for the others.")
    ada.press("Leave it on their page").follow("To the whole group")
    ada.fill(text="Dear all, you made room for one another.").press("Give it")
    for number, ago in ((3, 7 * DAY), (4, 2 * HOUR)):
        begins(story.group, number, clock.now() - ago)
        held(story.world, story.meeting(number), [*story.others, story.person])
    ada.open("/desk/").follow("finish the group").press("Finish the group").sees("The group is over.")
    ada.press("Set this date").sees("Three months on:")
    maren.open("/today/").follow("Parting words").sees("Your care for the others.")
    maren.unfold("A letter from those who lead").sees("you made room for one another").press("I come").sees(
        "We keep you a place."
    )
    maren.open("/today/").follow("What to keep, take along or erase").sees("My journal")
    maren.follow("Erase my private words")


def three_months_on(story: Story) -> None:
    begins(story.group, 5, clock.now() + 5 * MINUTE)
    last = story.meeting(5)
    story.ada.open(f"/desk/gatherings/{last.code}/lead/").press("Open in person")
    story.maren.open("/today/").follow("Go to the meeting").arrived("months-on")
    wait_until(lambda: Attendance.objects.filter(gathering=last).exists(), story.maren.page, what="her arrival")
    story.ada.press("Begin the closing").press("Close the meeting")
    wait_until(lambda: "The meeting is over" in story.ada.text, story.ada.page, what="the end of the meeting")
    story.ada.open(f"{story.desk()}report/")


def the_circle(story: Story) -> None:
    odile, world = story.odile.open("/organisation/").follow("Circles after a group"), story.world
    owner, backup = world.facilitators
    first = (clock.now() + 5 * DAY).strftime("%Y-%m-%dT18:00")
    odile.follow("Start a circle").fill(
        name="Open circle", programme="circle-of-practice/1", first_at=first, place="Room 3", owner=owner.code,
        backup=backup.code,
    )  # fmt: skip
    odile.press("See all dates").press("Start the group").sees("Open circle is ready.")
    odile.open("/organisation/circles/").page.get_by_label("Open circle").check()
    odile.fill(group=True).press("Let them know").sees("8 people hear of it.")
    story.maren.open("/today/").follow("A circle to come back to").press("I would like to come")
    story.ada.open("/desk/").follow("1 person would like to come to the circle").press("May come: sign it")
    story.ada.sees("They are in")
    circle = Group.objects.get(organisation=world.organisation, name="Open circle")
    assert Membership.objects.get(group=circle, user=story.person, left_at=None).admission_id is not None
    story.maren.open("/today/").sees("Open circle").open(f"/agreement/{circle.code}/").sees("These lines are a start.")

"""From asking to come to an answer in writing: as the person who asks, and as the one who talks with them.

The form in parts, a yes that brings a person at once, a time for the talk, an answer that somebody signs, and six
weeks later one more question. What leaves the house by mail says nothing of it.
"""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar

from kindcircle.base.lib import clock
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups.models import KeptPlace, Membership
from kindcircle.rooms.intake import actions as intake
from kindcircle.rooms.intake.models import Application, Decision, ScreeningForm, TalkTime
from kindcircle.rooms.safety.models import Alert, Helpline, HelplineCheck
from kindcircle.rooms.tasks.models import Task
from tests.site import RunningSite
from tests.walks.post import mails_for, words_of
from tests.walks.visitor import Visitor
from tests.world import World, make_world, yes_to

NUMBER = "0300 555 0100"
DAY = timedelta(days=1)
SECRET = "Zaunkoenig sings when I cannot sleep"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """A house with a group to come and a number that two people have dialled."""
    world = make_world(members=1, first_at=clock.now() + 70 * DAY)
    line = Helpline.objects.create(
        organisation=world.organisation, country="GB", name="Night line", number=NUMBER, hours="Day and night",
        source="dialled",
    )  # fmt: skip
    for person in world.facilitators:
        HelplineCheck.objects.create(helpline=line, by=person, at=world.at)
    return world


def asks(world: World, name: str = "Una") -> Application:
    """Somebody asked to come, with an address of their own."""
    by = world.actor(world.facilitator)
    email = f"{name.lower()}.{world.organisation.code[:8].lower()}@example.org"
    application, _ = groups.add_somebody(intake=world.group.intake, name=name, email=email, by=by, at=clock.now())
    return application


def in_form(application: Application, part: int) -> str:
    return f"/application/{application.code}/form/?part={part}"


def offers(site: RunningSite, world: World, user: User, *, day: int = 3, until: str = "11:00") -> Visitor:
    desk = Visitor(site, user).open(f"/desk/talks/times/{world.group.intake.code}/")
    when = (clock.now() + day * DAY).date().isoformat()
    return desk.press(
        "Offer them",
        {
            "day": when,
            "starts": "09:00",
            "until": until,
            "minutes": "30",
            "how": "video",
            "where": "https://v.example/x",
        },
    )


def test_from_asking_to_a_yes_in_writing(running_site: RunningSite, world: World) -> None:
    application = asks(world)
    phone = Visitor(running_site, application.person)
    # The front door leads here, and nothing else of the house is open.
    phone.open("/")
    assert phone.path == "/application/"
    assert "The next step is a form" in phone.text
    for shut in ("/today/", "/journal/new/day/", "/desk/", "/organisation/", f"/desk/talks/{application.code}/"):
        assert phone.open(shut).status == 404, shut

    phone.open("/application/").follow("Fill in the form")
    phone.press("Keep, and go on", {"hopes": SECRET})
    # She stops, and comes back another day with another phone: all is there.
    phone = Visitor(running_site, application.person).open(in_form(application, 1))
    assert SECRET in phone.html
    phone.press("Keep, and go on").press("Keep, and go on", {"called": "Una", "safe": "Text first."})
    phone.press("Keep, and go on", {"medicine-choice": "talk"}).press("Keep, and go on", {"loss-choice": "no"})
    assert NUMBER in phone.text  # help stands beside the hardest questions before anything is ticked
    phone.press("Keep, and go back one part").press("Keep, and go on")
    phone.press("Send the form", {"harm-choice": "no", "danger-choice": "no"})
    assert "We have your form" in phone.text
    assert not Alert.objects.filter(member=application.person).exists()
    # Sent is sent.
    assert phone.open(in_form(application, 1)).path == "/application/"

    desk = offers(running_site, world, world.facilitator)
    assert "4 times are offered" in desk.text
    desk.open("/desk/talks/").follow("Una")
    assert SECRET in desk.text
    assert "wants to say it in the talk" in desk.text

    phone.open("/application/").follow("Choose a time")
    first = TalkTime.objects.filter(intake=world.group.intake).order_by("starts_at")[0]
    phone.post(str(phone.answer.url), take(phone, first))
    assert "This time is yours" in phone.text
    for who, reader in ((phone, application.person), (Visitor(running_site, world.facilitator), world.facilitator)):
        entry = Calendar.from_ical(who.open(f"/application/{first.code}/date.ics").answer.content).walk("VEVENT")[0]
        assert entry.decoded("dtstart") == first.starts_at.replace(microsecond=0), reader
        assert b"Una" not in entry.to_ical()
        assert b"v.example" not in entry.to_ical()

    # After the talk: noted, decided, signed.
    desk.open(f"/desk/talks/{application.code}/").follow("Note a talk")
    desk.press("Keep it", {"took_place": "yes", "happened_at": "2026-01-05T10:00", "note": "Warm. Sleeps badly."})
    desk.follow("Join, with a plan")
    assert "Dear Una" in desk.html
    desk.press("Sign, and send the answer", {"reason": "Steady, with a plan.", "plan": "Bo rings on Fridays."})
    assert desk.status == 422
    assert "Please sign with your own name" in desk.text
    assert "Steady, with a plan." in desk.html  # nothing typed is lost
    desk.press("Sign, and send the answer", {"tick-crisis": True, "note-home": "Safe.", "signature": "Ada"})
    assert "on its way" in desk.text
    assert "not read yet" in desk.text

    phone.open("/").follow("Read our answer")
    assert "Dear Una" in phone.text
    assert "Bo rings on Fridays." in phone.text
    assert "Steady, with a plan." not in phone.html
    assert desk.open(f"/desk/talks/{application.code}/").text.count("read by them") == 1

    tick(at=clock.now())
    mails = [words_of(one) for one in mails_for(running_site, application.person)]
    assert mails
    for said in mails:
        assert not {"Una", "group", "talk", "answer", "circle", "Zaunkoenig"} & set(said.split())


def take(phone: Visitor, one: TalkTime) -> dict[str, list[str]]:
    """What pressing the button of this time would send."""
    form = next(form for form in phone.page.forms if any(button.value == one.code for button in form.buttons))
    return {name: [value] for name, value in form.fields} | {"time": [one.code]}


def test_a_yes_on_the_form_brings_a_person_before_the_form_is_sent(running_site: RunningSite, world: World) -> None:
    application = asks(world, "Vera")
    phone = Visitor(running_site, application.person).open(in_form(application, 2))
    phone.press("Keep, and go on", {"safe": "Only in the morning.", "never": "My brother."})
    phone.open(in_form(application, 5))
    phone.press("Keep, and go back one part", {"danger-choice": "yes"})
    # Help stands there at once, with who is told and by when.
    assert "We are telling Ada, Bo" in phone.text
    assert NUMBER in phone.text
    alert = Alert.objects.get(member=application.person)
    assert (alert.intake, alert.group, alert.level) == (world.group.intake, None, "concern")
    # She goes on, and says yes to the other question too: that is not lost in the first.
    phone.follow("Go on with the form").press("Send the form", {"harm-choice": "yes"})
    assert Alert.objects.filter(member=application.person).count() == 2
    assert ScreeningForm.objects.get(application=application).sent_at is not None

    desk = Visitor(running_site, world.facilitator).open("/desk/alerts/")
    assert desk.text.count("Vera") == 2
    desk.open(f"/desk/alerts/{alert.code}/")
    for words in ("afraid of", "Only in the morning.", "My brother."):
        assert words in desk.text
    desk.press("I am on it").press("I reached them")
    desk.press("Close", {"reason": "plan-agreed", "note": "She stays with a friend."})
    assert Alert.objects.get(pk=alert.pk).state == Alert.State.CLOSED
    # Nobody is turned away for an honest word.
    phone.open("/application/")
    assert "We have your form" in phone.text
    tick(at=clock.now())
    for said in [words_of(one) for one in mails_for(running_site, world.facilitator)]:
        assert "Vera" not in said


def test_two_reach_for_the_same_time(running_site: RunningSite, world: World) -> None:
    one, other = asks(world, "Una"), asks(world, "Vera")
    offers(running_site, world, world.facilitator, until="10:00")
    phones = [Visitor(running_site, who.person).open(f"/application/{who.code}/talk/") for who in (one, other)]
    first, second = TalkTime.objects.filter(intake=world.group.intake).order_by("starts_at")
    sent = [take(phone, first) for phone in phones]
    assert "This time is yours" in phones[0].post(str(phones[0].answer.url), sent[0]).text
    late = phones[1].post(str(phones[1].answer.url), sent[1])
    assert late.status == 409
    assert "a moment faster" in late.text
    late.post(str(late.answer.url), take(late, second))
    assert "This time is yours" in late.text
    # Moved, the first is free for others again; given back, so is the second.
    phones[1].open(f"/application/{other.code}/talk/").press("I cannot come: give it back")
    phones[0].open(f"/application/{one.code}/talk/")
    phones[0].post(str(phones[0].answer.url), take(phones[0], second))
    assert list(TalkTime.objects.filter(application=one)) == [second]
    assert TalkTime.objects.get(pk=first.pk).application is None


def test_taking_it_back_while_somebody_decides(running_site: RunningSite, world: World) -> None:
    application = asks(world)
    desk = Visitor(running_site, world.facilitator).open(f"/desk/talks/{application.code}/answer/join/")
    phone = Visitor(running_site, application.person).open("/application/").follow("Take my request back")
    phone.press("Yes, take it back")
    assert "taken back" in phone.text
    desk.press("Sign, and send the answer", {"reason": "Good.", "signature": "Ada"})
    assert desk.status == 409
    assert "Good." in desk.html
    assert not Decision.objects.filter(application=application).exists()


def test_two_decide_at_once_and_see_each_other(running_site: RunningSite, world: World) -> None:
    application = asks(world)
    desks = [Visitor(running_site, who) for who in world.facilitators]
    for desk, outcome in zip(desks, ("later", "join"), strict=True):
        desk.open(f"/desk/talks/{application.code}/answer/{outcome}/")
    desks[0].press("Sign, and send the answer", {"reason": "Grief is fresh.", "signature": "Ada"})
    # No letter goes out with our three dots in it.
    assert desks[0].status == 422
    assert "where three dots stand" in desks[0].text
    desks[0].press("Sign, and send the answer", {"letter": "Dear Una, your loss is so fresh. Let us talk in spring."})
    desks[1].press("Sign, and send the answer", {"reason": "Seems fine.", "signature": "Bo"})
    assert desks[1].status == 409
    assert "A colleague decided a moment ago" in desks[1].text
    assert "Seems fine." in desks[1].html
    assert [one.outcome for one in application.decisions.all()] == ["later"]
    # Later always comes with people who are there in the meantime.
    phone = Visitor(running_site, application.person).open("/").follow("Read our answer")
    assert NUMBER in phone.text
    assert "What else there is" in phone.text


def test_hostile_words_are_only_words(running_site: RunningSite, world: World) -> None:
    application = asks(world)
    phone = Visitor(running_site, application.person).open(in_form(application, 1))
    nasty = "<script>alert(1)</script> \x00 {{ 7|add:7 }} ' OR 1=1 -- \u202etxet"
    phone.press("Keep, and go on", {"hopes": nasty, "access": "x" * 9000})
    for part in ("0", "99", "two", "-1", "9" * 40):
        assert phone.open(f"/application/{application.code}/form/?part={part}").status == 200
    phone.open(in_form(application, 5)).press("Send the form")
    desk = Visitor(running_site, world.facilitator).open(f"/desk/talks/{application.code}/")
    assert "<script>alert(1)" not in desk.html
    assert "&lt;script&gt;alert(1)" in desk.html
    # From another site, without our token, nothing is sent in anybody's name.
    assert phone.post(f"/application/{application.code}/form/", {"harm-choice": ["yes"]}).status == 400


def test_a_decision_that_grows_old_is_asked_about_once_more(running_site: RunningSite, world: World) -> None:
    application = asks(world)
    by, then = world.actor(world.facilitator), clock.now() - 36 * DAY
    intake.decide(application=application, outcome="join", reason="Fits.", letter="Welcome.", by=by, at=then)
    groups.keep_place(application=application, group=world.group, by=by, at=then)
    for _ in range(2):
        tick(at=clock.now())
    tasks = Task.objects.filter(kind="screen-again", concerns=application.person)
    assert {task.owner for task in tasks} == set(world.facilitators)
    assert tasks.count() == 2
    phone = Visitor(running_site, application.person).open("/")
    phone.follow("Read our answer").open("/").follow("Tell us in a few lines")
    phone.press("Send the form", {"changed-choice": "yes", "changed": "A new job."})
    desk = Visitor(running_site, world.facilitator).open("/desk/tasks/")
    assert "Talk once more before the start" in desk.text
    desk.open(f"/desk/talks/{application.code}/")
    assert "A new job." in desk.text
    desk.follow("Join").press("Sign, and send the answer", {"reason": "Still fits.", "signature": "Ada"})
    assert not tasks.filter(done_at=None).exists()
    tick(at=clock.now())
    assert application.forms.count() == 1


def test_times_stand_on_the_clock_of_whoever_reads_them(running_site: RunningSite, world: World) -> None:
    application = asks(world)
    User.objects.filter(pk=application.person_id).update(zone="Asia/Tokyo")
    offers(running_site, world, world.facilitator, until="09:30")
    one = TalkTime.objects.get(intake=world.group.intake)
    phone = Visitor(running_site, application.person).open(f"/application/{application.code}/talk/")
    assert f"{one.starts_at.astimezone(ZoneInfo('Asia/Tokyo')):%H:%M}" in phone.text
    assert "Asia/Tokyo" in phone.text


def test_a_member_who_asks_for_something_else_finds_both_sides(running_site: RunningSite, world: World) -> None:
    application = Application.objects.get(person=world.member)
    phone = Visitor(running_site, world.member).open("/")
    assert phone.path == "/today/"
    phone.follow("What I asked to come to")
    assert phone.path == "/application/"
    assert world.group.intake.name in phone.text
    assert application.person == world.member
    assert seals.name_of(world.member)


def test_a_seat_in_a_group_that_is_there_is_kept_given_up_and_kept_again(
    running_site: RunningSite, world: World
) -> None:
    application = asks(world)
    by = world.actor(world.facilitator)
    desk = Visitor(running_site, world.facilitator).open(f"/desk/talks/{application.code}/")
    assert "Keep a place" not in desk.text
    intake.decide(application=application, outcome="join", reason="r", letter="l", by=by, at=clock.now())
    keep = f"Keep a place in {world.group.name}"
    desk.open(f"/desk/talks/{application.code}/").press(keep)
    assert "It is theirs with their yes" in desk.text and keep not in desk.text
    kept = KeptPlace.objects.filter(application=application)
    assert kept.get(given_up_at=None).group == world.group
    desk.press("Have it for somebody else")
    assert "The place is free again." in desk.text and not kept.filter(given_up_at=None).exists()
    desk.press(keep)
    groups.say_yes(
        person=application.person, by=world.actor(application.person), at=clock.now(), **yes_to(world.organisation)
    )
    desk.open(f"/desk/talks/{application.code}/")
    assert keep not in desk.text and "Have it for somebody else" not in desk.text
    assert Membership.objects.get(user=application.person).group == world.group

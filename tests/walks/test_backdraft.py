"""A practice is a lot: Ines is asked once, finds choices, and decides who hears of it; Ada decides about the pace.

At home and in a meeting, by pages without script. Somebody who is not asked, who says nothing, or who is fine stays
apart from all of it.
"""

from datetime import timedelta

import pytest
from django.db.models import F

from kindcircle.base.lib import clock
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.backdraft.models import Landing, MayTell, SlowerPace
from kindcircle.rooms.groups.models import Attendance
from kindcircle.rooms.live import slowing_down
from kindcircle.rooms.live.models import Event
from kindcircle.rooms.live.models_lighter import LighterMeeting
from kindcircle.rooms.practice.models import Play
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.doors.web.member.people import mid_course
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world

CONTACT, FEET = "/practice/p03-comforting-contact/", "/practice/p22-soles-of-the-feet/"


@pytest.fixture
def world(running_site: RunningSite) -> World:
    return mid_course(clock.now())


def landings(world: World) -> list[Landing]:
    return list(Landing.objects.filter(member=world.member).order_by("asked_at", "pk"))


def tasks(world: World, kind: Kind) -> list[Task]:
    return list(Task.objects.filter(organisation=world.organisation, kind=kind, done_at=None))


def test_at_home_it_is_asked_once_and_choices_come_at_once(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member)
    assert "How are you after this practice?" not in ines.open(FEET).text, "it stirs nobody"
    ines.open(CONTACT).press("I closed up, or went numb")
    assert ines.path.startswith("/after-practice/") and "Closing can be wise" in ines.text
    assert "Feel the ground" in ines.text and "Rest on something outside you" in ines.text
    assert "Stop for today" in ines.text and "My support plan" in ines.text and "People you can call" in ines.text
    [row] = landings(world)
    play = Play.objects.get(member=world.member, practice="p03-comforting-contact")
    assert (row.play, row.how, row.practice_version, row.seconds, row.group) == (
        play, 2, play.practice_version, play.seconds_planned, world.group,
    )  # fmt: skip

    # The rest of the question, and that somebody should ring: this, and only this, is a call.
    assert not Alert.objects.filter(member=world.member).exists()
    ines.press("Send", {"lasting": "1", "in_the_way": "2", "contact": True})
    assert "One of them will get in touch with you by " in ines.text and "A little more" not in ines.text
    alert = Alert.objects.get(member=world.member)
    assert alert.level == Alert.Level.CONTACT
    ada = Visitor(running_site, world.facilitator).open(f"/desk/alerts/{alert.code}/")
    assert "Ticked: “Please contact me”" in ada.text
    # Without a yes nobody hears of the practice itself, however much it was in the way.
    assert not tasks(world, Kind.PRACTICE_A_LOT)
    assert ada.open(f"/desk/after-practice/{row.code}/").status == 404
    ines.press("Stop for today")
    assert ines.path == "/today/" and "How are you after" not in ines.text


def test_twice_in_a_row_and_a_yes_is_a_note_that_somebody_closes(running_site: RunningSite, world: World) -> None:
    ines, ada = Visitor(running_site, world.member), Visitor(running_site, world.facilitator)
    ines.open(CONTACT).press("A lot opened up")
    assert "Something opened" in ines.text and "softer" in ines.text and "Listen again, on another day" in ines.text
    assert "May we tell those who lead?" in ines.text
    ines.press("Yes, tell them")
    assert MayTell.objects.get(member=world.member).yes and "May we tell" not in ines.text
    assert not tasks(world, Kind.PRACTICE_A_LOT), "once is once"
    ines.open(CONTACT).press("A lot opened up")
    [note] = tasks(world, Kind.PRACTICE_A_LOT)
    assert note.owner == world.group.alerts_owner and note.due_at - note.raised_at == timedelta(days=2)
    assert note.concerns == world.member and not Alert.objects.filter(member=world.member).exists()

    ada.open("/desk/tasks/").follow("Hear how a practice was for somebody").follow("See which practice it was")
    assert "Comforting contact" in ada.text and "A lot opened up" in ada.text and "At home" in ada.text
    assert Visitor(running_site, world.members[1]).open(ada.path).status == 404
    ada.follow("Say how it ended").press("Off the list", {"outcome": "reached"})
    assert not tasks(world, Kind.PRACTICE_A_LOT)

    # A third time; and then she would rather keep it to herself.
    ines.open(CONTACT).press("This was too much")
    assert "Closing can be wise" in ines.text
    [again] = tasks(world, Kind.PRACTICE_A_LOT)
    ines.open("/today/").follow("When a practice is a lot").press("No, it stays with me")
    assert "You said: no, it stays with me." in ines.text
    assert not tasks(world, Kind.PRACTICE_A_LOT)
    assert ada.open(f"/desk/after-practice/{again.about_code}/").status == 404
    ines.open(CONTACT).press("This was too much")
    assert not tasks(world, Kind.PRACTICE_A_LOT) and "May we tell" not in ines.text


def test_a_day_later_it_is_asked_once_if_it_is_over(running_site: RunningSite, world: World) -> None:
    ines = Visitor(running_site, world.member)
    ines.open(CONTACT).press("A lot opened up").press("Send", {"lasting": "1"})
    assert "Is it over?" not in ines.open("/today/").text
    Landing.objects.filter(member=world.member).update(answered_at=clock.now() - timedelta(hours=25))
    assert "was still with you. Is it over?" in ines.open("/today/").text
    ines.press("Yes, after some days")
    assert "Is it over?" not in ines.text and landings(world)[0].over == "longer"


def test_ada_decides_that_ines_goes_more_slowly_and_ends_it_again(running_site: RunningSite, world: World) -> None:
    ines, ada = Visitor(running_site, world.member), Visitor(running_site, world.facilitator)
    ines.open(CONTACT).press("This was too much").press("Yes, tell them")
    ines.open(CONTACT).press("A lot opened up")
    tick(at=clock.now())
    pace = SlowerPace.objects.get(place__user=world.member)
    [to_decide] = tasks(world, Kind.SLOWER_PACE)
    assert to_decide.about_code == pace.code
    strong = "/practice/p19-scan-and-name/"
    before = ines.open(strong).status
    ada.open(f"/desk/groups/{world.group.code}/").follow("more slowly for a while?")
    assert "A practice was a lot for them twice" in ada.text
    ada.press("Leave it as it is")
    assert ada.status == 422 and "Please choose why" in ada.text
    ada.press("Go more slowly")
    assert "They go more slowly now" in ada.text
    [call] = tasks(world, Kind.SLOWER_CALL)
    assert call.owner == world.facilitator and not tasks(world, Kind.SLOWER_PACE)
    assert "Ring somebody about a slower pace" in ada.open("/desk/tasks/").text

    assert "only light practices are here" in ines.open("/today/").text
    assert before == 200 and "This one rests for a while" in ines.open(strong).text
    assert "This one rests" not in ines.open(CONTACT).text, "what is done in passing stays"
    tick(at=clock.now())
    assert SlowerPace.objects.filter(place__user=world.member).count() == 1

    ada.open(f"/desk/pace/{pace.code}/").press("Back to the usual pace")
    assert "only light practices" not in ines.open("/today/").text
    assert "This one rests" not in ines.open(strong).text
    tick(at=clock.now())
    assert SlowerPace.objects.filter(place__user=world.member).count() == 1, "what was talked about is not raised again"


def test_ada_saw_a_sign_herself_and_goes_more_slowly_with_ines(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator).open(f"/desk/groups/{world.group.code}/")
    place = world.group.memberships.get(user=world.member)
    ada.open(f"/desk/places/{place.code}/notes/").follow("More slowly for a while?")
    assert "What only you can see or hear" in ada.text and "Which sign it was is not kept" in ada.text
    ada.press("Go more slowly")
    assert "They go more slowly now" in ada.text and "One of you saw or heard a sign." in ada.text
    [call] = tasks(world, Kind.SLOWER_CALL)
    assert (call.owner, call.concerns) == (world.facilitator, world.member)
    shown = ada.path
    assert ada.open(f"/desk/places/{place.code}/pace/").path == shown, "what is decided stands there instead"
    assert "only light practices are here" in Visitor(running_site, world.member).open("/today/").text


def test_in_a_meeting_who_was_there_is_asked_when_the_practice_is_over(running_site: RunningSite) -> None:
    world = make_world(members=4, first_at=clock.now() + timedelta(minutes=5))
    ada = Visitor(running_site, world.facilitator)
    ada.open(f"/desk/gatherings/{world.gathering.code}/lead/").press("Open in person")
    ines, wren = (Visitor(running_site, world.members[seat]) for seat in (0, 2))
    meeting = f"/gathering/{world.gathering.code}/"
    ines.open(meeting)
    assert "How was the practice for you?" not in ines.text
    _lead(ada, world, "p08-friend-and-self", 600)
    ines.open(meeting).press("How was the practice for you?")
    assert ines.path == meeting, "nobody is asked in the middle of a practice"
    ada.open(f"/desk/gatherings/{world.gathering.code}/lead/").press("End it")
    wren.open(meeting).press("How was the practice for you?")
    assert wren.path == meeting, "she came after it had begun"
    ines.open(meeting).press("How was the practice for you?").press("I am fine")
    assert "Good to hear" in ines.text
    [row] = Landing.objects.filter(gathering=world.gathering)
    assert (row.member, row.how, row.practice) == (world.member, 0, "p08-friend-and-self")


def _lead(ada: Visitor, world: World, practice: str, seconds: int) -> None:
    """Begun by its button, and some minutes ago by now."""
    ada.open(f"/desk/gatherings/{world.gathering.code}/lead/")
    token = next(value for form in ada.page.forms for name, value in form.fields if name == "csrfmiddlewaretoken")
    sent = {"csrfmiddlewaretoken": [token], "do": ["practice"], "practice": [practice], "seconds": [str(seconds)]}
    ada.post(str(ada.answer.url.join(f"/desk/gatherings/{world.gathering.code}/lead/do/")), sent)
    minutes = timedelta(minutes=3)
    Attendance.objects.filter(gathering=world.gathering).update(arrived_at=F("arrived_at") - minutes)
    started = Event.objects.filter(gathering=world.gathering)
    assert started.filter(kind="practice_started").exists()
    started.update(at_ms=F("at_ms") - 120_000)


def test_after_a_hard_meeting_the_next_one_is_made_lighter(running_site: RunningSite, world: World) -> None:
    last, coming = world.gatherings[1], world.gatherings[2]
    by = world.actor(world.facilitator)
    slowing_down.call_for_less(gathering=last, by=by, at=clock.now())
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{coming.code}/")
    assert "This time a little lighter?" in ada.text
    ada.press("Leave it as it is")
    assert "say why it stays as it is" in ada.text and not LighterMeeting.objects.filter(gathering=coming).exists()
    ada.press("Make it lighter", {})
    assert "This time it is lighter" in ada.text and "The run-sheet is lighter now" in ada.text
    ada.press("Leave it as it is", {"why": "talked"})
    assert "Left as it is written by" in ada.text and "We talked" in ada.text


def test_how_practices_land_needs_five_people_and_keeps_silence_apart(running_site: RunningSite) -> None:
    at = clock.now()
    world = make_world(at=at - timedelta(days=40), members=8, first_at=at - timedelta(days=30))
    for seat, member in enumerate(world.members):
        began = at - timedelta(days=12, minutes=seat)
        play = Play.objects.create(
            member=member, group=world.group, practice="p03-comforting-contact", practice_version="1",
            seconds_planned=150, client_key=f"{world.group.code}{seat}", started_at=began,
        )  # fmt: skip
        if seat:
            Landing.objects.create(
                member=member, group=world.group, play=play, practice=play.practice,
                practice_version=play.practice_version, seconds=150, asked_at=began,
                **({"answered_at": began, "how": 1 if seat == 7 else 0} if seat > 2 else {}),
            )  # fmt: skip
    ada = Visitor(running_site, world.facilitator).open("/desk/practices-land/")
    assert "12.5 (0.3 to 52.7)" in ada.text and "20.0 (0.5 to 71.6)" in ada.text
    assert "“Not asked” and “no answer” are not “fine”" in ada.text
    assert "Not asked 1 Asked, no answer 2 Fine 4 A lot opened up 1" in " ".join(ada.text.split())
    lead = Visitor(running_site, world.organisation_lead).open("/organisation/practices-land/")
    assert "12.5 (0.3 to 52.7)" in lead.text
    Landing.objects.filter(member=world.members[3]).update(how=None, answered_at=None)
    assert "12.5 (0.3" not in ada.open("/desk/practices-land/").text and "Met, but not shown" in ada.text

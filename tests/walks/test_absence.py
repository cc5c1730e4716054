"""Not being there: late at the door, a seat that is kept, a note that a person looks over, and leaving in peace."""

from datetime import timedelta

import pytest

from kindcircle.base.lib import clock
from kindcircle.doors.worker.loop import tick
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.groups.models_absence import Absence, CatchUp, Leaving
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.site import RunningSite
from tests.walks.post import mails_for, words_of
from tests.walks.visitor import Visitor
from tests.world import World, make_world

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GOODBYE = "It was good to sit with you, says the Zaunkoenig."


def begun(minutes: int, members: int = 3) -> World:
    """A meeting that was opened so many minutes ago; the first member is there."""
    world = make_world(members=members, at=clock.now() - minutes * MINUTE)
    live.open_gathering(gathering=world.gathering, online=True, by=world.actor(world.facilitator), at=world.at)
    world.gathering.refresh_from_db()
    live.arrive(gathering=world.gathering, by=world.actor(world.member), at=world.at)
    return world


def close(world: World, number: int = 0) -> Gathering:
    """This meeting, held without the second member."""
    gathering, ada = world.gatherings[number], world.actor(world.facilitator)
    at = gathering.starts_at
    live.open_gathering(gathering=gathering, online=False, by=ada, at=at)
    gathering.refresh_from_db()
    for member in (world.members[0], world.members[2]):
        live.arrive(gathering=gathering, by=world.actor(member), at=at)
    live.start_closing(gathering=gathering, by=ada, at=at + HOUR)
    live.close(gathering=gathering, by=ada, at=at + HOUR)
    return gathering


@pytest.fixture
def past(running_site: RunningSite) -> World:
    """A group whose first two meetings lie behind it."""
    return make_world(members=3, at=clock.now() - timedelta(days=8))


def test_a_little_late_is_quiet_and_later_somebody_lets_them_in(running_site: RunningSite) -> None:
    world = begun(5)
    tomas = Visitor(running_site, world.members[1]).open(f"/gathering/{world.gathering.code}/")
    assert "waits" not in tomas.text and Attendance.objects.filter(user=world.members[1]).exists()

    world = begun(20)
    ada = Visitor(running_site, world.facilitator)
    lead = f"/desk/gatherings/{world.gathering.code}/lead/"
    tomas = Visitor(running_site, world.members[1]).open(f"/gathering/{world.gathering.code}/")
    assert "It is good that you are here" in tomas.text and "Late is fine" in tomas.text
    assert not Attendance.objects.filter(user=world.members[1]).exists()
    # Who was there before comes back without a question.
    ines = Visitor(running_site, world.member).open(f"/gathering/{world.gathering.code}/")
    assert "It is good that you are here" not in ines.text

    # Never in the middle of a practice.
    ada.open(lead).press("Next: Arriving together").press("Start for everyone: Arriving together, 4 min")
    assert "Tomas has come late and waits outside." in ada.open(lead).text
    ada.press("Let them in")
    assert "You can let somebody in when it is over." in ada.text
    assert "in the middle of a practice" in tomas.open(tomas.path).text
    assert not Attendance.objects.filter(user=world.members[1]).exists()
    ada.open(lead).press("End it")
    ada.open(lead).press("Let them in")
    assert "waits outside" not in ada.text and Attendance.objects.filter(user=world.members[1]).exists()
    assert "It is good that you are here" not in tomas.open(tomas.path).text


def test_a_seat_is_kept_and_a_note_goes_out_once(running_site: RunningSite, past: World) -> None:
    world, tomas = past, past.members[1]
    first = close(world)
    ada = Visitor(running_site, world.facilitator).open("/desk/")
    ada.follow("Look over a note to somebody who was not there").follow("Read the draft")
    absence = Absence.objects.get(place__user=tomas)
    # The words of the programme, and nobody's story.
    for words in ("Dear Tomas", "Your seat is kept.", "We meet next on", "ten minutes with one of us"):
        assert words in ada.html
    assert "Ines" not in ada.html and "Wren" not in ada.html and first.code not in ada.text
    ada.press("Send it", {"text": ""})
    assert ada.status == 422 and not Absence.objects.filter(pk=absence.pk, sent_at__isnull=False).exists()
    ada.press("Send it", {"text": "Dear Tomas, your seat by the Zaunkoenig is kept."})
    assert "Sent by Ada" in ada.text
    # Bo had the page open: nothing goes out twice, and his words are given back.
    bo = Visitor(running_site, world.facilitators[1]).open(f"/desk/absences/{absence.code}/")
    assert "Sent by Ada" in bo.text
    form, sent = ada.form, {"step": ["send"], "text": ["A second note"]}
    bo.post(f"/desk/absences/{absence.code}/", sent | _mark(bo))
    assert bo.status == 409 and "A second note" in bo.text and form

    for _ in range(2):
        tick(at=clock.now())
    (mail,) = mails_for(running_site, tomas)
    assert "waiting for you" in words_of(mail)
    for never in ("zaunkoenig", "seat", "miss", "circle", "tomas"):
        assert never not in words_of(mail).casefold()
    own = Visitor(running_site, tomas).open("/today/")
    assert "an answer is here" in own.text
    assert "your seat by the Zaunkoenig is kept" in own.open("/messages/").text
    assert not Task.objects.filter(kind=Kind.ABSENCE_MESSAGE, concerns=tomas, done_at=None).exists()

    # He catches up at home: told apart everywhere, and never as having been there.
    ada.open(f"/desk/absences/{absence.code}/").press("Keep", {"how": "alone", "minutes": "900"})
    assert ada.status == 422 and "1 to 240" in ada.text
    ada.press("Keep", {"how": "alone", "minutes": "15"})
    assert CatchUp.objects.get(place=absence.place).minutes == 15
    table = ada.open(f"/desk/groups/{world.group.code}/attendance/").text
    assert "caught up" in table and "2 of 3" in table and "caught up: 1" in table
    assert "not this time; caught up on" in ada.open(f"/desk/places/{absence.place.code}/notes/").text
    report = ada.open(f"/desk/groups/{world.group.code}/report/").text
    assert "Caught up later, of the meetings missed" in report and "1 of 1" in report
    assert "2 of 3" in report.partition("Seats taken")[2][:200]


def test_who_said_so_before_is_not_asked_and_two_in_a_row_are_rung(running_site: RunningSite, past: World) -> None:
    world, tomas = past, past.members[1]
    Visitor(running_site, tomas).open("/messages/").press("I cannot come.")
    close(world)
    assert Absence.objects.get(place__user=tomas).told_before and not Task.objects.filter(concerns=tomas).exists()
    close(world, 1)
    kinds = set(Task.objects.filter(concerns=tomas).values_list("kind", flat=True))
    assert kinds == {Kind.ABSENCE_MESSAGE, Kind.TWO_MISSES}
    ada = Visitor(running_site, world.facilitator).open("/desk/tasks/")
    ada.follow("Ring somebody who missed two meetings").follow("See how it stands")
    assert "2 in a row" in ada.text and "Ada would like to ring you on [day]" in ada.html
    ada.press("Send it")
    assert ada.status == 422 and "There is still a gap to fill: [day]" in ada.text
    filled = "Dear Tomas, Ada would like to ring you on Friday."
    assert "Sent by Ada" in ada.press("Send it", {"text": filled}).text
    # The call itself is a person's to make, and to say how it ended.
    ada.open("/desk/tasks/").follow("Ring somebody who missed two meetings")
    ada.press("Off the list")
    assert ada.status == 422 and "Please choose how it ended." in ada.text
    ada.press("Off the list", {"outcome": "reached", "note": "He had the flu."})
    assert "It is off the list" in ada.text and "I reached them" in ada.text
    # Attendance put right on the page of notes takes back what followed from it.
    Task.objects.filter(concerns=tomas).delete()
    place = Membership.objects.get(user=tomas)
    ada.open(f"/desk/gatherings/{world.gatherings[1].code}/after/").press(
        "Save these notes", {f"came-{tomas.code}": True}
    )
    assert not Absence.objects.get(place=place, gathering=world.gatherings[1]).holds


def test_somebody_stops_in_peace(running_site: RunningSite, past: World) -> None:
    world, ines = past, Visitor(running_site, past.member)
    close(world)
    ines.open("/today/").follow("I would like to stop")
    assert "You owe nobody a reason" in ines.text and "Help now" in ines.text
    ines.press("Leave the group", {"telling": "my-own-words", "reason": "too-upsetting"})
    assert ines.status == 422 and "Please write what the others may hear" in ines.text
    assert Membership.objects.get(user=world.member).left_at is None
    ines.press("Leave the group", {"telling": "my-own-words", "words": GOODBYE, "worse": "yes", "wants_talk": True})
    assert "Thank you for having been here, Ines" in ines.text and GOODBYE in ines.text
    assert ines.open(f"/gathering/{world.gatherings[1].code}/").status == 404
    assert "Thank you for having been here, Ines" in ines.open("/").text
    assert ines.open("/journal/").status == 200
    leaving = Leaving.objects.get(place__user=world.member)
    assert b"Zaunkoenig" not in bytes(leaving.sealed_words) and leaving.reason == "too-upsetting"

    # Those who lead: a talk, an offer, and whether anything got worse. The others hear what she chose, and only once.
    ada = Visitor(running_site, world.facilitator).open("/desk/tasks/")
    ada.follow("Talk with somebody who is leaving").follow("See what they said")
    for words in ("They would like a talk.", "Something became worse for them.", "It stirs up too much", GOODBYE):
        assert words in ada.text
    assert "What was unwanted" in ada.follow("Write down what was unwanted").text
    sheet = f"/desk/gatherings/{world.gatherings[1].code}/"
    assert "Ines will not be continuing with us." in ada.open(sheet).text and GOODBYE in ada.text
    assert "stirs up" not in ada.text and GOODBYE not in ada.open(f"/desk/gatherings/{world.gatherings[2].code}/").text
    ada.open(sheet).press("The group knows")
    assert GOODBYE not in ada.open(sheet).text
    for person in (world.members[1], world.safety_lead, make_world(members=1).facilitator):
        assert Visitor(running_site, person).open(f"/desk/leavings/{leaving.code}/").status == 404

    # She stays in the numbers, and for a week there is a way back.
    report = ada.open(f"/desk/groups/{world.group.code}/report/").text
    assert "2 of 3" in report.partition("Seats taken")[2][:200]
    ada.open(f"/desk/leavings/{leaving.code}/").press("Bring them back")
    assert "back in their own seat" in ada.text
    assert ines.open("/today/").status == 200 and "Hello, Ines" in ines.text


def test_it_can_be_written_down_for_somebody_who_rang(running_site: RunningSite, past: World) -> None:
    ada = Visitor(running_site, past.facilitator).open(f"/desk/groups/{past.group.code}/")
    ada.follow("Wren").follow("They would like to stop")
    ada.press("Write it down", {"reason": "time", "telling": "nothing"})
    leaving = Leaving.objects.get(place__user=past.members[2])
    assert "written down by Ada" in ada.text and leaving.written_by == past.facilitator
    assert "somebody has left" not in ada.open(f"/desk/gatherings/{past.gatherings[0].code}/").text


def _mark(visitor: Visitor) -> dict[str, list[str]]:
    """What a form of the open page carries against forgery."""
    fields = next(form.fields for form in visitor.page.forms if form.method == "post")
    return {name: [value] for name, value in fields if name == "csrfmiddlewaretoken"}

"""On paper: Oluwa has no phone and writes on a card; a whole meeting goes on without a page; Ada types it in after.

What a card says is heard just like what a phone sends, nobody types over anybody, and it always says who typed it in.
"""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock, codes
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Attendance, Gathering
from kindcircle.rooms.groups.models_absence import Absence
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live.models import Event as Happened
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.models import Assignment, Response
from kindcircle.rooms.safety.models import Alert
from tests.meetings import held
from tests.site import RunningSite
from tests.walks.visitor import Visitor
from tests.world import World, make_world


@pytest.fixture
def world(running_site: RunningSite) -> World:
    """The first meeting was to begin an hour and a half ago, for an hour."""
    return make_world(members=4, at=clock.now() - timedelta(hours=3), first_at=clock.now() - timedelta(minutes=90))


def sheet(world: World, seat: int, occasion: str = "leaving") -> Assignment:
    return Assignment.objects.get(gathering=world.gathering, member=world.members[seat], occasion=occasion)


def typed_in(world: World) -> int:
    return Response.objects.filter(assignment__gathering=world.gathering, by_staff__isnull=False).count()


def test_a_card_is_typed_in_marked_and_heard_like_any_answer(running_site: RunningSite, world: World) -> None:
    held(world, world.gathering, world.members[:3])
    name = seals.name_of(world.facilitator)
    ada = Visitor(running_site, world.facilitator)
    ada.open(f"/desk/gatherings/{world.gathering.code}/after/").follow("Type in what came on paper")
    assert "not marked as there" in ada.text
    listing = ada.path

    # Oluwa's two cards. He was there, nobody had marked him, and that is put right along the way.
    ada.open(f"/desk/paper/{sheet(world, 3, 'arrival').code}/")
    assert "How steady do you feel right now?" in ada.text and "Oluwa was there." in ada.text
    ada.press("Save this card", {"steadiness": "7", "for_facilitator": "My knee hurts"})
    assert ada.path == listing and f"from paper, typed in by {name}" in ada.text
    assert Attendance.objects.get(gathering=world.gathering, user=world.members[3]).by_hand
    # A tick for "please contact me" is an alert at once, exactly one.
    ada.open(f"/desk/paper/{sheet(world, 3).code}/").press("Save this card", {"ease": "6", "contact": True})
    [alert] = Alert.objects.filter(group=world.group)
    assert alert.member == world.members[3] and ada.path == f"/desk/alerts/{alert.code}/"
    assert "asks for a person" in ada.text
    # Tomas's card asks for nobody.
    ada.open(f"/desk/paper/{sheet(world, 1).code}/").press("Save this card", {"steadiness": "8"})
    assert Alert.objects.filter(group=world.group).count() == 1 and typed_in(world) == 3
    assert (
        "2 of 4 who came answered before they went. 2 of them on paper."
        in ada.open(f"/desk/gatherings/{world.gathering.code}/after/").text
    )

    # Oluwa himself sees that it came from his card, and cannot send it a second time.
    phone = Visitor(running_site, world.members[3]).open(f"/check/{sheet(world, 3).code}/")
    assert f"{name} typed this in from your card" in phone.text


def test_nobody_types_over_what_somebody_sent_and_twice_is_once(running_site: RunningSite, world: World) -> None:
    held(world, world.gathering, world.members[:3])
    ada = Visitor(running_site, world.facilitator).open(f"/desk/paper/{sheet(world, 0).code}/")
    _form, sent = ada.filled("Save this card", {"steadiness": "2"})
    # Meanwhile Ines sends her own from the bus.
    ines = world.members[0]
    submit_response(
        assignment=sheet(world, 0), answers={"steadiness": 9}, client_key=codes.new_code(), by=world.actor(ines),
        at=clock.now(),
    )  # fmt: skip
    ada.post(ada.path, sent)
    assert ada.status == 409 and "What you typed was not kept." in ada.text
    assert not Alert.objects.filter(group=world.group).exists()
    assert Response.objects.get(assignment=sheet(world, 0)).by_staff is None
    # The same card sent twice, and a strange answer.
    ada.open(f"/desk/paper/{sheet(world, 1).code}/")
    _form, sent = ada.filled("Save this card", {"steadiness": "1"})
    strange = ada.post(ada.path, sent | {"steadiness": ["eleven"]})
    assert strange.status == 422 and "Nothing is saved yet." in strange.text
    for _ in range(2):
        ada.post(f"/desk/paper/{sheet(world, 1).code}/", sent)
    assert Alert.objects.filter(group=world.group).count() == 1
    # Only for those who lead this group, and only what is asked in the room.
    for who in (world.member, world.members[2], world.safety_lead, make_world().facilitator):
        assert Visitor(running_site, who).open(f"/desk/paper/{sheet(world, 2).code}/").status == 404


def test_cards_to_print_hold_every_question_four_times(running_site: RunningSite, world: World) -> None:
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/cards.pdf")
    pages = PdfReader(io.BytesIO(ada.answer.content)).pages
    assert len(pages) == 2
    front, back = (" ".join(page.extract_text().split()) for page in pages)
    assert front.count("How steady do you feel right now?") == 4
    for words in ("How much could you be yourself here today?", "Please contact me"):
        assert back.count(words) == 4


def test_a_meeting_that_nobody_led_here_is_over_once_its_closing_is_said(
    running_site: RunningSite, world: World
) -> None:
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/after/")
    assert "This meeting was never opened here." in ada.text
    closed = (world.gathering.starts_at + timedelta(minutes=65)).strftime("%H:%M")
    here: dict[str, str | bool] = {f"came-{world.members[seat].code}": True for seat in (0, 2)}
    # Without its closing no meeting is over, on paper neither.
    ada.press("Yes, it was so", here | {"closed": closed})
    assert ada.status == 422 and "ring or write to everybody" in ada.text
    ahead = (clock.now() + timedelta(minutes=30)).strftime("%H:%M")
    ada.press("Yes, it was so", {"closed": ahead, "closing_held": True})
    world.gathering.refresh_from_db()
    assert ada.status == 422 and world.gathering.state == Gathering.State.PLANNED
    ada.press("Yes, it was so", here | {"closed": closed, "closing_held": True})
    assert "Now the notes, and ten minutes for the two of you." in ada.text and "2 of 4 were here." in ada.text
    world.gathering.refresh_from_db()
    assert world.gathering.state == Gathering.State.CLOSED and world.gathering.closed_at is not None
    assert world.gathering.closed_at.strftime("%H:%M") == closed
    story = list(Happened.objects.filter(gathering=world.gathering).order_by("n").values_list("kind", flat=True))
    assert story == ["opened", "closing_started", "closed"]
    [entry] = AuditEntry.objects.filter(about_code=world.gathering.code, event=Event.GATHERING_SAID_HELD)
    assert (entry.actor, entry.reason) == (world.facilitator.code, "on-paper")
    assert not AuditEntry.objects.filter(about_code=world.gathering.code, event=Event.GATHERING_LED).exists()
    # Who was missed is who was not there, and not everybody.
    missed = Absence.objects.filter(gathering=world.gathering, holds=True).values_list("place__user", flat=True)
    assert set(missed) == {world.members[1].pk, world.members[3].pk}
    # The cards of that evening can be typed in.
    ada.open(f"/desk/paper/{sheet(world, 2).code}/").press("Save this card", {"steadiness": "5"})
    assert typed_in(world) == 1


def test_after_the_page_had_died_in_the_middle(running_site: RunningSite, world: World) -> None:
    by = world.actor(world.facilitator)
    began = world.gathering.starts_at
    live.open_gathering(gathering=world.gathering, online=False, by=by, at=began)
    world.gathering.refresh_from_db()
    live.arrive(gathering=world.gathering, by=world.actor(world.member), at=began)
    live.start_step(gathering=world.gathering, step=1, by=by, at=began + timedelta(minutes=6))
    ada = Visitor(running_site, world.facilitator)
    # The page for leading offers no close without a closing, and leads to where it can be said.
    ada.open(f"/desk/gatherings/{world.gathering.code}/lead/")
    ada.follow("We closed without this page")
    closed = (began + timedelta(minutes=62)).strftime("%H:%M")
    more: dict[str, str | bool] = {f"came-{world.members[1].code}": True}
    ada.press("Yes, it was so", more | {"closed": closed, "closing_held": True})
    assert "2 of 4 were here." in ada.text
    kinds = Happened.objects.filter(gathering=world.gathering).order_by("n").values_list("kind", flat=True)
    assert list(kinds)[-2:] == ["closing_started", "closed"]
    [entry] = AuditEntry.objects.filter(about_code=world.gathering.code, event=Event.GATHERING_SAID_HELD)
    assert entry.reason == "stopped-midway"
    # Said twice is said once.
    ada.open(f"/desk/gatherings/{world.gathering.code}/after/")
    assert "After the meeting" in ada.text


def test_while_its_time_runs_a_meeting_is_closed_by_its_closing_alone(running_site: RunningSite) -> None:
    world = make_world(members=2, first_at=clock.now())
    by = world.actor(world.facilitator)
    live.open_gathering(gathering=world.gathering, online=False, by=by, at=clock.now())
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/lead/")
    _form, sent = ada.filled("Begin the closing")
    ada.post(f"/desk/gatherings/{world.gathering.code}/lead/do/", sent | {"do": ["close"]})
    assert "Please begin the closing first." in ada.text
    said = sent | {"closed": ["12:00"], "closing_held": ["on"]}
    ada.post(f"/desk/gatherings/{world.gathering.code}/after/", said)
    assert ada.status == 409
    world.gathering.refresh_from_db()
    assert world.gathering.state == Gathering.State.OPEN

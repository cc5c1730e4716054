"""On paper: Oluwa has no phone and writes on a card; a whole meeting goes on without a page; Ada types it in after.

Bo types it in again without looking, and where the two differ they look at the card once more. What a card says is
heard at the first entry, nobody types over anybody, and it always says who typed it in.
"""

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import clock, codes
from kindcircle.base.vault import seals
from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.groups.models_absence import Absence
from kindcircle.rooms.live import actions as live
from kindcircle.rooms.live.models import Event as Happened
from kindcircle.rooms.measures.actions import submit_response
from kindcircle.rooms.measures.models import Assignment, Response, Score
from kindcircle.rooms.measures.models_paper import PaperSheet
from kindcircle.rooms.measures.queries import answers_of
from kindcircle.rooms.safety.models import Alert
from kindcircle.rooms.tasks.models import Task
from kindcircle.spec.instruments import load_instrument
from tests.meetings import held
from tests.rooms.measures.sheets import bring_wording
from tests.rooms.measures.sheets import sheet as give
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


def card_at(world: World, seat: int, occasion: str = "leaving") -> str:
    return f"/desk/paper/{sheet(world, seat, occasion).code}/"


def by_own_hand(visitor: Visitor, sent: dict[str, list[str]]) -> dict[str, list[str]]:
    """The same form, as if this person had filled it in."""
    return sent | {"csrfmiddlewaretoken": visitor.filled("Save")[1]["csrfmiddlewaretoken"]}


def alerts(world: World) -> list[Alert]:
    return list(Alert.objects.filter(group=world.group))


def test_a_card_is_typed_in_by_two_and_heard_at_the_first(running_site: RunningSite, world: World) -> None:
    held(world, world.gathering, world.members[:3])
    one, two = (seals.name_of(person) for person in world.facilitators)
    ada, bo = (Visitor(running_site, person) for person in world.facilitators)
    ada.open(f"/desk/gatherings/{world.gathering.code}/after/").follow("Type in what came on paper")
    assert "not marked as there" in ada.text
    listing = ada.path

    # Oluwa's two cards. He was there, nobody had marked him, and that is put right along the way.
    ada.open(card_at(world, 3, "arrival"))
    assert "How steady do you feel right now?" in ada.text and "Oluwa was there." in ada.text
    ada.press("Save this card", {"steadiness": "7", "for_facilitator": "My knee hurts"})
    assert ada.path == listing and "Now a second person types it in" in ada.text
    assert Attendance.objects.get(gathering=world.gathering, user=world.members[3]).by_hand
    assert typed_in(world) == 0, "one entry is no answer yet"
    # His phone does not ask him for what he wrote on a card.
    oluwa = Visitor(running_site, world.members[3]).open("/today/")
    assert sheet(world, 3, "arrival").code not in oluwa.html

    # A tick for "please contact me" is an alert at once, exactly one: it waits for no second person.
    ada.open(card_at(world, 3)).press("Save this card", {"ease": "6", "contact": True})
    [alert] = alerts(world)
    assert alert.member == world.members[3] and ada.path == f"/desk/alerts/{alert.code}/"
    assert "asks to be looked at" in ada.text and typed_in(world) == 0

    # Bo finds it on the list of the group, sees nothing of what Ada typed, and reads the card in his own way.
    bo.open("/desk/tasks/").follow("Type in cards a second time").follow("See the cards")
    assert f"Type it in again, after {one}" in bo.text
    bo.open(card_at(world, 3, "arrival"))
    assert f"{one} typed this card in already." in bo.text and "My knee hurts" not in bo.html
    assert "checked" not in bo.html.split("<form", 2)[-1]
    bo.press("Save this card", {"steadiness": "7", "for_facilitator": "my  knee hurts "})
    assert f"typed in by {one} and again by {two}" in bo.text and typed_in(world) == 1
    # He overlooks the tick: the alert stays, still one, and they look at the card together.
    bo.open(card_at(world, 3)).press("Save this card", {"ease": "8"})
    assert [row.pk for row in alerts(world)] == [alert.pk] and typed_in(world) == 1
    bo.open(card_at(world, 3))
    assert f"{one} and {two} read these lines in different ways." in bo.text
    assert "not ticked" in bo.text and bo.text.count("How much could you be yourself") == 2
    bo.press("So it stands on the card", {"d-ease": "other"})
    assert bo.status == 422 and "say for each line what stands there" in bo.text
    assert 'name="d-ease" value="other" checked' in bo.html, "what was chosen stays"
    bo.press("So it stands on the card", {"d-ease": "other", "ease": "5", "d-contact": "first"})
    assert typed_in(world) == 2 and [row.pk for row in alerts(world)] == [alert.pk]
    kept = answers_of(
        Response.objects.get(assignment=sheet(world, 3)), by=world.actor(world.facilitator), at=clock.now()
    )
    assert (kept["ease"], kept["contact"]) == (5, 1)
    card = PaperSheet.objects.get(assignment=sheet(world, 3))
    assert (card.first_by, card.second_by, card.settled_by) == (*world.facilitators, world.facilitators[1])
    assert (card.differed, card.compared) == (2, len(load_instrument("after-session").items) - 1)
    assert not Task.objects.filter(kind="paper-again", group=world.group, done_at=None).exists()
    assert (
        "1 of 4 who came answered before they went. 1 of them on paper."
        in ada.open(f"/desk/gatherings/{world.gathering.code}/after/").text
    )
    # Oluwa himself sees that it came from his card, and cannot send it a second time.
    assert f"{one} typed this in from your card" in oluwa.open(f"/check/{sheet(world, 3).code}/").text


def test_what_only_the_second_person_saw_is_heard_too(running_site: RunningSite, world: World) -> None:
    held(world, world.gathering, world.members)
    ada, bo = (Visitor(running_site, person) for person in world.facilitators)
    ada.open(card_at(world, 1)).press("Save this card", {"steadiness": "8"})
    assert not alerts(world)
    # A low number asks for somebody; then both agree that it was an eight after all. Somebody still looks.
    bo.open(card_at(world, 1)).press("Save this card", {"steadiness": "1"})
    [alert] = alerts(world)
    assert bo.path == f"/desk/alerts/{alert.code}/"
    ada.open(card_at(world, 1)).press("So it stands on the card", {"d-steadiness": "first"})
    [alert] = alerts(world)
    assert alert.state != "closed" and typed_in(world) == 1
    # The same form once more is the same answer.
    _form, sent = bo.open(card_at(world, 2)).filled("Save this card", {"steadiness": "9"})
    for _time in range(2):
        bo.post(card_at(world, 2), sent)
    assert PaperSheet.objects.filter(assignment=sheet(world, 2)).count() == 1


def test_where_nobody_else_can_one_entry_counts_and_says_so(running_site: RunningSite, world: World) -> None:
    held(world, world.gathering, world.members)
    ada, bo = (Visitor(running_site, person) for person in world.facilitators)
    ada.open(card_at(world, 0)).press("Save this card", {"steadiness": "6"})
    _form, again = ada.open(card_at(world, 1)).filled("Save this card", {"steadiness": "6"})
    ada.open(card_at(world, 0)).press("Let my entry count")
    name = seals.name_of(world.facilitator)
    assert f"from paper, typed in by {name}, once" in ada.text and typed_in(world) == 1
    # Whoever typed it never is the second person.
    ada.post(card_at(world, 1), again)
    ada.post(card_at(world, 1), again | {"key": ["k" * 22], "steadiness": ["5"]})
    assert ada.status == 409 and "You typed this card in." in ada.text
    # Nor can anybody let it count for them; and not any more, once somebody has typed it again.
    bo.open(card_at(world, 1))
    assert bo.post(card_at(world, 1), by_own_hand(bo, again) | {"do": ["alone"]}).status == 404
    bo.open(card_at(world, 1)).press("Save this card", {"steadiness": "3"})
    ada.post(card_at(world, 1), again | {"do": ["alone"]})
    assert ada.status == 409 and "typed in a second time meanwhile" in ada.text and typed_in(world) == 1
    # Where only one person leads the group there is nothing to wait for.
    Membership.objects.filter(group=world.group, user=world.facilitators[1]).update(left_at=clock.now())
    ada.open(card_at(world, 2)).press("Save this card", {"steadiness": "7"})
    assert "Saved, with your name as the one who typed it in." in ada.text and typed_in(world) == 2


def test_a_longer_sheet_comes_from_paper_too_with_the_same_alert(running_site: RunningSite, world: World) -> None:
    bring_wording(world, "phq-9")
    asked = give(world, "phq-9", occasion="baseline", opens_at=clock.now() - timedelta(hours=1),
                 closes_at=clock.now() + timedelta(days=1))  # fmt: skip
    ada = Visitor(running_site, world.facilitator).open(f"/desk/gatherings/{world.gathering.code}/paper/")
    assert "Line sheet" in ada.text
    ada.open(f"/desk/paper/{asked.code}/").press("Save this card", {f"phq9_{n}": "1" for n in range(1, 10)})
    [alert] = alerts(world)
    assert alert.level == "concern" and alert.member == world.member
    assert "phq-9" not in ada.text or "above zero" in ada.text
    bo = Visitor(running_site, world.facilitators[1]).open(f"/desk/paper/{asked.code}/")
    bo.press("Save this card", {f"phq9_{n}": "1" for n in range(1, 10)})
    assert len(alerts(world)) == 1
    assert Score.objects.get(response__assignment=asked, scale="total").value == 9


def test_nobody_types_over_what_somebody_sent_and_twice_is_once(running_site: RunningSite, world: World) -> None:
    held(world, world.gathering, world.members[:3])
    ada = Visitor(running_site, world.facilitator).open(card_at(world, 0))
    _form, sent = ada.filled("Save this card", {"steadiness": "2"})
    # Meanwhile Ines sends her own from the bus.
    ines = world.members[0]
    submit_response(
        assignment=sheet(world, 0), answers={"steadiness": 9}, client_key=codes.new_code(), by=world.actor(ines),
        at=clock.now(),
    )  # fmt: skip
    ada.post(ada.path, sent)
    assert ada.status == 409 and "What you typed was not kept." in ada.text
    # What her card says of wanting a person is heard all the same, and Ada reads so.
    [alert] = alerts(world)
    assert alert.member == ines and "That was heard, although it does not count" in ada.text
    ada.post(ada.path, sent | {"key": ["z" * 22]})
    assert alerts(world) == [alert]
    assert Response.objects.get(assignment=sheet(world, 0)).by_staff is None
    ada.follow("Look at it now")
    assert f"/desk/alerts/{alert.code}/" in ada.path
    # The same card sent twice, and a strange answer.
    ada.open(card_at(world, 1))
    _form, sent = ada.filled("Save this card", {"steadiness": "1"})
    strange = ada.post(ada.path, sent | {"steadiness": ["eleven"]})
    assert strange.status == 422 and "Nothing is saved yet." in strange.text
    for _time in range(2):
        ada.post(card_at(world, 1), sent)
    assert len(alerts(world)) == 2
    paper_again = Task.objects.filter(group_id=world.group.pk, kind="paper-again", done_at=None)
    assert paper_again.exists()
    # Tomas sends his own after all, between the two: his counts, and there is nothing left to type.
    submit_response(
        assignment=sheet(world, 1), answers={"steadiness": 1}, client_key=codes.new_code(),
        by=world.actor(world.members[1]), at=clock.now(),
    )  # fmt: skip
    assert not paper_again.exists(), "nobody is asked to type a card again that counts for nothing"
    bo = Visitor(running_site, world.facilitators[1]).open(card_at(world, 2))
    bo.post(card_at(world, 1), by_own_hand(bo, sent) | {"key": ["b" * 22]})
    assert bo.status == 409
    assert Response.objects.get(assignment=sheet(world, 1)).by_staff is None and len(alerts(world)) == 2
    assert "Nothing is typed over it." in bo.open(card_at(world, 1)).text
    # Only for those who lead this group, and only what is asked in the room.
    for who in (world.member, world.members[2], world.safety_lead, make_world().facilitator):
        assert Visitor(running_site, who).open(card_at(world, 2)).status == 404


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
    for person in world.facilitators:
        Visitor(running_site, person).open(card_at(world, 2)).press("Save this card", {"steadiness": "5"})
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

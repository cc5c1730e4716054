"""The note after a missed meeting: made of the programme's words, looked over, sent once, and sealed."""

import re
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.rooms.conversations import absence_notes
from kindcircle.rooms.conversations.actions import open_own, write_first
from kindcircle.rooms.conversations.errors import GapsLeft, NothingWritten, SentBefore
from kindcircle.rooms.conversations.models import Conversation, Message
from kindcircle.rooms.conversations.queries import member_places
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.absences import absences, cells
from kindcircle.rooms.groups.errors import CameAlready, NoteDecided, NoteHow
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.models_absence import Absence, CatchUp
from kindcircle.rooms.groups.queries import programme_of
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.world import World, make_group, make_world

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hold(world: World, number: int, *came: int) -> Gathering:
    """This meeting was held, with the members in these seats."""
    gathering, ada = world.gatherings[number], world.actor(world.facilitator)
    at = gathering.starts_at
    actions.open_gathering(gathering=gathering, online=False, by=ada, at=at)
    for seat in came:
        actions.record_arrival(gathering=gathering, user=world.members[seat], at=at)
    actions.start_closing(gathering=gathering, by=ada, at=at + HOUR)
    return actions.close_gathering(gathering=gathering, by=ada, at=at + HOUR)


def missed(world: World, number: int = 0, seat: int = 0) -> Absence:
    return absences().get(gathering=world.gatherings[number], place__user=world.members[seat])


def test_the_draft_holds_the_meeting_in_three_lines_and_nobody_in_it(world: World) -> None:
    hold(world, 0, 1, 2)
    text = absence_notes.draft(missed(world), by=world.actor(world.facilitator))
    plan = programme_of(world.group)
    session, following = plan.sessions[:2]
    for words in ("Dear Ines,", f"1. {session.theme}. {session.aim}", "2. We tried this together:",
                  f"3. Next time: {following.theme}.", "What people said stays in the room", "We meet next on",
                  "If you would like ten minutes with one of us"):  # fmt: skip
        assert words in text, words
    assert not any(name in text for name in ("Tomas", "Wren", "Ada")) and "{" not in text
    with pytest.raises(NotFound):
        absence_notes.draft(missed(world), by=world.actor(world.organisation_lead))


@pytest.mark.parametrize(
    "programme",
    ["kind-to-a-body-that-hurts", "eight-weeks-of-self-compassion", "compassionate-mind-group",
     "care-for-those-who-care", "writing-our-own-story", "eight-weeks-of-self-compassion-short"],
)  # fmt: skip
def test_every_meeting_of_every_programme_has_its_note(db: None, programme: str) -> None:
    world = make_world(members=1)
    world.group.programme = programme
    plan = programme_of(world.group)
    _, world.gatherings = make_group(
        world.organisation, world.facilitators, at=world.at, programme=programme, gatherings=len(plan.sessions)
    )
    place, by = member_places().get(user=world.member), world.actor(world.facilitator)
    for gathering in world.gatherings:
        over = Gathering.objects.filter(group=gathering.group_id, number__lte=gathering.number)
        over.update(state="closed", opened_at=world.at - DAY, closed_at=world.at)
        Gathering.objects.filter(group=gathering.group_id, number__lt=gathering.number).update(closed_at=world.at - DAY)
        row = Absence.objects.create(gathering=gathering, place=place, noticed_at=world.at)
        text = absence_notes.draft(absences().get(pk=row.pk), by=by)
        [minutes] = re.findall(r"It takes (\d+) minutes", text)
        assert 1 <= int(minutes) <= 12 and "{" not in text and "Your seat is kept." in text
        # After the last one there is no next time, and the note does not speak of one.
        last = gathering is world.gatherings[-1]
        assert ("We meet next on" in text) != last and ("Next time:" in text) != last


def test_it_is_sealed_sent_once_and_the_task_settles(world: World) -> None:
    hold(world, 0, 1)
    ada, bo, at = *(world.actor(one) for one in world.facilitators), world.at + DAY
    absence = missed(world)
    task = Task.objects.get(kind=Kind.ABSENCE_MESSAGE, about_code=absence.code)
    assert task.due_at == world.at + HOUR + DAY
    with pytest.raises(NothingWritten):
        absence_notes.send(absence=absence, text="  ", by=ada, at=at)
    absence_notes.send(absence=absence, text="Your seat is kept.", by=ada, at=at)
    for by in (ada, bo):
        with pytest.raises(NoteDecided):
            absence_notes.send(absence=absence, text="Your seat is kept.", by=by, at=at)
    row = Message.objects.get()
    assert b"seat" not in bytes(row.sealed_words) and not row.from_member
    [said] = open_own(place=member_places().get(user=world.member), by=world.actor(world.member))
    assert (said.text, said.who) == ("Your seat is kept.", "Ada")
    task.refresh_from_db()
    assert task.outcome == "settled" and AuditEntry.objects.filter(event=Event.ABSENCE_NOTE_SENT).count() == 1
    # What the member wrote before goes on waiting for an answer of its own; nothing else does.
    assert Conversation.objects.get().waiting_since is None


def test_the_second_miss_asks_for_what_only_a_person_knows(world: World) -> None:
    for number in range(2):
        hold(world, number, 1)
    ada = world.actor(world.facilitator)
    text = absence_notes.draft(missed(world, 1), by=ada)
    for words in ("Two meetings have gone by without you.", "Ada would like to ring you on [day]", "[telephone number]",
                  "Help now is on your page"):  # fmt: skip
        assert words in text
    with pytest.raises(GapsLeft, match="day"):
        absence_notes.send(absence=missed(world, 1), text=text, by=ada, at=world.at + 8 * DAY)
    assert not Message.objects.exists()


def test_let_be_it_goes_out_no_more(world: World) -> None:
    hold(world, 0, 1)
    ada = world.actor(world.facilitator)
    actions.let_note_be(absence=missed(world), by=ada, at=world.at + DAY)
    with pytest.raises(NoteDecided):
        absence_notes.send(absence=missed(world), text="Your seat is kept.", by=ada, at=world.at + DAY)
    assert not Task.objects.filter(about_code=missed(world).code, done_at=None).exists()


def test_put_right_and_back_no_second_note_goes_out(world: World) -> None:
    hold(world, 0, 1)
    ada, at = world.actor(world.facilitator), world.at + DAY
    absence_notes.send(absence=missed(world), text="Your seat is kept.", by=ada, at=at)
    for came in (True, False):
        actions.correct_attendance(gathering=missed(world).gathering, member=world.member, came=came, by=ada, at=at)
    with pytest.raises(NoteDecided):
        absence_notes.send(absence=missed(world), text="Once more.", by=ada, at=at)
    with pytest.raises(NoteDecided):
        actions.let_note_be(absence=missed(world), by=ada, at=at)
    assert Message.objects.count() == 1 and not Task.objects.filter(about_code=missed(world).code, done_at=None)


def test_who_cannot_come_and_says_so_is_not_asked(world: World) -> None:
    place = member_places().get(user=world.member)
    for _ in range(2):
        actions.say_away(place=place, by=world.actor(world.member), at=world.at)
    assert AuditEntry.objects.filter(event=Event.AWAY_SAID).count() == 1
    hold(world, 0, 1)
    assert missed(world).told_before and not Task.objects.filter(concerns=world.member).exists()
    hold(world, 1, 1)
    assert not missed(world, 1).told_before


def test_caught_up_is_told_apart(world: World) -> None:
    gathering, ada = hold(world, 0, 1), world.actor(world.facilitator)
    met_on = world.at.astimezone(ZoneInfo(world.group.zone)).date()
    note = {"absence": missed(world), "held_on": met_on, "minutes": 12, "how": "talk", "by": ada,
            "today": met_on + DAY, "at": world.at + DAY}  # fmt: skip
    for wrong in ({"minutes": 0}, {"minutes": 241}, {"how": "asleep"}, {"held_on": met_on - DAY},
                  {"held_on": met_on + 2 * DAY}):  # fmt: skip
        with pytest.raises(NoteHow):
            actions.note_catch_up(**note | wrong)
    for minutes in (12, 20):
        actions.note_catch_up(**note | {"minutes": minutes})
    assert CatchUp.objects.get().minutes == 20
    place = member_places().get(user=world.member)
    assert cells(world.group, [gathering])[place.pk, gathering.pk].state == "caught-up"
    # Having been there goes before it; then there is nothing to catch up on.
    actions.correct_attendance(gathering=gathering, member=world.member, came=True, by=ada, at=world.at + DAY)
    assert cells(world.group, [gathering])[place.pk, gathering.pk].state == "came"
    with pytest.raises(CameAlready):
        actions.note_catch_up(**note)
    actions.correct_attendance(gathering=gathering, member=world.member, came=False, by=ada, at=world.at + DAY)
    actions.take_away_catch_up(absence=missed(world), by=ada, at=world.at + DAY)
    assert cells(world.group, [gathering])[place.pk, gathering.pk].state == "missed"


def test_a_key_used_for_other_words_is_refused(world: World) -> None:
    place, ada = member_places().get(user=world.member), world.actor(world.facilitator)
    one, again = (write_first(place=place, text="Hello.", client_key="k", by=ada, at=world.at) for _ in range(2))
    assert one.pk == again.pk
    with pytest.raises(SentBefore):
        write_first(place=place, text="Other words.", client_key="k", by=ada, at=world.at)

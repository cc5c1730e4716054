"""Writing to those who lead: once, sealed, opened by the right people, answered or settled, and never forgotten."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.outbox import queue
from kindcircle.base.outbox.models import Delivery
from kindcircle.base.vault import keys
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.rooms.conversations import actions, queries
from kindcircle.rooms.conversations.errors import (
    NewWords,
    NobodyLeads,
    NothingWritten,
    ReasonMissing,
    SentBefore,
    StepTaken,
    TooLong,
)
from kindcircle.rooms.conversations.models import Conversation, Message
from kindcircle.rooms.groups.models import Membership
from kindcircle.rooms.measures.queries import what_spoke
from kindcircle.rooms.safety import actions as safety
from kindcircle.rooms.safety.models import Alert, ClosedDay
from kindcircle.rooms.writing.actions import finish_draft, open_draft, save_draft
from tests.rooms.together import at_the_same_moment
from tests.world import World, join, make_person

WORDS = "The tram hums like Zaunkoenig"
MONDAY = datetime(2026, 3, 2, 11, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def place_of(world: World, person=None) -> Membership:
    return queries.member_places().get(user=person or world.member)


def write(world: World, *, text: str = WORDS, key: str = "", at: datetime = MONDAY, **more) -> Message:
    place = place_of(world)
    return actions.write(
        place=place, text=text, client_key=key or codes.new_code(), by=world.actor(place.user), at=at, **more
    )


def the_conversation(world: World) -> Conversation:
    return queries.conversations().get(group=world.group)


def read(world: World, *, by=None, at: datetime = MONDAY) -> list[actions.Said]:
    who = world.actor(by or world.facilitator)
    return actions.open_for_those_who_lead(conversation=the_conversation(world), by=who, at=at)


def answer(
    world: World, text: str = "Thank you", *, seen: str, key: str = "", by=None, at: datetime = MONDAY
) -> Message:
    return actions.answer(
        conversation=the_conversation(world), text=text, seen=seen, client_key=key or codes.new_code(),
        by=world.actor(by or world.facilitator), at=at,
    )  # fmt: skip


def mails(world: World, kind: str = "something-waiting") -> list[str]:
    return [row.user.code for row in Delivery.objects.filter(kind=kind, user__organisation=world.organisation)]


def working_week(world: World) -> None:
    house = world.organisation
    house.staffed_days, house.staffed_from, house.staffed_until = "12345", "09:00", "17:00"
    house.save()


# --- once, and sealed ---


def test_a_message_is_kept_once_however_often_it_is_sent(world: World) -> None:
    first = write(world, key="k")
    assert write(world, key="k").pk == first.pk
    assert Message.objects.count() == 1
    with pytest.raises(SentBefore):
        write(world, key="k", text="Other words")
    with pytest.raises(SentBefore):
        write(world, key="k", please_ring=True)
    assert Message.objects.count() == 1 and not Alert.objects.exists()
    # The same key of somebody else is another key.
    other = place_of(world, world.members[1])
    actions.write(place=other, text=WORDS, client_key="k", by=world.actor(other.user), at=MONDAY)
    assert Message.objects.count() == 2 and Conversation.objects.count() == 2


def test_two_thumbs_at_once_send_one_message_and_raise_one_alert(committed: World) -> None:
    jobs = [lambda: write(committed, key="k", please_ring=True)] * 6
    sent = at_the_same_moment(jobs)
    assert len({message.pk for message in sent}) == 1, sent
    assert Alert.objects.filter(group=committed.group).count() == 1


def test_nothing_stays_when_the_alert_cannot_be_raised(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash in the middle: neither the words nor the call nor a mail are there, and sending again does it all."""

    def fall(**_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as broken, pytest.raises(RuntimeError), transaction.atomic():
        broken.setattr(actions, "raise_alert", fall)
        write(world, key="k", please_ring=True)
    assert not Message.objects.exists() and not Conversation.objects.exists() and not Delivery.objects.exists()
    write(world, key="k", please_ring=True)
    assert Message.objects.count() == Alert.objects.count() == 1


def test_words_are_sealed_and_go_with_the_members_key(world: World) -> None:
    message = write(world, phrase="late")
    answer(world, f"{WORDS} too", seen=message.code)
    for row in Message.objects.all():
        assert b"Zaunkoenig" not in bytes(row.sealed_words) and b"late" not in bytes(row.sealed_words)
    assert [one.text for one in read(world)] == [WORDS, f"{WORDS} too"]
    keys.destroy_key(world.member)
    with pytest.raises(CannotOpen):
        actions.open_own(place=place_of(world), by=world.actor(world.member))
    conversation = the_conversation(world)
    with pytest.raises(CannotOpen):
        actions.open_for_those_who_lead(conversation=conversation, by=world.actor(world.facilitator), at=MONDAY)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_nothing_is_not_sent_but_a_tap_or_a_tick_is(world: World, text: str) -> None:
    with pytest.raises(NothingWritten):
        write(world, text=text)
    with pytest.raises(NothingWritten):
        write(world, text=text, phrase="no such phrase")
    write(world, text=text, phrase="cannot-come")
    write(world, text=text, please_ring=True)
    assert [one.phrase for one in read(world)] == ["I cannot come.", ""]


def test_a_message_has_an_end(world: World) -> None:
    write(world, text="x" * actions.LONGEST)
    with pytest.raises(TooLong):
        write(world, text="x" * (actions.LONGEST + 1))
    with pytest.raises(TooLong):
        answer(world, "x" * (actions.LONGEST + 1), seen="")


# --- who ---


def test_nobody_but_the_member_and_those_who_lead_opens_it(world: World) -> None:
    write(world)
    conversation, place = the_conversation(world), place_of(world)
    for person in (world.members[1], world.safety_lead, world.organisation_lead, world.stranger()):
        with pytest.raises(NotFound):
            actions.open_own(place=place, by=world.actor(person))
        with pytest.raises(NotFound):
            actions.open_for_those_who_lead(conversation=conversation, by=world.actor(person), at=MONDAY)
    with pytest.raises(NotFound):  # the member by the other door, and a facilitator without a second factor
        actions.open_for_those_who_lead(conversation=conversation, by=world.actor(world.member), at=MONDAY)
    with pytest.raises(NotFound):
        weak = world.actor(world.facilitator, strong=False)
        actions.open_for_those_who_lead(conversation=conversation, by=weak, at=MONDAY)
    with pytest.raises(NotFound):
        actions.write(place=place, text="I am her", client_key="k", by=world.actor(world.members[1]), at=MONDAY)


def test_a_facilitator_who_leaves_the_group_loses_access_at_once(world: World) -> None:
    write(world)
    read(world)
    Membership.objects.filter(user=world.facilitator).update(left_at=world.at + DAY)
    with pytest.raises(NotFound):
        read(world)
    with pytest.raises(NotFound):
        answer(world, seen="")
    assert [one.text for one in read(world, by=world.facilitators[1])] == [WORDS]


def test_who_left_may_read_and_write_no_more(world: World) -> None:
    message = write(world)
    answer(world, "Go well", seen=message.code)
    Membership.objects.filter(user=world.member).update(left_at=world.at + DAY)
    assert [one.text for one in actions.open_own(place=place_of(world), by=world.actor(world.member))] == [
        WORDS,
        "Go well",
    ]
    with pytest.raises(NotFound):
        write(world)
    assert queries.places_to_write_from(world.actor(world.member)) == [place_of(world)]


def test_where_nobody_leads_words_are_not_taken(world: World) -> None:
    Membership.objects.filter(role="facilitator").update(left_at=world.at + DAY)
    with pytest.raises(NobodyLeads):
        write(world, please_ring=True)
    assert not Message.objects.exists() and not Alert.objects.exists()


# --- please ring me ---


def test_the_tick_raises_one_contact_alert_and_another_only_once_it_was_seen(world: World) -> None:
    message = write(world, please_ring=True)
    alert = Alert.objects.get()
    assert (alert.level, alert.source_kind, alert.source_code) == ("contact", "message", message.code)
    write(world, please_ring=True)
    assert Alert.objects.count() == 1
    guide = world.actor(world.facilitator)
    assert what_spoke(alert, by=guide, at=MONDAY) == ["Ticked in a message: please ring me"]
    safety.see(alert=alert, by=guide, at=MONDAY + MINUTE)
    write(world, please_ring=True, at=MONDAY + DAY)
    assert Alert.objects.count() == 2
    assert queries.open_call(the_conversation(world)).raised_at == MONDAY + DAY
    write(world)
    assert Alert.objects.count() == 2


def test_only_members_ask_to_be_rung(world: World) -> None:
    message = answer(world, seen=write(world).code)
    with pytest.raises(IntegrityError), transaction.atomic():
        Message.objects.filter(pk=message.pk).update(please_ring=True)


# --- mail ---


def test_each_side_gets_one_mail_until_it_has_looked(world: World) -> None:
    leading = sorted(person.code for person in world.facilitators)
    write(world)
    write(world, text="and more")
    assert sorted(mails(world)) == leading
    first = read(world)
    for text in ("One", "Two"):
        answer(world, text, seen=first[-1].code)
    assert sorted(mails(world)) == sorted([*leading, world.member.code])
    actions.open_own(place=place_of(world), by=world.actor(world.member))
    answer(world, "Three", seen=first[-1].code)
    write(world, text="Once more")
    assert sorted(mails(world)) == sorted([*leading, *leading, world.member.code, world.member.code])


def test_who_wants_no_mail_gets_none(world: World) -> None:
    for person in (world.member, world.facilitator):
        person.wants_mail = False
        person.save()
    answer(world, seen=write(world).code)
    sent = [row.user.code for row in iter(lambda: queue.claim(MONDAY + 7 * DAY), None)]
    assert sent == [world.facilitators[1].code]


def test_what_was_read_before_its_mail_left_sends_none(world: World) -> None:
    answer(world, seen=write(world).code)
    actions.open_own(place=place_of(world), by=world.actor(world.member), at=MONDAY)
    assert world.member.code not in [row.user.code for row in iter(lambda: queue.claim(MONDAY + 7 * DAY), None)]


# --- waiting, answering, settling ---


def test_it_waits_from_the_first_word_until_it_is_answered(world: World) -> None:
    write(world)
    latest = write(world, text="more", at=MONDAY + DAY)
    assert the_conversation(world).waiting_since == MONDAY
    answer(world, seen=latest.code)
    assert the_conversation(world).waiting_since is None
    write(world, at=MONDAY + 2 * DAY)
    assert the_conversation(world).waiting_since == MONDAY + 2 * DAY


def test_words_that_came_while_somebody_was_answering_still_wait(world: World) -> None:
    first = write(world)
    write(world, text="and this", at=MONDAY + MINUTE)
    answer(world, seen=first.code)
    assert the_conversation(world).waiting_since == MONDAY + MINUTE
    with pytest.raises(NewWords):
        settle(world, seen=first.code)
    assert the_conversation(world).waiting_since == MONDAY + MINUTE
    answer(world, seen="no such page")
    assert the_conversation(world).waiting_since == MONDAY + MINUTE


def settle(world: World, *, seen: str, reason: str = "spoken", by=None) -> None:
    actions.settle(
        conversation=the_conversation(world), reason=reason, seen=seen, by=world.actor(by or world.facilitator),
        at=MONDAY + DAY,
    )  # fmt: skip


def test_leaving_it_without_an_answer_needs_a_reason_and_is_kept_with_a_name(world: World) -> None:
    message = write(world)
    with pytest.raises(ReasonMissing):
        settle(world, seen=message.code, reason="because")
    settle(world, seen=message.code)
    row = the_conversation(world)
    assert (row.waiting_since, row.settled_by, row.settled_reason) == (None, world.facilitator, "spoken")
    with pytest.raises(StepTaken):
        settle(world, seen=message.code, by=world.facilitators[1])
    entry = AuditEntry.objects.get(event=Event.MESSAGE_SETTLED)
    assert (entry.actor, entry.reason, entry.concerns) == (world.facilitator.code, "spoken", world.member.code)
    (line,) = queries.list_for(world.actor(world.facilitator), at=MONDAY)
    assert (line.answered_by, line.late) == ("Ada", False)
    write(world)  # new words open it again
    assert the_conversation(world).settled_reason == ""
    (line,) = queries.list_for(world.actor(world.facilitator), at=MONDAY)
    assert line.answered_by == ""


def test_an_answer_is_sent_once_and_names_who_wrote_it(world: World) -> None:
    seen = write(world).code
    first = answer(world, seen=seen, key="k", by=world.facilitators[1])
    assert answer(world, seen=seen, key="k", by=world.facilitators[1]).pk == first.pk
    with pytest.raises(SentBefore):
        answer(world, "Other", seen=seen, key="k", by=world.facilitators[1])
    said = actions.open_own(place=place_of(world), by=world.actor(world.member))
    assert [(one.who, one.text) for one in said] == [("Ines", WORDS), ("Bo", "Thank you")]
    (line,) = queries.list_for(world.actor(world.facilitator), at=MONDAY)
    assert line.answered_by == "Bo"


def test_opening_is_told_each_time_and_shown_without_a_time(world: World) -> None:
    write(world)
    assert [one.opened for one in actions.open_own(place=place_of(world), by=world.actor(world.member))] == [False]
    for times in (1, 2):
        read(world)
        assert AuditEntry.objects.filter(event=Event.MESSAGES_OPENED, actor=world.facilitator.code).count() == times
    assert [one.opened for one in actions.open_own(place=place_of(world), by=world.actor(world.member))] == [True]
    assert AuditEntry.objects.filter(event=Event.MESSAGES_OPENED).count() == 2  # reading one's own leaves no trace


def test_the_list_shows_only_ones_own_groups_the_longest_waiting_first(world: World) -> None:
    later, answered = place_of(world, world.members[1]), place_of(world, world.members[2])
    for place, at in ((later, MONDAY + DAY), (answered, MONDAY - DAY)):
        actions.write(place=place, text=WORDS, client_key=codes.new_code(), by=world.actor(place.user), at=at)
    row = queries.conversations().get(member=answered.user)
    seen = Message.objects.get(conversation=row).code
    actions.answer(
        conversation=row, text="Yes", seen=seen, client_key="k", by=world.actor(world.facilitator), at=MONDAY
    )
    write(world)
    lines = queries.list_for(world.actor(world.facilitators[1]), at=MONDAY)
    assert [line.name for line in lines] == ["Ines", "Tomas", "Wren"]
    for person in (world.member, world.safety_lead, world.organisation_lead):
        with pytest.raises(NotFound):
            queries.list_for(world.actor(person), at=MONDAY)


# --- longer than two working days ---


def test_the_backup_is_told_once_after_two_working_days(world: World) -> None:
    working_week(world)
    ClosedDay.objects.create(organisation=world.organisation, on=datetime(2026, 3, 3).date())  # noqa: DTZ001
    write(world)  # on Monday; Tuesday is closed, so by the end of Thursday
    due = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)
    assert queries.readers_of(world.group, at=MONDAY).answer_by == due
    assert actions.tell_of_late(at=due - MINUTE) == 0
    assert queries.waiting_in([world.group], at=due - MINUTE) == {world.group.pk: (1, 0)}
    assert [actions.tell_of_late(at=due) for _ in range(2)] == [1, 0]
    assert mails(world, "staff-please-look") == [world.facilitators[1].code]
    assert queries.waiting_in([world.group], at=due) == {world.group.pk: (1, 1)}
    assert AuditEntry.objects.filter(event=Event.MESSAGE_WAITED_LONG).count() == 1
    answer(world, seen=read(world)[-1].code, at=due)
    assert queries.waiting_in([world.group], at=due) == {world.group.pk: (0, 0)}
    # The next words have two days of their own, and are told of anew.
    write(world, at=due + MINUTE)
    assert actions.tell_of_late(at=due + DAY) == 0
    assert actions.tell_of_late(at=due + 7 * DAY) == 1


def test_where_the_backup_has_left_the_others_are_told_and_nobody_at_all_is_told_later(world: World) -> None:
    write(world)
    Membership.objects.filter(user=world.facilitators[1]).update(left_at=world.at + DAY)
    Membership.objects.filter(user=world.facilitators[0]).update(left_at=world.at + DAY)
    assert actions.tell_of_late(at=MONDAY + 9 * DAY) == 0
    new = make_person(world.organisation, "Cleo", at=world.at)
    join(world.group, new, Membership.Role.FACILITATOR, at=world.at)
    assert actions.tell_of_late(at=MONDAY + 9 * DAY) == 1
    assert mails(world, "staff-please-look") == [new.code]


# --- drafts ---


def test_a_draft_ends_when_its_words_are_sent_even_if_its_last_save_comes_late(world: World) -> None:
    place, by = place_of(world), world.actor(world.member)
    own = {"kind": f"message-{place.code}", "author": world.member, "by": by}
    save_draft(box="text", text=WORDS, page="k", version=0, at=MONDAY, **own)
    write(world, key="k")
    finish_draft(page="k", version=0, **own)
    save_draft(box="text", text=WORDS, page="k", version=0, at=MONDAY, **own)
    assert open_draft(**own).boxes == {}

"""Leaving early: at once, with as much said as one likes, told to nobody more than that, and counted all the same."""

from datetime import timedelta

import pytest

from kindcircle.base.audit.events import Event
from kindcircle.base.audit.models import AuditEntry
from kindcircle.base.lib.errors import NotFound
from kindcircle.base.people.models import User
from kindcircle.rooms.groups import actions
from kindcircle.rooms.groups.errors import ChooseOne, GoneAlready, GroupOver, NoWayBack, SayWhatToTell, WordsTooLong
from kindcircle.rooms.groups.leavings import leavings, letter_to, lines_to_choose, to_tell, words_for_group
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.groups.models_absence import Leaving
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.tasks.kinds import Kind
from kindcircle.rooms.tasks.models import Task
from tests.world import World, join, make_world

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def place_of(world: World, user: User | None = None) -> Membership:
    return Membership.objects.select_related("group__organisation", "user").get(user=user or world.member)


def leave(world: World, user: User | None = None, **more: object) -> Leaving:
    user = user or world.member
    given = {"place": place_of(world, user), "by": world.actor(user), "at": world.at + DAY} | more
    return actions.leave_group(**given)  # type: ignore[arg-type]


def test_they_are_out_at_once_and_somebody_has_it_waiting(world: World) -> None:
    leaving = leave(world, reason="too-upsetting", wants_talk=True, worse="yes")
    assert place_of(world).left_at == world.at + DAY and not world.actor(world.member).member_of
    task = Task.objects.get(kind=Kind.LEAVING)
    assert (task.about_code, task.concerns, task.group_id) == (leaving.code, world.member, world.group.pk)
    assert task.due_at == world.at + 2 * DAY
    entry = AuditEntry.objects.get(event=Event.PLACE_LEFT)
    assert (entry.actor, entry.concerns, entry.reason) == (world.member.code, world.member.code, "")
    with pytest.raises(GoneAlready):
        leave(world)
    assert Leaving.objects.count() == 1


def test_nothing_has_to_be_said(world: World) -> None:
    leaving = leave(world)
    assert (leaving.reason, leaving.worse, leaving.telling) == ("", "", "only-the-fact")
    assert Task.objects.get(kind=Kind.LEAVING).due_at == world.at + 4 * DAY


def test_what_cannot_be_changes_nothing(world: World) -> None:
    for given, error in (
        ({"reason": "tired"}, ChooseOne),
        ({"telling": "everything"}, ChooseOne),
        ({"worse": "perhaps"}, ChooseOne),
        ({"telling": "my-own-words", "words": " "}, SayWhatToTell),
        ({"telling": "with-a-reason", "words": "x" * 601}, WordsTooLong),
    ):
        with pytest.raises(error):
            leave(world, **given)
    Group.objects.update(state=Group.State.FINISHED)
    with pytest.raises(GroupOver):
        leave(world)
    assert place_of(world).left_at is None and not Leaving.objects.exists() and not Task.objects.exists()


def test_those_who_lead_may_write_it_down_and_nobody_else(world: World) -> None:
    for stranger in (world.members[1], world.organisation_lead, world.safety_lead, make_world().facilitator):
        with pytest.raises(NotFound):
            leave(world, by=world.actor(stranger))
    leaving = leave(world, by=world.actor(world.facilitator), reason="time")
    assert leaving.written_by == world.facilitator


def test_the_others_hear_what_was_approved_and_no_more(world: World) -> None:
    ada = world.actor(world.facilitator)
    said = {
        "only-the-fact": ("", "Ines will not be continuing with us.", ()),
        "with-a-wish": ("", "They wish you well.", ()),
        "my-own-words": ("It was good to sit with you.", "It was good to sit with you.", ()),
        "nothing": ("", "", ()),
    }
    for user, (telling, (words, heard, _)) in zip(world.members, said.items(), strict=False):
        leaving = leave(world, user, telling=telling, words=words, reason="group-fit")
        assert b"good to sit" not in bytes(leaving.sealed_words)
        told = [text for row, text in to_tell(world.group, by=ada, at=world.at) if row == leaving]
        assert bool(told) == bool(heard)
        if told:
            assert "will not be continuing" in told[0] and heard.replace("Ines", "") in told[0].replace("Ines", "")
            assert "right for me" not in told[0] and "\n\n\n" not in told[0]
    first = to_tell(world.group, by=ada, at=world.at)[0][0]
    for _ in range(2):
        actions.mark_group_told(leaving=first, by=ada, at=world.at + 2 * DAY)
    assert first not in [row for row, _ in to_tell(world.group, by=ada, at=world.at)]
    assert AuditEntry.objects.filter(event=Event.GROUP_TOLD_OF_LEAVING).count() == 1
    with pytest.raises(NotFound):
        words_for_group(leavings().get(telling="my-own-words"), by=world.actor(world.members[0]), at=world.at)


def test_every_line_of_the_list_can_be_chosen(world: World) -> None:
    lines = dict(lines_to_choose())
    assert set(lines) == set(Leaving.Telling.values) and not any("_" in words for words in lines.values())


def test_the_letter_says_what_the_others_hear_and_leaves_gaps_for_a_person(world: World) -> None:
    leaving, ada = leave(world, telling="with-a-wish"), world.actor(world.facilitator)
    text = letter_to(leaving, by=ada)
    for words in ("Dear Ines,", "and that I wish them well.", "Ada, Bo", "[what you thank them for]"):
        assert words in text
    with pytest.raises(NotFound):
        letter_to(leaving, by=world.actor(world.members[1]))


def test_seven_days_long_there_is_a_way_back(world: World) -> None:
    leaving, ada = leave(world), world.actor(world.facilitator)
    with pytest.raises(NotFound):
        actions.undo_leaving(leaving=leaving, by=world.actor(world.member), at=world.at + DAY)
    for _ in range(2):
        actions.undo_leaving(leaving=leaving, by=ada, at=leaving.left_at + 7 * DAY)
    place = place_of(world)
    assert place.left_at is None and place.seat == 1 and world.group.pk in world.actor(world.member).member_of
    assert Task.objects.get(kind=Kind.LEAVING).outcome == "settled"
    assert AuditEntry.objects.filter(event=Event.LEAVING_UNDONE).count() == 1
    # Leaving once more is a matter of its own.
    again = leave(world, at=world.at + 30 * DAY)
    assert Task.objects.get(kind=Kind.LEAVING, done_at=None).about_code == again.code
    with pytest.raises(NoWayBack, match="seven days"):
        actions.undo_leaving(leaving=again, by=ada, at=again.left_at + 7 * DAY + HOUR)


def test_no_way_back_past_consent_seat_or_end(world: World) -> None:
    ada = world.actor(world.facilitator)

    def refused(leaving: Leaving, why: str) -> None:
        with pytest.raises(NoWayBack, match=why):
            actions.undo_leaving(leaving=leaving, by=ada, at=leaving.left_at + HOUR)
        assert Membership.objects.get(pk=leaving.place_id).left_at is not None

    ines, tomas = leave(world), leave(world, world.members[1])
    Consent.objects.filter(person=world.member).update(withdrawn_at=world.at + 2 * DAY)
    refused(ines, "consent")
    for number in range(4):
        join(world.group, world.stranger(f"New {number}"), "member", at=world.at)
    refused(tomas, "taken by now")
    Group.objects.update(state=Group.State.FINISHED)
    refused(tomas, "ended")


def test_a_note_that_waited_waits_no_more(world: World) -> None:
    gathering, ada = world.gathering, world.actor(world.facilitator)
    actions.open_gathering(gathering=gathering, online=False, by=ada, at=world.at)
    actions.start_closing(gathering=gathering, by=ada, at=world.at + HOUR)
    actions.close_gathering(gathering=gathering, by=ada, at=world.at + HOUR)
    assert Task.objects.filter(kind=Kind.ABSENCE_MESSAGE, done_at=None).count() == 8
    leave(world)
    assert Task.objects.filter(kind=Kind.ABSENCE_MESSAGE, done_at=None).count() == 7

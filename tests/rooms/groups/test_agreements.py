"""What a group agrees on: numbered versions that never change, proposals, answers, and when the whole list is read."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from kindcircle.base.access import Permission
from kindcircle.base.access.gate import can
from kindcircle.base.lib import codes
from kindcircle.base.lib.errors import Conflict, Invalid, NotFound
from kindcircle.rooms.groups import actions, agreements, repairs
from kindcircle.rooms.groups.agreements import KEEPS_SAFE, Line, starter
from kindcircle.rooms.groups.errors import (
    AgreementChanged,
    ChooseOne,
    GroupOver,
    KeepsPeopleSafe,
    NothingChanged,
    ProposalDecided,
    ReasonNeeded,
    RepairOver,
    WordsMissing,
    WordsTooLong,
)
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.models_agreement import Agreement, AgreementAnswer, LineProposal, Repair, RepairStep
from kindcircle.rooms.groups.repairs import StepWords
from tests.world import World

OWN = Line("", "We begin with tea.")


def confirm(world: World, *lines: Line, seen: int = 0, taken_up: tuple[str, ...] = ()) -> Agreement:
    guide = world.actor(world.facilitator)
    return actions.confirm_agreement(
        group=world.group, lines=lines or (*starter(), OWN), taken_up=taken_up, seen=seen, by=guide, at=world.at
    )


def propose(world: World, text: str = "We speak slowly.", line: str = "", *, key: str = "", seat: int = 0):
    author = world.members[seat]
    return actions.propose_line(
        group=world.group, line=line, text=text, client_key=key or codes.new_code(), author=author,
        by=world.actor(author), at=world.at,
    )  # fmt: skip


def answer(world: World, said: str, *, number: int = 1, seat: int = 0) -> None:
    member = world.members[seat]
    by = world.actor(member)
    actions.answer_agreement(group=world.group, number=number, answer=said, member=member, by=by, at=world.at)


def breach(world: World, *, line: str = "mind-the-time", note: str = "x", at=None, key: str = "") -> Repair:
    at = at or world.at
    return repairs.note_breach(
        group=world.group, line=line, noticed_on=at.date(), note=note, client_key=key or codes.new_code(),
        by=world.actor(world.facilitator), at=at,
    )  # fmt: skip


def waiting(world: World) -> tuple[int, int]:
    """What the desk says of this group: open proposals, people who would like to talk."""
    return agreements.waiting_in([world.group]).get(world.group.pk, (0, 0))


def next_step(world: World):
    """The first day on which a step of mending is due."""
    return repairs.next_steps([world.group]).get(world.group.pk)


def test_a_group_begins_with_the_list_that_ships(world: World) -> None:
    now = agreements.agreement_of(world.group, by=world.actor(world.member))
    assert (now.number, len(now.lines), now.confirmed_at) == (0, 12, None)
    assert {line.id for line in now.lines} >= KEEPS_SAFE
    assert "We say “I”, and not “people” or “you”." in now.text_of("own-experience")


def test_a_version_is_sealed_and_the_database_never_lets_it_change(world: World) -> None:
    agreement = confirm(world)
    assert b"tea" not in bytes(agreement.sealed_lines)
    assert agreements.standing(world.group).lines[-1].text == OWN.text
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Agreement.objects.filter(pk=agreement.pk).update(sealed_lines=b"x")
    with pytest.raises(IntegrityError), transaction.atomic():
        Agreement.objects.create(group=world.group, number=1, sealed_lines=b"x", confirmed_by=world.facilitator,
                                 confirmed_at=world.at)  # fmt: skip


def test_a_line_keeps_its_id_and_a_new_one_gets_one(world: World) -> None:
    confirm(world)
    first = agreements.standing(world.group).lines
    strange = Line("own-experience", "A second one under the same id.")
    changed = [Line(line.id, "We mind the time well.") if line.id == "mind-the-time" else line for line in first]
    confirm(world, *[line for line in changed if line.id != "come-clear-headed"], strange, seen=1)
    second = agreements.standing(world.group).lines
    assert len({line.id for line in second}) == len(second) == 13
    found = agreements.changes(first, second)
    assert [line.text for line in found.new] == [strange.text]
    assert [(before.id, now.text) for before, now in found.worded] == [("mind-the-time", "We mind the time well.")]
    assert [line.id for line in found.left_out] == ["come-clear-headed"]


@pytest.mark.parametrize("safe", sorted(KEEPS_SAFE))
def test_lines_that_keep_people_safe_may_be_worded_and_not_left_out(world: World, safe: str) -> None:
    with pytest.raises(KeepsPeopleSafe):
        confirm(world, *[line for line in starter() if line.id != safe])
    with pytest.raises(KeepsPeopleSafe):
        confirm(world, *[Line(line.id, " " if line.id == safe else line.text) for line in starter()])
    confirm(world, *[Line(line.id, "In our words.") if line.id == safe else line for line in starter()])


def test_what_cannot_be_confirmed(world: World) -> None:
    confirm(world, *starter())  # the list that ships may become theirs as it is
    with pytest.raises(NothingChanged):
        confirm(world, *starter(), seen=1)
    with pytest.raises(AgreementChanged):
        confirm(world, seen=0)
    with pytest.raises(WordsTooLong):
        confirm(world, *starter(), Line("", "x" * 301), seen=1)
    gone = propose(world)
    actions.take_back_proposal(proposal=gone, by=world.actor(world.member), at=world.at)
    with pytest.raises(ProposalDecided):
        confirm(world, *starter(), OWN, seen=1, taken_up=(gone.code,))
    assert Agreement.objects.count() == 1


def test_a_proposal_is_sent_once_and_answered_once(world: World) -> None:
    one = propose(world, "  We speak\nslowly. ", key="k")
    assert propose(world, "We speak slowly.", key="k").pk == one.pk
    other = propose(world, "We face each other.", "no-such-line")
    assert other.line == ""
    guide = world.actor(world.facilitator)
    seen = agreements.proposals_of(world.group, by=guide, at=world.at)
    assert [(proposal.text, proposal.name) for proposal in seen] == [("We speak slowly.", "Ines"),
                                                                     ("We face each other.", "Ines")]  # fmt: skip
    with pytest.raises(ReasonNeeded):
        actions.set_aside(proposal=one, reason=" ", by=guide, at=world.at)
    actions.set_aside(proposal=one, reason="It is in line six already.", by=guide, at=world.at)
    for again in (
        lambda: actions.set_aside(proposal=one, reason="y", by=guide, at=world.at),
        lambda: actions.take_back_proposal(proposal=one, by=world.actor(world.member), at=world.at),
    ):
        with pytest.raises(ProposalDecided):
            again()
    confirm(world, taken_up=(other.code,))
    own = agreements.own_proposals(world.group, by=world.actor(world.member))
    assert {(proposal.state, proposal.answer) for proposal in own} == {
        ("set-aside", "It is in line six already."), ("taken-up", ""),
    }  # fmt: skip
    assert agreements.own_proposals(world.group, by=world.actor(world.members[1])) == []
    assert b"slowly" not in bytes(one.sealed_text)


@pytest.mark.parametrize("text", ["", " \n ", "x" * 301])
def test_a_proposal_has_words_and_not_too_many(world: World, text: str) -> None:
    with pytest.raises(Invalid):
        propose(world, text)
    assert not LineProposal.objects.exists()


@pytest.mark.parametrize(
    "wrong",
    [{"state": "taken-up"}, {"state": "set-aside"}, {"decided_at": "2027-01-19T10:00Z"}],
    ids=["in no version", "by nobody", "open and decided"],
)
def test_the_database_keeps_a_proposal_true(world: World, wrong: dict[str, str]) -> None:
    proposal = propose(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        LineProposal.objects.filter(pk=proposal.pk).update(**wrong)


def test_answers_are_asked_anew_for_each_version_and_only_those_who_lead_see_them(world: World) -> None:
    with pytest.raises(AgreementChanged):
        answer(world, "agree", number=0)  # there is nothing of theirs yet
    confirm(world)
    ines, guide = world.actor(world.member), world.actor(world.facilitator)
    assert agreements.waits_for(world.group, by=ines)
    answer(world, "talk")
    answer(world, "agree", seat=1)
    assert waiting(world) == (0, 1)
    answer(world, "agree")
    answer(world, "agree")
    assert AgreementAnswer.objects.count() == 2
    said = agreements.said_to(world.group, by=guide)
    assert (said.agreed, said.talk, len(said.to_come)) == (("Ines", "Tomas"), (), 6)
    with pytest.raises(NotFound):
        agreements.said_to(world.group, by=ines)
    with pytest.raises(NotFound):
        agreements.proposals_of(world.group, by=ines, at=world.at)
    with pytest.raises(WordsMissing):
        answer(world, "perhaps")

    confirm(world, *starter(), seen=1)
    assert agreements.waits_for(world.group, by=ines)
    with pytest.raises(AgreementChanged):
        answer(world, "agree")
    now = agreements.standing(world.group)
    changed = agreements.changed_for(world.group, now, by=ines)
    assert changed is not None
    assert [line.text for line in changed.left_out] == [OWN.text]
    assert agreements.changed_for(world.group, now, by=world.actor(world.members[2])) is None


def test_whoever_left_is_not_asked_and_not_counted(world: World) -> None:
    confirm(world)
    answer(world, "talk")
    Membership.objects.filter(user=world.member).update(left_at=world.at + timedelta(days=1))
    guide = world.actor(world.facilitator)
    assert waiting(world) == (0, 0)
    assert agreements.said_to(world.group, by=guide).talk == ()
    with pytest.raises(NotFound):
        answer(world, "agree")


def test_a_group_that_ended_keeps_its_agreement_as_it_is(world: World) -> None:
    confirm(world)
    proposal = propose(world)
    Group.objects.filter(pk=world.group.pk).update(state=Group.State.FINISHED)
    world.group.refresh_from_db()
    for change in (lambda: confirm(world, *starter(), seen=1), lambda: propose(world), lambda: answer(world, "agree")):
        with pytest.raises(GroupOver):
            change()
    assert not agreements.waits_for(world.group, by=world.actor(world.member))
    assert waiting(world) == (0, 0)
    assert agreements.agreement_of(world.group, by=world.actor(world.member)).lines[-1].text == OWN.text
    # What still waits may be answered kindly, also after the end.
    actions.set_aside(proposal=proposal, reason="Thank you.", by=world.actor(world.facilitator), at=world.at)


def test_the_whole_list_is_read_first_half_way_and_after_a_breach(world: World) -> None:
    first, second, third, fourth = world.gatherings
    assert [agreements.read_in_full(one) for one in world.gatherings] == [True, False, True, False]
    breach(world, at=first.starts_at + timedelta(hours=1))
    assert agreements.read_in_full(second)
    assert not agreements.read_in_full(fourth)
    breach(world, at=third.starts_at + timedelta(days=2))
    assert agreements.read_in_full(fourth)


def test_a_programme_that_names_the_meeting_for_it_is_followed(world: World) -> None:
    Group.objects.filter(pk=world.group.pk).update(programme="compassionate-mind-group", programme_version="1")
    numbers = []
    for number in range(1, 15):
        gathering = world.gatherings[number - 1] if number <= 4 else Gathering.objects.create(
            group=world.group, number=number, starts_at=world.at + timedelta(weeks=number - 1), minutes=90
        )  # fmt: skip
        gathering = Gathering.objects.get(pk=gathering.pk)
        if agreements.read_in_full(gathering):
            numbers.append(number)
    assert numbers == [1, 7]


def test_an_ordinary_meeting_reads_one_line_and_another_one_next_time(world: World) -> None:
    ines = world.actor(world.member)
    second, fourth = world.gatherings[1], world.gatherings[3]
    assert agreements.shown_at(second, by=ines).today is None  # before the first version everything is read
    confirm(world)
    lines = [agreements.shown_at(one, by=ines).today for one in (second, fourth)]
    assert lines[0] != lines[1]
    assert None not in lines
    with pytest.raises(NotFound):
        agreements.shown_at(second, by=world.actor(world.stranger()))


def test_mending_goes_in_seven_steps_and_ends_with_a_word(world: World) -> None:
    guide, day = world.actor(world.facilitator), world.at.date()
    repair = breach(world, note="Wren was cut short.", key="k")
    assert breach(world, note="Wren was cut short.", key="k").pk == repair.pk
    found = repairs.mending(repair, by=guide)
    assert list(found.steps) == ["notice", "slow", "name", "view", "own-part", "change", "follow-up"]
    assert (found.done, found.steps["notice"].who, found.next_on) == (1, world.facilitator, None)
    assert "quiet ones" in found.line
    assert next_step(world) is None

    later = day + timedelta(days=2)
    repairs.save_steps(
        repair=repair,
        steps={
            "follow-up": StepWords(world.facilitators[1], later, None, "Ring her."),
            "slow": StepWords(None, None, day),
        },
        by=guide,
        at=world.at,
    )
    assert next_step(world) == later
    assert b"Ring" not in bytes(RepairStep.objects.get(repair=repair, step="follow-up").sealed_note)
    with pytest.raises(ChooseOne):
        repairs.close_repair(repair=repair, outcome="", ending="", by=guide, at=world.at)
    repairs.close_repair(repair=repair, outcome="partly", ending="Better.", by=guide, at=world.at)
    assert next_step(world) is None
    [one] = repairs.repairs_of(world.group, by=guide)
    assert (one.ending, one.next_on, one.steps["follow-up"].note) == ("Better.", None, "Ring her.")
    for change in (
        lambda: repairs.close_repair(repair=repair, outcome="mended", ending="", by=guide, at=world.at),
        lambda: repairs.save_steps(repair=repair, steps={}, by=guide, at=world.at),
    ):
        with pytest.raises(RepairOver):
            change()


def test_a_breach_is_about_a_line_as_it_stood(world: World) -> None:
    with pytest.raises(ChooseOne):
        breach(world, line="no-such-line")
    with pytest.raises(WordsMissing):
        breach(world, note="  ")
    confirm(world)
    repair = breach(world)
    worded = [Line(line.id, "Other words.") if line.id == "mind-the-time" else line for line in starter()]
    confirm(world, *worded, seen=1)
    assert "quiet ones" in repairs.mending(repair, by=world.actor(world.facilitator)).line
    with pytest.raises(IntegrityError), transaction.atomic():
        Repair.objects.filter(pk=repair.pk).update(outcome="mended")


def test_members_and_other_groups_reach_nothing_of_it(world: World) -> None:
    repair, proposal = breach(world), propose(world)
    for person in (world.member, world.safety_lead, world.organisation_lead, world.stranger()):
        with pytest.raises(NotFound):
            repairs.mending(repair, by=world.actor(person))
        with pytest.raises(NotFound):
            confirm_as = {"taken_up": (), "seen": 0, "by": world.actor(person), "at": world.at}
            actions.confirm_agreement(group=world.group, lines=starter(), **confirm_as)
    with pytest.raises(NotFound):
        actions.take_back_proposal(proposal=proposal, by=world.actor(world.members[1]), at=world.at)
    assert not can(world.actor(world.facilitator), Permission.AGREEMENT_ANSWER, world.group)
    with pytest.raises((NotFound, Conflict)):
        answer(world, "agree")

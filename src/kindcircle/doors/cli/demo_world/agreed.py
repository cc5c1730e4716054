"""What the made-up groups agreed on, what is proposed just now, and one line that was not kept and was mended."""

from datetime import datetime, timedelta

from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.doors.cli.demo_world.house import House
from kindcircle.rooms.groups import actions as groups
from kindcircle.rooms.groups import repairs
from kindcircle.rooms.groups.agreements import Line, standing
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.models_agreement import AgreementAnswer, Repair, RepairStep

Answer, Step = AgreementAnswer.Answer, RepairStep.Step
HOUR, DAY = timedelta(hours=1), timedelta(days=1)

OWN_LINE = "We may lie down, stretch or stand at any time, and nobody asks why."
PROPOSED = "We begin with a minute in which nobody has to say anything."
LOUDER = "We speak up so that those who hear less well can follow, and we face each other."
BROKEN = "own-experience"


def agree(house: House, group: Group, *, agreed: list[User], talk: list[User], at: datetime) -> None:
    """The first version, with one line of their own, and what each of these says to it in the days after."""
    lines = [*standing(group).lines, Line("", OWN_LINE)]
    groups.confirm_agreement(group=group, lines=lines, taken_up=(), seen=0, by=house.guide, at=at)
    answers = [(one, Answer.AGREE) for one in agreed] + [(one, Answer.TALK) for one in talk]
    for number, (member, answer) in enumerate(answers):
        by, moment = house.acting(member), at + (number + 1) * HOUR
        groups.answer_agreement(group=group, number=1, answer=answer, member=member, by=by, at=moment)


def propose(house: House, group: Group, author: User, *, text: str, line: str = "", at: datetime) -> None:
    """Somebody would like a line, or other words for one."""
    groups.propose_line(
        group=group, line=line, text=text, client_key=codes.new_code(), author=author, by=house.acting(author), at=at
    )


def mend(house: House, group: Group, *, at: datetime) -> None:
    """A piece of advice too many, noted after the meeting and mended within the week."""
    guide, holder = house.facilitators
    repair = repairs.note_breach(
        group=group, line=BROKEN, noticed_on=at.date(), client_key=codes.new_code(), by=house.guide, at=at,
        note="In the round Noa was told twice what to do about her back. She went quiet.",
    )  # fmt: skip
    noticed, soon = at.date(), (at + 2 * DAY).date()
    done: dict[str, repairs.StepWords] = {
        Step.NOTICE: repairs.StepWords(guide, None, noticed, "The round felt tight after that."),
        Step.SLOW: repairs.StepWords(guide, None, noticed),
        Step.NAME: repairs.StepWords(guide, None, noticed, "Said that something had shifted."),
        Step.VIEW: repairs.StepWords(holder, None, noticed, "Rang Noa in the evening. She felt handled."),
        Step.OWN_PART: repairs.StepWords(guide, None, soon, "I let it run on. Said so, and that I am sorry."),
        Step.CHANGE: repairs.StepWords(guide, None, soon, "Before the round we say once more: no tips."),
        Step.FOLLOW_UP: repairs.StepWords(holder, soon, soon, "It held. Noa spoke again."),
    }
    repairs.save_steps(repair=repair, steps=done, by=house.guide, at=at + 2 * DAY)
    repairs.close_repair(
        repair=repair, outcome=Repair.Outcome.MENDED, ending="Lighter. The group laughed about tips later.",
        by=house.guide, at=at + 7 * DAY,
    )  # fmt: skip

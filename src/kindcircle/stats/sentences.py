"""Plain sentences chosen by rule: what a small group's figures let us say, and what must be said beside them.

A sentence is a key and its parameters. The English texts stand in one table, marked for gettext; a door
renders them with `say(message, translate=gettext)`. No sentence says that a programme caused anything, and
every sentence with an effect also says, before its full stop, that there was no comparison group.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from kindcircle.stats.change import Better
from kindcircle.stats.disclosure import SMALLEST_SHOWN
from kindcircle.stats.mediation.model import CAUTION
from kindcircle.stats.results import MeanEstimate, Undefined, gettext_noop
from kindcircle.stats.samples import Movement

# Below this many complete pairs no direction is claimed (warning W3).
ENOUGH_TO_TELL = 12

Value = float | int | str


@dataclass(frozen=True, slots=True)
class Message:
    """One text of the table with its parameters; numbers are not yet rounded or written out."""

    key: str
    values: Mapping[str, Value] = field(default_factory=dict)


TEXTS: Final[Mapping[str, str]] = {
    # The sentence of a before-after report, exactly one of these.
    "nothing": gettext_noop("We show nothing about the group here, so that no one person can be picked out."),
    "version_changed": gettext_noop("The form changed between before and after, so we do not compare the two."),
    "too_few.toward": gettext_noop(
        "More people moved the hoped-for way (%(more)s of %(n)s) than the other way (%(fewer)s of %(n)s), but "
        "this is too few to tell and there was no comparison group: people who join when they feel worst tend "
        "to feel better later without a programme."
    ),
    "too_few.away": gettext_noop(
        "More people moved away from what we hope for (%(more)s of %(n)s) than toward it (%(fewer)s of %(n)s), "
        "but this is too few to tell and there was no comparison group."
    ),
    "too_few.up": gettext_noop(
        "More people's scores went up (%(more)s of %(n)s) than went down (%(fewer)s of %(n)s), but this is too "
        "few to tell and there was no comparison group: people who join when they feel worst tend to feel "
        "better later without a programme."
    ),
    "too_few.down": gettext_noop(
        "More people's scores went down (%(more)s of %(n)s) than went up (%(fewer)s of %(n)s), but this is too "
        "few to tell and there was no comparison group: people who join when they feel worst tend to feel "
        "better later without a programme."
    ),
    "too_few.even": gettext_noop(
        "As many people moved one way as the other (%(more)s and %(fewer)s of %(n)s), this is too few to tell, "
        "and there was no comparison group."
    ),
    "same_for_all": gettext_noop(
        "Each of the %(n)s people's scores changed by the same amount (%(change)s points), which is not usual, "
        "and there was no comparison group, so we cannot say more."
    ),
    "unclear": gettext_noop(
        "On average the score changed by %(change)s points, but the true change may be anywhere from %(low)s to "
        "%(high)s, so it may be none at all, and there was no comparison group: people who join when they feel "
        "worst tend to feel better later without a programme."
    ),
    "toward": gettext_noop(
        "On average people moved %(amount)s points the hoped-for way (the true change may be anywhere from "
        "%(least)s to %(most)s), but there was no comparison group, so we cannot say why: people who join when "
        "they feel worst tend to feel better later without a programme."
    ),
    "away": gettext_noop(
        "On average people moved %(amount)s points away from what we hope for (the true change may be anywhere "
        "from %(least)s to %(most)s), and there was no comparison group, so we cannot say why."
    ),
    "up": gettext_noop(
        "On average scores went up by %(amount)s points (the true change may be anywhere from %(least)s to "
        "%(most)s), but there was no comparison group, so we cannot say why: people who join when they feel "
        "worst tend to feel better later without a programme."
    ),
    "down": gettext_noop(
        "On average scores went down by %(amount)s points (the true change may be anywhere from %(least)s to "
        "%(most)s), but there was no comparison group, so we cannot say why: people who join when they feel "
        "worst tend to feel better later without a programme."
    ),
    # What a group's report says can and cannot be said (stats/sayable.py).
    "can.came": gettext_noop("Who came and who stayed, as it was noted at each meeting, and how sure such a share is."),
    "can.unwanted": gettext_noop("What unwanted things were written down, and how often people were asked."),
    "can.moved": gettext_noop("Which way each of the %(n)s people with both scores moved on the main measure."),
    "can.reliable": gettext_noop(
        "How many of them moved further than this score moves by itself: by more than %(line)s points."
    ),
    "can.average": gettext_noop("How far these people moved on average, with the range that is printed beside it."),
    "cannot.cause": gettext_noop("Whether the programme did it. Nobody without a programme was asked the same."),
    "cannot.average": gettext_noop(
        "How far people like these move on average. With %(n)s people, one or two more could turn it round."
    ),
    "cannot.private": gettext_noop(
        "How the main measure changed. Fewer than %(smallest)s people gave both scores, and a figure could point at "
        "one of them."
    ),
    "cannot.version": gettext_noop("How the main measure changed. The form was not the same before and after."),
    "cannot.missing": gettext_noop("How it went for the %(missing)s of %(started)s people who did not answer twice."),
    "cannot.usual": gettext_noop(
        "Who changed clearly. We have no confirmed figure for how much this score moves by itself."
    ),
    "cannot.one": gettext_noop(
        "That any one person got worse or better. About 1 person in 40 seems to get worse with no true change."
    ),
    "cannot.others": gettext_noop(
        "How the next group will do. People who meet together grow alike, and one group cannot show how groups differ."
    ),
    "cannot.safe": gettext_noop(
        "That it is safe. Nothing unwanted in %(n)s people still allows for up to %(share)s in a hundred."
    ),
    # The one sentence about all groups of a programme (stats/cohorts.py, docs/reference/programme-report.md).
    "programme.none": gettext_noop("No group has enough people with both scores yet, so nothing is said of change."),
    "programme.one": gettext_noop(
        "One group can be shown, and one group cannot tell how a programme does: there was no comparison group either."
    ),
    "programme.few": gettext_noop(
        "Of %(groups)s groups the average went the hoped-for way in %(toward)s and the other way in %(away)s, but so "
        "few groups tell about themselves only, and there was no comparison group."
    ),
    "programme.toward": gettext_noop(
        "In %(clear)s of %(groups)s groups people moved the hoped-for way by more than their own differences explain, "
        "but there was no comparison group, so we cannot say why: people who join when they feel worst tend to feel "
        "better later without a programme."
    ),
    "programme.unclear": gettext_noop(
        "Of %(groups)s groups the average went the hoped-for way in %(toward)s and the other way in %(away)s (clearly "
        "the hoped-for way, and large enough to tell: %(clear)s), and there was no comparison group: people who join "
        "when they feel worst tend to feel better later without a programme."
    ),
    "programme.apart": gettext_noop(
        "Groups went different ways: clearly the hoped-for way in %(clear)s of %(groups)s and clearly the other way in "
        "%(clear_away)s, and there was no comparison group, so we cannot say why."
    ),
    "programme.away": gettext_noop(
        "In %(clear_away)s of %(groups)s groups people clearly moved away from what we hope for, clearly the hoped-for "
        "way in none, and there was no comparison group, so we cannot say why."
    ),
    # The mean over groups, for researchers with a plan.
    "pooled.few": gettext_noop(
        "Over these %(groups)s groups the mean change is %(change)s points (%(low)s to %(high)s), which tells about "
        "them only, and there was no comparison group: people who join when they feel worst tend to feel better later "
        "without a programme."
    ),
    "pooled.unclear": gettext_noop(
        "Over %(groups)s groups the mean change is %(change)s points, but the true one may be anywhere from %(low)s to "
        "%(high)s, so it may be none at all, and there was no comparison group: people who join when they feel worst "
        "tend to feel better later without a programme."
    ),
    "pooled.toward": gettext_noop(
        "Over %(groups)s groups the mean change is %(amount)s points the hoped-for way (%(least)s to %(most)s), but "
        "there was no comparison group, so we cannot say why: people who join when they feel worst tend to feel better "
        "later without a programme."
    ),
    "pooled.away": gettext_noop(
        "Over %(groups)s groups the mean change is %(amount)s points away from what we hope for (%(least)s to "
        "%(most)s), and there was no comparison group, so we cannot say why."
    ),
    # What is printed with the figures of a programme.
    "W3.groups": gettext_noop(
        "%(small)s of %(groups)s groups have fewer than %(enough)s people with both scores. One or two people more "
        "could turn such a group round."
    ),
    "W5.groups": gettext_noop(
        "%(missing)s of the %(started)s people in these groups did not answer both times. They may feel quite "
        "different from those who did."
    ),
    "W6.groups": gettext_noop(
        "%(others)s of the groups answered another version of this form. They are not put together with the rest."
    ),
    "W15.league": gettext_noop(
        "This is no list of who leads well. Groups this small differ by chance and by who comes to them."
    ),
    "W18.along": gettext_noop(
        "This goes along, and shows no cause: who feels better may come more often, and who came seldom answered less "
        "often at the end."
    ),
    # Warnings. The part of the key before the dot is the warning's number in the methods notes.
    "W1": gettext_noop(
        "There was no comparison group. People who join a programme when they feel worst tend to feel better "
        "later without it."
    ),
    "W1.expected": gettext_noop(
        "There was no comparison group. People who join a programme when they feel worst tend to feel better "
        "later without it. Going by the published figures, a group that starts like this one would change by "
        "about %(shift)s points with no programme at all."
    ),
    # An effect that leaves the page, whole in one sentence.
    "W1.points": gettext_noop(
        "%(name)s changed by %(change)s points on average in %(n)s people (the true change may be anywhere from "
        "%(low)s to %(high)s), and there was no comparison group: people who join when they feel worst tend to "
        "feel better later without a programme."
    ),
    "W1.effect": gettext_noop(
        "The mean change of %(name)s is %(effect)s times the spread (%(label)s, %(n)s people; the true one may be "
        "anywhere from %(low)s to %(high)s), and there was no comparison group: people who join when they feel "
        "worst tend to feel better later without a programme."
    ),
    "W2.entry": gettext_noop(
        "People could join because of their score on this same form. High and low scores tend to drift back "
        "to the middle by themselves."
    ),
    "W2.distance": gettext_noop(
        "People began this programme feeling worse than most. Such scores tend to drift back to the middle by "
        "themselves."
    ),
    "W3": gettext_noop("Only %(n)s people have both scores. One or two people more could change the picture."),
    "W3.private": gettext_noop(
        "Fewer than %(smallest)s people have both scores. Please keep these figures to yourself, as they may "
        "show what one person said."
    ),
    "W4": gettext_noop("With %(groups)s groups or fewer, this tells about these groups only, not about others."),
    "W5.many": gettext_noop(
        "%(missing)s of %(started)s people gave no second answer. They may feel quite different from those who did."
    ),
    "W5.different": gettext_noop("The people who gave no second answer began at a different level from those who did."),
    "W6": gettext_noop("The form, its language or its scoring changed between before and after."),
    "W7": gettext_noop(
        "Before the programme, %(count)s of %(n)s people already had the lowest or highest score there is. "
        "The form may miss how they changed."
    ),
    "W8": gettext_noop(
        "This is one of %(outcomes)s outcomes that were looked at. Looking at many makes a chance find likely."
    ),
    "W9": CAUTION,
    "W10": gettext_noop("People answered about themselves and knew that they had taken part."),
    "RC.own_spread": gettext_noop(
        "The line for a reliable change rests on this group's own spread, which is unsteady below %(enough)s "
        "people. A published figure would be better."
    ),
    "RC.chance": gettext_noop(
        "One flag is weak evidence: even with no true change, about 1 person in 40 will seem to get worse."
    ),
    # Methods for research (docs/methods/tutorial.md lists them with their reasons).
    "W3.few": gettext_noop("Only %(n)s people. One or two people more could change the picture."),
    "W4.arm": gettext_noop(
        "An arm with %(groups)s groups tells about these groups only. From %(enough)s in each arm on, a study may "
        "speak of others like them."
    ),
    "W4.few": gettext_noop("There are only %(groups)s groups of %(name)s, so what lies between them is hardly known."),
    "W4.together": gettext_noop(
        "If people of an arm sat in groups together, these intervals are too narrow. A mixed model knows about groups."
    ),
    "W5.rows": gettext_noop(
        "%(missing)s of %(listed)s rows lack a value and were left out. People with gaps may feel quite different."
    ),
    "W5.filled": gettext_noop(
        "%(missing)s of %(listed)s people have gaps. What was filled in is right if a gap depends on what was seen of "
        "somebody, and nobody can check that."
    ),
    "W5.visits": gettext_noop(
        "%(missing)s of %(listed)s visits lack a value. The model is right if that depends on what was seen of "
        "somebody, and nobody can check it."
    ),
    "W11.unsettled": gettext_noop("The tables still differ in %(name)s from round to round. Try more rounds."),
    "W11.edge": gettext_noop(
        "A variance came out as 0. With few groups that is common, and it does not show that groups are alike."
    ),
    "W11.edge.drawn": gettext_noop(
        "The resamples were drawn with that variance at 0 too, so their ranges are too narrow if groups do differ."
    ),
    "W11.refits": gettext_noop("%(count)s of %(all)s refits did not settle. They are in no range."),
    "W11.redrawn": gettext_noop("%(count)s resamples had no spread and were drawn again."),
    "W11.own": gettext_noop("An item has no spread of its own left, so omega is unsteady here."),
    "W11.failed": gettext_noop("%(count)s of the made-up studies could not be analysed. They count as not found."),
    "W13": gettext_noop("This is a method for research, with a plan that was written down before anybody looked."),
    "W14.once": gettext_noop(
        "Each study may stand here once. Several results from the same people would count them several times."
    ),
    "W14.two": gettext_noop("With two studies the interval rests on one comparison and is as wide as that deserves."),
    "W14.tests": gettext_noop(
        "Below %(enough)s studies a look at small ones against large ones says next to nothing, so there is none."
    ),
    "W14.filled": gettext_noop("Filled-in studies show how much it might matter. They never correct an effect."),
    "W14.between": gettext_noop("Where one more programme may lie is told from %(enough)s studies on."),
    "W14.two_groups": gettext_noop(
        "With two groups the interval rests on one comparison and is as wide as that deserves."
    ),
    "W14.one_more": gettext_noop("Where the mean of one more group may lie is told from %(enough)s groups on."),
    "W14.funnel": gettext_noop(
        "Below %(enough)s groups a look at small ones against large ones says next to nothing, so there is no such "
        "picture."
    ),
    "W15": gettext_noop("These figures are about groups. What single people gave or got is never shown to a group."),
    "W15.few": gettext_noop("Fewer than %(enough)s groups: no test can speak of groups in general, so there is none."),
    "W16.turned": gettext_noop("%(items)s goes against the rest: most often its answers were not turned round."),
    "W16.fit": gettext_noop("A sum can be told surely and still hold more than one thing: look at the fit too."),
    "W17": gettext_noop("A plan is as good as its guesses. Try smaller effects and groups that are more alike too."),
}

# Warnings that belong in a researcher's report but not on a facilitator's page.
RESEARCHERS_ONLY: Final = frozenset({"W8", "W10", "RC.own_spread"})


def write_number(value: float) -> str:
    """A number for reading: whole numbers as they are, others with one decimal."""
    if isinstance(value, int) or float(value).is_integer():
        return str(int(value))
    text = f"{value:.1f}"
    return "0.0" if text == "-0.0" else text


def say(
    message: Message,
    *,
    translate: Callable[[str], str] = gettext_noop,
    number: Callable[[float], str] = write_number,
) -> str:
    """Write a message out. `translate` is gettext, `number` writes numbers the reader's way."""
    written = {name: value if isinstance(value, str) else number(value) for name, value in message.values.items()}
    return translate(TEXTS[message.key]) % written


def choose_sentence(
    *,
    moved: Movement,
    change: MeanEstimate | Undefined,
    better: Better | None,
    smallest: int = SMALLEST_SHOWN,
) -> Message:
    """Choose the one plain sentence for a before-after report in one group.

    Fewer than `smallest` (at least 5) complete pairs: nothing. Fewer than 12: which way more people moved, and
    that it is too few to tell. From 12 on: whether the 95 % interval of the mean change leaves out 0, and on
    which side. `better` None means the scale's direction is unknown; then the sentence says up and down.
    """
    n = moved.n
    if n < max(smallest, SMALLEST_SHOWN):
        return Message("nothing")
    if n < ENOUGH_TO_TELL:
        return _too_few(moved, better)
    if isinstance(change, Undefined):
        return Message("nothing")
    interval = change.interval()
    if isinstance(interval, Undefined):
        return Message("same_for_all", {"n": n, "change": change.estimate})
    if interval.contains(0):
        return Message("unclear", {"change": change.estimate, "low": interval.low, "high": interval.high})
    rising = change.estimate > 0
    ends = sorted((abs(interval.low), abs(interval.high)))
    return Message(
        _direction(rising, better),
        {"amount": abs(change.estimate), "least": ends[0], "most": ends[1]},
    )


def _too_few(moved: Movement, better: Better | None) -> Message:
    more, fewer = max(moved.up, moved.down), min(moved.up, moved.down)
    values: dict[str, Value] = {"more": more, "fewer": fewer, "n": moved.n}
    if more == fewer:
        return Message("too_few.even", values)
    return Message(f"too_few.{_direction(moved.up > moved.down, better)}", values)


def _direction(rising: bool, better: Better | None) -> str:
    if better is None:
        return "up" if rising else "down"
    return "toward" if rising == (better == "higher") else "away"

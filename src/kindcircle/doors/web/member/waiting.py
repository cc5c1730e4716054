"""What there may be for somebody today besides their course: asked all at once, and read only where there is some."""

from dataclasses import dataclass
from datetime import datetime

from kindcircle.base.access import Actor
from kindcircle.base.lib.at_once import which_are_there
from kindcircle.base.outbox.wishes import nudged
from kindcircle.base.people.devices import unseen
from kindcircle.base.people.models import User
from kindcircle.rooms.alliance.ratings import rounds_on
from kindcircle.rooms.backdraft.queries import decided_slowly, still_there
from kindcircle.rooms.conversations.queries import answers_that_wait
from kindcircle.rooms.ending.circles import invitations_of
from kindcircle.rooms.ending.reviews import answered_in, gathered_in
from kindcircle.rooms.feedback.queries import heard_lately, told_before
from kindcircle.rooms.groups.agreements import unanswered
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.intake.consent_texts import yes_as_it_stands
from kindcircle.rooms.practice.at_hand import shelves_of
from kindcircle.rooms.practice.courses import Course
from kindcircle.rooms.writing.queries import letters_arrived


@dataclass(frozen=True, slots=True)
class Waiting:
    """What there is. Most people have next to nothing of it on most days, so each thing costs a question only then.

    letters          arrived and not opened, or here again
    answers          words from those who lead, not opened yet
    nudges           they asked for a kind nudge
    new_sign_in      on a kind of device that was new
    unanswered       the newest version of what the group agreed on, without a word of theirs
    said_yes         to the consent text as it stands
    invited          to a circle, and not decided
    gathered         the words of the group's review are brought together; `review_answered` once those who lead replied
    rated            questions for research about the others are open in this group
    heard            those who lead wrote what came of one of the last two meetings
    told             they told how a meeting was and came to the next, and may be asked whether it was talked about
    slowly           they go at a slower pace
    still_there      a practice was still there some time ago
    shelf            they keep something at hand, or chose something for a week
    """

    letters: bool
    answers: bool
    nudges: bool
    new_sign_in: bool
    unanswered: bool
    said_yes: bool
    invited: bool
    gathered: bool
    review_answered: bool
    rated: bool
    heard: bool
    told: bool
    slowly: bool
    still_there: bool
    shelf: bool


def waiting_for(person: User, course: Course, *, by: Actor, at: datetime) -> Waiting:
    """What there is for this person, in the group of this course and beyond it. One question."""
    group = course.group
    return Waiting(
        **which_are_there(
            letters=letters_arrived(by),
            answers=answers_that_wait(by),
            nudges=nudged(person),
            new_sign_in=unseen(person),
            unanswered=unanswered(group, by=by),
            said_yes=yes_as_it_stands(person),
            invited=invitations_of(by),
            gathered=gathered_in(group),
            review_answered=answered_in(group),
            rated=rounds_on(group),
            heard=heard_lately(group),
            told=told_before(closed_in(course), member=person, at=at),
            slowly=decided_slowly(by.user_id),
            still_there=still_there(by, at=at),
            shelf=shelves_of(person),
        )
    )


def closed_in(course: Course) -> list[Gathering]:
    """The meetings that were held, in order."""
    return [one for one in course.gatherings if one.state == Gathering.State.CLOSED]

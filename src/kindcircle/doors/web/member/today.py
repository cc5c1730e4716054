"""A member's own page: the one thing that matters most now, the next meeting, and this week at home."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.safestring import SafeString

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.vault import keys, seals
from kindcircle.doors.web.member.comforts import GROUNDING, comforts
from kindcircle.doors.web.member.consent import NOT_NOW
from kindcircle.doors.web.member.each_other import on_today as each_other_on_today
from kindcircle.doors.web.member.ending import notices
from kindcircle.doors.web.member.feedback import on_today
from kindcircle.doors.web.member.landing import still_there
from kindcircle.doors.web.member.letters import on_a_hard_day
from kindcircle.doors.web.member.my_practices import at_hand_now, week_of
from kindcircle.doors.web.member.waiting import waiting_for
from kindcircle.doors.web.shared.lengths import length_in_words
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.plan_words import asks
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.backdraft.models import SlowerPace
from kindcircle.rooms.backdraft.queries import goes_slowly
from kindcircle.rooms.groups.consents import is_asked
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.measures.queries import OpenSheet, open_assignments
from kindcircle.rooms.practice.at_hand import EMPTY, LEFT_OUT, shelf_of
from kindcircle.rooms.practice.courses import STILL_MEETING, Course, courses_of, offered
from kindcircle.rooms.preparing.parts import MY_PEOPLE, STEPS
from kindcircle.rooms.preparing.queries import own_plan, steps_done
from kindcircle.rooms.reminders.words import words_for
from kindcircle.rooms.safety.queries import help_lines
from kindcircle.rooms.writing.models import Letter
from kindcircle.rooms.writing.phrases import open_phrases
from kindcircle.rooms.writing.queries import letters_arrived
from kindcircle.spec.practices import Practice, newest_practice
from kindcircle.spec.programmes import HomeOption, PracticeUse, Session
from kindcircle.spec.slowing import stays_open
from kindcircle.spec.texts import load_handout

PUT_AWAY = "put_away_on"
"""Where the session remembers the day for which somebody put the practice away. Nothing else does."""

SHOWN = 3
"""Of what somebody keeps at hand, so many stand on their page; the rest is one tap away."""

HELPING = ("my-anchor", "my-evening", "if-it-gets-dark", MY_PEOPLE)
"""The lines of one's own plan that help when it is hard."""


@dataclass(frozen=True, slots=True)
class AtHome:
    """One thing to try this week: in whose words, how often, and what to open.

    stands_for  the practice of the week that somebody chose this one instead of; empty for the week's own
    """

    words: str
    how_often: str
    practice: Practice
    seconds: int
    stands_for: str = ""

    @property
    def length(self) -> str:
        return length_in_words(self.seconds)

    @property
    def of_the_week(self) -> str:
        """The practice that the group brought, whatever stands in its place."""
        return self.stands_for or self.practice.id


@dataclass(frozen=True, slots=True)
class Meeting:
    """The coming meeting as the page shows it.

    is_open   the door is open now
    gone_by   nobody opened it, and its time has passed
    there     its start by the clock of the place, where that differs from the member's own; else None
    """

    gathering: Gathering
    reminder: str
    is_open: bool
    gone_by: bool
    is_today: bool
    there: datetime | None


@page(Permission.TODAY_SEE)
def today(request: HttpRequest) -> HttpResponse:
    """One page, one thing on top; the rest stands quietly below. It counts nothing and asks for nothing."""
    at, actor = clock.now(), request.actor  # type: ignore[attr-defined]
    courses = courses_of(actor)
    course = _first(courses, at)
    keys.open_keys([request.user, course.group.organisation])  # type: ignore[list-item]
    soon = course.soon(at)
    sheets = [sheet for sheet in open_assignments(actor, at) if soon is None or sheet.gathering_id != soon.pk]
    there = waiting_for(request.user, course, by=actor, at=at)  # type: ignore[arg-type]
    arrived = list(letters_arrived(actor)) if there.letters else []
    put_away = request.session.get(PUT_AWAY) == timezone.localdate().isoformat()
    context = {
        "name": seals.name_of(request.user),  # type: ignore[arg-type]
        "day": timezone.localdate(),
        "course": course,
        "weeks": _weeks(course),
        "week": _week(course),
        "main": _main(soon, sheets, arrived, course, put_away=put_away),
        "meeting": _meeting(course, at),
        "sheets": sheets,
        "letters": arrived,
        "to_agree": there.unanswered,
        "to_consent": not there.said_yes and _asks_for_a_yes(request),
        # Getting ready is for before the first meeting.
        "to_prepare": course.held is None and len(steps_done(request.user, by=actor)) < len(STEPS),  # type: ignore[arg-type]
        "put_away": put_away,
        "answered": there.answers,
        "nudged": there.nudges,
        "new_sign_in": there.new_sign_in,
        "endings": [*notices(course, request, there), *each_other_on_today(course.group, request, there)],
        **on_today(course, request, there, at),
        "others": [_other(one, at) for one in courses if one is not course],
    }
    pace = goes_slowly(actor.user_id) if there.slowly else None
    shelf = shelf_of(request.user, by=actor) if there.shelf else EMPTY  # type: ignore[arg-type]
    mine = {"mine": [_shortest(one) for one in at_hand_now(shelf, courses, pace)[:SHOWN]]}
    at_home = _at_home(course, pace, shelf.in_week(week_of(course)))
    asked_again = still_there(request) if there.still_there else {}
    return render(request, "member/today.html", context | at_home | mine | asked_again)


@page(Permission.TODAY_SEE, methods=("POST",))
def not_today(request: HttpRequest) -> SeeOther:
    """Put this week's practice away until tomorrow, or take it out again. Nobody is told and nothing is kept."""
    if request.POST.get("back"):
        request.session.pop(PUT_AWAY, None)
    else:
        request.session[PUT_AWAY] = timezone.localdate().isoformat()
    return on_to("member:today")


@page(Permission.TODAY_SEE)
def hard_day(request: HttpRequest) -> HttpResponse:
    """For a day when the usual is too much: the ground first, then small comforts, then people."""
    course = _first(courses_of(request.actor), clock.now())  # type: ignore[attr-defined]
    plan = own_plan(request.user, by=request.actor)  # type: ignore[arg-type, attr-defined]
    context = {
        "plan": [(line.ask, plan.lines[line.id]) for line in asks() if line.id in HELPING and line.id in plan.lines],
        "card": as_html(load_handout("hard-day-card").text),
        "lines": help_lines(course.group.organisation, at=clock.now()),
        **on_a_hard_day(request),
        "phrases": open_phrases(author=request.user, by=request.actor).lines,  # type: ignore[arg-type, attr-defined]
        **comforts(),
    }
    return render(request, "member/hard_day.html", context)


def _asks_for_a_yes(request: HttpRequest) -> bool:
    """Whether to ask for a yes today: it is missing, or the text is another one now, and they did not say "not now"."""
    not_now = request.session.get(NOT_NOW) == timezone.localdate().isoformat()
    return not not_now and is_asked(request.user)  # type: ignore[arg-type]


def _first(courses: list[Course], at: datetime) -> Course:
    """Of several groups the one that meets next; a finished one only when there is no other."""

    def order(course: Course) -> tuple[bool, bool, float]:
        coming = course.coming
        return course.finished, course.soon(at) is None, coming.starts_at.timestamp() if coming else 0.0

    return min(courses, key=order)


def _main(
    soon: Gathering | None, sheets: list[OpenSheet], arrived: list[Letter], course: Course, *, put_away: bool
) -> str:
    """Which one thing stands on top."""
    if soon is not None:
        return "meeting"
    if sheets:
        return "sheet"
    if arrived:
        return "letter"
    if course.held is None:
        return "welcome" if course.programme else "nothing"
    return "rest" if put_away else "practice"


def _meeting(course: Course, at: datetime) -> Meeting | None:
    coming = course.coming
    if coming is None:
        return None
    planned = coming.state == Gathering.State.PLANNED
    here, there = timezone.localtime(coming.starts_at), coming.starts_at.astimezone(ZoneInfo(course.group.zone))
    return Meeting(
        gathering=coming,
        reminder=words_for(coming),
        is_open=not planned,
        gone_by=planned and at > coming.ends_at + STILL_MEETING,
        is_today=here.date() == timezone.localtime(at).date(),
        there=there.replace(tzinfo=None) if there.utcoffset() != here.utcoffset() else None,
    )


def _weeks(course: Course) -> int:
    """How many meetings the programme has; one that comes months after the end is not among them."""
    return min(len(course.gatherings), len(course.programme.sessions)) if course.programme else len(course.gatherings)


def _week(course: Course) -> int:
    """Which week of the programme it is; one past the last when it is over."""
    if course.finished or course.coming is None:
        return _weeks(course) + 1
    return course.coming.number


def _at_home(course: Course, pace: SlowerPace | None, instead: dict[str, str]) -> dict[str, Any]:
    """This week's practice in the words of the session held last; before the first, what happens here.

    instead is what its owner does in the place of some of it: another practice, or none.
    """
    held = course.held
    if held is None:
        words = load_handout("what-happens-here") if course.programme else None
        return {"welcome": words and {"title": words.title, "text": as_html(words.text, deeper=1)}}
    at_need = held.home.at_need
    light = _Light(course, pace)
    options = [_option(option) for option in (held.home.minimum, *held.home.usual)]
    minimum, *usual = [_instead(light(one), course, instead) for one in options]
    return {
        "minimum": minimum,
        "usual": [one for one in light.each_once(minimum, usual) if one],
        "left_out": [one.practice for one in options if instead.get(one.practice.id) == LEFT_OUT],
        "at_need": at_need and light(AtHome("", "", at_need.load(), at_need.seconds)),
        "slowly": pace,
        "handouts": [_handout(one) for one in (course.sessions if course.finished else (held,))],
    }


def _instead(option: AtHome, course: Course, instead: dict[str, str]) -> AtHome | None:
    """The same, or what its owner does instead; None where they leave it out."""
    other = instead.get(option.practice.id)
    if other is None:
        return option
    offer = offered([course], other) if other != LEFT_OUT else None
    return AtHome("", "", offer.practice, offer.lengths[0], option.practice.id) if offer else None


def _shortest(practice: Practice) -> AtHome:
    return AtHome("", "", practice, practice.shortest.seconds)


def _option(option: HomeOption) -> AtHome:
    use: PracticeUse = option.practice
    return AtHome(option.words, option.how_often, use.load(), use.seconds)


@dataclass(frozen=True, slots=True)
class _Light:
    """What this week has for somebody, lighter where they go slowly."""

    course: Course
    pace: SlowerPace | None

    def __call__(self, option: AtHome) -> AtHome:
        """The same; or, where it rests, the easier practice that is open to them, or else the ground."""
        if self.pace is None or stays_open(option.practice):
            return option
        easier = option.practice.easier.practice
        offer = offered([self.course], easier) if easier else None
        light = offer.practice if offer and stays_open(offer.practice) else newest_practice(GROUNDING)
        return AtHome("", "", light, light.shortest.seconds)

    def each_once(self, first: AtHome | None, options: list[AtHome | None]) -> list[AtHome | None]:
        """Several may have become the same light one."""
        if self.pace is None:
            return options
        before = first.practice.id if first else ""
        found = {one.practice.id: one for one in reversed(options) if one and one.practice.id != before}
        return list(reversed(found.values()))


def _handout(session: Session) -> tuple[str, SafeString]:
    return session.talk.handout_title, as_html(session.talk.handout, deeper=1)


def _other(course: Course, at: datetime) -> dict[str, Any]:
    """Another group of the same member, in one line."""
    return {"group": course.group, "coming": course.coming, "soon": course.soon(at), "finished": course.finished}

"""My practices: those that help me, something else instead this week, and my days as a gentle picture.

Nothing here counts, compares or reminds. All of it is for its owner alone.
"""

from collections import defaultdict
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import NotFound, TooMany
from kindcircle.doors.web.member.branch import MOST, grow
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.backdraft.models import SlowerPace
from kindcircle.rooms.backdraft.queries import goes_slowly
from kindcircle.rooms.practice import at_hand
from kindcircle.rooms.practice.at_hand import LEFT_OUT, Shelf
from kindcircle.rooms.practice.courses import Course, courses_of, offered, open_to
from kindcircle.rooms.practice.queries import plays_of
from kindcircle.spec.practices import LEVELS, Practice, newest_practice
from kindcircle.spec.slowing import stays_open
from kindcircle.spec.texts import ContentError

SINCE = timedelta(days=400)
MOST_PLAYS = 2000


@page(Permission.PRACTICE_PLAY, methods=("GET", "POST"))
def my_practices(request: HttpRequest) -> HttpResponse:
    """The picture, the shelf, and what can be put on it."""
    member, by = person_of(request), request.actor  # type: ignore[attr-defined]
    courses = courses_of(by)
    if request.method == "POST":
        return _change(request, courses)
    shelf = at_hand.shelf_of(member, by=by)
    here = _open_now(courses, goes_slowly(by.user_id))
    days = _days(request, shelf)
    context = {
        "shelf": shelf,
        "mine": [here[name] for name in shelf.practices if name in here],
        "resting": [_title(name) for name in shelf.practices if name not in here],
        "others": [one for name, one in here.items() if name not in shelf.practices],
        "days": days,
        "branch": None if shelf.hidden or not days else grow({day for day, done, _hard in days if done}, _hard(days)),
    }
    return render(request, "member/my_practices.html", context)


@page(Permission.PRACTICE_PLAY, methods=("GET", "POST"))
def instead(request: HttpRequest, practice_id: str) -> HttpResponse:
    """Something else this week, or nothing in its place. No reason is asked and nobody is told."""
    member, by = person_of(request), request.actor  # type: ignore[attr-defined]
    courses = courses_of(by)
    asked = offered(courses, practice_id)
    course = next((one for one in courses if asked and one.group == asked.group), None)
    if asked is None or course is None:
        raise NotFound
    choices = _near(asked.practice, _open_now(courses, goes_slowly(by.user_id)))
    other = request.POST.get("instead")
    if other in {LEFT_OUT, practice_id, *(one.id for one in choices)}:
        at_hand.do_instead(practice_id, other, week=week_of(course), member=member, by=by)
        return on_to("member:today")
    # What was chosen may have closed meanwhile, where somebody goes more slowly now.
    context = {"practice": asked.practice, "choices": choices, "not_open": request.method == "POST"}
    return render(request, "member/instead.html", context, status=422 if context["not_open"] else 200)


def week_of(course: Course) -> str:
    """The week a choice holds for: until the group meets next."""
    return f"{course.group.code} {course.coming.number if course.coming else 0}"


def at_hand_now(shelf: Shelf, courses: list[Course], pace: SlowerPace | None) -> list[Practice]:
    """What somebody put on their shelf and may open now, in their order."""
    if not shelf.practices:
        return []
    here = _open_now(courses, pace)
    return [here[name] for name in shelf.practices if name in here]


def _open_now(courses: list[Course], pace: SlowerPace | None) -> dict[str, Practice]:
    """What is open to somebody alone at home now; where they go slowly, the light ones."""
    found = (one for one in open_to(courses) if "solo" in one.settings)
    return {one.id: one for one in found if pace is None or stays_open(one)}


def _near(practice: Practice, here: dict[str, Practice]) -> list[Practice]:
    """Other practices that are open, the nearest in kind first; none that stirs more than this one."""
    level = LEVELS[practice.backdraft]
    others = [one for one in here.values() if one.id != practice.id and LEVELS[one.backdraft] <= level]
    return sorted(others, key=lambda one: -len(set(one.elements) & set(practice.elements)))


def _change(request: HttpRequest, courses: list[Course]) -> HttpResponse:
    member, by = person_of(request), request.actor  # type: ignore[attr-defined]
    practice, do = request.POST.get("practice", "")[:60], request.POST.get("do", "")
    if do == "put" and offered(courses, practice):
        try:
            at_hand.put_at_hand(practice, member=member, by=by)
        except TooMany as full:
            messages.warning(request, full.sentence)
    elif do == "away":
        at_hand.take_away(practice, member=member, by=by)
    elif do == "up":
        at_hand.move_up(practice, member=member, by=by)
    elif do in ("hide", "show"):
        at_hand.hide_picture(hidden=do == "hide", member=member, by=by)
    elif do == "forget" and (day := _day(request.POST.get("day", ""))):
        at_hand.forget_hard_day(day, member=member, by=by)
        messages.success(request, _("The note is gone."))
    if request.POST.get("back") == "practice" and offered(courses, practice):
        return on_to("member:practice", practice)
    return on_to("member:my-practices")


@page(Permission.TODAY_SEE, methods=("POST",))
def note_hard_day(request: HttpRequest) -> HttpResponse:
    """Note for oneself that today was hard: the day, and nothing else."""
    today = timezone.localtime(clock.now()).date()
    at_hand.note_hard_day(today, member=person_of(request), by=request.actor)  # type: ignore[attr-defined]
    messages.success(request, _("Noted, for you alone. You find it under My practices, and can take it away there."))
    return on_to("member:hard-day")


def _days(request: HttpRequest, shelf: Shelf) -> list[tuple[date, list[str], bool]]:
    """Days with practice, and hard days that were noted: the newest first, with what was practised and whether hard."""
    titles: dict[date, list[str]] = defaultdict(list)
    for play in plays_of(request.user, since=clock.now() - SINCE, most=MOST_PLAYS):  # type: ignore[arg-type]
        title = _title(play.practice)
        day = timezone.localtime(play.started_at).date()
        if title not in titles[day]:
            titles[day].append(title)
    hard = set(shelf.hard_days)
    return [(day, titles.get(day, []), day in hard) for day in sorted({*titles, *hard}, reverse=True)][:MOST]


def _hard(days: list[tuple[date, list[str], bool]]) -> set[date]:
    return {day for day, _done, hard in days if hard}


def _title(name: str) -> str:
    """What a practice is called now; a practice that is no longer here keeps the name it was stored under."""
    try:
        return newest_practice(name).title
    except ContentError:
        return name


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:  # such as 31 February
        return None

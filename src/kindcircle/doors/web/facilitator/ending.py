"""The end of a group, as those who lead see it: finishing, letters, words to hand on, one meeting more, the circle."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid, KindError, NotFound
from kindcircle.base.vault import seals
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, key_of, on_to
from kindcircle.rooms.ending import circles, closing, finishing, reviews
from kindcircle.rooms.ending.errors import DoesNotReceive, NothingSaid
from kindcircle.rooms.ending.keeping import held, space_goes_at
from kindcircle.rooms.ending.models import CircleInvitation, ClosingLetter, Ending, KeptLine
from kindcircle.rooms.ending.waiting import Waits, waiting_in
from kindcircle.rooms.groups.errors import NotADate
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.public_days import public_day
from kindcircle.rooms.groups.queries import meeting_name, present_places, programme_of

GROUPS = Group.objects.select_related("organisation")
LINES = KeptLine.objects.select_related("to__user", "to__group__organisation")
INVITATIONS = CircleInvitation.objects.select_related("circle__organisation", "person")
TO_ALL = "all"
Line = tuple[str, str]


def waiting(groups: Sequence[Group]) -> dict[int, list[Line]]:
    """What the middle and the end have for those who lead, by group id: words and where to go."""
    found = waiting_in(groups)
    return {group.pk: list(_in_words(group.code, found[group.pk])) for group in groups}


def _in_words(code: str, waits: Waits) -> Iterator[Line]:
    if waits.review:
        gather = waits.review == "gather"
        words = _("The middle: bring the words together") if gather else _("The middle: say what you make of it")
        yield words, reverse("facilitator:review", args=[code])
    if waits.finish:
        yield _("The last meeting is over: finish the group"), reverse("facilitator:ending", args=[code])
    if waits.lines:
        words = ngettext("%(n)s parting word to hand on", "%(n)s parting words to hand on", waits.lines)
        yield words % {"n": waits.lines}, reverse("facilitator:ending", args=[code])
    if waits.people:
        words = ngettext(
            "%(n)s person would like to come to the circle",
            "%(n)s people would like to come to the circle",
            waits.people,
        )
        yield words % {"n": waits.people}, reverse("facilitator:circle", args=[code])


def on_the_sheet(gathering: Gathering) -> dict[str, Any]:
    """What the run-sheet of this meeting says of the middle and the end."""
    plan = programme_of(gathering.group)
    left = len(plan.sessions) - gathering.number
    near = plan.form == "closed" and len(plan.sessions) > finishing.NEAR and 0 <= left < finishing.NEAR
    words = ngettext(
        "After this one %(n)s meeting is left. Say so at the start, in one plain line.",
        "After this one %(n)s meetings are left. Say so at the start, in one plain line.",
        left,
    )
    last = _("This is the last meeting. Leave room for goodbye; the closing is never cut.")
    return {
        "middle": reviews.middle_of(plan) == gathering.number,
        "end_words": "" if not near else last if left == 0 else words % {"n": left},
    }


@page(Permission.ENDING_KEEP, about=GROUPS, methods=("GET", "POST"))
def ending(request: HttpRequest, group: Group) -> HttpResponse:
    """Everything about the end on one page: what is to do comes first."""
    if request.method != "POST":
        return _show(request, group)
    by, at, do = request.actor, clock.now(), request.POST.get("do", "")  # type: ignore[attr-defined]
    try:
        if do == "finish":
            finishing.finish_group(group=group, by=by, at=at)
            messages.success(request, _("The group is over. Members keep reading what is theirs."))
        elif do == "date":
            finishing.set_months_on(group=group, wall=_wall(request.POST.get("wall", "")), by=by, at=at)
            messages.success(request, _("It has a date. Everybody who was in the group is told once."))
        elif do == "line":
            _leave_words(request, group)
            messages.success(request, _("It is on their page."))
        else:
            raise NotFound
    except (Conflict, Invalid) as error:
        return _show(request, group, error=error)
    return on_to("facilitator:ending", group.code)


@page(Permission.ENDING_KEEP, about=LINES, methods=("POST",))
def decide(request: HttpRequest, line: KeptLine) -> SeeOther:
    """Hand a member's words on, or set them aside."""
    give = request.POST.get("do") == "give"
    try:
        closing.decide_line(line=line, give=give, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    except Conflict as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _("Handed on.") if give else _("Set aside. Perhaps talk with whoever wrote it."))
    return on_to("facilitator:ending", line.to.group.code)


@page(Permission.ENDING_KEEP, about=GROUPS, methods=("GET", "POST"))
def letter(request: HttpRequest, group: Group, *, to: str) -> HttpResponse:
    """A letter to the whole group, or to one: a draft for as long as you like, then given once."""
    by = request.actor  # type: ignore[attr-defined]
    place = None if to == TO_ALL else present_places(group).filter(code=to).first()
    if to != TO_ALL and place is None:
        raise NotFound
    there, error, text = closing.letter_to(group, place, by=by), None, request.POST.get("text", "")
    if request.method == "POST":
        give = request.POST.get("do") == "give"
        try:
            closing.save_letter(group=group, to=place, text=text, give=give, by=by, at=clock.now())
        except (Conflict, Invalid) as refused:
            error = refused
        else:
            messages.success(request, _("Given. It is on their page.") if give else _("The draft is kept."))
            return on_to("facilitator:ending", group.code)
    elif there is not None:
        text = there.words
    elif place is None:
        text = closing.draft_to_all(group, by=by)
    sentence = error.sentence if error else ""
    if isinstance(error, NothingSaid) and closing.gap() in text:
        sentence = _("One gap is still open: please put your own words where the brackets are.")
    context = {
        "group": group,
        "to": to,
        "name": seals.name_of(place.user) if place else "",
        "text": text,
        "given": there.given if there else None,
        "shown": as_html(there.words, deeper=1) if there and there.given else "",
        "longest": closing.LONGEST_LETTER,
        "error": sentence,
    }
    return render(request, "facilitator/closing_letter.html", context, status=error.status if error else 200)


@page(Permission.CIRCLE_ADMIT, about=GROUPS)
def circle(request: HttpRequest, group: Group) -> HttpResponse:
    """Who would like to come to this circle, and who is in it."""
    by = request.actor  # type: ignore[attr-defined]
    places = list(present_places(group))
    names = seals.names_of([place.user for place in places])
    context = {
        "group": group,
        "asked": circles.waiting(group, by=by),
        "inside": [names[place.user_id] for place in places],
    }
    return render(request, "facilitator/circle.html", context)


@page(Permission.CIRCLE_ADMIT, about=INVITATIONS, methods=("POST",))
def admit(request: HttpRequest, invitation: CircleInvitation) -> SeeOther:
    """Sign that this person may come."""
    try:
        circles.admit(invitation=invitation, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    except (Conflict, Invalid) as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(request, _("They are in, and they are told that something waits."))
    return on_to("facilitator:circle", invitation.circle.code)


def _wall(typed: str) -> datetime:
    """The date and time as typed, on the clock of the group. Raises NotADate."""
    try:
        found = parse_datetime(typed)
    except ValueError:
        found = None
    if found is None:
        raise NotADate(_("Please choose a day and a time."))
    return found.replace(tzinfo=None)


def _leave_words(request: HttpRequest, group: Group) -> None:
    to = next((one for one in closing.who_receives(group) if one.code == request.POST.get("to")), None)
    if to is None:
        raise DoesNotReceive
    closing.write_line(
        to=to,
        text=request.POST.get("text", ""),
        client_key=key_of(request),
        author=request.user,  # type: ignore[arg-type]
        by=request.actor,  # type: ignore[attr-defined]
        at=clock.now(),
    )


def _show(request: HttpRequest, group: Group, error: KindError | None = None) -> HttpResponse:
    by = request.actor  # type: ignore[attr-defined]
    over = group.state == Group.State.FINISHED
    later = finishing.months_on(group) if programme_of(group).form == "closed" else None
    proposed = finishing.proposed_date(group)
    typed = request.POST if error else {}
    receivers = closing.who_receives(group)
    places = list(present_places(group))
    names = seals.names_of([place.user for place in places])
    row = Ending.objects.filter(group=group).first()
    context = {
        "group": group,
        "closed_form": programme_of(group).form == "closed",
        "may_finish": finishing.may_finish(group),
        "over": over,
        "later": later,
        "later_name": meeting_name(later.gathering) if later else "",
        "comes": [names[one] for one in names if later and one in later.comes],
        "stays_away": [names[one] for one in names if later and one in later.stays_away],
        "proposed": typed.get("wall") or proposed.strftime("%Y-%m-%dT%H:%M"),
        "proposed_holiday": public_day(proposed.date(), group.organisation.country)[0],
        "lines": closing.lines_that_wait(group, by=by, at=clock.now()),
        "letters": _letters(group, places, names),
        "receivers": [(one.code, names[one.user_id]) for one in receivers],
        "is_open": closing.is_open(group),
        "key": key_of(request) if error else codes.new_code(),
        "typed": {name: typed.get(name, "") for name in ("text", "to")},
        "longest": closing.LONGEST_LINE,
        "goes_at": space_goes_at(row) if row is not None and row.space_gone_at is None else None,
        "hold": held(group),
        "error": error.sentence if error else "",
    }
    return render(request, "facilitator/ending.html", context, status=error.status if error else 200)


def _letters(group: Group, places: list[Membership], names: dict[int, str]) -> list[dict[str, Any]]:
    """Whom a letter can go to, and how far it is."""
    rows = {row.to_id: row for row in ClosingLetter.objects.filter(group=group)}

    def one(to: str, name: str, row: ClosingLetter | None) -> dict[str, Any]:
        return {"to": to, "name": name, "state": "given" if row and row.given_at else "draft" if row else ""}

    first = one(TO_ALL, _("To the whole group"), rows.get(None))
    return [first, *(one(place.code, names[place.user_id], rows.get(place.pk)) for place in places)]

"""Parting: words to keep, letters, the meeting months later, the circle, and what becomes of one's own words."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid, KindError
from kindcircle.base.people import sessions
from kindcircle.base.vault import seals
from kindcircle.doors.web.member import own_file
from kindcircle.doors.web.member.sending import gives_words_back
from kindcircle.doors.web.member.waiting import Waiting
from kindcircle.doors.web.shared.markdown import as_html
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, key_of, on_to
from kindcircle.doors.web.shared.tries import stop_asking
from kindcircle.rooms.ending import circles, closing, finishing, own_words, reviews
from kindcircle.rooms.ending.errors import DoesNotReceive
from kindcircle.rooms.ending.keeping import WARNING, held, space_goes_at, times_of
from kindcircle.rooms.ending.models import CircleInvitation, Ending, KeptLine, WritingClock
from kindcircle.rooms.ending.person_holds import told_hold_on
from kindcircle.rooms.ending.retention import writing_goes_at
from kindcircle.rooms.groups.models import Gathering, Group, Membership
from kindcircle.rooms.groups.queries import meeting_name
from kindcircle.rooms.practice.courses import Course

GROUPS = Group.objects.select_related("organisation")
GATHERINGS = Gathering.objects.select_related("group__organisation")
LINES = KeptLine.objects.select_related("to__user", "to__group__organisation")
INVITATIONS = CircleInvitation.objects.select_related("circle__organisation", "person")


@dataclass(frozen=True, slots=True)
class Notice:
    """One line on the page of today, and where it leads."""

    words: str
    url: str
    tag: str = ""


def notices(course: Course, request: HttpRequest, there: Waiting) -> list[Notice]:
    """What the middle and the end of this group have for this member today. Asks for nothing twice."""
    group, plan = course.group, course.programme
    found: list[Notice] = []
    for one in circles.invitations_for(request.actor) if there.invited else ():  # type: ignore[attr-defined]
        tag = "" if one.answer else _("if you like")
        found.append(Notice(_("A circle to come back to"), reverse("member:circle", args=[one.code]), tag))
    if plan is None:
        return found
    middle = reviews.middle_of(plan)
    if group.state != Group.State.FINISHED and any(
        one.number == middle and one.state != Gathering.State.PLANNED for one in course.gatherings
    ):
        where = reverse("member:review", args=[group.code])
        if not there.gathered:
            found.append(Notice(_("The middle of our course: keep, change, need"), where, _("without your name")))
        elif there.review_answered:
            found.append(Notice(_("You said, we did"), reverse("member:we-did", args=[group.code])))
    left = finishing.left_of(group, plan, course.gatherings)
    closing_page = reverse("member:closing", args=[group.code])
    if left is not None:
        found.append(Notice(left_in_words(left), closing_page))
    elif group.state == Group.State.FINISHED:
        ending = Ending.objects.filter(group=group).first()
        if ending is not None and ending.space_gone_at is None:
            found.append(Notice(_("Parting words, and what comes after"), closing_page))
        clock_runs = WritingClock.objects.filter(person_id=request.user.pk, gone_at=None).exists()
        told = ending is not None and ending.space_warned_at is not None and ending.space_gone_at is None
        tag = _("something will go soon") if clock_runs or told else ""
        found.append(Notice(_("What to keep, take along or erase"), reverse("member:keep"), tag))
    elif finishing.all_held(plan, course.gatherings):
        found.append(Notice(_("Parting words, and what comes after"), closing_page))
    return found


def left_in_words(left: int) -> str:
    """How near the end is, in calm words."""
    if left == 1:
        return _("The next meeting is our last")
    words = ngettext("%(n)s meeting left, with the next one", "%(n)s meetings left, with the next one", left)
    return words % {"n": left}


@page(Permission.ENDING_SEE, about=GROUPS)
def closing_page(request: HttpRequest, group: Group) -> HttpResponse:
    """One's own page at the end: letters, kept words, and the meeting months later."""
    return _show(request, group)


@page(Permission.ENDING_SEE, about=GROUPS, methods=("POST",))
def receives(request: HttpRequest, group: Group) -> SeeOther:
    """Yes, others may leave me some words; or I would rather not."""
    place = _own(request, group)
    wish = request.POST.get("wish") == "yes"
    closing.say_receives(place=place, wish=wish, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("Kept. You can change it at any time."))
    return on_to("member:closing", group.code)


@gives_words_back("text")
@page(Permission.ENDING_SEE, about=GROUPS, methods=("POST",))
def write(request: HttpRequest, group: Group) -> HttpResponse:
    """A few words, for oneself or for somebody who would like some."""
    place, to_code = _own(request, group), request.POST.get("to", "")
    to = next((one for one in closing.who_receives(group) if one.code == to_code), place if not to_code else None)
    try:
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
    except (Conflict, Invalid) as error:
        return _show(request, group, error=error)
    own = to.pk == place.pk
    messages.success(request, _("Kept.") if own else _("Thank you. Your facilitators look at it and hand it on."))
    return on_to("member:closing", group.code)


@page(Permission.KEPT_LINE_REMOVE, about=LINES, methods=("POST",))
def remove(request: HttpRequest, line: KeptLine) -> SeeOther:
    """A line of one's own page is gone."""
    group = line.to.group
    closing.remove_line(line=line, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("It is gone."))
    return on_to("member:closing", group.code)


@page(Permission.ENDING_SEE, about=GATHERINGS, methods=("POST",))
def coming(request: HttpRequest, gathering: Gathering) -> SeeOther:
    """I come, or I would rather not."""
    comes = request.POST.get("comes") == "yes"
    try:
        finishing.say_coming(
            gathering=gathering,
            comes=comes,
            member=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except Conflict as error:
        messages.warning(request, error.sentence)
    else:
        messages.success(
            request, _("We keep you a place.") if comes else _("Thank you for telling us. That is a full answer.")
        )
    return on_to("member:closing", gathering.group.code)


@page(Permission.CIRCLE_ANSWER, about=INVITATIONS, methods=("GET", "POST"))
def circle(request: HttpRequest, invitation: CircleInvitation) -> HttpResponse:
    """An invitation to the open circle: yes, no, or nothing at all."""
    if request.method == "POST":
        yes = request.POST.get("answer") == "yes"
        try:
            circles.answer(invitation=invitation, yes=yes, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
        except Conflict as error:
            messages.warning(request, error.sentence)
        else:
            messages.success(
                request,
                _("Thank you. Those who lead the circle let you in.") if yes else _("That is fine. Nobody asks again."),
            )
        return on_to("member:today") if not yes else on_to("member:circle", invitation.code)
    words = as_html(circles.words_of(invitation), deeper=1)
    return render(request, "member/circle.html", {"invitation": invitation, "words": words})


@page(Permission.OWN_WORDS_KEEP)
def keep(request: HttpRequest) -> HttpResponse:
    """What there is of one's own words, and the three things one can do with it."""
    at, user = clock.now(), request.user
    endings = Ending.objects.filter(
        group__memberships__user__code=request.actor.code,  # type: ignore[attr-defined]
        group__memberships__role=Membership.Role.MEMBER,
        space_gone_at=None,
    ).select_related("group__organisation")
    writing_at = writing_goes_at(user)  # type: ignore[arg-type]
    context = {
        "count": own_words.count_of(user),  # type: ignore[arg-type]
        "fresh": sessions.is_fresh(request.session, at=at),
        "groups": [(one.group, space_goes_at(one), held(one.group)) for one in endings],
        "writing_at": writing_at,
        "soon": writing_at is not None and at >= writing_at - WARNING,
        "times": times_of(user.organisation),  # type: ignore[union-attr]
        "hold": told_hold_on(user),  # type: ignore[arg-type]
    }
    return render(request, "member/keep.html", context)


@page(Permission.OWN_WORDS_KEEP, methods=("POST",))
def take(request: HttpRequest) -> HttpResponse:
    """All of one's own words as one file: a page to read, and the same for machines."""
    at = clock.now()
    if not sessions.is_fresh(request.session, at=at):
        return on_to("member:keep")
    often = _("That was often in one day. The file is yours; please take it along again tomorrow.")
    stop_asking(request, "take-along", often, key=request.actor.code)  # type: ignore[attr-defined]
    return HttpResponse(
        own_file.pack(request.user, by=request.actor, at=at),  # type: ignore[arg-type, attr-defined]
        content_type="application/zip",
        headers={"Content-Disposition": 'attachment; filename="my-words.zip"'},
    )


@page(Permission.OWN_WORDS_KEEP, methods=("GET", "POST"))
def erase(request: HttpRequest) -> HttpResponse:
    """Asks once more, then takes away what somebody wrote for themselves, for good."""
    at = clock.now()
    if not sessions.is_fresh(request.session, at=at):
        return on_to("member:keep")
    if request.method != "POST":
        return render(request, "member/erase.html", {"count": own_words.count_of(request.user)})  # type: ignore[arg-type]
    gone = on_to("member:keep")
    try:
        own_words.erase_writing(person=request.user, by=request.actor, at=at)  # type: ignore[arg-type, attr-defined]
    except Conflict as refused:
        messages.warning(request, refused.sentence)
    else:
        messages.success(request, _("Your journal, your letters and your kept words are gone."))
        gone.headers["Clear-Site-Data"] = '"cache", "storage"'  # with what this phone kept
    return gone


@page(Permission.OWN_WORDS_KEEP, methods=("POST",))
def sign_in_again(request: HttpRequest) -> SeeOther:
    """Sign out and in again, and come back here: so that nobody else at this device takes it all along."""
    to = "privacy:erase" if request.POST.get("to") == "everything" else "member:keep"
    logout(request)
    return on_to(to)  # which sends a visitor to sign in, and from there back


def _own(request: HttpRequest, group: Group) -> Membership:
    place = closing.own_place(group, by=request.actor)  # type: ignore[attr-defined]
    assert place is not None  # the page was asked for by a present member of the group
    return place


def _show(request: HttpRequest, group: Group, error: KindError | None = None) -> HttpResponse:
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    place = _own(request, group)
    others = [one for one in closing.who_receives(group) if one.pk != place.pk]
    names = seals.names_of([one.user for one in others])
    later, ending = finishing.months_on(group), Ending.objects.filter(group=group).first()
    is_open = closing.is_open(group)
    context = {
        "group": group,
        "is_open": is_open,
        "left": finishing.meetings_left(group),
        "left_words": left_in_words(finishing.meetings_left(group) or 0),
        "letters": [as_html(one.words, deeper=1) for one in closing.letters_for(place, by=by)],
        "lines": closing.lines_for(place, by=by),
        "receives": closing.receives(place),
        "others": [(one.code, names[one.user_id]) for one in others],
        "longest": closing.LONGEST_LINE,
        "key": key_of(request) if error else codes.new_code(),
        "typed": {name: request.POST.get(name, "") for name in ("text", "to")} if error else {},
        "error": error.sentence if error else "",
        "goes_at": space_goes_at(ending) if ending is not None and ending.space_gone_at is None else None,
        **_months_on(request, later, group, at),
    }
    return render(request, "member/closing.html", context, status=error.status if error else 200)


def _months_on(request: HttpRequest, later: finishing.MonthsOn | None, group: Group, at: datetime) -> dict[str, object]:
    """The invitation to meet once more, with what this member said to it."""
    if later is None or later.gathering.state != Gathering.State.PLANNED or later.gathering.starts_at <= at:
        return {}
    who = request.user.pk
    return {
        "later": later.gathering,
        "later_name": meeting_name(later.gathering),
        "comes": who in later.comes,
        "stays_away": who in later.stays_away,
        "invitation": as_html(finishing.invitation_words(later.gathering, request.user), deeper=2),  # type: ignore[arg-type]
    }

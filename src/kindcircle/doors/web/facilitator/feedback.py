"""What they told us: one page for each meeting, made for talking about it. Read in less than two minutes."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.base.access import Actor, Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.people.models import User
from kindcircle.base.vault import seals
from kindcircle.doors.web.facilitator.openings import IN_THE_GROUP, TO_ONE_PERSON
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.doors.web.shared.talked import share_words
from kindcircle.rooms.ending.reviews import answer_to
from kindcircle.rooms.feedback import actions, looks, queries, rate
from kindcircle.rooms.feedback.models import LastLook
from kindcircle.rooms.feedback.queries import Told
from kindcircle.rooms.groups.errors import NotOpen
from kindcircle.rooms.groups.models import Gathering, Group
from kindcircle.rooms.groups.queries import gatherings_of, meeting_name, places
from kindcircle.rooms.measures.stopping import ask_again, stop_asking
from kindcircle.rooms.safety.models import Alert

GATHERINGS = Gathering.objects.select_related("group__organisation")
GROUPS = Group.objects.select_related("organisation")
SCALES = (
    ("ease", gettext_lazy("Could be themselves")),
    ("fit", gettext_lazy("Met what they need")),
    ("steadiness", gettext_lazy("How steady they left")),
)
CLEARLY = 2
"""So many points between two meetings are more than the week's weather."""


@page(Permission.GROUP_SEE, about=GROUPS)
def feedback_of(request: HttpRequest, group: Group) -> HttpResponse:
    """The group's newest meeting; before the first there is only a word about what will stand here."""
    last = gatherings_of(group).filter(state=Gathering.State.CLOSED).last()
    if last is not None:
        return on_to("facilitator:feedback", last.code)
    return render(request, "facilitator/feedback_none.html", {"group": group})


@page(Permission.GATHERING_RECORD, about=GATHERINGS, methods=("GET", "POST"))
def feedback(request: HttpRequest, gathering: Gathering) -> HttpResponse:
    """The page. Each button sends by itself, and nothing typed is lost."""
    if gathering.state != Gathering.State.CLOSED:
        raise NotOpen(_("This opens when the meeting has been closed."))
    if request.method != "POST":
        return _show(request, gathering)
    do = DO.get(request.POST.get("do", ""))
    if do is None:
        raise NotFound
    try:
        do(request, gathering, request.actor, clock.now())  # type: ignore[attr-defined]
    except KindError as error:
        if not error.sentence:
            raise
        return _show(request, gathering, error=error)
    return on_to("facilitator:feedback", gathering.code)


@page(Permission.MEASURE_STOP, about=GROUPS, methods=("POST",))
def stop(request: HttpRequest, group: Group) -> HttpResponse:
    """No longer ask this group for something; or ask for it again. From here or from the page of the house."""
    by, at = request.actor, clock.now()  # type: ignore[attr-defined]
    do = ask_again if request.POST.get("do") == "again" else stop_asking
    do(group=group, instrument=request.POST.get("instrument", ""), by=by, at=at)
    messages.success(request, _("It is asked again.") if do is ask_again else _("It is not asked any more."))
    return on_to("facilitator:feedback-of", group.code) if group.pk in by.facilitates else on_to("organisation:home")


def to_begin_with(gathering: Gathering, *, by: Actor) -> dict[str, Any]:
    """For the run-sheet: how to begin to talk about the meeting before, and what the group hears of it."""
    if gathering.state == Gathering.State.CLOSED:
        return {}
    told = [one for one in queries.told_after(gathering.group, by=by) if one.gathering.number < gathering.number]
    if not told:
        return {}
    last = told[-1]
    return {"begin": IN_THE_GROUP[last.opening], "begin_about": last, "did": queries.lines_of(last.gathering)}


def last_result(gathering: Gathering, *, by: Actor) -> Told | None:
    """For talking it over: the meeting before this one, if anybody told anything after it."""
    told = [one for one in queries.told_after(gathering.group, by=by) if one.gathering.number < gathering.number]
    return told[-1] if told and told[-1].told else None


def _talked(request: HttpRequest, gathering: Gathering, by: Actor, at: datetime) -> None:
    actions.say_talked(gathering=gathering, member=_whom(request, gathering), by=by, at=at)
    messages.success(request, _("Noted."))


def _not_talked(request: HttpRequest, gathering: Gathering, by: Actor, at: datetime) -> None:
    actions.take_talked_back(gathering=gathering, member=_whom(request, gathering), by=by, at=at)
    messages.success(request, _("It is taken back."))


def _line(request: HttpRequest, gathering: Gathering, by: Actor, at: datetime) -> None:
    given = request.POST
    actions.tell_group(
        gathering=gathering,
        heard=given.get("heard", ""),
        doing=given.get("doing", ""),
        agreed="agreed" in given,
        client_key=key_of(request),
        by=by,
        at=at,
    )
    messages.success(request, _("Every member can read it, and the wall shows it when you next meet."))


def _line_back(request: HttpRequest, gathering: Gathering, by: Actor, at: datetime) -> None:
    actions.take_line_back(gathering=gathering, code=request.POST.get("line", ""), by=by, at=at)
    messages.success(request, _("It is taken back."))


DO: dict[str, Callable[[HttpRequest, Gathering, Actor, datetime], None]] = {
    "talked": _talked,
    "not-talked": _not_talked,
    "line": _line,
    "line-back": _line_back,
}


def _whom(request: HttpRequest, gathering: Gathering) -> User | None:
    """With whom; nobody in particular is the group."""
    code = request.POST.get("with", "")
    if not code:
        return None
    found = places(gathering.group).filter(user__code=code).first()
    if found is None:
        raise NotFound
    return found.user


def _show(request: HttpRequest, gathering: Gathering, error: KindError | None = None) -> HttpResponse:
    by, at, group = request.actor, clock.now(), gathering.group  # type: ignore[attr-defined]
    told = queries.told_after(group, by=by)
    here = next(place for place, one in enumerate(told) if one.gathering == gathering)
    names = seals.names_of([place.user for place in places(group)])
    check_ins = queries.check_ins(gathering)
    looks.looked(group, [one.instrument for one in check_ins], side=LastLook.Side.LEADING, at=at)
    typed = request.POST if error else {}
    counted = rate.rate_of(group, by=by, at=at)
    context = {
        "gathering": gathering,
        "group": group,
        "meeting": meeting_name(gathering),
        "one": told[here],
        "begin": IN_THE_GROUP[told[here].opening],
        "rows": _rows(told[here], told[here - 1] if here else None),
        "alerts": [
            (alert, names.get(alert.member_id) or seals.name_of(alert.member))
            for alert in Alert.objects.filter(gathering=gathering).select_related("member").order_by("raised_at")
        ],
        "people": [
            (one, names[one.user.pk], [TO_ONE_PERSON[why] for why in one.why])
            for one in queries.to_reach(gathering, by=by)
        ],
        "written": [
            (names.get(user.pk) or seals.name_of(user), words)
            for user, words in queries.written_after(gathering, by=by, at=at)
        ],
        "check_ins": check_ins,
        "lines": queries.lines_of(gathering),
        "most": actions.LINES,
        "longest": actions.LONGEST,
        "reviewed": answer_to(group, by=by),
        "rate": counted,
        "share": share_words(counted.members.share),
        "meetings": [(one, meeting_name(one.gathering)) for one in reversed(told)],
        "unseen": looks.unseen_in(group, by=by),
        "stopped": looks.stopped_in(group, by=by),
        "key": key_of(request) if error else codes.new_code(),
        "typed": {name: typed.get(name, "") for name in ("heard", "doing")},
        "sentence": error.sentence if error else "",
    }
    return render(request, "facilitator/feedback.html", context, status=error.status if error else 200)


def _rows(one: Told, before: Told | None) -> list[dict[str, Any]]:
    """Each question with its spread, and how it stands beside the meeting before; empty below five answers."""
    rows = []
    for scale, words in SCALES:
        spread, earlier = one.spread[scale], before.spread[scale] if before else None
        if spread is not None:
            moved = spread.middle - earlier.middle if earlier else None
            rows.append({"words": words, "spread": spread, "moved": _moved(moved)})
    return rows


def _moved(by: float | None) -> str:
    if by is None:
        return ""
    if abs(by) < CLEARLY:
        return _("about the same")
    return _("it was lower") if by > 0 else _("it was higher")

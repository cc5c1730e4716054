"""What one's own heart did before and after a practice: off until asked for, two numbers, and nothing to win."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Invalid, KindError
from kindcircle.base.people.models import User
from kindcircle.doors.web.member.heart_words import Shown, shown
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.practice.queries import plays_of
from kindcircle.rooms.resonance import actions, queries
from kindcircle.rooms.resonance.models import HeartRecording, Sitting
from kindcircle.spec.documents.heartbeats import LARGEST
from kindcircle.spec.practices import newest_practice
from kindcircle.spec.texts import ContentError

SITTINGS = Sitting.objects.select_related("member__organisation")
LATELY = timedelta(days=14)
MOST_PLAYS = 8
A_PAGE = 30
OTHER = "other"
PARTS = HeartRecording.Part.values


class NoFile(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose a file. It can be up to 1 MB large."))


class NotChosen(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose a practice, and whether it was before or after. Then choose the file again."))


@dataclass(frozen=True, slots=True)
class Choice:
    """A practice that was played lately, to choose."""

    code: str
    title: str
    at: datetime
    when: actions.When


@page(Permission.RESONANCE_SEE)
def heart(request: HttpRequest) -> HttpResponse:
    """What it is and is not, with the way to turn it on; or the practices that have recordings. No number here."""
    rows = Paginator(queries.sittings_of(request.actor), A_PAGE).get_page(request.GET.get("page"))  # type: ignore[attr-defined]
    listed = [(one, title_of(one.practice), sorted(part.part for part in one.recordings.all())) for one in rows]
    context = {"on": queries.is_on(request.actor), "rows": rows, "listed": listed}  # type: ignore[attr-defined]
    return render(request, "member/heart.html", context)


@page(Permission.RESONANCE_KEEP, methods=("POST",))
def turn_on(request: HttpRequest) -> HttpResponse:
    """Yes, for oneself."""
    actions.turn_on(member=request.user, by=request.actor, at=clock.now())  # type: ignore[arg-type, attr-defined]
    messages.success(request, _("It is on. Only you can see this."))
    return on_to("member:heart")


@page(Permission.RESONANCE_SEE, methods=("GET", "POST"))
def turn_off(request: HttpRequest) -> HttpResponse:
    """Asks once more, then takes everything away."""
    if request.method != "POST":
        many = queries.count_of(request.user)  # type: ignore[arg-type]
        return render(request, "member/heart_off.html", {"many": many})
    actions.turn_off(member=request.user, by=request.actor, at=clock.now())  # type: ignore[arg-type, attr-defined]
    messages.success(request, _("It is off, and everything is gone."))
    return on_to("member:heart")


@page(Permission.RESONANCE_KEEP, methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """Which practice, before or after, and the file."""
    choices = _lately(request.user)  # type: ignore[arg-type]
    if request.method != "POST":
        if not queries.is_on(request.actor):  # type: ignore[attr-defined]
            return on_to("member:heart")
        wanted = request.GET.get("practice", "")
        first = next(
            (one.code for one in choices if one.when.practice == wanted), choices[0].code if choices else OTHER
        )
        return _ask(request, choices, {"which": first, "on": str(_today(request)), "part": ""}, key=codes.new_code())
    typed = {name: request.POST.get(name, "") for name in ("which", "on", "part")}
    key = key_of(request)
    try:
        kept = actions.keep_first(
            data=_file(request),
            part=_part(typed["part"]),
            when=_when(typed, choices),
            client_key=key,
            member=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except KindError as error:
        return _ask(request, choices, typed, key=key, error=error)
    messages.success(request, _("Kept. Only you can see it."))
    return on_to("member:heart-sitting", kept.code)


@page(Permission.RESONANCE_OPEN, about=SITTINGS, methods=("GET", "POST"))
def sitting(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Two numbers before and after, in plain words; and a place for the recording that is not there yet."""
    if request.method != "POST":
        return _show(request, sitting)
    try:
        actions.keep_other(
            sitting=sitting,
            data=_file(request),
            part=_part(request.POST.get("part", "")),
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
    except KindError as error:
        return _show(request, sitting, error)
    messages.success(request, _("Kept. Only you can see it."))
    return on_to("member:heart-sitting", sitting.code)


@page(Permission.RESONANCE_OPEN, about=SITTINGS, methods=("GET", "POST"))
def erase(request: HttpRequest, sitting: Sitting) -> HttpResponse:
    """Asks once more, then takes one recording away, or both."""
    sent = request.POST if request.method == "POST" else request.GET
    part = sent.get("part", "") if sent.get("part", "") in PARTS else ""
    if request.method != "POST":
        context = {"sitting": sitting, "title": title_of(sitting.practice), "part": part}
        return render(request, "member/heart_erase.html", context)
    actions.erase(sitting=sitting, part=part, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("It is gone."))
    there = Sitting.objects.filter(pk=sitting.pk).exists()
    return on_to("member:heart-sitting", sitting.code) if there else on_to("member:heart")


def title_of(practice: str) -> str:
    """What a practice is called today; a practice that has no page any more is a practice still."""
    try:
        return newest_practice(practice).title if practice else _("A practice")
    except ContentError:
        return _("A practice")


def _show(request: HttpRequest, sitting: Sitting, error: KindError | None = None) -> HttpResponse:
    found: Shown = shown(queries.opened(sitting, by=request.actor))  # type: ignore[attr-defined]
    context = {
        "sitting": sitting,
        "title": title_of(sitting.practice),
        "shown": found,
        "missing": [part for part in PARTS if part not in found.parts],
        "may_add": request.actor.member_of,  # type: ignore[attr-defined]
        "error": error.sentence if error else "",
    }
    return render(request, "member/heart_sitting.html", context, status=error.status if error else 200)


def _ask(
    request: HttpRequest, choices: list[Choice], typed: dict[str, str], *, key: str, error: KindError | None = None
) -> HttpResponse:
    context = {
        "choices": choices,
        "halves": _halves(request),
        "typed": typed,
        "today": _today(request),
        "first": _today(request) - actions.FURTHEST,
        "key": key,
        "error": error.sentence if error else "",
    }
    return render(request, "member/heart_new.html", context, status=error.status if error else 200)


def _today(request: HttpRequest) -> date:
    return clock.now().astimezone(ZoneInfo(request.user.zone)).date()  # type: ignore[union-attr]


def _lately(member: User) -> list[Choice]:
    zone = ZoneInfo(member.zone)
    return [
        Choice(
            play.code,
            title_of(play.practice),
            play.started_at,
            actions.When(play.practice, play.started_at.astimezone(zone).date()),
        )
        for play in plays_of(member, since=clock.now() - LATELY, most=MOST_PLAYS)
    ]


def _halves(request: HttpRequest) -> list[tuple[Sitting, str, str]]:
    """Practices of late that have one recording: the other may be what somebody has come to bring."""
    since = _today(request) - LATELY
    rows = [(one, one.recordings.all()) for one in queries.sittings_of(request.actor).filter(on__gte=since)]  # type: ignore[attr-defined]
    return [(one, title_of(one.practice), parts[0].part) for one, parts in rows if len(parts) == 1][:MOST_PLAYS]


def _when(typed: dict[str, str], choices: list[Choice]) -> actions.When:
    chosen = next((one.when for one in choices if one.code == typed["which"]), None)
    if chosen is not None:
        return chosen
    try:
        on = parse_date(typed["on"].strip())
    except ValueError:  # such as 31 February
        on = None
    if typed["which"] != OTHER or on is None:
        raise NotChosen
    return actions.When("", on)


def _part(sent: str) -> str:
    if sent not in PARTS:
        raise NotChosen
    return sent


def _file(request: HttpRequest) -> bytes:
    """What was sent, one byte more than may be read at most. A larger file never came this far (uploads.py)."""
    file = request.FILES.get("file")
    if file is None:
        raise NoFile
    return file.read(LARGEST + 1)

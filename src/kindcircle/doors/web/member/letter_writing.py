"""Writing a letter to oneself: something small first, then a kind voice, then the letter and when it may come."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid
from kindcircle.doors.web.member.letter_kinds import BY_ID, KINDS, LetterKind, guided
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.own_key import answers_script, opening, value_of
from kindcircle.doors.web.member.sending import gives_words_back, version_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.backdraft.queries import goes_slowly
from kindcircle.rooms.practice.own_way import own_way
from kindcircle.rooms.writing import actions
from kindcircle.rooms.writing.errors import DayHasPassed
from kindcircle.rooms.writing.models import Letter
from kindcircle.spec.slowing import stays_open

NEEDED, OWN_DAY = "needed", "own"


class TwoDays(Invalid):
    def __init__(self) -> None:
        super().__init__(
            _("You chose from the list and typed a day too. For your own day, choose the last line. Or empty the day.")
        )


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is suggested for a letter to come back; on is None for one that waits until it is needed."""

    id: str
    words: str
    on: date | None


@answers_script
@gives_words_back("text")
@page(Permission.LETTER_WRITE, methods=("GET", "POST"))
def new(request: HttpRequest, kind: str = Letter.Kind.FRIEND) -> HttpResponse:
    """Something small first, then a kind voice, then the letter and its day."""
    one = BY_ID[kind]
    if request.method == "POST":
        return _seal(request, one)
    kept = actions.open_draft(kind=one.draft, author=request.user, by=request.actor)  # type: ignore[arg-type, attr-defined]
    typed = {"text": kept.boxes.get("text", ""), "when": NEEDED if one.waits else "", "day": ""}
    return _ask(request, one, typed, key=codes.new_code(), version=kept.version, kept=kept)


def _seal(request: HttpRequest, kind: LetterKind) -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in ("text", "when", "day")}
    key, version, value = key_of(request), version_of(request), value_of(request)
    try:
        sealed = actions.write_letter(
            text=typed["text"] if value is None else value,
            own_key=value is not None,
            deliver_on=_chosen(typed["when"], typed["day"], kind),
            kind=kind.id,
            client_key=key,
            author=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
            draft=version,
        )
    except (Invalid, Conflict) as error:
        if value is not None:
            raise  # the words are on the page that sent this, and stay there
        return _ask(request, kind, typed, key=key, version=version, error=error)
    return on_to("member:letter-sealed", sealed.code)


def _chosen(when: str, day: str, kind: LetterKind) -> date | None:
    """The day that was chosen; None for a letter that waits until it is needed.

    DayHasPassed for one that is none at all, too; TwoDays for a day beside a suggestion.
    """
    suggested = next((one for one in _suggested(kind) if one.id == when), None)
    try:
        typed = parse_date(day.strip())
    except ValueError:  # such as 31 February
        typed = None
    if suggested and typed and suggested.on != typed:
        raise TwoDays
    if suggested is None and typed is None:
        raise DayHasPassed
    return suggested.on if suggested else typed


def _suggested(kind: LetterKind) -> list[Day]:
    today = timezone.localdate()
    needed = Day(NEEDED, _("When I need it"), None)
    days = [
        Day("fortnight", _("In two weeks"), today + timedelta(weeks=2)),
        Day("month", _("In a month"), _months_on(today, 1)),
        Day("season", _("In three months"), _months_on(today, 3)),
    ]
    return [needed, *days] if kind.waits else [*days, needed]


def _months_on(day: date, months: int) -> date:
    """The same day so many months later; where there is none (31 April), the last day before it."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def _ask(
    request: HttpRequest,
    kind: LetterKind,
    typed: dict[str, str],
    *,
    key: str,
    version: int,
    error: Invalid | Conflict | None = None,
    kept: actions.Kept | None = None,
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    led = guided(kind, own_way(request.user, by=actor).needs)  # type: ignore[arg-type]
    context = {
        "kinds": KINDS,
        "kind": kind,
        "practice": kind.practice,
        "led": led,
        "slowly": goes_slowly(actor.user_id) is not None and not stays_open(kind.practice),
        "box": {"id": "text", "ask": led.ask, "help": led.help, "words": typed["text"], "rows": 10},
        "days": _suggested(kind),
        "tomorrow": timezone.localdate() + timedelta(days=1),
        "furthest": timezone.localdate() + actions.FURTHEST,
        "typed": typed,
        "key": key,
        "version": version,
        "error": error.sentence if error else "",
        "day_error": isinstance(error, DayHasPassed | TwoDays),
        "refilled": kept is not None and kept.begun,
        "locked": kept.locked if kept is not None else "",
        "beside": kept.beside if kept is not None else (),
        **opening(request, person_of(request)),
    }
    return render(request, "member/letter_new.html", context, status=422 if error else 200)

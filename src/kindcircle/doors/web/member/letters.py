"""Letters to oneself: written with a wise friend's voice, sealed, and back on a chosen day."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import Conflict, Invalid
from kindcircle.doors.web.member.drafts import BOXES
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.own_key import answers_script, opening, value_of
from kindcircle.doors.web.member.sending import gives_words_back, version_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import key_of, on_to
from kindcircle.rooms.writing import actions, queries
from kindcircle.rooms.writing.errors import DayHasPassed
from kindcircle.rooms.writing.models import Letter
from kindcircle.spec.practices import newest_practice

LETTERS = Letter.objects.select_related("author__organisation")
PRACTICE = "p06-letter-from-a-wise-friend"


class TwoDays(Invalid):
    def __init__(self) -> None:
        super().__init__(
            _("You chose from the list and typed a day too. For your own day, choose the last line. Or empty the day.")
        )


@dataclass(frozen=True, slots=True)
class Day:
    """A day that is suggested for a letter to come back."""

    id: str
    words: str
    on: date


@page(Permission.OWN_WRITING_SEE)
def letters(request: HttpRequest) -> HttpResponse:
    """Letters that arrived, and letters on their way. No word of them is opened here."""
    rows = list(queries.letters_of(request.actor))  # type: ignore[attr-defined]
    context = {
        "arrived": [letter for letter in rows if letter.delivered_at],
        "on_their_way": [letter for letter in rows if not letter.delivered_at],
    }
    return render(request, "member/letters.html", context)


@answers_script
@gives_words_back(*BOXES[actions.LETTER])
@page(Permission.LETTER_WRITE, methods=("GET", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """Something small first, then a friend's voice, then the letter and its day."""
    if request.method == "POST":
        return _seal(request)
    kept = actions.open_draft(kind=actions.LETTER, author=request.user, by=request.actor)  # type: ignore[arg-type, attr-defined]
    typed = {"text": kept.boxes.get("text", ""), "when": "", "day": ""}
    return _ask(request, typed, key=codes.new_code(), version=kept.version, refilled=kept.begun, locked=kept.locked)


@page(Permission.LETTER_OPEN, about=LETTERS)
def letter(request: HttpRequest, letter: Letter) -> HttpResponse:
    """A letter that has arrived. Before its day it is not here, not even for its writer."""
    text = actions.open_letter(letter=letter, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    context = {"letter": letter, "text": text}
    if letter.own_key:
        context |= opening(request, person_of(request))
    return render(request, "member/letter.html", context)


@page(Permission.LETTER_WITHDRAW, about=LETTERS, methods=("GET", "POST"))
def withdraw(request: HttpRequest, letter: Letter) -> HttpResponse:
    """Asks once more, then takes a letter back for good."""
    if request.method != "POST":
        return render(request, "member/letter_withdraw.html", {"letter": letter})
    actions.withdraw_letter(letter=letter, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("The letter is gone. You can write another when you like."))
    return on_to("member:letters")


def _seal(request: HttpRequest) -> HttpResponse:
    typed = {name: request.POST.get(name, "") for name in ("text", "when", "day")}
    key, version, value = key_of(request), version_of(request), value_of(request)
    try:
        sealed = actions.write_letter(
            text=typed["text"] if value is None else value,
            own_key=value is not None,
            deliver_on=_chosen(typed["when"], typed["day"]),
            client_key=key,
            author=request.user,  # type: ignore[arg-type]
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
            draft=version,
        )
    except (Invalid, Conflict) as error:
        if value is not None:
            raise  # the words are on the page that sent this, and stay there
        return _ask(request, typed, key=key, version=version, error=error)
    day = date_format(sealed.deliver_on, "l j F Y")
    messages.success(request, _("Sealed. Your letter comes back on %(day)s.") % {"day": day})
    return on_to("member:letters")


def _chosen(when: str, day: str) -> date:
    """The day that was chosen. DayHasPassed for one that is none at all, too; TwoDays for a day beside a suggestion."""
    suggested = next((one.on for one in _suggested() if one.id == when), None)
    try:
        typed = parse_date(day.strip())
    except ValueError:  # such as 31 February
        typed = None
    if suggested and typed and suggested != typed:
        raise TwoDays
    if suggested is None and typed is None:
        raise DayHasPassed
    return suggested or typed  # type: ignore[return-value]


def _suggested() -> list[Day]:
    today = timezone.localdate()
    return [
        Day("fortnight", _("In two weeks"), today + timedelta(weeks=2)),
        Day("month", _("In a month"), _months_on(today, 1)),
        Day("season", _("In three months"), _months_on(today, 3)),
    ]


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
    typed: dict[str, str],
    *,
    key: str,
    version: int,
    error: Invalid | Conflict | None = None,
    refilled: bool = False,
    locked: str = "",
) -> HttpResponse:
    practice = newest_practice(PRACTICE)
    prompt = next(one for one in practice.prompts if one.id == "letter")
    steps = practice.shortest.steps
    own = next(step.purpose for step in steps if step.prompt == "letter")
    letter = [number for number, step in enumerate(steps) if step.purpose == own]
    begins, ends = letter[0], letter[-1]
    context = {
        "practice": practice,
        # What comes before the letter is thought, not typed: one box is enough.
        "thinking": [step.say for step in steps[:begins]],
        "box": {"id": "text", "ask": prompt.prompt, "help": prompt.help, "words": typed["text"], "rows": 10},
        "writing": [step.say for step in steps[begins : ends + 1]],
        "closing": [step.say for step in steps[ends + 1 :]],
        "days": _suggested(),
        "tomorrow": timezone.localdate() + timedelta(days=1),
        "furthest": timezone.localdate() + actions.FURTHEST,
        "typed": typed,
        "key": key,
        "version": version,
        "error": error.sentence if error else "",
        "day_error": isinstance(error, DayHasPassed | TwoDays),
        "refilled": refilled,
        "locked": locked,
        **opening(request, person_of(request)),
    }
    return render(request, "member/letter_new.html", context, status=422 if error else 200)

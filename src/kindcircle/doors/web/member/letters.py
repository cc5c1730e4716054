"""Letters to oneself on their pages: those that are here, those on their way, and meeting one again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.lib.errors import Invalid
from kindcircle.doors.web.member.letter_kinds import BY_ID, KINDS
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.member.own_key import opening
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import SeeOther, on_to
from kindcircle.rooms.writing import actions, again, queries
from kindcircle.rooms.writing.models import Letter
from kindcircle.rooms.writing.words import letter_line

LETTERS = Letter.objects.select_related("author__organisation")


@page(Permission.OWN_WRITING_SEE)
def letters(request: HttpRequest) -> HttpResponse:
    """Letters that arrived, and letters on their way. No word of them is opened here but the lines that were marked."""
    rows = [(letter, BY_ID[letter.kind].name()) for letter in queries.letters_of(request.actor)]  # type: ignore[attr-defined]
    context = {
        "kinds": KINDS,
        "lines": [(one, letter_line(one)) for one in queries.letters_with_a_line(request.actor)],  # type: ignore[attr-defined]
        "arrived": [(letter, name) for letter, name in rows if letter.delivered_at],
        "for_need": [(letter, name) for letter, name in rows if not letter.delivered_at and letter.when_needed],
        "on_their_way": [(letter, name) for letter, name in rows if not letter.delivered_at and not letter.when_needed],
    }
    return render(request, "member/letters.html", context)


def on_a_hard_day(request: HttpRequest) -> dict[str, Any]:
    """What somebody wrote to themselves for such a day, still closed; and the line they marked last."""
    actor = request.actor  # type: ignore[attr-defined]
    letter = queries.letters_for_need(actor).first()
    marked = queries.letters_with_a_line(actor).first()
    return {"own_letter": letter, "own_line": letter_line(marked) if marked else "", "own_line_of": marked}


@page(Permission.LETTER_KNOW_OF, about=LETTERS)
def sealed(request: HttpRequest, letter: Letter) -> HttpResponse:
    """The moment after sealing: when it comes, and that nobody else reads it. No word of it is opened."""
    if letter.delivered_at:
        return on_to("member:letters")
    return render(request, "member/letter_sealed.html", {"letter": letter})


@page(Permission.LETTER_NEED, about=LETTERS, methods=("POST",))
def needed(request: HttpRequest, letter: Letter) -> SeeOther:
    """The day it was written for is today. Then it is here, like any that arrived."""
    again.open_needed(letter=letter, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    return on_to("member:letter", letter.code)


@page(Permission.LETTER_OPEN, about=LETTERS)
def letter(request: HttpRequest, letter: Letter) -> HttpResponse:
    """A letter that has arrived. Before its day it is not here, not even for its writer."""
    text = actions.open_letter(letter=letter, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    spacing = [("week", _("In about a week")), ("month", _("In about a month"))]
    context = {
        "letter": letter,
        "text": text,
        "line": letter_line(letter),
        # First some days apart, then longer.
        "spacing": spacing if not letter.times_again and letter.came_again_at is None else spacing[::-1],
    }
    if letter.own_key:
        context |= opening(request, person_of(request))
    return render(request, "member/letter.html", context)


@page(Permission.LETTER_MEET_AGAIN, about=LETTERS, methods=("POST",))
def meet_again(request: HttpRequest, letter: Letter) -> SeeOther:
    """Bring it back in a while, or not. Each is a good answer."""
    again.meet_again(letter=letter, when=request.POST.get("when", ""), by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    letter.refresh_from_db()
    if letter.again_on:
        day = date_format(letter.again_on, "l j F Y")
        messages.success(request, _("It comes back on %(day)s.") % {"day": day})
    else:
        messages.success(request, _("It stays here. It does not come back by itself."))
    return on_to("member:letters")


@page(Permission.LETTER_MEET_AGAIN, about=LETTERS, methods=("GET", "POST"))
def line(request: HttpRequest, letter: Letter) -> HttpResponse:
    """Choose one line of it to keep in view."""
    actor, problem, chosen = request.actor, "", request.POST.get("line", "")  # type: ignore[attr-defined]
    if request.method == "POST":
        try:
            again.mark_line(letter=letter, line=chosen, by=actor, at=clock.now())
        except Invalid as error:
            problem = error.sentence
        else:
            messages.success(request, _("That line stands above your letters now."))
            return on_to("member:letters")
    context = {
        "letter": letter,
        "lines": again.lines_to_mark(letter=letter, by=actor),
        "line": chosen or letter_line(letter),
        "error": problem,
    }
    return render(request, "member/letter_line.html", context, status=422 if problem else 200)


@page(Permission.LETTER_MEET_AGAIN, about=LETTERS, methods=("POST",))
def line_away(request: HttpRequest, letter: Letter) -> SeeOther:
    """The line is in view no more; the letter stays."""
    again.unmark_line(letter=letter, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("The line is put away. Your letter is as it was."))
    return on_to("member:letters")


@page(Permission.LETTER_WITHDRAW, about=LETTERS, methods=("GET", "POST"))
def withdraw(request: HttpRequest, letter: Letter) -> HttpResponse:
    """Asks once more, then takes a letter back for good."""
    if request.method != "POST":
        return render(request, "member/letter_withdraw.html", {"letter": letter})
    actions.withdraw_letter(letter=letter, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
    messages.success(request, _("The letter is gone. You can write another when you like."))
    return on_to("member:letters")

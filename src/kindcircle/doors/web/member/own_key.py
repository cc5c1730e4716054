"""One's own key: journal and letters locked in the browser, so that nobody here can read them or bring them back."""

import json
from collections.abc import Callable
from functools import wraps
from secrets import token_urlsafe
from typing import Any

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock, codes
from kindcircle.base.lib.errors import KindError, NotFound
from kindcircle.base.people import sessions
from kindcircle.base.people.models import User
from kindcircle.doors.web.member.drawing_sheet import sheet
from kindcircle.doors.web.member.journal_words import asked
from kindcircle.doors.web.member.own import person_of
from kindcircle.doors.web.shared.pages import page
from kindcircle.doors.web.shared.sending import on_to
from kindcircle.rooms.ending.own_words import refuse_if_held
from kindcircle.rooms.writing import own_key, queries
from kindcircle.rooms.writing.kinds import KINDS

View = Callable[..., HttpResponse]
HALF = "own_key_half"
HEADER, PROOF = "X-Own-Key", "X-Own-Key-Proof"
WAYS = ("passphrase", "code", "passkey", "no-passkey")


def half_of(request: HttpRequest) -> str:
    """The half of what stays on the device that only this session has. It goes when the session ends."""
    if HALF not in request.session:
        request.session[HALF] = token_urlsafe(32)
    return str(request.session[HALF])


def opening(request: HttpRequest, person: User) -> dict[str, Any]:
    """What a page needs to let its reader open their key; empty for everybody who has none. Goes into the context."""
    row = own_key.key_of(person)
    if row is None:
        return {}
    locks = own_key.locked_keys(row, by=request.actor)  # type: ignore[attr-defined]
    return {
        "own_key": row,
        "own_key_half": half_of(request),
        "own_key_locks": json.dumps(locks),
        "has_passkey": "passkey" in locks,
    }


def value_of(request: HttpRequest) -> str | None:
    """What a form sent under one's own key, or None for a form with readable words."""
    return request.POST.get("locked")


def answers_script(view: View) -> View:
    """Put above everything else of a page that scripts of static/own-key send to: they get a sentence, or the way on.

    Their words are still on the page then. Anything else is answered as ever.
    """

    @wraps(view)
    def answering(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if HEADER not in request.headers:
            return view(request, **kwargs)
        try:
            response = view(request, **kwargs)
        except KindError as error:
            return refused(error.sentence or _("This is not here."), error.status)
        if response.status_code == 303:
            return JsonResponse({"next": response.headers["Location"]})
        if response.status_code in (301, 302):
            return refused(_("You were signed out. Your words are still here. Sign in again in a new tab."), 401)
        sentence = getattr(response, "sentence", "")
        return refused(sentence, response.status_code) if sentence else response

    return answering


def refused(sentence: str, status: int) -> HttpResponse:
    """One kind sentence for a script to show."""
    return HttpResponse(sentence, status=status, content_type="text/plain; charset=utf-8")


@page(Permission.OWN_KEY_KEEP)
def about(request: HttpRequest) -> HttpResponse:
    """What it is, what it costs, and whether it is on; with it on, everything one can do with it."""
    person = person_of(request)
    context = opening(request, person)
    if context:
        context["open_ones"] = len(own_key.pieces(person, own_key=False))
        context["locked_ones"] = len(own_key.pieces(person, own_key=True))
    return render(request, "member/own_key.html", context | {"fresh": _fresh(request)})


@answers_script
@page(Permission.OWN_KEY_TURN_ON, methods=("GET", "POST"))
def turn_on(request: HttpRequest) -> HttpResponse:
    """Why and why not, a passphrase, the recovery code on paper, two groups of it typed back; only then is it on."""
    person = person_of(request)
    if not _fresh(request):
        return on_to("member:own-key")  # which asks to sign in once more: nobody else shall lock somebody's words
    if request.method == "POST":
        own_key.turn_on(
            code=request.POST.get("code", ""),
            keys=request.POST.get("keys", ""),
            proof=request.POST.get("proof", ""),
            person=person,
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
        messages.success(request, _("Your own key is on. From now on your browser locks what you write for yourself."))
        return on_to("member:own-key")
    if own_key.key_of(person) is not None:
        return on_to("member:own-key")
    context = {"code": codes.new_code(), "half": half_of(request)}
    return render(request, "member/own_key_on.html", context)


@answers_script
@page(Permission.OWN_KEY_KEEP, methods=("GET", "POST"))
def change(request: HttpRequest, what: str) -> HttpResponse:
    """Another passphrase, a new recovery code, a passkey more or less. The words stay as they are."""
    person = person_of(request)
    if what not in WAYS:
        raise NotFound
    if request.method == "POST":
        version = request.POST.get("version", "")
        own_key.change(
            keys=request.POST.get("keys", ""),
            version=int(version) if version.isascii() and version.isdigit() and len(version) < 9 else 0,
            proof=request.POST.get("proof", ""),
            person=person,
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
        messages.success(request, _("Changed. The way from before opens nothing any more."))
        return on_to("member:own-key")
    return _with_key(request, person, "member/own_key_change.html", {"what": what})


@page(Permission.OWN_KEY_KEEP)
def lock_older(request: HttpRequest) -> HttpResponse:
    """Lock what was written before, page by page, in the browser."""
    person = person_of(request)
    return _with_key(request, person, "member/own_key_pieces.html", {"what": "lock", "list": _list("open")})


@answers_script
@page(Permission.OWN_KEY_KEEP, methods=("GET", "POST"))
def turn_off(request: HttpRequest) -> HttpResponse:
    """Open everything in the browser, hand it back, and be as before."""
    person = person_of(request)
    if request.method == "POST":
        own_key.turn_off(
            proof=request.POST.get("proof", ""),
            person=person,
            by=request.actor,  # type: ignore[attr-defined]
            at=clock.now(),
        )
        messages.success(request, _("Your own key is off. Your words are kept as before."))
        return on_to("member:own-key")
    return _with_key(request, person, "member/own_key_pieces.html", {"what": "open", "list": _list("locked")})


@page(Permission.OWN_KEY_KEEP)
def take(request: HttpRequest) -> HttpResponse:
    """One file to read, made in the browser out of everything that is locked."""
    return _with_key(
        request, person_of(request), "member/own_key_take.html", {"list": _list("locked"), "sheet": sheet()}
    )


@page(Permission.OWN_KEY_KEEP, methods=("GET", "POST"))
def begin_anew(request: HttpRequest) -> HttpResponse:
    """Passphrase and code are both lost. Asks once more, then lets go of what nobody can open."""
    person = person_of(request)
    if own_key.key_of(person) is None or not _fresh(request):
        return on_to("member:own-key")
    if request.method == "POST":
        refuse_if_held(person, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
        own_key.begin_anew(person=person, by=request.actor, at=clock.now())  # type: ignore[attr-defined]
        messages.success(request, _("The locked pages are gone. You can write anew whenever you like."))
        return on_to("member:own-key")
    return render(request, "member/own_key_anew.html", {"many": len(own_key.pieces(person, own_key=True))})


@page(Permission.OWN_KEY_KEEP, methods=("POST",))
def close(request: HttpRequest) -> HttpResponse:
    """Shut it on this device: the next page that needs it asks again."""
    request.session.pop(HALF, None)
    messages.success(request, _("Closed. The next locked page asks for your passphrase."))
    return on_to("member:own-key")


@page(Permission.OWN_KEY_KEEP, methods=("POST",))
def again(request: HttpRequest) -> HttpResponse:
    """Sign out and in again, and come back here."""
    logout(request)
    return on_to("member:own-key")  # which sends a visitor to sign in, and from there back


@answers_script
@page(Permission.OWN_KEY_KEEP, methods=("GET", "POST"))
def pieces(request: HttpRequest) -> HttpResponse:
    """For scripts: which pages are locked, or which are not. No word of them.

    Asked for with a POST, what came from a phone is in its page before anything is locked.
    """
    person = person_of(request)
    if own_key.key_of(person) is None:
        raise NotFound
    if request.method == "POST":
        own_key.bring_together(person=person, by=request.actor)  # type: ignore[attr-defined]
    found = own_key.pieces(person, own_key=request.GET.get("which") == "locked")
    days = queries.days_of(person)
    return JsonResponse(
        {
            "pieces": [
                {
                    "kind": one.kind,
                    "code": one.code,
                    "url": reverse("member:own-key-piece", args=[one.kind, one.code]),
                    "title": _title(one, days.get((one.kind, one.code))),
                }
                for one in found
            ],
            "asked": _asked(),
        }
    )


@answers_script
@page(Permission.OWN_KEY_KEEP, methods=("GET", "POST"))
def piece(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """For scripts: one page as it is kept, and the other form of it to put in its place."""
    person, by = person_of(request), request.actor  # type: ignore[attr-defined]
    if own_key.key_of(person) is None:
        raise NotFound
    if request.method == "POST":
        own_key.exchange(
            kind=kind,
            code=code,
            text=request.POST.get("text", ""),
            own_key=request.POST.get("to") == "locked",
            proof=request.POST.get("proof", ""),
            person=person,
            by=by,
        )
        return HttpResponse(status=204)
    proof = request.headers.get(PROOF, "")
    return JsonResponse({"text": own_key.open_piece(kind=kind, code=code, proof=proof, person=person, by=by)})


def _with_key(request: HttpRequest, person: User, template: str, more: dict[str, Any]) -> HttpResponse:
    context = opening(request, person)
    if not context:
        return on_to("member:own-key")
    return render(request, template, context | more)


def _fresh(request: HttpRequest) -> bool:
    return sessions.is_fresh(request.session, at=clock.now())


def _list(which: str) -> str:
    return f"{reverse('member:own-key-pieces')}?which={which}"


def _title(one: own_key.Left, on: Any) -> str:
    name = {
        own_key.JOURNAL: _("My journal"),
        own_key.ADDED: _("Added to my journal"),
        own_key.LETTER: _("My letters"),
        own_key.DRAFT: _("Not finished"),
    }[one.kind]
    return f"{name} · {date_format(on, 'j F Y')}" if on else name


def _asked() -> dict[str, str]:
    """What the boxes of the journal ask, for the file to read."""
    return {name: ask for kind in KINDS for name, (ask, _help) in asked(kind, kind.practice).items()}

"""Choosing the language of the pages. Each one says its own name; nobody has to read another to find theirs."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import get_language

from kindcircle.base.access import Permission
from kindcircle.base.lib import clock
from kindcircle.base.people.language import NotSpoken, choose_language, languages
from kindcircle.base.people.models import User
from kindcircle.doors.web.shared.pages import page

# The cookie by which a browser asks for fewer words. It is kept with no account: nobody reads out of it who needs it.
WORDS, FEW = "words", "few"


@page(Permission.DOOR_USE, methods=("GET", "POST"))
def choose(request: HttpRequest) -> HttpResponse:
    """Pick one, and go on where you were. Kept with the account of whoever has one, and in this browser for all."""
    if request.method == "GET":
        came_from = urlsplit(request.headers.get("Referer", ""))
        back = came_from.path if came_from.netloc == request.get_host() else ""
        context = {"back": way_back(back), "languages": languages().items(), "now": get_language()}
        return render(request, "doors/language.html", context)
    if "words" in request.POST:
        response = redirect(way_back(request.POST.get("back", "")))
        _remember_words(response, few=request.POST["words"] == FEW)
        return response
    wanted = request.POST.get("language", "")
    if wanted not in languages():
        raise NotSpoken
    actor = request.actor  # type: ignore[attr-defined]
    if actor.signed_in:
        user = User.objects.select_related("organisation").get(code=actor.code)
        choose_language(user=user, language=wanted, by=actor, at=clock.now())
    response = redirect(way_back(request.POST.get("back", "")))
    remember(response, wanted)
    return response


def wants_few_words(request: HttpRequest) -> bool:
    """Whether whoever reads here would like fewer words, with pictures and a voice."""
    return request.COOKIES.get(WORDS) == FEW


def _remember_words(response: HttpResponse, *, few: bool) -> None:
    if not few:
        response.delete_cookie(WORDS, samesite="Lax")
        return
    age, secure = settings.LANGUAGE_COOKIE_AGE, settings.LANGUAGE_COOKIE_SECURE
    response.set_cookie(WORDS, FEW, max_age=age, secure=secure, httponly=True, samesite="Lax")


def way_back(path: str) -> str:
    """A page of ours that may be looked at, or the front door: never an address that somebody else put there."""
    home = reverse("home")
    if not path.startswith("/") or path.startswith(("//", "/\\")):
        return home
    try:
        found = resolve(path)
    except Resolver404:
        return home
    looks = "GET" in getattr(found.func, "methods", ())
    return path if looks and found.view_name not in {"language", "leave"} else home


def remember(response: HttpResponse, language: str) -> None:
    """Keep the language in this browser. It says nothing about who reads, only in what words."""
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=settings.LANGUAGE_COOKIE_HTTPONLY,
        samesite=settings.LANGUAGE_COOKIE_SAMESITE,  # type: ignore[arg-type]
    )

"""How a page is declared: what right it needs, about what, with which methods. Undeclared pages are refused."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from kindcircle.base.access import Facts, Permission
from kindcircle.base.access.gate import fetch, require
from kindcircle.base.lib.errors import NotFound

View = Callable[..., HttpResponse]
Things = type[Model] | QuerySet[Any]
State = Callable[[], Facts]


def page(
    to: Permission, *, about: Things | State | None = None, methods: tuple[str, ...] = ("GET",)
) -> Callable[[View], View]:
    """Declare a view: `@page(Permission.GROUP_SEE, about=Group)` calls it with the group found by `code`, or 404.

    A visitor is sent to sign in, whether or not the thing exists. Staff without a second factor are sent to set
    one up. Everybody else gets the same 404 for "not there" and "not yours".

    `about` may also be a function that tells the state of the site (`site_state.demo`); then signing in would change
    nothing, and refusal is 404 for visitors too.
    """
    found_by_code = isinstance(about, type | QuerySet)

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            # HEAD is a GET without its body; where nothing may be looked at, it must not act either.
            if ("GET" if request.method == "HEAD" else request.method) not in methods:
                return HttpResponseNotAllowed(methods)
            actor = request.actor  # type: ignore[attr-defined]
            try:
                if found_by_code:
                    kwargs["thing"] = fetch(about, kwargs.pop("code"), by=actor, to=to)  # type: ignore[arg-type]
                else:
                    require(actor, to, None if about is None else about())  # type: ignore[operator]
            except NotFound:
                if about is not None and not found_by_code:
                    raise
                if not actor.signed_in:
                    return _sign_in_first(request)
                if not actor.strong and (actor.facilitates or actor.roles):
                    return redirect("mfa_index")
                raise
            return view(request, *([kwargs.pop("thing")] if found_by_code else []), **kwargs)

        guarded.access = to  # type: ignore[attr-defined]
        guarded.about = about  # type: ignore[attr-defined]
        guarded.methods = methods  # type: ignore[attr-defined]
        return guarded

    return declare


def _sign_in_first(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        # A part of a page: the page for signing in would stand inside it, and take the place of what was typed.
        return HttpResponse(status=401)
    if request.actor.tablet_of is not None:  # type: ignore[attr-defined]
        return redirect("home")  # the names: nobody signs in on a tablet that goes round
    back = {"next": request.get_full_path()} if request.method == "GET" else {}
    return redirect(f"{reverse('account_login')}?{urlencode(back)}" if back else reverse("account_login"))

"""The one server process: sockets at /ws, Django's pages beside them through a WSGI bridge, due work in a thread."""

import asyncio
import gc
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kindcircle.settings")

from kindcircle.wsgi import application as pages  # noqa: I001  (Django must be set up before anything below)

from a2wsgi import WSGIMiddleware
from csp.utils import build_policy
from django.conf import settings
from starlette.applications import Starlette
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Mount, WebSocketRoute
from starlette.types import Message, Receive, Scope, Send

from kindcircle.base.lib import halfway
from kindcircle.doors.sockets.gathering import gathering_socket
from kindcircle.doors.web.shared.help_page import help_file, help_language, keep_help_page
from kindcircle.doors.web.shared.sent_file import HEADER
from kindcircle.doors.web.shared.tablet import LENT
from kindcircle.doors.worker.inside import lifespan as worker_lifespan

# Django, Starlette and a2wsgi each have their own names for the same two protocols.
log = logging.getLogger("kindcircle.help")
bridge = WSGIMiddleware(pages, workers=16)  # type: ignore[arg-type]
HELP_HEADERS = {
    "Content-Security-Policy": build_policy(),
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """What lives as long as the server: the worker, and the help page that is kept as a file."""
    if halfway.there():
        raise RuntimeError("A copy is coming back into this home, or stopped on its way. See: kindcircle doctor")
    # A full look for garbage stops everything, for a quarter of a second with three thousand open sockets: what is
    # loaded by now stays for good, and the rest is looked through far more seldom (bench/room.py).
    gc.freeze()
    gc.set_threshold(10_000, 20, 50)
    async with worker_lifespan(app):
        keeping = asyncio.create_task(keep_help_page())
        try:
            yield
        finally:
            keeping.cancel()


async def pages_and_help(scope: Scope, receive: Receive, send: Send) -> None:
    """Django's pages; but the help page comes ready-made from a file, so that it is there when nothing else is.

    On a tablet that somebody has in their hands it is made for them, with the lock that all their pages have: else it
    would lie there, one tap from their own page, for whoever is next.
    """
    if scope["path"] != "/help/" or scope["method"] not in {"GET", "HEAD"}:
        await _pages(scope, receive, send)
        return
    asked = Request(scope)
    chosen = asked.cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
    file = help_file(help_language(chosen, asked.headers.get("accept-language", "")))
    if not file.is_file():
        await _pages(scope, receive, send)
    elif LENT not in asked.cookies or not await _help_with_lock(scope, receive, send):
        await FileResponse(file, headers=HELP_HEADERS)(scope, receive, send)


async def _help_with_lock(scope: Scope, receive: Receive, send: Send) -> bool:
    """Help now as Django makes it. False, and nothing sent, where it cannot: help comes before the lock."""
    made: list[Message] = []

    async def hold(message: Message) -> None:
        made.append(message)

    try:
        await bridge(scope, receive, hold)  # type: ignore[arg-type]
    except Exception as error:
        log.warning("the help page of a tablet was not made: %s", type(error).__name__)
        return False
    if not made or made[0].get("status") != HTTPStatus.OK:
        return False
    for message in made:
        await send(message)
    return True


async def _pages(scope: Scope, receive: Receive, send: Send) -> None:
    """A page of Django's. Where it names a file instead, that is sent from here, in the parts that are asked for."""
    named: MutableHeaders | None = None

    async def passing(message: Message) -> None:
        nonlocal named
        if message["type"] == "http.response.start":
            headers = MutableHeaders(raw=list(message["headers"]))
            named = headers if HEADER in headers else None
        if named is None:
            await send(message)

    await bridge(scope, receive, passing)  # type: ignore[arg-type]
    if named is not None:
        file = named[HEADER]
        del named[HEADER]
        del named["content-length"]
        response = FileResponse(file)
        response.raw_headers[:] = named.raw
        await response(scope, receive, send)


application = Starlette(
    routes=[
        WebSocketRoute("/ws/gathering/{code}", gathering_socket),
        Mount("/", pages_and_help),
    ],
    lifespan=lifespan,
)

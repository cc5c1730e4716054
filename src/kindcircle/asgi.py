"""The one server process: sockets at /ws, Django's pages beside them through a WSGI bridge, due work in a thread."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kindcircle.settings")

from kindcircle.wsgi import application as pages  # noqa: I001  (Django must be set up before anything below)

from a2wsgi import WSGIMiddleware
from starlette.applications import Starlette
from starlette.routing import Mount, WebSocketRoute

from kindcircle.doors.sockets.gathering import gathering_socket
from kindcircle.doors.worker.inside import lifespan

application = Starlette(
    routes=[
        WebSocketRoute("/ws/gathering/{code}", gathering_socket),
        Mount("/", WSGIMiddleware(pages, workers=16)),
    ],
    lifespan=lifespan,
)

"""The site inside the test's own process, so that its clock can be moved: the same pages, no network."""

import httpx
from django.core.wsgi import get_wsgi_application
from django.urls import reverse

from kindcircle.base.people.links import demo_token
from kindcircle.base.people.models import User

URL = "http://127.0.0.1"


class InsideSite:
    """What a `Visitor` needs of a site."""

    url = URL

    def __init__(self) -> None:
        self._application = get_wsgi_application()
        self.pages = 0

    def client(self, *, address: str) -> httpx.Client:
        """A browser without a window: keeps cookies, follows redirects."""
        inside = httpx.WSGITransport(app=self._application, remote_addr=address)
        hooks = {"request": [self._count]}
        return httpx.Client(base_url=self.url, follow_redirects=True, transport=inside, event_hooks=hooks)

    def entry_path(self, user: User) -> str:
        """The demo door's address for this person."""
        return reverse("demo-enter", kwargs={"token": demo_token(user)})

    def _count(self, request: httpx.Request) -> None:
        self.pages += 1

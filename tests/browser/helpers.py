"""People at real browsers: a phone or a desk each, watched for anything that should not happen."""

import asyncio
import contextlib
import random
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

from kindcircle.base.people.models import User
from tests.site import RunningSite, free_port

if TYPE_CHECKING:
    from tests.browser.scene import Scene

PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
DESK: dict[str, Any] = {"viewport": {"width": 1280, "height": 900}}


@dataclass
class Seen:
    """What a browser did and complained about, each complaint with the address it is about."""

    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def forget(self) -> None:
        """Begin anew, as for the next page."""
        self.requests.clear()
        self.complaints.clear()

    def strangers(self, *hosts: str) -> list[str]:
        """Requests to anybody but these hosts (with port)."""
        return [url for url in self.requests if urlsplit(url).netloc not in hosts]


class Visits:
    """Opens one browser context per person, and closes them all at the end."""

    def __init__(self, browser: Browser, site: RunningSite) -> None:
        self.browser, self.site = browser, site
        self.seen: dict[Page, Seen] = {}
        self._contexts: list[BrowserContext] = []

    def context(self, *, url: str = "", **options: Any) -> BrowserContext:
        """A browser that nobody has used yet."""
        context = self.browser.new_context(base_url=url or self.site.url, locale="en-GB", **options)
        context.set_default_timeout(10_000)
        self._contexts.append(context)
        return context

    def page(self, context: BrowserContext) -> Page:
        """A new tab that is watched."""
        page = context.new_page()
        seen = self.seen[page] = Seen()

        def complained(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                seen.complaints.append(f"{message.text} {message.location.get('url', '')}")

        def asked(request: Request) -> None:
            if not request.url.startswith(("data:", "blob:", "chrome-extension:")):
                seen.requests.append(request.url)

        page.on("console", complained)
        page.on("pageerror", lambda error: seen.complaints.append(str(error)))
        page.on("request", asked)
        page.on("websocket", lambda socket: seen.requests.append(socket.url))
        return page

    def enter(self, user: User | None, path: str = "/", *, url: str = "", init: str = "", **options: Any) -> Page:
        """This person at a browser of their own, signed in through the demo door, on this page."""
        context = self.context(url=url, **options)
        if init:
            context.add_init_script(init)
        page = self.page(context)
        if user is not None:
            page.goto(self.site.entry_path(user))
        page.goto(path)
        return page

    def who(self, scene: "Scene", who: str) -> User | None:
        """The person whom a list of pages calls so; "member in a round" is one of the house that has it."""
        _, _, state = who.partition(" in a ")
        if not state:
            return scene.people[who]
        places = scene.meetings[state].group.memberships.filter(role=who.partition(" ")[0]).order_by("seat")
        return User.objects.get(pk=places.values_list("user_id")[:1])

    def leave(self) -> None:
        """Everybody goes home."""
        for context in self._contexts:
            context.close()
        self._contexts.clear()


class Line:
    """A connection to the site that can be slow by chance, and can be cut: a small server between phone and site.

    Every piece of data, in both directions, waits for a random time up to `jitter` seconds. Cut, it drops what is
    open and answers nobody, as in a lift.
    """

    def __init__(self, site: RunningSite, *, jitter: float = 0.0) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._site, self._jitter = site, jitter
        self._cut = False
        self._deaf = False
        self._open: set[asyncio.StreamWriter] = set()
        self._chance = random.Random(7)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="line", daemon=True)

    def __enter__(self) -> "Line":
        ready = threading.Event()
        self._ready = ready
        self._thread.start()
        assert ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def cut(self) -> None:
        """From now on nothing gets through."""
        self._cut = True
        self._loop.call_soon_threadsafe(self._drop)

    def deafen(self) -> None:
        """From now on the site hears everything, and none of its answers gets back."""
        self._deaf = True

    def mend(self) -> None:
        """Everything gets through again."""
        self._cut = self._deaf = False

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._carry, "127.0.0.1", self.port))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        self._drop()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0.1))
        self._loop.close()

    def _drop(self) -> None:
        for writer in list(self._open):
            writer.transport.abort()

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._site.port)
        both = {writer, there_writer}
        self._open |= both
        try:
            await asyncio.gather(self._pass(reader, there_writer), self._pass(there_reader, writer, answers=True))
        except asyncio.CancelledError:
            pass
        finally:
            self._open -= both
            for one in both:
                one.transport.abort()

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, answers: bool = False) -> None:
        with contextlib.suppress(OSError):
            while data := await reader.read(65_536):
                if answers and self._deaf:
                    writer.transport.abort()
                    return
                if self._jitter:
                    await asyncio.sleep(self._chance.uniform(0, self._jitter))
                writer.write(data)
                await writer.drain()
        with contextlib.suppress(OSError, RuntimeError):
            writer.close()


_sites: dict[str, RunningSite] = {}


def site_of(page: Page) -> RunningSite:
    """The site that this page is of."""
    return _sites[urlsplit(page.url).netloc]


def visits(browser: Browser, site: RunningSite) -> Iterator[Visits]:
    """For the fixture of this name."""
    open_ones = Visits(browser, site)
    _sites[urlsplit(site.url).netloc] = site
    yield open_ones
    open_ones.leave()


def wait_until(there: Callable[[], bool], page: Page, *, what: str, within: float = 10.0) -> float:
    """Wait until this holds, in small steps that let the browser work. Answers in how many seconds it did."""
    waited = 0.0
    while not there():
        assert waited < within, f"waited {within} s for {what}"
        page.wait_for_timeout(50)
        waited += 0.05
    return waited

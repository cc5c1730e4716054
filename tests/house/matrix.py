"""Knocking at every door: one cell is one address, one method, one person; then looking at everything that came of it.

What may come of it is in `matrix_expected`, who lives in the house in `matrix_house`.
"""

import base64
import binascii
import io
import logging
import re
import time
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.db import connection, transaction
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from kindcircle.base.outbox.models import Delivery
from tests.house.matrix_expected import PAGES, WEAK, WITHOUT_SESSION, Form, Page, absent, address, forms
from tests.house.matrix_house import CANARY, TABLET, House, Somebody

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.I)
MARKS = re.compile(rb"[A-Za-z0-9]{64}")  # what Django makes anew in each form
ACCOUNT = "/account/"


def pages(resolver: URLResolver | None = None, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Every address pattern of the site with its full name."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLResolver):
            yield from pages(entry, f"{space}{entry.namespace}:" if entry.namespace else space)
        else:
            yield f"{space}{entry.name}", entry


def not_expected() -> list[str]:
    """For each page without an expectation, what to add."""
    return [
        f'    "{name}": plain("GET", ...),  # tests/house/matrix_expected.py, PAGES: {entry.pattern}'
        for name, entry in pages()
        if name not in PAGES
    ]


@dataclass
class Cell:
    """One knock."""

    name: str
    about: str
    method: str
    form: Form
    page: Page
    kwargs: dict[str, Any]

    @property
    def path(self) -> str:
        return reverse(self.name, kwargs=self.kwargs)

    def __str__(self) -> str:
        return f"{self.method} {self.name} about {self.about or 'nothing'} {sorted(self.form)[:3] or ''}"


def cells(house: House, table: Mapping[str, Page] = PAGES) -> Iterator[Cell]:
    """Everything there is to try, for one person."""
    for name, page in table.items():
        for about in page.about:
            kwargs = address(house, name, about)
            for method in METHODS:
                sent = forms(house, name, about) if method == "POST" and page.takes("POST") else [{}]
                for form in sent:
                    yield Cell(name, about, method, form, page, kwargs)


@dataclass
class Answer:
    """What came of one knock: the answer, what was written, what was said to the log and to the post."""

    response: HttpResponse
    took: float
    writes: list[tuple[str, Any]] = field(default_factory=list)
    said: str = ""

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def location(self) -> str:
        return self.response.headers.get("Location", "")

    @property
    def body(self) -> bytes:
        return self.response.content

    def looks(self) -> tuple[Any, ...]:
        """All that somebody outside can tell it by, without what is new in every answer and the address they typed."""
        own = self.response.wsgi_request.path.encode()  # type: ignore[attr-defined]
        headers = {name: value for name, value in self.response.headers.items() if name != "Location"}
        return (
            self.status,
            MARKS.sub(b"", self.body.replace(own, b"")),
            self.location.partition("?")[0],
            headers,
            set(self.response.cookies),
        )

    def everything(self) -> bytes:
        """Body, headers, cookies, log, post and outbox as one heap to search, unpacked where it came packed."""
        parts = [self.body, repr(dict(self.response.headers)).encode(), self.said.encode()]
        parts += [f"{cookie.value}".encode() for cookie in self.response.cookies.values()]
        parts += [unpacked(cookie.value) for cookie in self.response.cookies.values()]
        return b"\n".join(parts)


class Doors:
    """The whole site, as one person sees it. Nothing that happens here stays."""

    def __init__(self, house: House, somebody: Somebody) -> None:
        self.house, self.somebody = house, somebody
        self.client = somebody.browser()
        key = self.client.cookies.get(settings.SESSION_COOKIE_NAME)
        self._session = key.value if key else None
        self._absent: dict[tuple[str, str, object], Answer] = {}
        self.log = _Listener()
        self.waited: dict[str, list[float]] = {"not yours": [], "not there": []}

    def knock(self, cell: Cell, kwargs: dict[str, Any] | None = None) -> Answer:
        """Send it, keep what came of it, and undo everything."""
        self.client.cookies = SimpleCookie()
        if self._session:
            self.client.cookies[settings.SESSION_COOKIE_NAME] = self._session
        cache.clear()  # how often one may try is not the question here
        mail.outbox.clear()
        self.log.heard.seek(0)
        self.log.heard.truncate()
        path = reverse(cell.name, kwargs=kwargs if kwargs is not None else cell.kwargs)
        writes: list[tuple[str, Any]] = []

        def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if WRITES.match(sql):
                writes.append((sql, params))
            return execute(sql, params, many, context)

        before = Delivery.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
        mark = transaction.savepoint()
        began = time.perf_counter()
        try:
            with connection.execute_wrapper(watch):
                response = self._send(cell, path)
            took = time.perf_counter() - began
            said = self.log.heard.getvalue() + "".join(str(one.message()) for one in mail.outbox)
            if any("outbox" in sql for sql, _ in writes):
                said += repr(list(Delivery.objects.filter(pk__gt=before).values()))
        finally:
            transaction.savepoint_rollback(mark)
            transaction.savepoint_commit(mark)  # and forget the mark itself: thousands of them would pile up
        return Answer(response, took, writes, said)

    def _send(self, cell: Cell, path: str) -> HttpResponse:
        if cell.method == "POST":
            return self.client.post(path, cell.form)
        return self.client.generic(cell.method, path)

    def absent(self, cell: Cell) -> Answer | None:
        """The same knock at a thing that does not exist; None where there is no such thing."""
        kwargs = absent(cell.kwargs)
        if kwargs is None:
            return None
        # Whoever gets their words back is answered with exactly those words.
        sent = str(cell.form) if cell.name in GIVES_WORDS_BACK else len(cell.form)
        key = (cell.name, cell.method, sent)
        if key not in self._absent:
            self._absent[key] = self.knock(cell, kwargs)
        return self._absent[key]

    def flaws(self, cell: Cell) -> list[str]:
        """Everything that is wrong with the answer to this knock."""
        answer = self.knock(cell)
        found = list(_wrong_status(cell, answer, self.somebody.name))
        strange = self.house.strange_words(answer.everything(), self.somebody.name, also=cell.page.shows)
        found += [f"showed the {what}" for what in strange]
        found += [f"wrote unsealed: {what}" for what in self._written_in_clear(answer)]
        refused = cell.page.takes(cell.method) and self.somebody.name not in cell.page.may(cell.about, cell.method)
        if refused:
            touched = sorted({sql.split('"')[1] for sql, _ in answer.writes})
            if touched:
                found.append(f"was refused and yet wrote to {', '.join(touched)}")
            found += self._unlike_absence(cell, answer)
        return [f"{self.somebody.name}: {cell}: {flaw} (status {answer.status})" for flaw in found]

    def _unlike_absence(self, cell: Cell, answer: Answer) -> list[str]:
        nothing = self.absent(cell)
        if nothing is None:
            return []
        self.waited["not yours"].append(answer.took)
        self.waited["not there"].append(nothing.took)
        mine, theirs = answer.looks(), nothing.looks()
        parts = ("status", "body", "where it sends", "headers", "cookies")
        return [
            f"{part} differs from that of a thing that does not exist"
            for part, one, other in zip(parts, mine, theirs, strict=True)
            if one != other
        ]

    def _written_in_clear(self, answer: Answer) -> set[str]:
        heap = b"\n".join(_as_bytes(params) for _, params in answer.writes)
        words = {word.lower().decode() for word in CANARY.findall(heap)}
        return {self.house.canaries[word][0] for word in words if word in self.house.canaries}

    def close(self) -> None:
        self.log.stop()


class _Listener(logging.Handler):
    """Hears everything that any part of the site says to the log."""

    LOGGERS = ("", "django.request", "django.security", "kindcircle")

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard = io.StringIO()
        for name in self.LOGGERS:
            logging.getLogger(name).addHandler(self)

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.write(logging.Formatter("%(message)s").format(record) + "\n")

    def stop(self) -> None:
        for name in self.LOGGERS:
            logging.getLogger(name).removeHandler(self)


# Forms that, sent after the session ended, show their sender the words again instead of a sign-in page.
GIVES_WORDS_BACK = {
    "member:journal-write",
    "member:journal-entry",
    "member:own-phrases",
    "member:letter-new",
    "member:letter-new-future",
    "member:letter-new-hard-day",
    "member:conversation",
    "member:stop",
    "member:review",
    "member:kept-write",
    "member:share",
    "member:support-plan",
    "member:safety-plan",
    "member:course",
    "member:safe-contact",
    "application-form",
}


def _wrong_status(cell: Cell, answer: Answer, name: str) -> Iterator[str]:
    if answer.status >= 500:
        where = getattr(answer.response, "exc_info", None)
        yield f"broke: {where[0].__name__ if where else ''} {where[1] if where else ''}"
        return
    if not cell.page.takes(cell.method):
        if answer.status != 405:
            yield "took a method that was not declared"
        return
    may = cell.page.may(cell.about, cell.method)
    if name in may:
        if answer.status in (403, 404, 405):
            yield "was refused although the expectation allows it"
        elif ":" in cell.name and answer.location.startswith(ACCOUNT + "login"):
            yield "was sent to sign in although the expectation allows it"
        return
    if cell.page.always_404:
        right = answer.status == 404
    elif name in WITHOUT_SESSION:
        gave_back = answer.status == 401 and cell.name in GIVES_WORDS_BACK and cell.method == "POST"
        # Nobody signs in on a tablet that goes round: it comes back to the names.
        where = answer.location == "/" if name == TABLET else answer.location.startswith(ACCOUNT + "login/")
        right = gave_back or (answer.status == 302 and where)
    elif name in WEAK and not cell.page.weak_404:
        right = answer.status == 302 and answer.location == ACCOUNT + "factors/"
    else:
        right = answer.status == 404
    if not right:
        yield f"was not refused as it should be, but sent to {answer.location!r}"


def unpacked(value: str) -> bytes:
    """What is inside a signed and packed cookie or session row, as far as it opens."""
    opened = []
    for part in value.split(":"):
        try:
            raw = base64.urlsafe_b64decode(part.lstrip(".") + "=" * (-len(part.lstrip(".")) % 4))
        except (binascii.Error, ValueError):
            continue
        opened.append(raw)
        try:
            opened.append(zlib.decompress(raw))
        except zlib.error:
            continue
    return b"\n".join(opened)


def _as_bytes(params: Any) -> bytes:
    if isinstance(params, bytes | memoryview):
        return bytes(params)
    if isinstance(params, str):
        return params.encode("utf-8", "replace") + b"\n" + unpacked(params)
    if isinstance(params, dict):
        params = params.values()
    if hasattr(params, "__iter__"):
        return b"\n".join(_as_bytes(one) for one in params)
    return repr(params).encode()

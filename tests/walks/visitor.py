"""A person at a browser without script: sees what is shown, fills in what is there, presses what can be pressed.

phone = Visitor(site, world.member)
phone.open("/today/")
phone.press("Send", {"steadiness": "7"})
assert "Saved" in phone.text

Hidden parts are not seen, fields that are not on the page cannot be filled in, and every visitor comes from a network
address of their own, so that one person's many tries never slow down another.
"""

import itertools
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

from kindcircle.base.people.models import User
from tests.site import RunningSite

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
UNSEEN = {"script", "style", "head", "template", "dialog"}
_addresses = itertools.count(2)


@dataclass
class Button:
    """Something to press: its words, what it adds to its form, and where it sends it if not where the form says."""

    words: str = ""
    name: str = ""
    value: str = ""
    action: str = ""


@dataclass
class Form:
    """One form that is shown."""

    action: str
    method: str
    id: str = ""
    fields: list[tuple[str, str]] = field(default_factory=list)  # as they would be sent if nothing were touched
    names: set[str] = field(default_factory=set)  # everything that can be filled in
    choices: dict[str, set[str]] = field(default_factory=dict)  # values of radio buttons and lists
    ticks: dict[str, str] = field(default_factory=dict)
    buttons: list[Button] = field(default_factory=list)


class Page(HTMLParser):
    """What a page shows: its words, links and forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.title = ""
        self.forms: list[Form] = []
        self.links: list[tuple[str, str]] = []
        self._open: list[tuple[str, bool]] = []  # tags that are open, and whether each is out of sight
        self._form: Form | None = None
        self._button: Button | None = None
        self._link: list[str] | None = None
        self._select, self._first = "", ""
        self._textarea: list[str] | None = None
        self.feed(html)
        self.close()

    @property
    def unseen(self) -> bool:
        return any(hidden for _, hidden in self._open)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag not in VOID:
            self._open.append((tag, "hidden" in given or tag in UNSEEN))
        if self.unseen:
            return
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get"), given.get("id", ""))
            self.forms.append(self._form)
        elif tag == "a" and "href" in given:
            self.links.append(("", given["href"]))
            self._link = []
        elif "form" in given:
            # A form out of sight, as the one for passkeys, is a script's: nobody gets there without.
            if (form := next((one for one in self.forms if one.id == given["form"]), None)) is not None:
                self._in_form(form, tag, given)
        elif self._form is not None:
            self._in_form(self._form, tag, given)

    def _in_form(self, form: Form, tag: str, given: dict[str, str]) -> None:
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "button" and given.get("type", "submit") == "submit":
            self._button = Button("", name, value, given.get("formaction", ""))
            form.buttons.append(self._button)
        elif tag == "input":
            kind = given.get("type", "text")
            form.names.add(name)
            if kind == "file":
                return
            if kind == "radio":
                form.choices.setdefault(name, set()).add(value)
            elif kind == "checkbox":
                form.ticks[name] = value or "on"
            if kind not in ("radio", "checkbox") or "checked" in given:
                form.fields.append((name, value or ("on" if kind == "checkbox" else "")))
        elif tag == "textarea":
            form.names.add(name)
            self._textarea = []
            form.fields.append((name, ""))
        elif tag == "select":
            form.names.add(name)
            self._select, self._first = name, ""
        elif tag == "option" and self._select:
            form.choices.setdefault(self._select, set()).add(value)
            if not self._first or "selected" in given:
                form.fields = [one for one in form.fields if one[0] != self._select] + [(self._select, value)]
                self._first = self._select

    def handle_endtag(self, tag: str) -> None:
        if tag == "button":
            self._button = None
        elif tag == "a" and self._link is not None:
            self.links[-1] = (_tidy(self._link), self.links[-1][1])
            self._link = None
        elif tag == "textarea" and self._textarea is not None and self._form is not None:
            self._form.fields[-1] = (self._form.fields[-1][0], "".join(self._textarea).removeprefix("\n"))
            self._textarea = None
        elif tag == "select":
            self._select = ""
        elif tag == "form" and not self.unseen:
            self._form = None
        while any(name == tag for name, _ in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        if self._open and self._open[-1][0] == "title":
            self.title += data
        if self.unseen:
            return
        if self._textarea is not None:
            self._textarea.append(data)
            return
        self.words.append(data)
        if self._button is not None:
            self._button.words = _tidy([self._button.words, data])
        if self._link is not None:
            self._link.append(data)


def _tidy(words: list[str]) -> str:
    return re.sub(r"\s+", " ", " ".join(words)).strip()


class Visitor:
    """One person at one device."""

    def __init__(self, site: RunningSite, user: User | None = None) -> None:
        number = next(_addresses)
        self.site = site
        self.client = site.client(address=f"127.{number // 60_000 + 1}.{number // 250 % 240}.{number % 250}")
        self.answer: httpx.Response
        if user is not None:
            self.open(site.entry_path(user))
            assert "session" in self.client.cookies, f"the demo door answered {self.answer.status_code}"

    @property
    def status(self) -> int:
        """The status of the page that is open."""
        return self.answer.status_code

    @property
    def path(self) -> str:
        """Where we are."""
        return self.answer.url.path

    @property
    def html(self) -> str:
        """The page as it was sent, seen and unseen."""
        return self.answer.text

    @property
    def page(self) -> Page:
        return Page(self.html)

    @property
    def text(self) -> str:
        """The words that are shown."""
        return _tidy(self.page.words)

    def open(self, path: str) -> "Visitor":
        """Go to an address of the site, by path or whole."""
        self.answer = self.client.get(path)
        return self._arrived()

    def follow(self, words: str) -> "Visitor":
        """Follow the link that says this."""
        links = self.page.links
        found = [to for said, to in links if words in said]
        assert found, f"no link says {words!r} on {self.path}; there are {[said for said, _ in links]}"
        return self.open(str(self.answer.url.join(found[0])))

    def form(self, button: str, which: dict[str, str] | None = None) -> tuple[Form, Button]:
        """The form with this button; `which` tells one of several alike by what they carry."""
        candidates = [
            (form, one)
            for form in self.page.forms
            for one in form.buttons
            if button in one.words and all((name, value) in form.fields for name, value in (which or {}).items())
        ]
        same = [pair for pair in candidates if pair[1].words == button]
        found = same or candidates
        there = [one.words for form in self.page.forms for one in form.buttons]
        assert found, f"no button says {button!r} on {self.path}; there are {there}"
        assert len(found) == 1 or _alike(found), f"several buttons say {button!r}: {[one.words for _, one in found]}"
        return found[0]

    def filled(
        self, button: str, fill: dict[str, str | bool] | None = None, which: dict[str, str] | None = None
    ) -> tuple[Form, dict[str, list[str]]]:
        """What pressing this button would send, with these fields filled in."""
        form, pressed = self.form(button, which)
        sent: dict[str, list[str]] = {}
        for name, value in form.fields:
            sent.setdefault(name, []).append(value)
        for name, given in (fill or {}).items():
            assert name in form.names, f"{name!r} is not on {self.path}; there are {sorted(form.names)}"
            if isinstance(given, bool):
                assert name in form.ticks
                sent[name] = [form.ticks[name]] if given else []
            else:
                assert name not in form.choices or given in form.choices[name], f"{given!r} is no choice of {name!r}"
                sent[name] = [given]
        if pressed.name:
            sent[pressed.name] = [pressed.value]
        return form, sent

    def press(
        self, button: str, fill: dict[str, str | bool] | None = None, which: dict[str, str] | None = None
    ) -> "Visitor":
        """Fill in the form and press its button."""
        form, sent = self.filled(button, fill, which)
        action = self.form(button, which)[1].action or form.action
        return self.post(str(self.answer.url.join(action)) if action else str(self.answer.url), sent)

    def hand_in(
        self,
        button: str,
        name: str,
        file: tuple[str, bytes],
        fill: dict[str, str | bool] | None = None,
        which: dict[str, str] | None = None,
    ) -> "Visitor":
        """Choose a file for the form with this button, and send it."""
        form, sent = self.filled(button, fill, which)
        return self.post(str(self.answer.url.join(form.action)), sent, files={name: (*file, "text/csv")})

    def post(self, to: str, sent: dict[str, list[str]], **more: object) -> "Visitor":
        """Send a form as a browser would: again, later, or from a page long closed."""
        headers = {"Origin": self.site.url}
        self.answer = self.client.post(to, data=sent, headers=headers, **more)  # type: ignore[arg-type]
        return self._arrived()

    def _arrived(self) -> "Visitor":
        # Whatever anybody does in any of these stories, the site never breaks.
        assert self.answer.status_code < 500, f"{self.answer.url.path} answered {self.answer.status_code}"
        return self

    def cookie(self) -> str:
        """The session of this browser."""
        return self.client.cookies["session"]


def _alike(found: list[tuple[Form, Button]]) -> bool:
    """Whether several buttons would send the same."""
    first = sorted(found[0][0].fields)
    return all(sorted(form.fields) == first for form, _ in found)

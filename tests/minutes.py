"""How long somebody sits at the site: hands by the keystroke-level model, eyes by the words there are to read.

An estimate by published averages; nobody was timed. docs/reference/facilitator-week.md says what it assumes.

ada = Measured(site, world.facilitator)
with ada.step("the notes"):
    ada.follow("Write the notes").press("Save", {"note": "Slow and warm."})
print(ada.table())
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.urls import resolve

from kindcircle.base.people.models import User
from tests.site import RunningSite
from tests.walks.visitor import Page, Visitor

# Card, Moran and Newell 1980: to press a key, to point, to move the hand to the other device, to make up one's mind.
KEY, POINT, HOME, MIND = 0.28, 1.1, 0.4, 1.35
# Silent reading of plain English, words a minute (Brysbaert 2019).
READ = 238
# Words a minute when the text is made up while it is typed (Karat and others 1999).
COMPOSE = 19
# From a press to the next page, on a slow line.
WAIT = 1.0
# Read each time; everything else only when it did not stand on this page before.
SIGNPOSTS = {"h1", "h2", "h3", "h4", "label", "legend", "button", "th", "summary", "dt", "a"}
WORD = re.compile(r"[^\W\d_]+")


class Looked(Page):
    """The words in the main part of a page, each piece with whether it only shows the way."""

    def __init__(self, html: str) -> None:
        self.pieces: list[tuple[bool, str]] = []
        self._folded: list[bool] = []  # what can be unfolded, and whether it is shut
        super().__init__(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        super().handle_starttag(tag, attrs)
        if tag == "details":
            self._folded.append("open" not in dict(attrs))

    def handle_endtag(self, tag: str) -> None:
        super().handle_endtag(tag)
        if tag == "details":
            self._folded.pop()

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        tags = {tag for tag, _ in self._open}
        if self.unseen or "main" not in tags or "option" in tags or (any(self._folded) and "summary" not in tags):
            return
        # A draft in its box and the same words on the page are the same words.
        self.pieces += [(bool(tags & SIGNPOSTS), " ".join(line.split())) for line in data.splitlines() if line.strip()]


@dataclass
class Step:
    """What one errand took."""

    name: str
    pages: int = 0
    presses: int = 0
    choices: int = 0
    boxes: int = 0
    letters: int = 0
    words: int = 0
    # Only in a real browser: a page pushed along with the thumb, and keys that only move about.
    pushes: int = 0
    stops: int = 0

    @property
    def hands(self) -> float:
        """Seconds by the keystroke-level model, with every page waited for."""
        acts = self.pages + self.presses + self.choices + self.boxes
        about = self.pushes * (POINT + KEY) + self.stops * KEY
        return acts * (MIND + POINT + KEY) + about + self.boxes * 2 * HOME + self.letters * KEY + self.loads * WAIT

    @property
    def loads(self) -> int:
        return self.pages + self.presses

    @property
    def eyes(self) -> float:
        """Seconds of reading."""
        return self.words / READ * 60

    @property
    def thinking(self) -> float:
        """Seconds by which making words up takes longer than typing them; five letters and a space are one word."""
        return max(0.0, self.letters / 6 / COMPOSE * 60 - self.letters * KEY)

    @property
    def seconds(self) -> float:
        return self.hands + self.eyes + self.thinking


class Measured(Visitor):
    """A visitor whose hands and eyes are counted, errand by errand. What is done outside an errand is not."""

    def __init__(self, site: RunningSite, user: User) -> None:
        self.steps: list[Step] = []
        self._now: Step | None = None
        self._known: dict[str, set[str]] = {}
        super().__init__(site, user)

    @contextmanager
    def step(self, name: str) -> Iterator[Step]:
        """What happens in here is one errand."""
        self._now = Step(name)
        self.steps.append(self._now)
        yield self._now
        self._now = None

    def forget_counts(self) -> None:
        """Begin to count anew, with everything that was read still known."""
        self.steps = []

    def open(self, path: str) -> "Measured":
        super().open(path)
        if self._now is not None:
            self._now.pages += 1
            self._read()
        return self

    def press(
        self, button: str, fill: dict[str, str | bool] | None = None, which: dict[str, str] | None = None
    ) -> "Measured":
        if self._now is not None:
            form, _ = self.form(button, which)
            for name, given in (fill or {}).items():
                if isinstance(given, bool) or name in form.choices:
                    self._now.choices += 1
                else:
                    before = dict(form.fields).get(name, "")
                    # Whoever changes a draft goes to the place and types what is new.
                    self._now.boxes += 1
                    self._now.letters += len(given) - len(before) if before and before in given else len(given)
            self._now.presses += 1
        super().press(button, fill, which)
        if self._now is not None:
            self._read()
        return self

    def _read(self) -> None:
        known = self._known.setdefault(resolve(self.path).view_name, set())
        pieces = Looked(self.html).pieces
        assert self._now is not None
        self._now.words += sum(len(WORD.findall(words)) for sign, words in pieces if sign or words not in known)
        known.update(words for _, words in pieces)

    @property
    def minutes(self) -> float:
        """All errands together."""
        return sum(one.seconds for one in self.steps) / 60

    def table(self) -> str:
        """One errand a line, in Markdown."""
        all_of = Step("all together")
        for one in self.steps:
            for name in ("pages", "presses", "choices", "boxes", "letters", "words"):
                setattr(all_of, name, getattr(all_of, name) + getattr(one, name))
        thinking = sum(one.thinking for one in self.steps)
        head = ["step", "pages", "presses", "choices", "letters typed", "words read"]
        head += ["hands, s", "reading, s", "finding words, s"]
        rows = [head, ["---", *["---:"] * 8]]
        rows += [self._row(one, one.thinking) for one in self.steps] + [self._row(all_of, thinking)]
        return "\n".join(f"| {' | '.join(row)} |" for row in rows)

    def _row(self, one: Step, thinking: float) -> list[str]:
        counted = (one.pages, one.presses, one.choices, one.letters, one.words)
        return [one.name, *map(str, counted), *(f"{seconds:.0f}" for seconds in (one.hands, one.eyes, thinking))]

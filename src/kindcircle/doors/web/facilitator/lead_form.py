"""What one tap of those who lead sends along, and the verb it stands for: each part of a meeting brings its own."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.http import HttpRequest

from kindcircle.base.access import Actor
from kindcircle.rooms.groups.models import Gathering


class Form:
    """What a tap sent along, read leniently: anything strange becomes something that fits nothing."""

    def __init__(self, request: HttpRequest) -> None:
        self._sent = request.POST

    def word(self, name: str) -> str:
        """A short word, such as a code."""
        return self._sent.get(name, "")[:80].replace("\0", "")

    def line(self, name: str) -> str:
        """What somebody wrote, up to a few sentences."""
        return self._sent.get(name, "")[:1000].replace("\0", "")

    def words(self, name: str) -> list[str]:
        """All that was ticked under one name."""
        return [one[:80].replace("\0", "") for one in self._sent.getlist(name)[:80]]

    def number(self, name: str) -> int:
        """A whole number from 0, or -1."""
        text = self._sent.get(name, "")
        return int(text) if text.isdecimal() and len(text) < 7 else -1


Verb = Callable[[Gathering, Form, Actor, datetime], Any]

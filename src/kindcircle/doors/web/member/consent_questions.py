"""Three plain questions before a yes: not a test, but a way to see that the page said what it meant to say."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Question:
    """One question with its choices, which of them is so, and how it is, in a few words. `chosen` is kept nowhere."""

    id: str
    ask: str
    choices: tuple[tuple[str, str], ...]
    so: str
    because: str
    chosen: str = ""

    @property
    def found(self) -> bool:
        return self.chosen == self.so


def questions() -> list[Question]:
    """The three, in order."""
    return [
        Question(
            "journal",
            _("Is anyone watching my journal?"),
            (
                ("staff", _("Yes, those who lead my group")),
                ("machine", _("A machine looks for danger")),
                ("nobody", _("No, nobody")),
            ),
            "nobody",
            _("Nobody watches it, and no machine does. So a cry for help in a journal is heard by no one."),
        ),
        Question(
            "stop",
            _("I want to stop in the middle of a meeting. What do I need?"),
            (
                ("reason", _("A good reason")),
                ("nothing", _("Nothing. I just stop.")),
                ("end", _("I wait for the end")),
            ),
            "nothing",
            _("You can stop, rest or go at any time. You need no reason and nobody’s leave."),
        ),
        Question(
            "danger",
            _("I am in danger tonight. What brings help soonest?"),
            (
                ("message", _("A message to those who lead")),
                ("call", _("“Help now”, or the emergency number")),
                ("wait", _("The next meeting")),
            ),
            "call",
            _("Messages may wait for days. “Help now” is on every page, and the number there is answered."),
        ),
    ]


def looked_at(asked: list[Question], chosen: Mapping[str, str]) -> list[Question]:
    """The same, with what somebody chose."""
    return [replace(one, chosen=chosen.get(one.id, "")) for one in asked]

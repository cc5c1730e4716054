"""The lines of a support plan as they are asked on a screen: the words of the printed page, without room for a pen."""

import re
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kindcircle.rooms.preparing.parts import ELSEWHERE, MY_PEOPLE, plan_text


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the plan: what it asks, and a few examples."""

    id: str
    ask: str
    help: str


def asks() -> list[Line]:
    """Every line, in the order of the page; last, whom I can call myself."""
    found = [_line(item.id, item.text) for item in plan_text().items if item.id not in ELSEWHERE]
    people = Line(MY_PEOPLE, _("People I can call when it gets hard."), _("A first name and a number, for yourself."))
    return [*found, people]


def _line(name: str, text: str) -> Line:
    words = re.sub(r"[\s_]+$", "", text)
    ask, _stop, rest = words.partition(". ")
    return Line(name, ask.rstrip(".") + ".", rest)

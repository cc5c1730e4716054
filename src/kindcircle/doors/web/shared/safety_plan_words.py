"""The steps of a safety plan as they are asked: in the order in which somebody would try them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kindcircle.rooms.preparing.parts import SAFETY_LINES


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it asks, and a few examples."""

    id: str
    ask: str | Promise
    help: str | Promise


STEPS = (
    Step("signs", _("How I know that it is getting dark"), _("What I think, feel or stop doing.")),
    Step(
        "by-myself", _("What I can do by myself"), _("A walk, music, cold water, a shower, a practice that holds me.")
    ),
    Step(
        "places",
        _("People and places that take me out of it"),
        _("A park, a café, a friend with whom I talk of other things."),
    ),
    Step("people", _("Whom I can tell that I need help"), _("A first name and a number.")),
    Step(
        "helpers",
        _("Helpers I can call"),
        _("My doctor, a crisis line, whoever knows me. Numbers of your house stand on this page."),
    ),
    Step("around-me", _("How I make it safer around me"), _("What I put away, lock up, or give to somebody to keep.")),
    Step("reasons", _("What I want to be here for"), _("One small thing is enough.")),
)
assert tuple(one.id for one in STEPS) == SAFETY_LINES

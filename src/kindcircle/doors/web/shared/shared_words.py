"""What people read on pages about sharing: the steps, the signs, and where something stands on its way."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from kindcircle.doors.web.shared.live_page import mark
from kindcircle.rooms.sharing.models import Warmth
from kindcircle.rooms.sharing.queries import Circle
from kindcircle.spec.ladder import Step

Words = str | Promise


@dataclass(frozen=True, slots=True)
class Rung:
    """One step: its name, who reads it, and how it is said once it is so. The lowest is no step at all."""

    id: str
    name: Words
    who: Words
    so: Words


RUNGS = (
    Rung("", _("Only me"), _("It stays where it is."), _("Only you can read it.")),
    Rung(
        Step.LEADERS,
        _("Those who lead"),
        _("They read it, with your name."),
        _("Those who lead can read it, with your name."),
    ),
    Rung(
        Step.UNNAMED,
        _("The group, without my name"),
        _("All in the group read it, among words of others. Those who lead do not see whose it is either."),
        _("The group can read it, without your name."),
    ),
    Rung(
        Step.NAMED,
        _("The group, with my name"),
        _("All in the group read it, and those who lead."),
        _("The group can read it, with your name."),
    ),
)
BY_ID = {rung.id: rung for rung in RUNGS}

NOT_THE_GROUP = _("The group does not see it.")
WITHOUT: dict[str, Words] = {
    "there": BY_ID[Step.UNNAMED].so,
    "read-together": _(
        "Without your name, it is among words of others that those who lead read first. "
        "With those it may go to the group."
    ),
}
"""Where words stand without their name while the name waits. Anywhere else the group does not see them."""

SIGNS: dict[str, Words] = {
    Warmth.Sign.WITH_YOU: _("With you"),
    Warmth.Sign.THANK_YOU: _("Thank you for this"),
    Warmth.Sign.HEARD: _("I hear you"),
    Warmth.Sign.NOT_ALONE: _("You are not alone"),
}
"""All that can be answered. Each is warm, none gives advice."""


def circle_shown(found: Circle) -> dict[str, Any]:
    """The circle of words as a page shows it, and the mark by which it asks whether anything is new."""
    seen = [[(one.code, one.words, one.name, one.sign) for one in some] for some in (found.named, *found.handfuls)]
    return {"named": found.named, "handfuls": found.handfuls, "signs": list(SIGNS.items()), "circle_seen": mark(seen)}

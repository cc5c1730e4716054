"""How practices land, in words and figures for a page: with every rate, its limits and what it rests on."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.rooms.backdraft.figures import Landed, Rate
from kindcircle.spec.slowing import Reason

BECAUSE: dict[Reason, Any] = {
    "shaky": gettext_lazy("They went home unsteady twice (4 of 10 or less)."),
    "a-lot": gettext_lazy("A practice was a lot for them twice, and they agreed that you hear of it."),
    "in-the-way": gettext_lazy("A practice got in the way of their day a lot, and they agreed that you hear of it."),
    "lasting": gettext_lazy("It was still there a day after a practice, and they agreed that you hear of it."),
    "worse": gettext_lazy("They said that something became worse, for some days, and kept them from daily things."),
    "seen": gettext_lazy("One of you saw or heard a sign."),
}
"""Why to go more slowly with somebody, in words that judge nobody."""


def because(reasons: str) -> list[Any]:
    """The reasons of a proposal, as it keeps them."""
    return [BECAUSE[one] for one in reasons.split(",")]  # type: ignore[index]


def shown(found: Landed) -> dict[str, Any]:
    """What the table is drawn from."""
    return {
        "landed": [
            {
                "title": one.title,
                "version": one.version,
                "tally": one.tally,
                "of_exposures": _in_words(one.of_exposures),
                "of_answers": _in_words(one.of_answers),
            }
            for one in found.figures
        ],
        "withheld": found.withheld,
    }


def _in_words(rate: Rate | None) -> str:
    """Such as "12.5 (0.3 to 52.7)"."""
    if rate is None:
        return "–"
    return _("%(share).1f (%(low).1f to %(high).1f)") % {"share": rate.per_100, "low": rate.low, "high": rate.high}


WHY_NOT: Sequence[tuple[str, Any]] = (
    ("talked", gettext_lazy("We talked, and going on as it is suits better")),
    ("other-plan", gettext_lazy("We do something else instead")),
    ("not-seen", gettext_lazy("It does not fit what we see")),
)
"""Why a proposal is not taken now. A word from a closed list: nobody writes about a person here."""

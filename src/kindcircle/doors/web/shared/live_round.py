"""A round as pages show it: the question and how deep it goes, the ring, who has the piece, and who comes when."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.queries_rounds import way_of
from kindcircle.spec.circle import PlacedRound
from kindcircle.spec.depths import DEPTHS
from kindcircle.spec.timeline import Placed

NO_QUESTION = gettext_lazy("We speak in turn")
"""What stands over a round whose question was asked aloud, or that has none."""


def depths(asked: int, most: int) -> dict[str, Any]:
    """The label of a question, the deepest that this meeting goes, and what those who lead show: one step less."""
    words = [_(one) for one in DEPTHS]
    return {"asked": words[asked], "most": words[most], "model": words[max(0, asked - 1)], "reaches": asked == most}


def round_of(gathering: Gathering, place: Placed, own_code: str) -> dict[str, Any] | None:
    """The round that is going on, or None. `free`: who is here and neither speaks nor is still to come."""
    turns = place.round
    if turns is None or turns.closed:
        return None
    session, names = queries.session_of(gathering), queries.names_here(gathering)
    prompt = session.slot(turns.prompt).prompt if turns.prompt else None
    coming = [code for code in turns.order if code in names]
    return {
        "code": turns.round,
        "question": prompt.text if prompt else str(NO_QUESTION),
        "depth": depths(prompt.depth, session.max_depth) if prompt else None,
        "way": way_of(gathering),
        "popcorn": turns.mode == "popcorn",
        "seats": seats(names, own_code, turns.holder, with_them=turns.with_you),
        "names": names,
        "holder": names.get(turns.holder or "", ""),
        "holder_code": turns.holder or "",
        "mine": bool(own_code) and turns.holder == own_code,
        "coming": [{"code": code, "name": names[code], "own": code == own_code} for code in coming],
        "free": [{"code": code, "name": names[code]} for code in names if code not in (*coming, turns.holder)],
        "hint": _hint(turns, coming, names, own_code),
    }


def seats(
    names: dict[str, str], own_code: str = "", holder: str | None = None, *, with_them: bool = False
) -> list[dict[str, Any]]:
    """Marks for the ring: everybody who is here, oneself, and whoever has the piece."""
    return [
        {
            "code": code,
            "label": name,
            "short": name,
            "state": "speaking" if code == holder else "you" if code == own_code else "here",
            "with": with_them and code == holder,
        }
        for code, name in names.items()
    ]


def _hint(turns: PlacedRound, coming: list[str], names: dict[str, str], own_code: str) -> str:
    """A quiet word on one's own phone when one's turn is near, so that nobody is taken by surprise."""
    if turns.mode == "popcorn" or own_code not in coming[:2]:
        return ""
    before = turns.holder if own_code == coming[0] else coming[0]
    if before not in names:
        return ""
    if own_code == coming[0]:
        return _("After %(name)s it is you, if you like.") % {"name": names[before]}
    return _("One more after this, %(name)s, and then you, if you like.") % {"name": names[before]}

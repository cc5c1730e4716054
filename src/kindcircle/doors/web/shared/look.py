"""How the pages of a house look and speak: its colours, its name at the top, its own words."""

from dataclasses import dataclass

from django.db import DatabaseError
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from kindcircle.base.access import NOBODY
from kindcircle.base.people.models import HeaderFor, Organisation, Palette
from kindcircle.base.people.terms import Terms, terms_of

COLUMNS = (
    "palette", "header_name", "header_for", "says_group", "says_facilitator", "says_member", "says_meeting",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """What a page needs to know of its house. `palette` is "" for the usual colours, `name` for the usual name."""

    palette: str = ""
    name: str = ""
    terms: Terms = ()


USUAL = Look()


def look_of(house: Organisation) -> Look:
    """The look of this house. One small row, read anew for each page, so that a change shows at once."""
    return _look({name: getattr(house, name) for name in COLUMNS})


def look_for(request: HttpRequest) -> Look:
    """The look of a page that is being answered. Before sign-in it is looked up only if the page asks for it."""
    found = getattr(request, "look", None)
    if found is None and getattr(request, "actor", NOBODY) is NOBODY:
        found = SimpleLazyObject(_look_of_the_only_house)
    return found or USUAL  # type: ignore[return-value]


def _look_of_the_only_house() -> Look:
    """What visitors see: the house's own look if it wants that, and only on a site where it is the only one.

    A page before sign-in has to come, also when the database does not answer.
    """
    try:
        houses = list(Organisation.objects.values(*COLUMNS)[:2])
    except DatabaseError:
        return USUAL
    alone = len(houses) == 1 and houses[0]["header_for"] == HeaderFor.EVERYONE
    return _look(houses[0]) if alone else USUAL


def _look(row: dict[str, str]) -> Look:
    palette = "" if row["palette"] == Palette.PLUM else row["palette"]
    return Look(palette=palette, name=row["header_name"], terms=terms_of(row))

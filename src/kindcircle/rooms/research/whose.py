"""Whose rows may leave: people of groups that had ended, who said yes by then and say it still."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from kindcircle.base.people.models import Organisation
from kindcircle.rooms.groups.models import Group, Membership
from kindcircle.rooms.intake.consent_texts import asks_since, is_current, text_name
from kindcircle.rooms.intake.models import Consent
from kindcircle.rooms.research.batches import FEWEST_GROUPS, FEWEST_PEOPLE, large
from kindcircle.rooms.research.errors import TooFewPeople

Places = dict[int, Membership]
"""People by their number, each with their place in the first group that ended."""


@dataclass(frozen=True, slots=True)
class Extent:
    """How far a file goes: groups and people of one moment, answers of one, and when it first went out, if it has."""

    as_of: datetime
    until: datetime
    out_at: datetime | None = None


def enough_people(organisation: Organisation, programme: str, *, as_of: datetime) -> Places:
    """Everybody whose rows may go out, with their place. Raises TooFewPeople where they would tell who they are."""
    found = _people(organisation, programme, as_of, _willing(organisation, as_of))
    if not large_enough(found):
        raise TooFewPeople(FEWEST_PEOPLE, FEWEST_GROUPS)
    return found


def new_since(organisation: Organisation, programme: str, *, as_of: datetime, earlier: datetime) -> Places:
    """Who would be in rows of this moment and in none of an earlier one: what two files laid side by side show."""
    before = _people(organisation, programme, earlier, _once_willing(organisation, earlier, until=earlier))
    now = _people(organisation, programme, as_of, _willing(organisation, as_of))
    return {user: place for user, place in now.items() if user not in before}


def in_file(organisation: Organisation, programme: str, extent: Extent) -> Places:
    """Who stood in a file as it first went out; who would, where it has not."""
    if extent.out_at is None:
        said_yes = _willing(organisation, extent.as_of)
    else:
        said_yes = _once_willing(organisation, extent.as_of, until=extent.out_at)
    return _people(organisation, programme, extent.as_of, said_yes)


def large_enough(places: Places) -> bool:
    """Whether these people may stand as a file, or as the difference of two."""
    return large(places, {user: place.group_id for user, place in places.items()})


def ended(organisation: Organisation, programme: str, as_of: datetime) -> QuerySet[Membership]:
    """The places of members in groups that had ended by then."""
    over = Group.objects.filter(
        organisation=organisation, programme=programme, state=Group.State.FINISHED, ending__finished_at__lte=as_of
    )
    return Membership.objects.filter(group__in=over, role=Membership.Role.MEMBER)


def _people(organisation: Organisation, programme: str, as_of: datetime, said_yes: set[int]) -> Places:
    """Each of them with their place in the first group that ended, which no later group changes."""
    places = ended(organisation, programme, as_of).select_related("user", "group")
    found: Places = {}
    for place in places.order_by("group__ending__finished_at", "pk"):
        if place.user_id in said_yes:
            found.setdefault(place.user_id, place)
    return found


def _willing(organisation: Organisation, as_of: datetime) -> set[int]:
    """Whose yes to research was there by then and holds now, for the text as it stands."""
    name, since = text_name(), asks_since(organisation)
    rows = _yeses(organisation, as_of).filter(replaced_at=None, withdrawn_at=None)
    return {row.person_id for row in rows if is_current(row, name=name, since=since)}


def _once_willing(organisation: Organisation, as_of: datetime, *, until: datetime) -> set[int]:
    """Whose yes was there by then and stood until later, to whatever text, also where it was taken back since."""
    rows = _yeses(organisation, as_of).exclude(replaced_at__lte=until).exclude(withdrawn_at__lte=until)
    return set(rows.values_list("person_id", flat=True))


def _yeses(organisation: Organisation, as_of: datetime) -> QuerySet[Consent]:
    return Consent.objects.filter(person__organisation=organisation, kind=Consent.Kind.RESEARCH, signed_at__lte=as_of)

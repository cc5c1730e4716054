"""Reading the practice log: one's own, as a gentle picture; a group's, in ranges."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median_low

from kindcircle.base.people.models import Organisation, User
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.groups.queries import present_places
from kindcircle.rooms.practice.models import Play

# Below this many people a summary would speak about persons.
FEWEST = 5


@dataclass(frozen=True, slots=True)
class PracticeRange:
    """How often people of a group practised at home: the lowest, the middle and the highest count. No names."""

    people: int
    lowest: int
    middle: int
    highest: int


def practised_lately(group: Group, *, at: datetime, days: int = 7) -> PracticeRange | None:
    """The range of plays per present member in the last days, or None below five members."""
    people = list(present_places(group).values_list("user_id", flat=True))
    if len(people) < FEWEST:
        return None
    counts = dict.fromkeys(people, 0)
    since = at - timedelta(days=days)
    for member in Play.objects.filter(member_id__in=people, started_at__gte=since).values_list("member_id", flat=True):
        counts[member] += 1
    numbers = list(counts.values())
    return PracticeRange(people=len(people), lowest=min(numbers), middle=median_low(numbers), highest=max(numbers))


def plays_of(member: User, *, since: datetime, most: int) -> list[Play]:
    """What somebody played at home since then, newest first."""
    own = Play.objects.filter(member=member, started_at__gte=since)
    return list(own.order_by("-started_at", "-pk")[:most])


def times_practised(organisation: Organisation, *, since: datetime, until: datetime) -> int:
    """How often somebody of this house played a practice at home in that time."""
    here = Play.objects.filter(member__organisation=organisation)
    return here.filter(started_at__gte=since, started_at__lt=until).count()

"""Who met which practice that can stir people up: at home by what was played, in meetings by what was led."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kindcircle.rooms.groups.models import Attendance, Gathering, Membership
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.models import Event
from kindcircle.spec.backdraft import is_evocative
from kindcircle.spec.practices import Practice, load_practice
from kindcircle.spec.texts import ContentError


@dataclass(frozen=True, slots=True)
class Led:
    """A practice that can stir people up was begun in a meeting. number: of its start on the timeline."""

    number: int
    at: datetime
    play: str
    practice: str
    version: str
    seconds: int


def evocative(practice: str, version: str) -> Practice | None:
    """The practice, if it can stir people up by its own words; None also where it is gone from its shelf."""
    try:
        found = load_practice(practice, version)
    except ContentError:
        return None
    return found if is_evocative(found.backdraft) else None


def led_in(gatherings: Sequence[Gathering]) -> dict[int, list[Led]]:
    """Every such start, by meeting. An older start that names no version is the one of its run-sheet."""
    found: dict[int, list[Led]] = {one.pk: [] for one in gatherings}
    by_pk = {one.pk: one for one in gatherings}
    rows = Event.objects.filter(gathering__in=by_pk, kind="practice_started").order_by("gathering", "n")
    for row in rows:
        name, variant = str(row.data["practice"]), str(row.data["variant"])
        version = row.data.get("version")
        if version is None:
            use = queries.planned_practices(by_pk[row.gathering_id]).get((name, variant))
            version = use.version if use else None
        if version is not None and evocative(name, str(version)):
            at = datetime.fromtimestamp(row.at_ms / 1000, UTC)
            led = Led(row.n, at, str(row.data["play"]), name, str(version), int(variant))
            found[row.gathering_id].append(led)
    return found


def there_at(led: Led, came: Iterable[Attendance], members: set[int]) -> set[int]:
    """The members who were in the meeting when it began."""
    return {
        row.user_id
        for row in came
        if row.user_id in members and row.arrived_at <= led.at and (row.left_at is None or row.left_at > led.at)
    }


def members_of(group_ids: Iterable[int]) -> dict[int, set[int]]:
    """Everybody who ever was a member, by group."""
    found: dict[int, set[int]] = {one: set() for one in group_ids}
    rows = Membership.objects.filter(group__in=found, role=Membership.Role.MEMBER)
    for group, user in rows.values_list("group_id", "user_id"):
        found[group].add(user)
    return found

"""Reading the rounds of a gathering: which way the last one goes, and how the talking is shared so far."""

from datetime import datetime

from kindcircle.base.lib.clock import milliseconds
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live import queries
from kindcircle.rooms.live.models import Event
from kindcircle.spec import voices


def way_of(gathering: Gathering) -> str:
    """Which way the newest round goes (actions/rounds.py: WAYS); empty where there was none, or an old one."""
    newest = Event.objects.filter(gathering=gathering, kind="round_started").order_by("-n").first()
    return "" if newest is None else str(newest.data.get("way", ""))


def voices_in(gathering: Gathering, *, at: datetime) -> dict[str, int]:
    """Milliseconds for which each person who is here has had the piece today, in seat order. For facilitators only.

    Worked out anew each time it is looked at, and kept nowhere.
    """
    events = queries.events_of(gathering.pk)
    spoken = voices.spoken(events, milliseconds(at), queries.cue_sheets(gathering))
    return {place.code: spoken.get(place.code, 0) for place in queries.here(gathering)}

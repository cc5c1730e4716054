"""How far ahead a practice is told to begin: measured on the lines of those who are here, not guessed.

Every device tells the length of its line now and then. The slowest one that was heard lately decides, so that no bell
is late in any hand; whoever has gone silent holds nobody up.
"""

from datetime import datetime, timedelta

from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.live.models import Presence
from kindcircle.spec.timeline import LEAD

SHORTEST, LONGEST = 1000, 6000
"""In ms. Less would not leave time to look up; more would feel as if nothing had been pressed."""

SPARE = 500
"""In ms: for the form on its way, the disk, and a phone that is busy."""

HEARD = timedelta(minutes=1)


def wanted(*, rtt: float, error: float) -> int:
    """How far ahead, in ms, a device with such a line wants to hear of a start.

    rtt    its longest round trip of late, in ms. Twice that: a packet that is lost is sent again.
    error  how far its idea of our clock may be off, in ms
    """
    return round(min(max(2 * rtt + error + SPARE, SHORTEST), LONGEST))


def lead_for(gathering: Gathering, *, at: datetime) -> int:
    """How far ahead the next start is told, in ms. A device that has not told its line counts as an ordinary one."""
    heard = Presence.objects.filter(gathering=gathering, last_at__gt=at - HEARD)
    return max((LEAD if lead is None else lead for lead in heard.values_list("lead_ms", flat=True)), default=LEAD)

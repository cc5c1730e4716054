"""What a house has agreed to do at each level: its own words, beside those that come with the software."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.safety.errors import ProtocolNewer, ProtocolTooLong
from kindcircle.rooms.safety.models_protocol import HouseProtocol
from kindcircle.rooms.safety.rungs import RUNGS

ALWAYS = "always"
PARTS = (ALWAYS, *(str(rung) for rung in RUNGS))
LONGEST = 1500


def protocol_of(organisation: Organisation) -> tuple[int, dict[str, str]]:
    """The number of the one in use and its words by part; number 0 and nothing while the house has written none."""
    row = HouseProtocol.objects.filter(organisation=organisation).order_by("number").last()
    return (row.number, dict(row.lines)) if row else (0, {})


def last_kept(organisation: Organisation) -> HouseProtocol | None:
    """Who wrote the one in use, and when."""
    rows = HouseProtocol.objects.filter(organisation=organisation).select_related("kept_by")
    return rows.order_by("number").last()


def keep_protocol(*, organisation: Organisation, words: Mapping[str, str], seen: int, by: Actor, at: datetime) -> int:
    """Put a newer one in place of this. Older ones stay, so that it can be told what held on a day.

    seen  the number of the one that was on the page
    Raises ProtocolNewer, ProtocolTooLong.
    """
    require(by, Permission.PROTOCOL_KEEP, organisation)
    lines = {part: words[part].strip() for part in PARTS if words.get(part, "").strip()}
    if any(len(line) > LONGEST for line in lines.values()):
        raise ProtocolTooLong(LONGEST)
    with transaction.atomic():
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        number, before = protocol_of(organisation)
        if lines == before:
            return number
        if seen != number:
            raise ProtocolNewer
        row = HouseProtocol.objects.create(
            organisation=organisation, number=number + 1, lines=lines, kept_at=at,
            kept_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned may keep it
        )  # fmt: skip
        about = log.Ref("protocol", str(row.number))
        log.record(Event.PROTOCOL_CHANGED, by=by, about=about, at=at, chain=organisation.code)
    return row.number

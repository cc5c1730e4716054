"""No longer asking a group for something that nobody looks at; and asking again."""

from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.rooms.groups.models import Group
from kindcircle.rooms.measures.errors import AskedForSafety, NotInProgramme
from kindcircle.rooms.measures.models import Assignment
from kindcircle.rooms.measures.models_stopping import StoppedAsking
from kindcircle.rooms.measures.queries import definition


def stop_asking(*, group: Group, instrument: str, by: Actor, at: datetime) -> None:
    """Nobody in this group is given this questionnaire from now on. Sheets that are out already may still be answered.

    Raises NotInProgramme for what was never asked here, AskedForSafety for what somebody may have to be reached after.
    """
    require(by, Permission.MEASURE_STOP, group)
    versions = Assignment.objects.filter(group=group, instrument=instrument).values_list("version", flat=True)
    if not versions:
        raise NotInProgramme
    if any(definition(instrument, version).safety for version in set(versions)):
        raise AskedForSafety
    with transaction.atomic():
        row = {"stopped_by_id": by.user_id, "stopped_at": at}
        _kept, new = StoppedAsking.objects.get_or_create(group=group, instrument=instrument, defaults=row)
        if new:
            _record(Event.ASKING_STOPPED, group, by=by, at=at)


def ask_again(*, group: Group, instrument: str, by: Actor, at: datetime) -> None:
    """The group is given it again, at the programme's own times."""
    require(by, Permission.MEASURE_STOP, group)
    with transaction.atomic():
        if StoppedAsking.objects.filter(group=group, instrument=instrument).delete()[0]:
            _record(Event.ASKING_RESUMED, group, by=by, at=at)


def _record(event: Event, group: Group, *, by: Actor, at: datetime) -> None:
    log.record(event, by=by, about=log.Ref("group", group.code), at=at, chain=group.organisation.code)

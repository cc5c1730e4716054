"""Keeping the numbers people can call: written down as dialled, and dialled by two people before anybody sees them."""

from datetime import datetime

from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.people.models import Organisation
from kindcircle.rooms.safety.models import Helpline, HelplineCheck


def add_helpline(
    *,
    organisation: Organisation,
    name: str,
    number: str,
    hours: str,
    source: str,
    by: Actor,
    at: datetime,
    text_to: str = "",
    deaf: str = "",
    region: str = "",
    audience: str = "",
    languages: str = "",
    cost: str = "",
    emergency: bool = False,
) -> Helpline:
    """Write a number down, exactly as it is dialled. Nobody sees it before two people have dialled it."""
    require(by, Permission.HELPLINE_KEEP, organisation)
    with transaction.atomic():
        line = Helpline.objects.create(
            organisation=organisation,
            country=organisation.country,
            name=name,
            number=number,
            text_to=text_to,
            deaf=deaf,
            region=region,
            audience=audience,
            languages=languages,
            cost=cost,
            hours=hours,
            source=source,
            emergency=emergency,
            order=0 if emergency else 10,
        )
        _record(Event.HELPLINE_CHANGED, line, by, at)
    return line


def check_helpline(*, helpline: Helpline, by: Actor, at: datetime) -> None:
    """This person has dialled the number just now and it was right. A later check takes the place of an older one."""
    require(by, Permission.HELPLINE_CHECK, helpline)
    with transaction.atomic():
        HelplineCheck.objects.update_or_create(helpline=helpline, by_id=by.user_id, defaults={"at": at})
        _record(Event.HELPLINE_CHECKED, helpline, by, at)


def remove_helpline(*, helpline: Helpline, by: Actor, at: datetime) -> None:
    """Take a number away for good. A changed number is a new one, to be dialled anew."""
    require(by, Permission.HELPLINE_KEEP, helpline)
    with transaction.atomic():
        # By query, so that the row we hold keeps its code for the record, which always comes last.
        Helpline.objects.filter(pk=helpline.pk).delete()
        _record(Event.HELPLINE_CHANGED, helpline, by, at)


def _record(event: Event, line: Helpline, by: Actor, at: datetime) -> None:
    log.record(event, by=by, about=log.Ref("helpline", line.code), at=at, chain=line.organisation.code)

"""A tablet for those with no phone in their hand: let in by letters, lent to one at a time, locked after each."""

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django.db import transaction

from kindcircle.base.access import Actor, Permission
from kindcircle.base.access.gate import require
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import codes
from kindcircle.base.people.models import User
from kindcircle.rooms.groups.errors import CodeNotFound
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.groups.queries import open_by_short_code
from kindcircle.rooms.live import queries, tablets
from kindcircle.rooms.live.errors import TabletOver
from kindcircle.rooms.live.models_tablet import Tablet

LETTERS_LAST = timedelta(minutes=10)


def make_tablet(*, gathering: Gathering, by: Actor, at: datetime) -> str:
    """Six letters that turn any device into this meeting's tablet. One use, ten minutes. Kept only as a hash."""
    require(by, Permission.GATHERING_LEAD, gathering)
    letters = codes.new_short_code()
    with transaction.atomic():
        tablet = Tablet.objects.create(
            gathering=gathering,
            secret_hash=codes.digest(f"{gathering.code}:{letters}"),
            made_by_id=by.user_id,  # type: ignore[misc]  # nobody unsigned may lead
            expires_at=at + LETTERS_LAST,
        )
        _record(Event.TABLET_MADE, tablet, by=by, at=at)
    return letters


def claim_tablet(*, short_code: str, typed: str, at: datetime) -> Tablet:
    """This device is the tablet from now on. Raises CodeNotFound for wrong, used and expired letters alike."""
    gathering = open_by_short_code(codes.tidy_short_code(short_code))
    if gathering is None:
        raise CodeNotFound
    secret = codes.digest(f"{gathering.code}:{codes.tidy_short_code(typed)}")
    with transaction.atomic():
        rows = Tablet.objects.filter(gathering=gathering, secret_hash=secret, claimed_at=None, ended_at=None)
        if not rows.filter(expires_at__gt=at).update(claimed_at=at):
            raise CodeNotFound
        tablet = Tablet.objects.select_related("gathering__group__organisation").get(secret_hash=secret)
        _record(Event.TABLET_CLAIMED, tablet, by=tablets.holder_of(tablet), at=at)
    return tablet


def lend_tablet(*, tablet: Tablet, member_code: str, by: Actor, at: datetime) -> User:
    """Somebody who is here takes the tablet: who it is. Raises TabletOver when it serves no more.

    Their page opens nothing but this meeting, and nothing that they said before.
    """
    require(by, Permission.TABLET_USE, tablet)
    place = next((one for one in queries.here(tablet.gathering) if one.code == member_code), None)
    if place is None or not tablets.serves(tablet):
        raise TabletOver
    _record(Event.TABLET_LENT, tablet, by=by, at=at, concerns=place.user.code)
    return place.user


def carry_on(*, tablet: Tablet, session_key: str) -> None:
    """Which session is open on the tablet now, so that ending the tablet ends it too, wherever it is."""
    Tablet.objects.filter(pk=tablet.pk).update(session_key=session_key)


def end_tablet(*, tablet: Tablet, by: Actor, at: datetime) -> None:
    """The tablet is not needed any more, or has gone astray. Said twice, it ends once."""
    require(by, Permission.GATHERING_LEAD, tablet.gathering)
    with transaction.atomic():
        if Tablet.objects.filter(pk=tablet.pk, ended_at=None).update(ended_at=at):
            # As it stands now: the tablet may have changed hands since the page was made.
            key = Tablet.objects.values_list("session_key", flat=True).get(pk=tablet.pk)
            Session.objects.filter(session_key=key).exclude(session_key="").delete()
            _record(Event.TABLET_ENDED, tablet, by=by, at=at)


def _record(event: Event, tablet: Tablet, *, by: Actor, at: datetime, concerns: str = "") -> None:
    chain = tablet.gathering.group.organisation.code
    log.record(event, by=by, about=log.Ref("tablet", tablet.code), at=at, chain=chain, concerns=concerns)

"""Turning keys while people read and write: the root key, a house's key, the key of one person's or house's texts.

Each level is turned in two steps. First the new key is there and everything is wrapped or sealed with it; the old one
is retired and still opens what a page or a writer held in that moment. Then, some minutes later, `finish` brings along
what was written in between and lets the old key go. Either step may be cut off at any point and begun again.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from kindcircle.base.access import SYSTEM
from kindcircle.base.audit import log
from kindcircle.base.audit.events import Event
from kindcircle.base.lib import keyfiles, last_copy
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault import keys
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.base.vault.models import DataKey
from kindcircle.rooms.ending.sealed_texts import PLACES

QUIET = timedelta(minutes=10)
"""Longer than any page or transaction lasts: after this nobody writes with a retired key any more."""


@dataclass(frozen=True, slots=True)
class Turned:
    """What was wrapped or sealed anew, what does not open and stays as it is, and which old keys went."""

    anew: int = 0
    not_opening: int = 0
    gone: int = 0

    def __add__(self, other: "Turned") -> "Turned":
        return Turned(self.anew + other.anew, self.not_opening + other.not_opening, self.gone + other.gone)


def turn_root(*, at: datetime) -> Turned:
    """A new root key on top of its file, and every key under it wrapped anew."""
    keyfiles.put_on_top(settings.ROOT_KEY_FILE)
    turned = _under_the_newest_root()
    _record(log.SITE, "root", log.Ref("keys", "root"), at)
    return turned


def turn_house(house: Organisation, *, at: datetime) -> Turned:
    """A new wrapping key for this house. Keys that still hang on the root key come under it, too."""
    with transaction.atomic():
        old = keys.in_use().filter(holder=keys.house_name(house)).first()
        if old is not None:
            DataKey.objects.filter(pk=old.pk).update(retired_at=at)
        new = keys.wrapping_key_of(house)
        _record(house.code, "house", log.Ref("organisation", house.code), at)
    return _under(new, house)


def turn_holder(holder: User | Organisation, *, at: datetime) -> Turned:
    """A new key for the texts of one person, or of a house itself, and every text of theirs sealed anew."""
    house = holder.organisation if isinstance(holder, User) else holder
    with transaction.atomic():
        retired = DataKey.objects.filter(holder=keys.holder_name(holder), retired_at=None).update(retired_at=at)
        keys.stored_key_of(holder)
        kind = "person" if isinstance(holder, User) else "organisation"
        _record(house.code, kind, log.Ref(kind, holder.code), at)
    turned = Turned()
    if retired:
        for old in DataKey.objects.filter(holder=keys.holder_name(holder)).exclude(retired_at=None):
            turned += _sealed_anew(old)
    return turned


def finish(*, at: datetime) -> Turned:
    """Bring along what was written while keys were turned, and let old keys go that nothing needs any more."""
    _count_anew_if_one_came_late()
    turned = _under_the_newest_root()
    for old in DataKey.objects.exclude(retired_at=None).select_related("wrapped_by").order_by("pk"):
        turned += _wrapped_anew_under(old) if old.holder.startswith("house:") else _sealed_anew(old)
        still = DataKey.objects.filter(wrapped_by=old).exists() or any(
            next(place.sealed_with(old.code), None) is not None for place in PLACES
        )
        if old.retired_at is not None and old.retired_at <= at - QUIET and not still:
            old.delete()
            turned += Turned(gone=1)
    turned += Turned(gone=_older_root_keys_gone(at))
    return turned


def waiting() -> int:
    """How many old keys are still kept: retired ones, and older lines in the root key's file."""
    older = len(keyfiles.read(settings.ROOT_KEY_FILE)) - 1
    return DataKey.objects.exclude(retired_at=None).count() + older


def _under_the_newest_root() -> Turned:
    """Every key that hangs on the root key: wrapped by the line on top."""
    turned = Turned()
    for row in DataKey.objects.filter(wrapped_by=None).order_by("pk"):
        turned += _wrapped_anew(row, None)
    return turned


def _under(new: DataKey, house: Organisation) -> Turned:
    """The keys of a house and of its people."""
    people = User.objects.filter(organisation=house).values_list("code", flat=True)
    names = [keys.holder_name(house), *(f"person:{code}" for code in people)]
    turned = Turned()
    for start in range(0, len(names), 500):
        rows = DataKey.objects.filter(holder__in=names[start : start + 500]).exclude(wrapped_by=new)
        for row in rows.select_related("wrapped_by").order_by("pk"):
            turned += _wrapped_anew(row, new)
    return turned


def _wrapped_anew_under(old: DataKey) -> Turned:
    """What hangs on a retired wrapping key comes under the present one of the same house."""
    new = keys.in_use().get(holder=old.holder)
    turned = Turned()
    for row in DataKey.objects.filter(wrapped_by=old).select_related("wrapped_by").order_by("pk"):
        turned += _wrapped_anew(row, new)
    return turned


def _wrapped_anew(row: DataKey, by: DataKey | None) -> Turned:
    before = bytes(row.wrapped)
    try:
        keys.wrap(row, keys.unwrap(row), by)
    except CannotOpen:
        return Turned(not_opening=1)
    # Only if nobody else was faster: then theirs is as new.
    done = DataKey.objects.filter(pk=row.pk, wrapped=before).update(wrapped=row.wrapped, wrapped_by=by)
    return Turned(anew=done)


def _sealed_anew(old: DataKey) -> Turned:
    """Every text that was sealed with a retired key. One that does not open stays as it is, for somebody to look at."""
    new = keys.in_use().get(holder=old.holder)
    turned = Turned()
    for place in PLACES:
        for row in place.sealed_with(old.code):
            before = bytes(getattr(row, place.field))
            try:
                sealed = place.seal_of(row).anew(before, code=place.code(row), old=old, new=new)
            except CannotOpen:
                turned += Turned(not_opening=1)
                continue
            # A writer who was faster has sealed it anew, or will be found by the next look.
            same = place.model._default_manager.filter(pk=row.pk, **{place.field: before})
            turned += Turned(anew=same.update(**{place.field: sealed}))
    return turned


def root_waits_for_a_copy() -> bool:
    """Whether an older root key has to stay because the last copy opens with it alone, or none was made at all."""
    path = settings.ROOT_KEY_FILE
    if len(keyfiles.read(path)) == 1:
        return False
    made = last_copy.made_at()
    return made is None or made.timestamp() < path.stat().st_mtime + QUIET.total_seconds()


def _older_root_keys_gone(at: datetime) -> int:
    """Older lines go once the newest has been on top for a while: a running server may have wrapped with them.

    And once a copy was made since: what comes back of an older one opens with an older line alone.
    """
    path = settings.ROOT_KEY_FILE
    if len(keyfiles.read(path)) == 1 or path.stat().st_mtime > (at - QUIET).timestamp() or root_waits_for_a_copy():
        return 0
    return keyfiles.keep_the_top(path) if _all_by_the_newest_root() else 0


def _count_anew_if_one_came_late() -> None:
    """A key that a server wrapped with an older line meanwhile stands like that in the last copy, too."""
    path = settings.ROOT_KEY_FILE
    if len(keyfiles.read(path)) > 1 and not _all_by_the_newest_root():
        path.touch()


def _all_by_the_newest_root() -> bool:
    newest = (keyfiles.read(settings.ROOT_KEY_FILE)[0],)
    try:
        for row in DataKey.objects.filter(wrapped_by=None):
            keys.unwrapped(row, newest)
    except CannotOpen:
        return False
    return True


def _record(chain: str, level: str, about: log.Ref, at: datetime) -> None:
    log.record(Event.KEY_TURNED, by=SYSTEM, about=about, at=at, chain=chain, reason=level)

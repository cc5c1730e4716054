"""Finding, making and destroying the keys that seal text."""

import secrets
import time
from collections.abc import Iterable
from contextlib import suppress

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db.models import QuerySet

from kindcircle.base.lib import clock, keyfiles
from kindcircle.base.people.models import Organisation, User
from kindcircle.base.vault.errors import CannotOpen
from kindcircle.base.vault.models import DataKey


class Site:
    """The holder of what belongs to the site itself and no one person, such as the seeds of one-time codes."""

    code = "site"


SITE = Site()
Holder = User | Organisation | Site
NONCE = 12

# Opened keys are kept this long in the process: long enough for a page of names, short enough for an erasure
# in another process to be felt within the minute.
KEEP_SECONDS = 60.0
_opened: dict[str, tuple[float, str, bytes]] = {}


def holder_name(holder: Holder) -> str:
    """How a key names whom it belongs to."""
    kind = "person" if isinstance(holder, User) else type(holder).__name__.lower()
    return f"{kind}:{holder.code}"


def house_name(house: Organisation) -> str:
    """How a wrapping key names its house."""
    return f"house:{house.code}"


def unwrap(row: DataKey) -> bytes:
    """The key in a row. CannotOpen when none of the keys that could have wrapped it did."""
    if row.wrapped_by is not None:
        return unwrapped(row, (unwrap(row.wrapped_by),))
    try:
        return unwrapped(row, keyfiles.read(settings.ROOT_KEY_FILE))
    except CannotOpen:
        # Another process may have put a new root key on top since this one read the file.
        keyfiles.read.cache_clear()
        return unwrapped(row, keyfiles.read(settings.ROOT_KEY_FILE))


def wrap(row: DataKey, key: bytes, by: DataKey | None) -> None:
    """Wrap this key anew in its row: by a house's wrapping key, or by the newest root key. Saves nothing."""
    nonce = secrets.token_bytes(NONCE)
    if by is None:
        keyfiles.read.cache_clear()  # never by a root key that is older than the file
    outer = keyfiles.read(settings.ROOT_KEY_FILE)[0] if by is None else unwrap(by)
    row.wrapped = nonce + AESGCM(outer).encrypt(nonce, key, _bound(row))
    row.wrapped_by = by


def unwrapped(row: DataKey, outer: Iterable[bytes]) -> bytes:
    wrapped = bytes(row.wrapped)
    if len(wrapped) < NONCE:
        raise CannotOpen
    for one in outer:
        try:
            return AESGCM(one).decrypt(wrapped[:NONCE], wrapped[NONCE:], _bound(row))
        except InvalidTag:
            continue  # perhaps wrapped by an older one
    raise CannotOpen


def _bound(row: DataKey) -> bytes:
    return f"{row.code}|{row.holder}".encode()


def key_of(holder: Holder) -> tuple[str, bytes]:
    """The code and the key of a holder, made at first use. As remembered by this process: for opening only."""
    found = _opened.get(holder_name(holder))
    if found and found[0] > time.monotonic():
        return found[1], found[2]
    return stored_key_of(holder)


def stored_key_of(holder: Holder) -> tuple[str, bytes]:
    """The same, as it stands in the database at this moment: for sealing.

    A remembered key may have been made in a transaction that was undone, or destroyed by another process. What is
    sealed with such a key could never be opened again.
    """
    name = holder_name(holder)
    return _keep(in_use().filter(holder=name).first() or _make(name, _house_of(holder)))


def key_with(holder: Holder, code: str) -> bytes:
    """The key with which something was sealed for this holder, in use or retired. CannotOpen when there is none."""
    row = DataKey.objects.filter(holder=holder_name(holder), code=code).select_related("wrapped_by").first()
    if row is None:
        raise CannotOpen
    return _keep(row)[1] if row.retired_at is None else unwrap(row)


def in_use() -> QuerySet[DataKey]:
    """The keys that seal and wrap, each with the one it is wrapped by."""
    return DataKey.objects.filter(retired_at=None).select_related("wrapped_by")


def open_keys(holders: Iterable[Holder]) -> None:
    """Fetch the keys of many holders in one query, before a page opens a list of names.

    One that does not open is left out: whoever opens a text under it says which text that is, and the rest is shown.
    """
    fresh = time.monotonic()
    missing = [name for name in map(holder_name, holders) if _opened.get(name, (0.0,))[0] <= fresh]
    for row in in_use().filter(holder__in=missing) if missing else ():
        with suppress(CannotOpen):
            _keep(row)


def destroy_key(holder: Holder) -> None:
    """Make everything that was sealed for this holder unreadable, for good: with retired keys too."""
    DataKey.objects.filter(holder=holder_name(holder)).delete()
    _opened.pop(holder_name(holder), None)


def forget_opened() -> None:
    """Drop every opened key from memory (after a key file changed, and between tests)."""
    _opened.clear()


def _keep(row: DataKey) -> tuple[str, bytes]:
    key = unwrap(row)
    if len(_opened) > 5000:
        _opened.clear()
    _opened[row.holder] = (time.monotonic() + KEEP_SECONDS, row.code, key)
    return row.code, key


def _house_of(holder: Holder) -> Organisation | None:
    """By whose wrapping key this holder's key is wrapped; the site's own by the root key itself."""
    if isinstance(holder, User):
        return holder.organisation
    return holder if isinstance(holder, Organisation) else None


def wrapping_key_of(house: Organisation) -> DataKey:
    """The wrapping key of a house, made at first use."""
    return in_use().filter(holder=house_name(house)).first() or _make(house_name(house), None)


def new_key(name: str, by: DataKey | None) -> DataKey:
    """A new key for this holder, wrapped and not saved."""
    row = DataKey(holder=name, made_at=clock.now())
    wrap(row, AESGCM.generate_key(256), by)
    return row


def _make(name: str, house: Organisation | None) -> DataKey:
    row = new_key(name, wrapping_key_of(house) if house else None)
    # Two requests may both find none; the constraint lets one win and the other reads the winner's.
    DataKey.objects.bulk_create([row], ignore_conflicts=True)
    return in_use().get(holder=name)

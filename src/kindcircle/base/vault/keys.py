"""Finding, making and destroying the keys that seal text."""

import secrets
import time
from collections.abc import Iterable

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

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


def _unwrap(row: DataKey) -> bytes:
    wrapped = bytes(row.wrapped)
    for root in keyfiles.read(settings.ROOT_KEY_FILE):
        try:
            return AESGCM(root).decrypt(wrapped[:NONCE], wrapped[NONCE:], f"{row.code}|{row.holder}".encode())
        except InvalidTag:
            continue  # perhaps wrapped by an older root key
    raise CannotOpen


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
    return _keep(DataKey.objects.filter(holder=name).first() or _make(name))


def open_keys(holders: Iterable[Holder]) -> None:
    """Fetch the keys of many holders in one query, before a page opens a list of names."""
    fresh = time.monotonic()
    missing = [name for name in map(holder_name, holders) if _opened.get(name, (0.0,))[0] <= fresh]
    for row in DataKey.objects.filter(holder__in=missing) if missing else ():
        _keep(row)


def destroy_key(holder: Holder) -> None:
    """Make everything that was sealed for this holder unreadable, for good."""
    DataKey.objects.filter(holder=holder_name(holder)).delete()
    _opened.pop(holder_name(holder), None)


def forget_opened() -> None:
    """Drop every opened key from memory (after a key file changed, and between tests)."""
    _opened.clear()


def _keep(row: DataKey) -> tuple[str, bytes]:
    key = _unwrap(row)
    if len(_opened) > 5000:
        _opened.clear()
    _opened[row.holder] = (time.monotonic() + KEEP_SECONDS, row.code, key)
    return row.code, key


def _make(name: str) -> DataKey:
    row = DataKey(holder=name, made_at=clock.now())
    nonce = secrets.token_bytes(NONCE)
    root = keyfiles.read(settings.ROOT_KEY_FILE)[0]
    row.wrapped = nonce + AESGCM(root).encrypt(nonce, AESGCM.generate_key(256), f"{row.code}|{row.holder}".encode())
    # Two requests may both find none; the constraint lets one win and the other reads the winner's.
    DataKey.objects.bulk_create([row], ignore_conflicts=True)
    return DataKey.objects.get(holder=name)

"""While a copy comes back nobody is let in: a mark in the home, from before the first row until all is forgotten again.

Whatever was erased since the copy was made stands in it until then. If that is cut off, the mark stays.
"""

import fcntl
import os
from pathlib import Path

from kindcircle.base.lib import places
from kindcircle.base.lib.on_disk import to_disk

_held: list[int] = []


def mark() -> Path:
    """Where the mark lies: in the home, and not in the data that comes and goes."""
    return places.home() / "half-restored"


def there() -> bool:
    """Whether a copy is coming back at this moment, or stopped on its way."""
    return mark().is_file()


def begin() -> bool:
    """Set the mark and see it to the disk. False where another process is at it just now."""
    handle = os.open(mark(), os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return False
    _held.append(handle)  # the lock lives as long as it does
    os.fsync(handle)
    to_disk(mark().parent)
    return True


def end() -> None:
    """Everything is forgotten again, or nothing was brought: take the mark away."""
    mark().unlink()
    to_disk(mark().parent)
    while _held:
        os.close(_held.pop())

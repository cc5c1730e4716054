"""What has been erased or closed, written down outside of the database, so that an old copy of it can be told again.

One line for each erasure, in a file beside the data that only grows: which kind, the random codes of the person and the
row, and when. No name and no word of anybody, but roles by their name; and beside a person's code it is a diary with
dates, so it is kept like a copy. The line is on the disk before anybody is told that something is gone.
"""

import errno
import fcntl
import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from kindcircle.base.lib.on_disk import put_whole, to_disk

logger = logging.getLogger("kindcircle.erased")

WRITING, EVERYTHING, KEY, ROW = "writing", "everything", "key", "row"
WITHDRAWN = "withdrawn"
"""What was taken back for good: a yes, a request to come, a plan that was shown, an account, a link, a passkey."""
NARROWED = "narrowed"
"""A row that stays and shows no more than its step from then on, unless it was widened later."""
LEFT, BACK = "left", "back"
"""What was left or given up and may be had again: a place, a role, mail, a yes to be told about. The last counts."""


@dataclass(frozen=True, slots=True)
class Erased:
    """One line: all private words of a person, everything, their key, or one row of a kind by its code.

    step  of a row that stays: how much of it is shown from then on
    """

    what: str
    at: datetime
    person: str = ""
    label: str = ""
    code: str = ""
    step: str = ""


def file() -> Path:
    """Where the lines lie: in the home, not in the data, so that a copy of the data does not carry them back."""
    return Path(settings.HOME) / "erased.jsonl"


def note(what: str, *, at: datetime, person: str = "", label: str = "", code: str = "", step: str = "") -> None:
    """Write one down and see it to the disk. As the last step of the transaction that takes the rows away.

    Raises OSError where it did not get there whole (a full disk): then nothing goes, and nobody is told that it did.
    """
    said = {"what": what, "at": at.isoformat(), "person": person, "label": label, "code": code, "step": step}
    line = json.dumps({key: word for key, word in said.items() if word}).encode()
    if line in _known:
        return
    handle = os.open(file(), os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)  # one at a time, in all processes
        end = os.fstat(handle).st_size
        # A line that was cut off stands alone, and does not swallow the next.
        torn = end > 0 and os.pread(handle, 1, end - 1) != b"\n"
        whole = (b"\n" if torn else b"") + line + b"\n"
        if os.write(handle, whole) != len(whole):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        os.fsync(handle)
        if end == 0:
            to_disk(file().parent)
    finally:
        os.close(handle)


def note_left(label: str, *, at: datetime, person: str = "", code: str = "") -> None:
    """This person has this no more. As the last step of the transaction, so that no old copy gives it back."""
    note(LEFT, at=at, person=person, label=label, code=code)


def note_back(label: str, *, at: datetime, person: str = "", code: str = "") -> None:
    """They have it again. Only once that is certain: a line too many would open what was closed.

    It is done by then. Where the line does not get to the disk, nobody sees an error page for it, and whoever runs the
    site reads of it in the log: an old copy would close this, until somebody opens it anew.
    """

    def once_certain() -> None:
        try:
            note(BACK, at=at, person=person, label=label, code=code)
        except OSError:
            logger.exception("a line that something is had again did not get into %s", file().name)

    transaction.on_commit(once_certain, robust=True)


def is_again() -> bool:
    """Whether erasures are being made again just now, and the list has a line for each."""
    return bool(_again)


def noted(path: Path) -> Iterator[Erased]:
    """Every erasure in such a file, in the order in which they were written down. A line that was cut off is none."""
    for line in _lines(path):
        found = json.loads(line)
        yield Erased(**(found | {"at": datetime.fromisoformat(found["at"])}))


def bring(path: Path) -> None:
    """Every line of another such list into the one of this home, once. What it has already, stays: neither is newer."""
    there = _lines(file()) if file().is_file() else []
    both = list(dict.fromkeys([*_lines(path), *there]))
    put_whole(file(), b"".join(line + b"\n" for line in both))


@contextmanager
def written_already() -> Iterator[None]:
    """While erasures are made again: what the list says already is not written down a second time."""
    _known.update(_lines(file()) if file().is_file() else ())
    _again.append(True)
    try:
        yield
    finally:
        _known.clear()
        _again.clear()


_known: set[bytes] = set()
_again: list[bool] = []


def _lines(path: Path) -> list[bytes]:
    """The whole lines of a list. One that was cut off belongs to an erasure that failed."""
    return [line for line in path.read_bytes().splitlines() if _is_whole(line)]


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False

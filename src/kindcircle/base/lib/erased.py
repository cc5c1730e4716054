"""What has been erased, written down outside of the database, so that an old copy of it can be told again.

One line for each erasure, in a file beside the data that only grows: which kind, the random codes of the person and the
row, and when. No name and no word. The line is on the disk before anybody is told that something is gone.
"""

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

WRITING, EVERYTHING, KEY, ROW = "writing", "everything", "key", "row"
WITHDRAWN = "withdrawn"
"""A row that stays and says that something was taken back: a yes, a request to come, a plan that was shown."""
NARROWED = "narrowed"
"""A row that stays and shows no more than its step from then on, unless it was widened later."""
LEFT, BACK = "left", "back"
"""A place that was left, and one that somebody came back to."""


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
    """Write one down and see it to the disk. As the last step of the transaction that takes the rows away."""
    line = {"what": what, "at": at.isoformat(), "person": person, "label": label, "code": code, "step": step}
    handle = os.open(file(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, (json.dumps({key: said for key, said in line.items() if said}) + "\n").encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def noted(path: Path) -> Iterator[Erased]:
    """Every erasure in such a file, the oldest first. A last line that was cut off is left out."""
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            found = json.loads(line)
        except ValueError:
            continue
        yield Erased(**(found | {"at": datetime.fromisoformat(found["at"])}))

"""After an old copy of the database came back: everything that was erased since goes again."""

from collections.abc import Iterable

from django.apps import apps
from django.db import transaction

from kindcircle.base.lib import erased
from kindcircle.base.lib.erased import Erased
from kindcircle.rooms.ending import erasing

ROWS = (
    "sharing.Share", "writing.JournalEntry", "writing.Letter", "preparing.SupportPlan", "preparing.SafetyPlan",
    "resonance.HeartRecording",
)  # fmt: skip
"""The kinds of rows that somebody can let go of one by one."""


def replay(lines: Iterable[Erased]) -> int:
    """Apply each erasure once more, the oldest first. Returns how many found something to take. Twice is once."""
    took = 0
    lines = list(lines)
    keys_gone = {line.person for line in lines if line.what == erased.KEY}
    for line in lines:
        with transaction.atomic():
            if line.what == erased.ROW and line.label in ROWS:
                rows, _kinds = apps.get_model(line.label)._default_manager.filter(code=line.code).delete()
                took += bool(rows)
            elif line.what in (erased.WRITING, erased.EVERYTHING):
                took += erasing.again(
                    person_code=line.person, kind=line.what, at=line.at, key_gone=line.person in keys_gone
                )
    return took

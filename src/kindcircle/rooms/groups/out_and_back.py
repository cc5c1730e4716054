"""Who left and who came back, on the list that an old copy of the database is told again (base/lib/erased)."""

from datetime import datetime

from django.db import transaction

from kindcircle.base.lib import erased

LABEL = "groups.Membership"


def note_left(code: str, *, at: datetime) -> None:
    """This place was left: whoever had it reads nothing of the group again. As the last step of the transaction."""
    erased.note(erased.LEFT, label=LABEL, code=code, at=at)


def note_back(code: str, *, at: datetime) -> None:
    """Somebody has it again. Only once that is certain: a line too many would open a group to whoever left."""
    transaction.on_commit(lambda: erased.note(erased.BACK, label=LABEL, code=code, at=at))

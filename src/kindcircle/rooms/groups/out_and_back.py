"""Who left and who came back, on the list that an old copy of the database is told again (base/lib/erased)."""

from datetime import datetime

from kindcircle.base.lib import erased

LABEL = "groups.Membership"
INVITATION = "groups.Invitation"


def note_left(code: str, *, at: datetime) -> None:
    """This place was left: whoever had it reads nothing of the group again. As the last step of the transaction."""
    erased.note_left(LABEL, code=code, at=at)


def note_link_over(code: str, *, at: datetime) -> None:
    """An invitation was used, or ended: its link lets nobody in again."""
    erased.note(erased.WITHDRAWN, label=INVITATION, code=code, at=at)


def note_back(code: str, *, at: datetime) -> None:
    """Somebody has it again. Only once that is certain: a line too many would open a group to whoever left."""
    erased.note_back(LABEL, code=code, at=at)

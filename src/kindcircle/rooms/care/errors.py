"""What can go wrong with notes and supervision, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid
from kindcircle.rooms.care.models import LONGEST_SUPERVISION


class NamesToLookAt(Conflict):
    """A person's notes may name somebody else; nobody has looked yet."""

    def __init__(self) -> None:
        super().__init__(
            _("There may be somebody else's name in these notes. Please look at it first. Then a PDF can be made.")
        )


class NotALength(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please give the minutes, from 1 to %(most)s.") % {"most": LONGEST_SUPERVISION})


class NotYetHeld(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This day is still to come. Please give the day on which you talked."))


class WithWhom(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please write with whom you talked. A first name or a role is enough."))

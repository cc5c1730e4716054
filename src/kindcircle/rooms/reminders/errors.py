"""What can stand in the way of a reminder or of another address, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class MeetingBegan(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This meeting has begun or is over, so there is nothing left to remind of."))


class WordsChanged(Conflict):
    """A colleague saved other words meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("A colleague saved other words a moment ago. Both stand below. Please keep what fits."))


class CodeGone(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This code is no longer good. Please ask for a new one."))


class WrongCode(Invalid):
    def __init__(self) -> None:
        super().__init__(_("That was another code. Please look once more."))

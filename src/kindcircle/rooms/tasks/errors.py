"""What can stand in the way of ending a task."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class SayHowItEnded(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose how it ended. Nothing was changed."))


class TooLong(Invalid):
    def __init__(self, most: int) -> None:
        super().__init__(_("That is longer than %(most)s letters. Please keep what matters most.") % {"most": most})


class DoneBefore(Conflict):
    """A colleague was a moment faster and said something else."""

    def __init__(self) -> None:
        super().__init__(_("Somebody finished this a moment ago. Your words are below and were not kept."))

"""What can go wrong with journal and letters, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class NothingWritten(Invalid):
    def __init__(self) -> None:
        super().__init__(_("There are no words here yet. You can write a few, or leave it for another day."))


class TooLong(Invalid):
    def __init__(self, most: int) -> None:
        super().__init__(
            _("This is longer than %(most)s letters. Your words are still here; you can keep them in two parts.")
            % {"most": most}
        )


class DayHasPassed(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose a day after today, within the next five years."))


class AlreadyOnItsWay(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This letter has arrived, so it cannot be taken back. You can read it now."))


class OpenElsewhere(Conflict):
    def __init__(self) -> None:
        super().__init__(_("These words are open on another page too. That page was saved later, so we kept it."))

"""What can stand in the way of getting ready, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class LineTooLong(Invalid):
    def __init__(self, longest: int) -> None:
        super().__init__(
            _("One box holds up to %(longest)s letters. Please make it a little shorter; all of it is still here.")
            % {"longest": longest}
        )


class NothingToShare(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Your plan is still empty. Write one line first, if you like, and then share it."))


class TalkThatCannotBe(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please give a day that is not still to come, and between 1 and 240 whole minutes."))

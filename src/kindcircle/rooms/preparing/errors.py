"""What can stand in the way of getting ready, in sentences a person can act on."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class LineTooLong(Invalid):
    def __init__(self, longest: int) -> None:
        super().__init__(
            _("One box holds up to %(longest)s letters. Please make it a little shorter; all of it is still here.")
            % {"longest": longest}
        )


class ChangedElsewhere(Conflict):
    """Another page has kept other words since this one was opened. `newer` are those words, by the id of the line."""

    def __init__(self, newer: Mapping[str, str]) -> None:
        super().__init__(
            _("You changed this on another page since you opened this one. Both stand here. Please look, then keep it.")
        )
        self.newer = dict(newer)


class NothingToShare(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Your plan is still empty. Write one line first, if you like, and then share it."))


class TalkThatCannotBe(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please give a day that is not still to come, and between 1 and 240 whole minutes."))

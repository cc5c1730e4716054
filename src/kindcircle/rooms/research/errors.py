"""What can go wrong with rows for research, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class TooFewPeople(Conflict):
    """So few said yes that the rows would be somebody."""

    def __init__(self, people: int, groups: int) -> None:
        super().__init__(
            _(
                "This needs at least %(people)s people who said yes to research, from at least %(groups)s groups of "
                "this programme that have ended. Until then their rows could tell who they are."
            )
            % {"people": people, "groups": groups}
        )


class NotClear(Invalid):
    def __init__(self) -> None:
        super().__init__(
            _("Please choose a programme, and give a short name of the study, what it is for, for whom, and how long.")
        )


class TakesTwo(Conflict):
    def __init__(self) -> None:
        super().__init__(_("You asked for this. Somebody else has to look at it and decide."))


class AlreadyDecided(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was decided meanwhile. Please look again."))


class NotOpen(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was not let go, or its time is over. Please ask anew."))


class OftenEnough(Conflict):
    def __init__(self, most: int) -> None:
        super().__init__(
            _("It was taken %(most)s times in the last 24 hours. Please come back tomorrow.") % {"most": most}
        )

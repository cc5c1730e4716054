"""What can go wrong with the people who lead, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid

LONGEST = 200


class DatesDoNotFit(Invalid):
    def __init__(self) -> None:
        super().__init__(_("The last day comes before the first one. Please check the two dates."))


class NotYetHeld(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This day is still to come. Please give the day since when it holds."))


class UnknownKind(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This is not on the list of your house. Please pick from the list."))


class TooLong(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please keep it to %(most)s letters. What you wrote is still here.") % {"most": LONGEST})


class LabelMissing(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please write what people should have."))


class NotYourOwn(Conflict):
    """Nobody confirms what they wrote about themselves."""

    def __init__(self) -> None:
        super().__init__(_("Somebody else has to look at your own papers. Please ask a second person who leads here."))


class NotReady(Conflict):
    """The house wants everything on the list before a group starts."""

    def __init__(self) -> None:
        super().__init__(
            _("Your house has chosen that nothing on the list may be missing when a group starts. Here is what is.")
        )


class ReasonMissing(Invalid):
    """Something is missing, and the house may go on if somebody says why."""

    def __init__(self) -> None:
        super().__init__(
            _("Something is still missing, as listed here. Please write why the group starts all the same.")
        )

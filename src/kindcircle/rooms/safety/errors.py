"""What can go wrong with an alert, as sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class StepTaken(Conflict):
    """The alert has moved on: most often a colleague was a moment faster."""

    def __init__(self) -> None:
        super().__init__(_("This has moved on. Perhaps a colleague was a moment faster. Please open it once more."))


class ReasonMissing(Invalid):
    """Closing needs one of the reasons on the list."""

    def __init__(self) -> None:
        super().__init__(_("Please pick the reason that fits best. What you wrote is still here."))


class NoteMissing(Invalid):
    """Closing needs a short note on what was done."""

    def __init__(self) -> None:
        super().__init__(_("Please add a line on what you did, so that others can follow. One sentence is enough."))


class EventNotClear(Invalid):
    """A field of an unwanted event holds something that cannot be."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class EmergencyNumberNotDialled(Conflict):
    """No new group begins while nobody could say which number to call."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Before a group starts, two people dial the emergency number and say that it is right. "
                "You find it under Help lines."
            )
        )


class HoursNotClear(Invalid):
    """No day is picked, so nobody would ever be there."""

    def __init__(self) -> None:
        super().__init__(_("Please pick at least one day on which somebody is there."))

"""What can stand in the way of forming groups, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class NobodyToSeat(Invalid):
    def __init__(self) -> None:
        super().__init__(_("No group can be formed of this yet. The list shows what is missing for each time."))


class KeptApartTooOften(Conflict):
    def __init__(self) -> None:
        super().__init__(_("So many people are kept apart that no split was found. Please form smaller groups first."))


class NotToMove(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This changed in the meantime. Please look at the list as it is now."))


class TwoDifferentPeople(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose two different people, and say why. Only those who form groups read it."))

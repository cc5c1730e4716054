"""What can stand in the way at the middle and the end of a group, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class NothingSaid(Invalid):
    def __init__(self) -> None:
        super().__init__(_("There is nothing in it yet. One word in one box is enough."))


class ALittleLong(Invalid):
    def __init__(self, longest: int) -> None:
        super().__init__(
            _("That is a little long. Please use up to %(longest)s letters in each box.") % {"longest": longest}
        )


class NotTheMiddle(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This page opens with the meeting in the middle of your course."))


class AlreadyGathered(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("The words were brought together in the meantime. You can still say it in the room, or write to us.")
        )


class NotGathered(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Please bring the words together first."))


class StillMeeting(Conflict):
    def __init__(self) -> None:
        super().__init__(_("A meeting of this group is still to come. It ends when the last one is over."))


class NotFinished(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This group is still going on. Please finish it first."))


class AlreadyDated(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This meeting has a date. You can move it on the page of all dates."))


class NotNow(Conflict):
    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or _("This is not open any more. Nothing was changed."))


class DoesNotReceive(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This person would rather keep it at the goodbye in the room."))


class GivenAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This letter was given already. It stays as it is."))


class OutOfRange(Invalid):
    def __init__(self, least: int, most: int) -> None:
        super().__init__(
            _("Please choose a number from %(least)s to %(most)s. Nothing can be kept for ever.")
            % {"least": least, "most": most}
        )


class ReasonNeeded(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please say why, and until which day within a year."))


class NotACircle(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose an open circle and at least one group that has ended."))


class ConsentNeeded(Conflict):
    def __init__(self) -> None:
        super().__init__(_("They took back their yes to taking part. They can give it again on their own page."))


class TakesTwo(Conflict):
    def __init__(self) -> None:
        super().__init__(_("It takes two people. Somebody else has to confirm it."))


class NotOneself(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Nobody decides about a hold on their own words."))


class IsHeld(Conflict):
    """The house holds this person's words: nothing of them goes just now. Without the why where that is forbidden."""

    def __init__(self, *, told: bool = False) -> None:
        held = _("The house has to keep everything of yours as it is for now. Nothing was erased.")
        other = _("This cannot be done just now, and nothing was erased. Please ask those who lead the house.")
        super().__init__(held if told else other)


class WorksHere(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("You work here. Whoever leads the house ends your place first; then you can erase your account.")
        )

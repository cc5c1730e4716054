"""What can stand in the way of looking at how a group is together."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class GuessAll(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please give a number from 0 to 10 for each of the four lines, or say that you rather not."))


class GuessedBefore(Conflict):
    def __init__(self) -> None:
        super().__init__(_("You have guessed already for this time. Your first guess stands."))


class NotAskedYet(Conflict):
    def __init__(self) -> None:
        super().__init__(_("The group has not been asked yet."))


class TooFewYet(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Not enough people have answered yet. Nothing was brought together."))


class GuessFirst(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Please guess first, or say that you would rather not."))


class NothingToChoose(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose one of the steps on this page."))


class NoMeetingToCome(Conflict):
    def __init__(self) -> None:
        super().__init__(_("There is no meeting to come on whose run-sheet this could stand."))


class RatingsOff(Conflict):
    def __init__(self) -> None:
        super().__init__(_("These questions are not open in your group. Nothing was kept."))


class RateInTens(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please pick numbers from 0 to 10, or leave lines blank. Nothing was kept."))


class YesFirst(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please tick that you agree first, or leave this page: nothing happens then."))

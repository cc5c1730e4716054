"""What can go wrong with an answer sheet, as sentences a person can act on."""

from collections.abc import Mapping

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid, NotFound


class NotOpenYet(Conflict):
    """The sheet opens later."""

    def __init__(self) -> None:
        super().__init__(_("This sheet opens a little later. You can come back to it then."))


class NoLongerOpen(Conflict):
    """The time for this sheet has passed."""

    def __init__(self) -> None:
        super().__init__(
            _("This sheet has closed, so these answers were not kept. You can tell your facilitators in person.")
        )


class AlreadyAnswered(Conflict):
    """Another sending of the same sheet was kept first: a second tab, or the back button."""

    def __init__(self) -> None:
        super().__init__(_("You have sent this sheet before. We kept the first one, and this one was not kept."))


class AnsweredElsewhere(Conflict):
    """Another open page has kept answers that the one that sends has never seen. `newer` has them as typed."""

    def __init__(self, newer: Mapping[str, str], version: int) -> None:
        super().__init__(
            _("You answered some lines on another page since you opened this one. The newer answers stand here now.")
        )
        self.newer, self.version = dict(newer), version


class NotMeeting(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Questions can be opened in the room while your meeting is on."))


class KeyTaken(Conflict):
    """The key that the form carries belongs to another sheet."""

    def __init__(self) -> None:
        super().__init__(_("This form does not fit this sheet any more. Please open the sheet again."))


class WordingMissing(NotFound):
    """The words of this questionnaire have not been brought to this site."""

    def __init__(self) -> None:
        super().__init__(_("The words of this sheet are not here yet. You have done nothing wrong."))


class VersionUnknown(NotFound):
    """The questionnaire, or this version of it, is not on this site any more."""

    def __init__(self) -> None:
        super().__init__(_("We cannot find this sheet in the form it was given out. Your facilitators can help."))


class WordsDoNotFit(Invalid):
    """Words are brought in for another questionnaire, or some are missing."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class AnswersNotClear(Invalid):
    """Some answers cannot be kept as they are. `by_item` has one kind sentence per item id."""

    def __init__(self, by_item: Mapping[str, str]) -> None:
        super().__init__(_("One or more answers need another look. What you wrote is still here."))
        self.by_item = dict(by_item)


class AskedForSafety(Conflict):
    """Somebody may have to be reached because of an answer to it, so that it goes on being asked."""

    def __init__(self) -> None:
        super().__init__(_("After an answer to this one somebody may need a person. It goes on being asked."))


class NotInProgramme(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This questionnaire does not belong to the group's programme."))

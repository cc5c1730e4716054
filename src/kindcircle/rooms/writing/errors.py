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


class DrawingAmiss(Invalid):
    def __init__(self) -> None:
        super().__init__(_("The drawing did not reach us whole. Your words are still here. You can draw it once more."))


class TooManyPhrases(Invalid):
    def __init__(self, most: int) -> None:
        super().__init__(
            _("There is room for %(most)s lines here. You could keep the ones that sound most like you.")
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


class KeyIsOn(Conflict):
    """Readable words came while their writer's own key is on, as from a page that was open since before."""

    def __init__(self) -> None:
        super().__init__(_("Your own key is on now. Your words are still here: please press the button once more."))


class KeyIsOff(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("Your own key is off now. Your words are still here: copy them, open the page again and paste them in.")
        )


class KeyThereAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(_("There is a key already. It was made on another page. That one counts."))


class KeyChanged(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was changed on another page meanwhile. Please open this page again."))


class NotLocked(Invalid):
    """What came is not what a browser locked, whole."""

    def __init__(self) -> None:
        super().__init__(_("This did not arrive whole. Nothing is lost: please try once more."))


class NotShown(Conflict):
    """Whoever asks does not have the key open."""

    def __init__(self) -> None:
        super().__init__(_("Please open your own key first, on this page."))


class StillLocked(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Some pages are still locked. Please press the button once more."))


class NotReadYet(Conflict):
    def __init__(self) -> None:
        super().__init__(_("You have not read this letter yet. There is time for that."))


class LineUnknown(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose one of the lines below. Or leave it for another day."))


class NotUnderstood(Invalid):
    def __init__(self) -> None:
        super().__init__(_("We could not read what this phone sent. It is still on the phone."))


class HeldNow(Conflict):
    """The house has to keep what this person wrote as it is, for a while. It may not be allowed to say why."""

    def __init__(self) -> None:
        super().__init__(
            _("This cannot be done just now, and nothing was changed. Please ask those who lead the house.")
        )

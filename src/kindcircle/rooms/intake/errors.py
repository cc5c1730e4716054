"""What can stand in somebody's way in, in sentences a person can act on."""

from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class NotOpenNow(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This is not open just now. Nothing was sent. The people here can tell you what is next."))


class AskedBefore(Conflict):
    def __init__(self) -> None:
        super().__init__(_("You have asked to come to this before. It still stands."))


class TakenBack(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This request was taken back. Nothing was changed."))


class HasAPlace(Conflict):
    def __init__(self) -> None:
        super().__init__(_("A place came of it. If you would like to leave the group, your own page shows how."))


class SayWhy(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please write a reason, and a few warm words to the person. Nothing was decided yet."))


class SignToSayYes(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please tick what you agree to, and write your name under it. Nothing was kept yet."))


class TickToTakePart(Invalid):
    def __init__(self) -> None:
        super().__init__(
            _("The lines marked “needed” make it a yes. If one does not fit, please talk to us. Nothing was kept.")
        )


class TextNotReady(Conflict):
    """The house has not filled every gap of its consent text."""

    def __init__(self) -> None:
        super().__init__(
            _("The consent text of this house still has gaps, so nobody can be taken in yet. The house fills them in.")
        )


class GapsLeft(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please leave no gap empty: people read this text. The one from before still stands."))


class NoSuchText(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This text has a newer version. Please read that one; nothing was kept yet."))


class SignWithYourName(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please sign with your own name, as it is written here. Nothing was decided yet."))


class DecidedMeanwhile(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("A colleague decided a moment ago. Your words are still here; please look at theirs before you go on.")
        )


class TimeTaken(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Somebody else was a moment faster. Please choose another time; the rest is as it was."))


class TimeOver(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This time is over. Please choose another one."))


class NoTimesFit(Invalid):
    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class OpenElsewhere(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("You have this open in another window, and wrote there since. What you see here is not kept yet.")
        )


class SentBefore(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was sent before. What you sent then is kept."))


class ChecklistEmpty(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please keep at least one line, and no line longer than 300 letters. Nothing was changed."))


class TooManyTimes(Invalid):
    def __init__(self, most: int) -> None:
        super().__init__(
            _("That is more than people can look through. Please offer up to %(most)s times.") % {"most": most}
        )


class ChecklistNewer(Conflict):
    def __init__(self) -> None:
        super().__init__(_("A colleague changed this list a moment ago. Your lines are below and were not kept."))


class DrawFirst(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("A draw decides who of this offer starts now. Places are kept after it. Who must not wait is outside it.")
        )


class StartsLater(Conflict):
    def __init__(self, day: date) -> None:
        super().__init__(
            _("By the draw this person starts later, in a group that begins on %(day)s or after it.")
            % {"day": date_format(day, "j F Y")}
        )

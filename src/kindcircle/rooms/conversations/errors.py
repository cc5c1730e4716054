"""What can go wrong when people write to each other, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class NothingWritten(Invalid):
    """Neither words nor a tap."""

    def __init__(self) -> None:
        super().__init__(_("There are no words here yet. You can write a few, or tap one of the lines."))


class TooLong(Invalid):
    """More than one message holds."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _("This is longer than %(most)s letters. Your words are still here; you can send them in two parts.")
            % {"most": most}
        )


class NobodyLeads(Conflict):
    """Words would lie there unread, so they are not taken."""

    def __init__(self) -> None:
        super().__init__(
            _("Nobody leads this group right now, so nobody would read it. Your words are still here, and not sent.")
        )


class SentBefore(Conflict):
    """A page that was sent already comes with other words: they are new and have not been sent."""

    def __init__(self) -> None:
        super().__init__(
            _("This page was sent before, with other words. These are not sent yet. You can send them now.")
        )


class NewWords(Conflict):
    """Somebody wrote more while the page was open."""

    def __init__(self) -> None:
        super().__init__(_("There are new words from them. Please read them first."))


class StepTaken(Conflict):
    """Nothing waits here any more: most often a colleague was a moment faster."""

    def __init__(self) -> None:
        super().__init__(_("This no longer waits. Perhaps a colleague was a moment faster."))


class ReasonMissing(Invalid):
    """Leaving words without an answer needs one of the reasons on the list."""

    def __init__(self) -> None:
        super().__init__(_("Please pick why no answer is needed. The member sees that you have read it."))


class GapsLeft(Invalid):
    """The draft still has a gap that only a person can fill."""

    def __init__(self, gap: str) -> None:
        super().__init__(_("There is still a gap to fill: %(gap)s. Nothing was sent.") % {"gap": gap})

"""What may go wrong when feedback is talked about, each with a sentence that says what to do."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kindcircle.base.lib.errors import Conflict, Invalid


class NothingTold(Conflict):
    """Nobody has answered after this meeting, or not this person: there is nothing to have talked about."""

    def __init__(self) -> None:
        super().__init__(_("There is no answer here that could have been talked about."))


class NotAsked(Conflict):
    """The question is over, or was never put to this person."""

    def __init__(self) -> None:
        super().__init__(_("This question is over. Thank you all the same."))


class SayBoth(Invalid):
    """One of the two lines is missing."""

    def __init__(self) -> None:
        super().__init__(_("Please write both: what you heard, and what you do about it. “Nothing changes” is fine."))


class ALittleLong(Invalid):
    """A line is longer than what fits."""

    def __init__(self, longest: int) -> None:
        super().__init__(_("That is a little long. Up to %(longest)s letters fit in one line.") % {"longest": longest})


class EnoughLines(Conflict):
    """There are as many lines as people read."""

    def __init__(self, most: int) -> None:
        words = ngettext(
            "There is %(most)s line already. Please take one back first.",
            "There are %(most)s lines already. Please take one back first.",
            most,
        )
        super().__init__(words % {"most": most})


class SomebodysOwnWords(Invalid):
    """A line holds what one member wrote, or a member's name."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This holds a member's name, or words that one of them wrote. Please say it in your own words; "
                "or ask them first, and tick that they said yes."
            )
        )

"""Why words could not be shared, in sentences that say what to do next. None of them repeats a word of it."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class NoWords(Invalid):
    def __init__(self) -> None:
        super().__init__(_("There are no words here yet. A line is enough, and nothing is fine too."))


class TooLong(Invalid):
    def __init__(self, most: int) -> None:
        super().__init__(
            _("This is longer than %(most)s letters. Your words are still here; a part of them may do.")
            % {"most": most}
        )


class LookFirst(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Please look once more before it goes: who would read it, or how, has changed meanwhile."))


class NotOpen(Conflict):
    def __init__(self) -> None:
        super().__init__(_("Nothing is shared in this group any more. Your words are still yours."))


class WasTakenBack(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This is no longer shared."))


class CanBeRead(Conflict):
    def __init__(self) -> None:
        super().__init__(_("It may have been read by now. You can still take it back, or let fewer people read it."))


class LookedAtBefore(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was answered before, or it was taken back meanwhile."))

"""Why a recording or a shelf could not be kept, in words for the person who made it."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Invalid, TooMany


class NotASound(Invalid):
    """It is something else, or broken."""

    def __init__(self) -> None:
        super().__init__(
            _("We could not open this as a recording. It is still on your device.")
            + " "
            + _("Please choose an MP3, M4A, WAV, FLAC or OGG file.")
        )


class WrongLength(Invalid):
    """It is not as long as the practice."""

    @classmethod
    def long(cls, seconds: int) -> "WrongLength":
        """More than the practice has room for."""
        said = _("This recording is longer than the practice, which lasts %(length)s. It is still on your device.")
        return cls(said % {"length": on_the_clock(seconds)})

    @classmethod
    def short(cls, lasted: int, seconds: int) -> "WrongLength":
        """So much less that its words cannot be the practice's."""
        said = _("This recording lasts %(lasted)s, and the practice %(length)s. Up to 15 seconds may be missing.")
        return cls(said % {"lasted": on_the_clock(lasted), "length": on_the_clock(seconds)})


class TooQuiet(Invalid):
    """Nobody can be heard."""

    def __init__(self) -> None:
        super().__init__(_("We could hear nobody in this recording. Please look at the microphone and try again."))


class TooBig(Invalid):
    """The file is larger than any recording of this length has to be."""

    def __init__(self) -> None:
        super().__init__(_("This file is larger than 50 MB. Saved as MP3 or M4A it is small enough."))


class NoRoom(Invalid):
    """The house's recordings together are as large as they may be."""

    def __init__(self) -> None:
        super().__init__(_("There is no room for more recordings. Please take one back first, or ask your operator."))


class OneAtATime(TooMany):
    """Somebody else's recording is being looked at."""

    def __init__(self) -> None:
        super().__init__(_("Another recording is just being looked at. Please try again in a minute."))


def on_the_clock(seconds: int) -> str:
    """Minutes and seconds, such as 3:05."""
    return f"{seconds // 60}:{seconds % 60:02}"


class ShelfIsFull(TooMany):
    """There is no more room on somebody's shelf."""

    def __init__(self, most: int) -> None:
        super().__init__(
            _("There are %(most)s practices here already. You can take one away first, if you like.") % {"most": most}
        )

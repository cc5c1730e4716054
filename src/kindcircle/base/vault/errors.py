from django.utils.translation import gettext_lazy as _

from kindcircle.base.lib.errors import KindError


class CannotOpen(KindError):
    """A sealed text does not open: wrong key, moved, shortened or changed. Never answered with a guess.

    what and code say which text it was, for whoever runs the site; never a word of it.
    """

    status = 500

    def __init__(self, what: str = "", code: str = "") -> None:
        self.what, self.code = what, code
        super().__init__(str(_("We could not open this text safely, so we are not showing it. We have been told.")))


class BoxGone(CannotOpen):
    """A phone's parcel was put aside for a box that is no more: its person erased what they wrote."""

    status = 410

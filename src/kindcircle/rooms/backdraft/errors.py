"""What can stand in the way of saying how a practice was, and of going more slowly."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class NoLongerAsked(Conflict):
    """A week has gone by: what is told by the figures stands."""

    def __init__(self) -> None:
        super().__init__(_("This practice was some time ago, so we do not ask any more. You can write to us instead."))


class ChooseOne(Invalid):
    """Something that is none of the answers."""

    def __init__(self) -> None:
        super().__init__(_("Please pick one of the answers here, or leave it blank."))


class SayWhyNot(Invalid):
    """It was left as it is, without a reason."""

    def __init__(self) -> None:
        super().__init__(_("Please choose why, so that your colleagues can follow it. Nothing was changed."))


class DecidedBefore(Conflict):
    """A colleague was a moment faster and decided something else."""

    def __init__(self) -> None:
        super().__init__(_("Somebody decided this a moment ago. The page shows it now."))

"""Why a heart recording could not be kept, in words for the person who brought it."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid, TooMany
from kindcircle.spec.documents.errors import DocumentError
from kindcircle.stats.results import Undefined


class NotAsked(Conflict):
    """This is off, and nothing is kept without a yes."""

    def __init__(self) -> None:
        super().__init__(_("Heart recordings are off for you. You can turn them on first, if you like."))


class NotBeats(Invalid):
    """The file is something else, or broken."""

    def __init__(self, problem: DocumentError) -> None:
        where = [_("Row %(row)s:") % {"row": problem.row}] if problem.row is not None else []
        super().__init__(" ".join([*where, _(problem.message), _("Nothing was kept.")]))


class NothingToTell(Invalid):
    """The beats were read, and no number can be made of them."""

    def __init__(self, why: Undefined) -> None:
        super().__init__(" ".join([_(why.text), _("Nothing was kept.")]))


class OtherDay(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose today or a day of the past year."))


class Enough(TooMany):
    def __init__(self, most: int) -> None:
        super().__init__(_("There are %(most)s recordings here. Please erase an older one first.") % {"most": most})

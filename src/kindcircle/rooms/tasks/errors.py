"""What can stand in the way of ending a task."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Invalid


class SayHowItEnded(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose how it ended. Nothing was changed."))

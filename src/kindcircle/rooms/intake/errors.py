"""What can stand in somebody's way in, in sentences a person can act on."""

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


class SayWhy(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please write a reason, and a few warm words to the person. Nothing was decided yet."))


class SignToSayYes(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please tick what you agree to, and write your name under it. Nothing was kept yet."))


class NoSuchText(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This text has a newer version. Please read that one; nothing was kept yet."))

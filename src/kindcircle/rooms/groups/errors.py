"""What can go wrong with groups, in sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid, NotFound


class UnknownProgramme(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This programme, or this version of it, is not on this site. Please choose another one."))


class ProgrammeGone(Conflict):
    """The version a group is pinned to was taken away while the group was running."""

    def __init__(self) -> None:
        super().__init__(
            _("The programme of this group is not on this site right now. Whoever runs the site can bring it back.")
        )


class SamePersonTwice(Invalid):
    def __init__(self) -> None:
        super().__init__(_("The owner and the backup for alerts need to be two different people."))


class InvitationGone(NotFound):
    """Unknown, used and expired look the same from outside."""

    def __init__(self) -> None:
        super().__init__(
            _("This invitation has been used or is no longer open. Please ask the person who sent it for a new one.")
        )


class AddressTaken(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This e-mail address cannot be used here. Please use another one, or sign in instead."))


class CodeNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(_("We could not find a meeting with these letters. Please check them, or ask for new ones."))


class NotOpen(Conflict):
    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or _("This meeting is not open right now."))


class AlreadyOpen(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This meeting was opened before. You can go straight in."))


class GroupFull(Conflict):
    def __init__(self, seats: int) -> None:
        super().__init__(_("All %(seats)s seats in this group are taken.") % {"seats": seats})


class NotesChanged(Conflict):
    """A colleague has saved the notes of this meeting since the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            _("A colleague saved notes too. Theirs and yours stand together here. Please look, then save once more.")
        )

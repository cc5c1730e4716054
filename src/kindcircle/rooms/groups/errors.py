"""What can go wrong with groups, in sentences a person can act on."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

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


class ComesInAlone(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("They have come in with their own address before. A code by mail brings them in; no link was made.")
        )


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


class NoDecision(Conflict):
    def __init__(self) -> None:
        super().__init__(_("A place needs somebody's signed decision first. Nothing was changed."))


class TalkAgain(Conflict):
    def __init__(self) -> None:
        super().__init__(
            _("More than six weeks lie between the decision and the start. Please ask how things are now, and sign.")
        )


class DecideAnew(Conflict):
    """Whoever took back their yes is talked with once more before they come in again."""

    def __init__(self) -> None:
        super().__init__(
            _("This person took back their consent after that decision. Please talk with them and sign a new one.")
        )


class GroupUnderWay(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This group has met twice. Nobody new joins now; the next group may suit."))


class KeptApartFrom(Conflict):
    """Never says from whom, nor why."""

    def __init__(self) -> None:
        super().__init__(_("This group does not go with a rule that was noted. Please choose another group."))


class GroupFull(Conflict):
    def __init__(self, seats: int) -> None:
        super().__init__(_("All %(seats)s seats in this group are taken.") % {"seats": seats})


class NotesChanged(Conflict):
    """A colleague has saved the notes of this meeting since the page was opened."""

    def __init__(self) -> None:
        super().__init__(
            _("A colleague saved notes too. Theirs and yours stand together here. Please look, then save once more.")
        )


class WordsMissing(Invalid):
    def __init__(self) -> None:
        super().__init__(_("There are no words yet. One short sentence is enough."))


class WordsTooLong(Invalid):
    def __init__(self, longest: int) -> None:
        super().__init__(_("That is a little long. Please use up to %(longest)s letters.") % {"longest": longest})


class KeepsPeopleSafe(Invalid):
    def __init__(self, line: str) -> None:
        super().__init__(
            _("This line keeps people safe, so it stays in. You can word it in your own way: %(line)s") % {"line": line}
        )


class NothingChanged(Invalid):
    def __init__(self) -> None:
        super().__init__(_("This list says the same as the one you have. There is nothing to confirm."))


class ReasonNeeded(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please say why, in a kind sentence. Only the person who proposed it will read it."))


class AgreementChanged(Conflict):
    def __init__(self) -> None:
        super().__init__(_("The list has changed since this page was opened. Please look at the new one first."))


class ProposalDecided(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This proposal was answered or taken back in the meantime. Please look once more."))


class GroupOver(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This group has ended. Its agreement can be read and stays as it is."))


class RepairOver(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This was closed in the meantime. Please look at how it ended."))


class ChooseOne(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please choose one."))


class NoteDecided(Conflict):
    """A colleague was a moment faster, or attendance was put right."""

    def __init__(self) -> None:
        super().__init__(_("This was seen to in the meantime. Nothing was sent twice. Your words are still here."))


class NoteHow(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please say how, on which day since the meeting, and for how many minutes (1 to 240)."))


class CameAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(_("They were at this meeting, so there is nothing to catch up on."))


class SayWhatToTell(Invalid):
    def __init__(self) -> None:
        super().__init__(
            _("Please write what the others may hear, or choose another line. You are still in the group.")
        )


class GoneAlready(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This place was left before. Nothing has changed."))


class NoWayBack(Conflict):
    """Seven days are over, the seat is taken, the course has ended, or the consent no longer stands."""


class HeldAlready(Conflict):
    def __init__(self, name: str) -> None:
        super().__init__(_("%(name)s has been opened or held already. Its date stays as it was.") % {"name": name})


class DatesChanged(Conflict):
    """Somebody has moved one of these meetings since the preview was made."""

    def __init__(self) -> None:
        super().__init__(_("A colleague changed these dates too. Here they are as they stand now. Please look again."))


class NotADate(Invalid):
    """A date that a meeting cannot have. The sentence says why."""


def in_the_past(name: str) -> NotADate:
    return NotADate(_("%(name)s would be in the past. Please choose a later time.") % {"name": name})


def too_far() -> NotADate:
    return NotADate(_("This is more than two years from now. Please check the year."))


def never_shown(name: str) -> NotADate:
    return NotADate(
        _("%(name)s: the clocks go forward that night, and this hour is left out. Please choose another time.")
        % {"name": name}
    )


def before_the_one_before(name: str, earlier: str, until: str) -> NotADate:
    return NotADate(
        _("%(name)s would begin before %(earlier)s is over (%(until)s). Please choose a later time.")
        % {"name": name, "earlier": earlier, "until": until}
    )


def after_the_next(name: str, later: str, begins: str) -> NotADate:
    return NotADate(
        _(
            "%(name)s would still go on when %(later)s begins (%(begins)s). "
            "You could choose an earlier time, or move all the later ones too."
        )
        % {"name": name, "later": later, "begins": begins}
    )


def somebody_is_booked(name: str, who: str, begins: str) -> NotADate:
    return NotADate(
        _("%(name)s: %(who)s leads another group then (%(begins)s). Please choose another time.")
        % {"name": name, "who": who, "begins": begins}
    )


def room_is_taken(name: str, room: str, begins: str) -> NotADate:
    return NotADate(
        _("%(name)s: another group is in %(room)s then (%(begins)s). Please choose another time or another room.")
        % {"name": name, "room": room, "begins": begins}
    )


def video_is_taken(name: str, begins: str) -> NotADate:
    return NotADate(
        _(
            "%(name)s: another group meets behind the same video link then (%(begins)s), and people would walk in on "
            "each other. Please choose another time or another video room."
        )
        % {"name": name, "begins": begins}
    )


class VenueGone(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This room is not used any more. Please choose another one."))


class VenueKnown(Conflict):
    def __init__(self) -> None:
        super().__init__(_("The house has one with this name or this link already. Please look at the list."))


class VenueUnclear(Invalid):
    def __init__(self) -> None:
        super().__init__(_("Please give it a name. A video room needs its link too."))


class VenueInUse(Conflict):
    def __init__(self, meetings: int) -> None:
        super().__init__(
            ngettext(
                "%(n)s meeting to come is still there. Please move it first.",
                "%(n)s meetings to come are still there. Please move them first.",
                meetings,
            )
            % {"n": meetings}
        )


def one_keeps_the_clock() -> NotADate:
    return NotADate(
        _("One meeting alone stays on the group's clock. To change the clock, move all the later ones too.")
    )


def no_place() -> NotADate:
    return NotADate(_("Please say where the group meets: a room, or your own video link."))


class TwoRolesOnePerson(Invalid):
    """Whoever guides cannot watch over people and time as well."""

    def __init__(self) -> None:
        super().__init__(_("Guide and holder are two people. For this meeting the same one stands in both."))


class LeadsNotHere(Invalid):
    """Somebody is picked who neither leads this group nor stands in that day."""

    def __init__(self) -> None:
        super().__init__(_("Please pick from the people who lead this group, or first name who steps in."))


class NotToStandIn(Invalid):
    """This person cannot step in for that one."""

    def __init__(self) -> None:
        super().__init__(_("This person cannot step in here. Please pick somebody else of the house who leads groups."))


class TakesPart(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This person takes part in the group as a member. Please pick somebody else."))


class MeetingBegun(Conflict):
    def __init__(self) -> None:
        super().__init__(_("This meeting has begun. Who leads it can be changed on its own page, by doing it."))


class PlanChanged(Conflict):
    """Somebody else has changed the plan meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("The plan has changed meanwhile. Here is how it is now. Please look again."))


class HandOverChanged(Conflict):
    """A colleague wrote meanwhile; what was typed is still on the page."""

    def __init__(self) -> None:
        super().__init__(
            _("A colleague has changed this page meanwhile. Your words are still here. Please look at both, then keep.")
        )

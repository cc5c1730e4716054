"""What can go wrong with an alert, as sentences a person can act on."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class StepTaken(Conflict):
    """The alert has moved on: most often a colleague was a moment faster."""

    def __init__(self) -> None:
        super().__init__(_("This has moved on. Perhaps a colleague was a moment faster. Please open it once more."))


class ReasonMissing(Invalid):
    """Closing needs one of the reasons on the list."""

    def __init__(self) -> None:
        super().__init__(_("Please pick the reason that fits best. What you wrote is still here."))


class LevelMissing(Invalid):
    """A level is one of five."""

    def __init__(self) -> None:
        super().__init__(_("Please pick one of the five levels."))


class ProtocolNewer(Conflict):
    """A colleague kept another one meanwhile."""

    def __init__(self) -> None:
        super().__init__(_("A colleague has changed it meanwhile. Your words are still here; please look at both."))


class ProtocolTooLong(Invalid):
    """Nobody reads a long text while somebody waits."""

    def __init__(self, longest: int) -> None:
        super().__init__(
            _("Each part may have up to %(n)s signs. Shorter is better when it is urgent.") % {"n": longest}
        )


class LineMissing(Invalid):
    """Looking back ends with a line."""

    def __init__(self) -> None:
        super().__init__(_("Please add a line: what went well, and what you will change. One sentence is enough."))


class NoteMissing(Invalid):
    """Closing needs a short note on what was done."""

    def __init__(self) -> None:
        super().__init__(_("Please add a line on what you did, so that others can follow. One sentence is enough."))


class EventNotClear(Invalid):
    """A field of an unwanted event holds something that cannot be."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)


class EmergencyNumberNotDialled(Conflict):
    """No new group begins while nobody could say which number to call."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Before a group starts, two people dial the emergency number and say that it is right. "
                "You find it under Help lines."
            )
        )


class HoursNotClear(Invalid):
    """No day is picked, so nobody would ever be there."""

    def __init__(self) -> None:
        super().__init__(_("Please pick at least one day on which somebody is there."))


class DaysNotClear(Invalid):
    """No day is picked, or the last one comes before the first."""

    def __init__(self) -> None:
        super().__init__(_("Please look at the days once more: pick at least one, and the last not before the first."))


class NotOnTheRota(Invalid):
    """Only those whose role lets them answer an alert can be on duty."""

    def __init__(self) -> None:
        super().__init__(_("Please pick somebody of the house who leads groups or answers for safety."))


class NotYetReady(Conflict):
    """Something that keeps people safe is still missing; the page lists what."""

    def __init__(self, words: str) -> None:
        super().__init__(_("Before this group can begin: %(what)s") % {"what": words})


class TakeOver(Invalid):
    """Somebody answers for alerts and nobody else has been named to."""

    def __init__(self, group: str) -> None:
        super().__init__(
            _("Please say who answers for the alerts of %(group)s from now on. Nothing was changed.") % {"group": group}
        )


class LastOne(Conflict):
    """The house would be left without somebody in this role."""

    def __init__(self) -> None:
        super().__init__(
            _("This person has another role here that nobody else has. Please give it to somebody else first.")
        )


class HandOverFirst(Conflict):
    """Somebody who leads groups cannot simply be gone."""

    def __init__(self) -> None:
        super().__init__(_("This person leads groups. Please hand over first what they answer for."))


class StillTakesPart(Conflict):
    """The account is a member's too, and closing it would take their place away."""

    def __init__(self) -> None:
        super().__init__(
            _("This person takes part in a group as well. Their place as a colleague can end; the account stays open.")
        )

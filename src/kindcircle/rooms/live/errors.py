"""What may go wrong while a group meets, each with a sentence that says what to do."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class DoesNotFit(Conflict):
    """The step does not fit what the group is doing now."""


class NotInThisSession(Invalid):
    """A step, practice or question that today's run-sheet does not hold."""

    def __init__(self) -> None:
        super().__init__(_("That is not part of today's run-sheet. Please choose something from the page."))


class UnknownSignal(Invalid):
    """Not one of the four private taps."""

    def __init__(self) -> None:
        super().__init__(_("We did not understand that tap. Please try again from the page."))


class UnknownStep(Invalid):
    """Not one of the steps by which somebody is looked after, or nothing was chosen in it."""

    def __init__(self) -> None:
        super().__init__(_("Please choose one of the answers on the page. What was noted before is still there."))


class LineTooLong(Invalid):
    def __init__(self, most: int) -> None:
        super().__init__(_("That is longer than %(most)s letters. A few words are enough.") % {"most": most})


class KeyTaken(Conflict):
    """The key of a tap was used before, by somebody else or for something else."""

    def __init__(self) -> None:
        super().__init__(_("That tap did not come through. Please reload the page and tap once more."))


class LobbyShut(Conflict):
    """Where somebody is matters only shortly before a meeting by screen, and during it."""

    def __init__(self) -> None:
        super().__init__(_("The lobby is not open right now. It opens two hours before a meeting by screen."))


class SayWhere(Invalid):
    """Nothing chosen, or alone and no place."""

    def __init__(self) -> None:
        super().__init__(_("Please choose one, and if you are alone, where you are. Or tap “Not today”."))


class SayWhat(Invalid):
    """An empty line, or one that is far too long."""

    def __init__(self) -> None:
        super().__init__(_("Please write a few words, up to 1500 letters. What you wrote is still here."))


class SayWhomAndWhen(Invalid):
    """Getting in touch needs a person, somebody who does it, and a day."""

    def __init__(self) -> None:
        super().__init__(_("Please choose whom, who does it, and a day from today on. What you wrote is still here."))


class TabletOver(Conflict):
    """The tablet serves no more, or the name that was tapped is not here."""

    def __init__(self) -> None:
        super().__init__(_("That name is not open on this tablet now. Please ask whoever leads."))


IN_ROUND = (
    "piece_moved", "piece_deferred", "hand_raised", "hand_lowered", "order_set", "turn_lengthened", "with_you",
)  # fmt: skip


def why_not(kind: str) -> str:
    """One kind sentence for a command that does not fit the present state."""
    sentences = {
        "opened": _("This gathering has already been opened."),
        "step_started": _("Open the gathering first. Then you can begin a step."),
        "practice_started": _("Open the gathering first. Then you can begin a practice."),
        "practice_paused": _("Nothing is running right now, so there is nothing to pause."),
        "practice_resumed": _("The practice is not paused, so it cannot go on from a pause."),
        "practice_ended": _("That practice has already ended."),
        "round_started": _("Let the practice or the round that is going on come to its end first."),
        **dict.fromkeys(IN_ROUND, _("The round has moved on. The page now shows where it is.")),
        "round_ended": _("That round has already ended."),
        "closing_started": _("The closing can begin once the gathering is open."),
        "nobody": _("Nobody is marked as here yet. Mark who is here, and then the round can begin."),
        "absent": _("That person is not here right now, so the piece stays where it is."),
        "away": _("You are marked as gone home. Open this page anew, and you are back in the circle."),
        "late": _("People are in the middle of a practice. You can let somebody in when it is over."),
        "last": _("Everybody else has had a turn, so the piece waits here. Take your time, or pass."),
        "closed": _("Please begin the closing first. A short one is fine. Then the gathering can be closed."),
    }
    return sentences[kind]

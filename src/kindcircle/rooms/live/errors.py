"""What may go wrong while a group meets, each with a sentence that says what to do."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class DoesNotFit(Conflict):
    """The step does not fit what the group is doing now."""


class NotInThisSession(Invalid):
    """A step, practice or question that today's run-sheet does not hold."""

    def __init__(self) -> None:
        super().__init__(_("That is not part of today's run-sheet. Please choose something from the page."))


class NotToday(Conflict):
    """A practice of the library that this group does not do today. why: a word of `spec.repertoire`."""

    def __init__(self, why: str) -> None:
        sentences = {
            "ask": _(
                "This stirs people more than anything planned for today. Look once more, and say that you are sure."
            ),
            "early": _("That practice comes later in this programme. Please choose another one for today."),
            "shortest": _(
                "In this programme only the shortest length of that practice is led. Please choose that one."
            ),
            "clinician": _("Only clinicians lead that practice. Please choose another one for today."),
            "open": _("That length is not for a circle that anyone may join. Please choose another one."),
            "stirs": _("That stirs people more than anything planned for today. Please choose something gentler."),
        }
        super().__init__(sentences[why])


class TooShort(Conflict):
    """A step would have less than its practice needs."""

    def __init__(self, title: str, fewest: int, *, running: bool) -> None:
        running_says = _("“%(title)s” needs %(n)s minutes in all, so that the practice that is going on is not cut.")
        says = _("“%(title)s” needs %(n)s minutes, or its practice would be cut. You can leave the whole part out.")
        super().__init__((running_says if running else says) % {"title": title, "n": fewest})


class NotLeftOut(Conflict):
    """A step without which nobody is left: the beginning, the closing, grounding, and the one that is going on."""

    def __init__(self, title: str, *, locked: bool, here: bool) -> None:
        if here:
            says = _("“%(title)s” is going on. To leave it, go to the next part.")
        elif locked:
            says = _("“%(title)s” always has its place. It can be shorter.")
        else:
            says = _("“%(title)s” begins with finding the ground again, so it stays. It can be shorter.")
        super().__init__(says % {"title": title})


class NothingToCut(Conflict):
    """The meeting ends in time as it is, or nothing is left that could give."""

    def __init__(self) -> None:
        super().__init__(_("There is nothing to cut right now. The closing keeps its time."))


class LeadsNotHere(Invalid):
    """Only somebody who leads this group just now can guide."""

    def __init__(self) -> None:
        super().__init__(_("That person does not lead this meeting. Please choose somebody from the page."))


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


class SayWhenClosed(Invalid):
    """A meeting that went on without its page is over only with a closing, at a time that can be."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "Please say when you began and when you closed, and that you held the closing. If there was none, ring "
                "or write to everybody with a few words to close with, and then say so here."
            )
        )


class SayWhat(Invalid):
    """An empty line, or one that is far too long."""

    def __init__(self) -> None:
        super().__init__(_("Please write a few words, up to 1500 letters. What you wrote is still here."))


class SayWhomAndWhen(Invalid):
    """Getting in touch needs a person, somebody who does it, and a day."""

    def __init__(self) -> None:
        super().__init__(_("Please choose whom, who does it, and a day from today on. What you wrote is still here."))


class ChooseLighter(Invalid):
    """Neither what should be lighter nor why not, or there is nothing to decide."""

    def __init__(self) -> None:
        super().__init__(_("Please choose what should be lighter, or say why it stays as it is. Nothing was changed."))


class BegunAlready(Conflict):
    """People are together: from here on the plan of the day is changed step by step."""

    def __init__(self) -> None:
        super().__init__(_("The meeting has begun. You can change each step where you lead it."))


class TabletOver(Conflict):
    """The tablet serves no more, or the name that was tapped is not here."""

    def __init__(self) -> None:
        super().__init__(_("That name is not open on this tablet now. Please ask whoever leads."))


class PairsChanged(Conflict):
    """An answer has come or changed since the page with the pairs was drawn."""

    def __init__(self) -> None:
        super().__init__(_("Somebody’s answer has just changed. The page shows it now; please look once more."))


PAIRS = ("pairs_started", "pairs_lengthened", "pairs_ended")

IN_ROUND = (
    "piece_moved", "piece_deferred", "hand_raised", "hand_lowered", "order_set", "turn_lengthened", "with_you",
)  # fmt: skip


def why_not(kind: str) -> str:
    """One kind sentence for a command that does not fit the present state."""
    sentences = {
        "opened": _("This gathering has already been opened."),
        "step_started": _("Open the gathering first. Then you can begin a step."),
        "practice_started": _("Open the gathering first. Then you can begin a practice."),
        "plan_set": _("The meeting is over, so its plan stays as it is."),
        "lead_moved": _("The meeting is over. Thank you both."),
        "practice_paused": _("Nothing is running right now, so there is nothing to pause."),
        "practice_resumed": _("The practice is not paused, so it cannot go on from a pause."),
        "practice_ended": _("That practice has already ended."),
        "round_started": _("Let the practice or the round that is going on come to its end first."),
        **dict.fromkeys(IN_ROUND, _("The round has moved on. The page now shows where it is.")),
        "round_ended": _("That round has already ended."),
        "pairs_asked": _("Let what is going on come to its end first. Then you can ask about pairs."),
        **dict.fromkeys(PAIRS, _("The talk in pairs has moved on. The page now shows where it is.")),
        "pairs_too_early": _("Pairs begin with the second meeting. Today everybody gets to know the whole circle."),
        "pairs_away": _("You are marked as gone home. Open this page anew, and you can choose."),
        "pairs_own_word": _("They said on their own device that they would rather stay. They can change it there."),
        "pairs_swap": _("That does not go with the wishes that the pairs keep. Please choose somebody else."),
        "pairs_first_time": _("Whoever is here for the first time stays with those who lead today."),
        "words_asked": _("Let the practice, round or pairs that are going on come to their end first."),
        "words_shown": _("Those words are not being gathered any more. The page now shows where the group is."),
        "words_ended": _("Those words were put away already."),
        "closing_started": _("The closing can begin once the gathering is open."),
        "nobody": _("Nobody is marked as here yet. Mark who is here, and then the round can begin."),
        "absent": _("That person is not here right now, so the piece stays where it is."),
        "away": _("You are marked as gone home. Open this page anew, and you are back in the circle."),
        "late": _("People are in the middle of a practice. You can let somebody in when it is over."),
        "last": _("Everybody else has had a turn, so the piece waits here. Take your time, or pass."),
        "closed": _("Please begin the closing first. A short one is fine. Then the gathering can be closed."),
    }
    return sentences[kind]

"""What may go wrong while words are gathered, each with a sentence that says what to do."""

from django.utils.translation import gettext as _

from kindcircle.base.lib.errors import Conflict, Invalid


class WordsOver(Conflict):
    """It came after the words were gathered, or before, or from somebody who is not here."""

    def __init__(self) -> None:
        super().__init__(
            _("We had gathered already, so this is not among the others. You can say it aloud if you like, or keep it.")
        )


class WordsWait(Conflict):
    """A practice goes on. Nobody types now."""

    def __init__(self) -> None:
        super().__init__(_("A practice is going on. What you wrote can wait, and it stays here."))


class SayAWord(Invalid):
    """Nothing was written, or neither yes nor no."""

    def __init__(self) -> None:
        super().__init__(_("Nothing was written yet. Say something if you like, or pass. Both are welcome."))


class TooFewYet(Conflict):
    """So few that somebody could be known by what they said."""

    def __init__(self) -> None:
        super().__init__(_("Not enough people have answered yet to show this. You can wait, or put it away."))


class NotTheSamePeople(Conflict):
    """Told to other people than before, a question could give somebody away."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "This group has heard about that question before, with other people in the room. Told again, it could "
                "give somebody away. Please choose another one."
            )
        )


class NotBeforeReading(Conflict):
    """Those who lead look at the words first."""

    def __init__(self) -> None:
        super().__init__(_("Please read the words first, without names. Then everybody can see them."))

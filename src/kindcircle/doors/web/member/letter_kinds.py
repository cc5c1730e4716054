"""The kinds of letter that somebody may write to themselves, each led by a practice of its own."""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from kindcircle.rooms.writing.actions import LETTER_DRAFTS
from kindcircle.rooms.writing.models import Letter
from kindcircle.spec.practices import Needs, Practice, Step, newest_practice

Words = Callable[[], str]
BOX = "letter"
"""The prompt of each practice under which the letter itself is written."""


@dataclass(frozen=True, slots=True)
class LetterKind:
    """One kind: whose voice it is, when it suits, and the practice that leads to it.

    id      as in the address and on the row
    url     the name of the page it is written on
    waits   it is meant to wait until it is needed, so that comes first among the days
    """

    id: str
    url: str
    practice_id: str
    name: Words
    suits: Words
    waits: bool = False

    @property
    def practice(self) -> Practice:
        return newest_practice(self.practice_id)

    @property
    def draft(self) -> str:
        """Under which kind of page its draft is kept."""
        return LETTER_DRAFTS[self.id]


KINDS = (
    LetterKind(
        Letter.Kind.FRIEND,
        "member:letter-new",
        "p06-letter-from-a-wise-friend",
        lambda: _("From a wise friend"),
        lambda: _("About something small that you are hard on yourself about."),
    ),
    LetterKind(
        Letter.Kind.FUTURE,
        "member:letter-new-future",
        "p41-letter-from-a-kinder-future",
        lambda: _("From a kinder future"),
        lambda: _("A later, kinder you looks back at today."),
    ),
    LetterKind(
        Letter.Kind.HARD_DAY,
        "member:letter-new-hard-day",
        "p49-letter-for-a-hard-day",
        lambda: _("For a hard day"),
        lambda: _("A few lines that can wait until you need them."),
        waits=True,
    ),
)
BY_ID = {kind.id: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Guided:
    """A kind of letter as its page leads through it: what is only thought, what is written, how it closes."""

    thinking: list[str]
    writing: list[str]
    closing: list[str]
    ask: str
    help: str


def guided(kind: LetterKind, needs: Needs) -> Guided:
    """The practice in its shortest length. What comes before the letter is thought, not typed: one box is enough."""
    practice = kind.practice
    prompt = next(one for one in practice.prompts if one.id == BOX)
    # Whoever asked for no writing finds other words in the player. Here there is a box.
    needs = Needs(needs.ways - {"low_literacy"}, needs.zones)
    steps = practice.shortest.steps
    own = next(step.purpose for step in steps if step.prompt == BOX)
    letter = [number for number, step in enumerate(steps) if _goes_on(step, own)]
    begins, ends = letter[0], letter[-1] + 1

    def said(part: tuple[Step, ...]) -> list[str]:
        return [needs.words(step) for step in part]

    return Guided(
        thinking=said(steps[:begins]),
        writing=said(steps[begins:ends]),
        closing=said(steps[ends:]),
        ask=prompt.prompt,
        help=prompt.help,
    )


def _goes_on(step: Step, own: str) -> bool:
    """Whether a step is about the letter itself, and not about what came before or what is done with it after."""
    return step.prompt == BOX and step.purpose.startswith(own)

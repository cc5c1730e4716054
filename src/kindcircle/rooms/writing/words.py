"""The one place where a stored letter becomes words. Whoever keeps letters in another way changes it here.

Bringing letters on their day (`delivery`) never imports this.
"""

from kindcircle.base.vault import seals
from kindcircle.rooms.writing.models import Letter


def letter_words(letter: Letter) -> str:
    """What its writer wrote, or the value that their own key opens. The caller has asked whether it may be read."""
    return seals.LETTER.open(letter.sealed_body, code=letter.code, holder=letter.author)


def letter_line(letter: Letter) -> str:
    """The one line that its writer marked; empty where there is none."""
    if not bytes(letter.sealed_line):
        return ""
    return seals.LETTER_LINE.open(letter.sealed_line, code=letter.code, holder=letter.author)

"""A language that nobody speaks: every sentence in brackets, in strange letters and much longer than it was.

What shows no brackets on such a page was never given to the translators; what does not fit, fits no long language.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.utils.translation import trans_real

OPEN, SHUT = "\u27e6", "\u27e7"
LEFT_TO_RIGHT_MARK = "\u200e"
LETTERS = str.maketrans("aceinosuyACEINOSUY", "áçéîñöšüýÅÇÉÎÑÖŠÜÝ")
LEFT = re.compile(r"(%\(\w+\)[.\d]*[a-z]|%%|%s|\{\w*\}|<[^<>]*>|&\w+;|\s+$|^\s+)")
MORE = 0.4


def pseudo(words: str) -> str:
    """The sentence in the language that nobody speaks; its gaps and tags as they were."""
    if not re.search(r"[A-Za-z]", LEFT.sub("", words)):
        return words
    parts = LEFT.split(words)
    said = "".join(part if n % 2 else part.translate(LETTERS) for n, part in enumerate(parts))
    longer = " ~" * round(len(words) * MORE / 2)
    start, end = len(said) - len(said.lstrip()), len(said.rstrip())
    return f"{said[:start]}{OPEN}{LEFT_TO_RIGHT_MARK}{said[start:end]}{longer}{SHUT}{said[end:]}"


class PseudoCatalogue:
    """A language's sentences, each said in the pseudo way."""

    def __init__(self, catalogue: Any) -> None:
        self.catalogue = catalogue

    def __getattr__(self, name: str) -> Any:
        return getattr(self.catalogue, name)

    def gettext(self, message: str) -> str:
        said: str = self.catalogue.gettext(message)
        return said if said == message and "\x04" in message else pseudo(said)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        return pseudo(self.catalogue.ngettext(singular, plural, number))


@contextmanager
def nobody_speaks_so() -> Iterator[None]:
    """In here, pages in the usual language speak the pseudo one."""
    usual = settings.LANGUAGE_CODE
    known = trans_real.translation(usual)
    trans_real._translations[usual] = PseudoCatalogue(known)  # type: ignore[assignment, index]
    try:
        yield
    finally:
        trans_real._translations[usual] = known  # type: ignore[index]
        trans_real.deactivate()

"""From a file with somebody's questionnaire to a proposal a person can look at: our line, their line, why.

Used by the page and by the command, so both show and accept the same.
"""

from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext as _

from kindcircle.rooms.measures.errors import WordsDoNotFit
from kindcircle.spec.answered import fits
from kindcircle.spec.definition import Definition
from kindcircle.spec.documents.errors import DocumentError
from kindcircle.spec.documents.reading import read_questions
from kindcircle.spec.documents.shape import Dictionary
from kindcircle.spec.instruments import all_instruments
from kindcircle.spec.mapping import Mapping, WordingError
from kindcircle.spec.wording import Wording, apply_mapping

LARGEST = 500_000
"""Bytes. The largest real dictionary we have seen is a tenth of it."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """One questionnaire found in a file. `key` names it among the others of the same file."""

    definition: Definition
    mapping: Mapping

    @property
    def key(self) -> str:
        return f"{self.definition.id}:{self.mapping.form}"


@dataclass(frozen=True, slots=True)
class Read:
    """A file as we understood it: what it holds, and every questionnaire of ours that was found in it."""

    dictionary: Dictionary
    proposals: tuple[Proposal, ...]


def read_file(data: bytes, *, language: str = "") -> Read:
    """Read a file of questions of any kind and look for questionnaires we know.

    `language`: which of several to read. Raises WordsDoNotFit with a kind reason.
    """
    if len(data) > LARGEST:
        raise WordsDoNotFit(_("This file is larger than we can read. Please export only the forms you need."))
    try:
        dictionary = read_questions(data, language=language)
    except DocumentError as error:
        raise WordsDoNotFit(str(error)) from None
    wanted = [one for one in all_instruments(site=settings.SITE_CONTENT) if one.licence.wording == "import"]
    return Read(dictionary, tuple(Proposal(fit.definition, fit.mapping) for fit in fits(wanted, dictionary)))


def accept(
    proposal: Proposal, *, confirmed: frozenset[str], language: str, file: str, digest: str, instruction: str = ""
) -> Wording:
    """The words of a proposal, once every open point was confirmed by name. Raises WordsDoNotFit."""
    try:
        return apply_mapping(
            proposal.definition,
            proposal.mapping,
            language=language,
            confirmed=confirmed,
            instruction=instruction,
            file=file,
            digest=digest,
        )
    except WordingError as error:
        raise WordsDoNotFit(str(error)) from None

"""The words a house uses for its groups, for those who lead them, for those who come, and for the times they meet.

A house chooses among checked words; nothing is typed. They take the place of the usual ones in the sentences of our
pages, before a name or a number is put in, so nothing that a person wrote is ever touched (ADR 0022).
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from django.db import models
from django.utils.translation import get_language, pgettext_lazy, trans_real


class GroupWord(models.TextChoices):
    GROUP = "group", pgettext_lazy("a word a house may use", "group")
    CLASS = "class", pgettext_lazy("a word a house may use", "class")
    COURSE = "course", pgettext_lazy("a word a house may use", "course")
    CIRCLE = "circle", pgettext_lazy("a word a house may use", "circle")


class FacilitatorWord(models.TextChoices):
    FACILITATOR = "facilitator", pgettext_lazy("a word a house may use", "facilitator")
    LEADER = "leader", pgettext_lazy("a word a house may use", "leader")
    TEACHER = "teacher", pgettext_lazy("a word a house may use", "teacher")
    THERAPIST = "therapist", pgettext_lazy("a word a house may use", "therapist")


class MemberWord(models.TextChoices):
    MEMBER = "member", pgettext_lazy("a word a house may use", "member")
    PARTICIPANT = "participant", pgettext_lazy("a word a house may use", "participant")
    CLIENT = "client", pgettext_lazy("a word a house may use", "client")
    PATIENT = "patient", pgettext_lazy("a word a house may use", "patient")


class MeetingWord(models.TextChoices):
    MEETING = "meeting", pgettext_lazy("a word a house may use", "meeting")
    SESSION = "session", pgettext_lazy("a word a house may use", "session")
    CLASS = "class", pgettext_lazy("a word a house may use", "class")


Terms = tuple[tuple[str, str], ...]
"""Pairs of the usual word and the house's own; only where they differ."""

# By language. Each word begins with a consonant sound, so that "a" before it stays right; the second form is for more
# than one. A language that is missing here keeps its usual words, whatever the house says.
FORMS: Mapping[str, Mapping[str, tuple[str, str]]] = {
    "en": {
        "group": ("group", "groups"),
        "class": ("class", "classes"),
        "course": ("course", "courses"),
        "circle": ("circle", "circles"),
        "facilitator": ("facilitator", "facilitators"),
        "leader": ("leader", "leaders"),
        "teacher": ("teacher", "teachers"),
        "therapist": ("therapist", "therapists"),
        "member": ("member", "members"),
        "participant": ("participant", "participants"),
        "client": ("client", "clients"),
        "patient": ("patient", "patients"),
        "meeting": ("meeting", "meetings"),
        "session": ("session", "sessions"),
    }
}
# Where the same letters mean something else.
OTHERWISE: Mapping[str, tuple[str, ...]] = {
    "en": ("comparison groups?", "(?:is|are|were|was) meeting", "meeting (?=(?:people|face to face)\\b)"),
}
# What stands for a name or a number, and tags.
MARKS = (r"%\(\w+\)[a-z]", r"\{[^{}]*\}", r"<[^<>]*>")
CONTEXT = "\x04"


class HouseCatalogue:
    """The sentences of a language with a house's own words in them. Sentences with a context stay as they are."""

    def __init__(self, catalogue: Any, language: str, terms: Terms) -> None:
        self.catalogue = catalogue
        forms = FORMS[language]
        self.words = {forms[usual][n]: forms[own][n] for usual, own in terms for n in (0, 1)}
        left = "|".join((*MARKS, *(rf"\b{words}\b" for words in OTHERWISE[language])))
        found = "|".join(self.words)
        self.pattern = re.compile(rf"(?P<left>{left})|\b(?:{found})\b", re.IGNORECASE)
        self.said: dict[str, str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.catalogue, name)

    def gettext(self, message: str) -> str:
        translated = self.catalogue.gettext(message)
        return translated if CONTEXT in message else self.say(translated)

    def ngettext(self, singular: str, plural: str, number: int) -> str:
        translated = self.catalogue.ngettext(singular, plural, number)
        return translated if CONTEXT in singular else self.say(translated)

    def say(self, sentence: str) -> str:
        """The sentence in the words of the house. Sentences are few, so each is worked out once."""
        found = self.said.get(sentence)
        if found is None:
            found = self.said[sentence] = self.pattern.sub(self._own, sentence)
        return found

    def _own(self, match: re.Match[str]) -> str:
        usual = match[0]
        if match["left"] is not None:
            return usual
        own = self.words[usual.lower()]
        return own[0].upper() + own[1:] if usual[0].isupper() else own


def terms_of(says: Mapping[str, str]) -> Terms:
    """The pairs that differ, from a house's columns `says_group`, `says_facilitator`, `says_member`, `says_meeting`."""
    usual = ("group", "facilitator", "member", "meeting")
    return tuple((word, own) for word in usual if (own := says[f"says_{word}"]) != word)


@contextmanager
def speaking(terms: Terms) -> Iterator[None]:
    """Everything said in here uses these words. Without any, nothing is done at all."""
    active = trans_real._active  # type: ignore[attr-defined]  # what `translation.activate` sets; it knows no other way
    before = getattr(active, "value", None)
    language = get_language()
    catalogue = _catalogue(language, terms) if terms and language else None
    if catalogue is None:
        yield
        return
    active.value = catalogue
    try:
        yield
    finally:
        if before is None:
            del active.value
        else:
            active.value = before


@lru_cache(maxsize=256)
def _catalogue(language: str, terms: Terms) -> HouseCatalogue | None:
    known = language.partition("-")[0]
    return HouseCatalogue(trans_real.translation(language), known, terms) if known in FORMS else None

"""How texts read: grade, length of sentences, unwanted words, facts nobody checked, words still to write."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from kindcircle.spec.gate.findings import Finding, finding
from kindcircle.spec.passages import Audience, Passage
from kindcircle.spec.readability import grade, longest_sentence, words
from kindcircle.spec.unwanted import UNSURE, unwanted_in

HIGHEST_GRADE: dict[Audience, float] = {"crisis": 4.0, "member": 6.0, "guide": 8.0}
GRADED_WORDS = 20
LONG_SENTENCE = 20
DRAFT = re.compile(r"\[\[(.*?)\]\]", flags=re.DOTALL)
"""Words that are still to be written, with a hint of what goes there."""


def wording(file: str, passages: Iterable[Passage]) -> Iterator[Finding]:
    """Everything the gate finds in the words of one file.

    Short texts are graded together, since a grade means little below twenty words. Hints between [[ and ]]
    are for the author, so they are not judged as words for people.
    """
    short: dict[Audience, list[str]] = {audience: [] for audience in HIGHEST_GRADE}
    for passage in passages:
        for hint in DRAFT.finditer(passage.text):
            still = " ".join(hint.group(1).split())
            yield finding("text.draft", file, passage.place, f"still to write: {still}")
        text = DRAFT.sub(" ", passage.text)
        for written, reason in unwanted_in(text):
            yield finding("text.unwanted", file, passage.place, f"says '{written}': {reason}")
        if UNSURE.search(text):
            yield finding("text.unchecked", file, passage.place, "holds a fact marked (?); check it or leave it out")
        count, sentence = longest_sentence(text)
        if count > LONG_SENTENCE:
            message = f"a sentence of {count} words; could it be two? '{sentence}'"
            yield finding("text.long-sentence", file, passage.place, message)
        if len(words(text)) >= GRADED_WORDS:
            yield from _grade(file, passage.place, text, passage.audience)
        elif words(text):
            short[passage.audience].append(text)
    for audience, texts in short.items():
        if texts:
            yield from _grade(file, f"short texts for the {audience}, together", "\n\n".join(texts), audience)


def _grade(file: str, place: str, text: str, audience: Audience) -> Iterator[Finding]:
    reached, highest = grade(text), HIGHEST_GRADE[audience]
    if reached > highest:
        message = f"reads at grade {reached:.1f}; {highest:.0f} is the most for a {audience}"
        yield finding("text.grade", file, place, message)

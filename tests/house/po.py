"""Reading a file of sentences in two languages, as GNU gettext writes them."""

import ast
from dataclasses import dataclass, field
from pathlib import Path


@dataclass
class Sentence:
    """One sentence of ours and how another language says it: once, or for one and for many."""

    context: str = ""
    one: str = ""
    many: str = ""
    said: dict[int, str] = field(default_factory=dict)
    fuzzy: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.context, self.one


def sentences(file: Path) -> dict[tuple[str, str], Sentence]:
    """Every sentence of a file but its head, by context and English words."""
    found = [_read(block) for block in file.read_text(encoding="utf-8").split("\n\n") if "\nmsgid " in f"\n{block}"]
    return {one.key: one for one in found if one.one}


def _read(block: str) -> Sentence:
    one, into = Sentence(), ""
    for line in block.splitlines():
        if line.startswith("#"):
            one.fuzzy |= line.startswith("#,") and "fuzzy" in line
            continue
        word, _, rest = line.partition(" ")
        if line.startswith('"'):
            rest = line
        else:
            into = word
        _add(one, into, ast.literal_eval(rest))
    return one


def _add(one: Sentence, into: str, words: str) -> None:
    if into == "msgctxt":
        one.context += words
    elif into == "msgid":
        one.one += words
    elif into == "msgid_plural":
        one.many += words
    else:
        n = int(into[len("msgstr[") : -1]) if "[" in into else 0
        one.said[n] = one.said.get(n, "") + words

"""The lines of somebody's own text, as they may be picked one by one: each sentence, and each line they began anew."""

import re

_END = re.compile(r"(?:(?<=[.!?…।؟])[\"'”’»)\]]*\s+)|(?<=[。！？])")
_SHORT = re.compile(r"\b(?:[A-Za-z]|e\.g|i\.e|etc|Dr|Mr|Mrs|Ms|St|No|vs)\.(?=\s)")


def lines_of(text: str) -> list[str]:
    """Every sentence of a text as it was written, in order and each once. A line break ends one too.

    What joins the lines again with their spaces is the text: nothing is added, mended or left out but empty lines.
    """
    found: dict[str, None] = {}
    for row in text.splitlines():
        start = 0
        guarded = {short.end() for short in _SHORT.finditer(row)}
        for end in _END.finditer(row):
            if end.start() in guarded:
                continue
            found[row[start : end.end()].strip()] = None
            start = end.end()
        found[row[start:].strip()] = None
    return [line for line in found if line]

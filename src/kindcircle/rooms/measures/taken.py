"""Whether a line holds what one member wrote: told by comparing, with nobody reading anything."""

import json
import re

from kindcircle.base.vault import keys, seals
from kindcircle.rooms.groups.models import Gathering
from kindcircle.rooms.measures.attending import LEAVING_SHEET
from kindcircle.rooms.measures.models import Response

RUN = 5
"""So many words in a row are somebody's own, whatever stands around them."""


def holds_words_of_a_member(text: str, *, gathering: Gathering) -> bool:
    """Whether the line repeats what somebody wrote on their sheet about this meeting. Only yes or no comes out.

    Fewer words count too where they are all that somebody wrote.
    """
    line = _runs(text)
    rows = list(
        Response.objects.filter(assignment__gathering=gathering, assignment__instrument=LEAVING_SHEET).select_related(
            "assignment__member"
        )
    )
    keys.open_keys([row.assignment.member for row in rows])
    for row in rows:
        opened = seals.ANSWERS.open(row.sealed_answers, code=row.code, holder=row.assignment.member)
        for written in json.loads(opened).values():
            if isinstance(written, str) and _repeats(line, text, written):
                return True
    return False


def _repeats(line: set[tuple[str, ...]], text: str, written: str) -> bool:
    words = _words(written)
    if len(words) < RUN:
        return len(words) > 1 and f" {' '.join(words)} " in f" {' '.join(_words(text))} "
    return bool(line & _runs(written))


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold().replace("’", "").replace("'", ""))

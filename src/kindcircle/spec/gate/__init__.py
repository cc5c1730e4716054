"""The content gate: what every programme, practice, handout and question must be before people meet it.

Models refuse what is malformed; the gate then looks at meaning: references, pace, other ways through, reading
grade, wording, safety of the sequence, and that released texts are as they were. It prints nothing and changes
nothing; it answers with findings, each under a rule whose name never changes.
"""

from __future__ import annotations

from itertools import chain
from pathlib import Path

from kindcircle.spec.gate.findings import Finding
from kindcircle.spec.gate.practices import practices
from kindcircle.spec.gate.programmes import programmes
from kindcircle.spec.gate.release import after_waivers, not_ready, own_ids, release_rules
from kindcircle.spec.gate.rules import RULES, Rule
from kindcircle.spec.gate.sessions import deepest_sharing
from kindcircle.spec.gate.shelf import Shelf
from kindcircle.spec.gate.texts import felt, handouts, library, plans, questionnaires, safety
from kindcircle.spec.shelves import SHIPPED

__all__ = ["RULES", "Finding", "Rule", "check", "deepest_sharing", "not_ready"]

ROOMS = (practices, handouts, library, programmes, questionnaires, safety, felt, plans, own_ids, release_rules)


def check(folder: Path = SHIPPED, *, only: str = "") -> list[Finding]:
    """Everything the gate finds in a content folder, in order of file and place; empty when all is well.

    A site's folder may use practices, handouts and questionnaires that ship with the package. `only` narrows
    the look to files whose path begins so, such as `programmes/my-five-weeks/1`.
    """
    shelf = Shelf(folder, only)
    found = list(set(chain.from_iterable(look(shelf) for look in ROOMS)))
    left = after_waivers(shelf, [one for one in found if one.file.startswith(only)])
    return sorted(left, key=lambda one: (one.level, one.file, one.place, one.message))

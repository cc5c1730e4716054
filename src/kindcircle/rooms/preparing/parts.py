"""The parts of getting ready: what can be looked at, and the lines of a plan and of a way to be reached."""

import hashlib
import json
from collections.abc import Mapping

from kindcircle.spec.texts import Handout, load_handout

STEPS = ("what-happens", "passing", "backdraft", "anchor", "plan", "contact", "device")
"""What somebody may look at before the first meeting, in order. Each may be left out."""

# A plan on paper also has lines for reaching somebody; here they are asked for in one place, beside who reads them.
ELSEWHERE = ("reach-me", "my-person", "never-call")
MY_PEOPLE = "my-people"

WORD = "word"
"""The word by which somebody says that they cannot speak freely."""
CONTACT_LINES = ("way", "hours", "call-me", "message", "person", "number", "about", "never", WORD)
OF_OTHERS = ("person", "number", "about")
"""Who else may be called. Holds only while somebody is in a group and has agreed that this person may be called."""


SAFETY_LINES = ("signs", "by-myself", "places", "people", "helpers", "around-me", "reasons")
"""The steps of a safety plan, in the order in which they are tried."""


def plan_text() -> Handout:
    """The words round a support plan, and its lines."""
    return load_handout("my-support-plan")


def plan_lines() -> tuple[str, ...]:
    """The lines of a plan, in order."""
    return (*(item.id for item in plan_text().items if item.id not in ELSEWHERE), MY_PEOPLE)


def version_of(lines: Mapping[str, str]) -> str:
    """Changes with every word of these lines, and tells none of them."""
    return hashlib.sha256(json.dumps(dict(lines), sort_keys=True).encode()).hexdigest()[:32]

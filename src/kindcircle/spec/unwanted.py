"""Words that do not belong in our texts, each with the reason and a kinder way.

The lists come from trauma-informed and religion-neutral practice and from what we refuse to claim.
"""

from __future__ import annotations

import re
from typing import NamedTuple


class Unwanted(NamedTuple):
    """One wording to avoid, and what to write in its place."""

    pattern: re.Pattern[str]
    reason: str


def _avoid(pattern: str, reason: str) -> Unwanted:
    return Unwanted(re.compile(rf"\b(?:{pattern})\b", flags=re.IGNORECASE), reason)


UNWANTED: tuple[Unwanted, ...] = (
    _avoid(r"you (?:must|should|have to|need to|ought to)", "an order; invite with 'you could' or 'if you like'"),
    _avoid(r"(?:just|simply) relax", "asks for what people cannot do at will; say what they could do"),
    _avoid(r"let(?:ting)? go|surrender(?:s|ed|ing)?", "can sound like giving up control; say 'put down for now'"),
    _avoid(r"close your eyes|shut your eyes", "never asked for here; offer a low gaze"),
    _avoid(r"deep breaths?|breathe deeply", "hard or unsafe for some lungs and hearts; leave the breath alone"),
    _avoid(r"safe space", "a promise nobody can keep; say 'safer'"),
    _avoid(r"broken", "no person or body is that; say what hurts"),
    _avoid(r"heal(?:s|ing)? your trauma", "a promise we cannot make"),
    _avoid(r"oxytocin|vagus|vagal|rewir(?:e|es|ed|ing)", "a body claim the evidence does not carry"),
    _avoid(r"will (?:help|heal|cure|calm|fix|relax|soothe) you|will cure|will heal", "promises an effect; say 'may'"),
    _avoid(r"guarantee[sd]?|proven to|clinically proven", "promises an effect; say what one study saw"),
    _avoid(r"fail|fails|failed|failing|failure|overdue", "blames; say what happened, or 'not yet'"),
    _avoid(r"homework|streaks?", "sounds like school or a contest; say 'home practice'"),
    _avoid(r"(?:low|medium|moderate|high)[- ]risk|risk level", "labels a person; say what to do next"),
    _avoid(
        r"pray|prays|praying|prayers?|god|gods|deity|deities|chakras?|metta|namaste|divine",
        "belongs to a faith; say 'goodwill' or 'wish'",
    ),
    _avoid(r"mindful self[- ]compassion|MSC|SCHC|CFT", "a protected or clinical name; describe the idea instead"),
    _avoid(r"TODO|TBC|TBD|FIXME|lorem ipsum", "is not finished"),
)

UNSURE = re.compile(r"\(\?\)|\*\*\?\*\*|\?\?")
"""Marks of a fact nobody has checked yet."""

INVITATION = re.compile(
    r"\b(?:if you (?:like|wish|would)|if it is|you (?:can|could|may|might)|when(?:ever)? you (?:like|want)"
    r"|would you|as you like|or pass|or not|or leave|or make your own|a choice)\b",
    flags=re.IGNORECASE,
)
"""Ways of inviting; each way through a practice holds at least one."""


def unwanted_in(text: str) -> list[tuple[str, str]]:
    """(what was written, why not) for each unwanted wording in a text, in order of the list."""
    return [(found.group(), rule.reason) for rule in UNWANTED for found in rule.pattern.finditer(text)]

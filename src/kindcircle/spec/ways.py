"""What the words of a step ask of a body: breath, touch, standing, inner pictures, writing.

Whoever cannot or will not do one of these chooses another way. So the gate asks that such a step has one,
and the search over practices can say truly what a practice leaves alone. The patterns look for what is
asked of people. "Understand", "at hand" and "get in touch" ask for nothing.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal

from kindcircle.spec.practices import Step, Way
from kindcircle.spec.readability import sentences

Topic = Literal["breath", "touch", "standing", "pictures", "writing"]

WAY_FOR: dict[Topic, Way] = {
    "breath": "no_breath",
    "touch": "no_touch",
    "standing": "seated",
    "pictures": "eyes_open",
    "writing": "low_literacy",
}
"""The way that is served in place of words about each topic."""

_PART = (
    r"(?:heart|chest|belly|stomach|tummy|face|cheeks?|upper arms?|forearms?|arms?|shoulders?|forehead|brow|temples?"
    r"|neck|jaw|throat|head|skin|body|back of (?:your|the other) hand|other hand|other arm|collarbones?|ribs?|legs?"
    r"|sleeve|wrists?|elbows?|hips?|hair|ears?)"
    r"(?! of (?:the|a|your) (?:chair|seat|sofa|table|bed))(?!-)"
)
_OWN = rf"(?:your (?:own )?|the |one |each |an? )?(?:left |right |sore |tired |upper |lower )?{_PART}"
_THERE = r"(?:there|here|it|yourself|that (?:place|part|spot)|the (?:place|part|spot)|where it hurts)"

_TOUCH = re.compile(
    r"\b(?:"
    rf"(?:hands?|palms?|fingers?|fingertips|fist)\s+(?:\w+ ){{0,2}}?(?:on|upon|over|across|against|to|around|round)"
    rf" (?:{_OWN}\b|{_THERE}\b)"
    r"|hands? (?:there|here)\b"
    rf"|(?:touch|stroke|rub|massage|cradle|cup|hold|squeeze|pat|press|wrap|tap|hug)(?:ing|es|s)? {_OWN}\b(?! up\b)"
    r"|(?:hold|hug|embrace|touch|stroke)(?:ing|s|es)? (?:yourself|your own hands?|your hands?|one hand|yourselves)\b"
    r"|hand (?:hold|in) (?:in )?the other\b|one hand in(?:side)? the other|hands? hold(?:s|ing)? each other"
    r"|clasp(?:ed|ing)? (?:your |the )?hands?|hands clasped"
    r"|(?:give|giving) yourself (?:a|an) (?:\w+ )?(?:hug|squeeze|pat|embrace)|self-hug"
    r"|arms (?:a?round|across|over) (?:yourself|your\b)|(?:fold|cross) your arms"
    r"|(?:kind|soft|gentle|warm|soothing|light|comforting|caring|tender) touch\b(?!-)"
    r"|(?:use|try|offer|add|welcome|like|with) (?:a |some )?touch\b|if touch\b|your own touch\b|touch feels "
    r")",
    flags=re.IGNORECASE,
)
_BREATH = re.compile(r"\b(?:(?:in|out)-?)?breath(?:e|es|ed|s|ing|ings|less)?\b|\b(?:in|ex)hal(?:e|es|ed|ing)\b", re.I)
_IDIOM = (
    r"(?:by|for(?! (?:a|an|one|two|some|as|this)\b)|out|in for|against|apart|beside|behind|with|between|alone|guard"
    r"|together|a chance)"
)
_STANDING = re.compile(
    r"(?<![-\w])(?:"
    rf"(?<!\ba )(?<!\bnews)stand(?:ing)?\b(?! {_IDIOM}\b)(?! up (?:for|to|against)\b)(?!-(?:by|in)\b)"
    r"|(?:^|you can |you could |you may |then |and )get up\b(?! early| late| in the| at| today)"
    r"|on your feet\b|rise to your feet\b"
    r"|lie (?:down|back|flat|still)|lying(?: down| back| flat| still)?\b(?! (?:a?round|about|to|there|on the table))"
    r"|(?:you|to|or|and|can|could|may|might|,) lie\b|^lie\b"
    r"|(?:slow|slower|slowly) (?:foot)?steps?\b|(?:pace|stroll)\b(?= (?:up|round|around|slowly|the|a few))"
    r")",
    flags=re.IGNORECASE,
)
_IDLE_STANDING = re.compile(
    r"\b(?:let|leave|can't|cannot|can not|could not|couldn't|won't)\s+(?:\w+\s+)?stand\b|\b(?:under|with)stand"
    r"|\bhands? (?:lie|lying)|\blet (?:\w+ ){1,3}lie\b|\bstandings?\b(?= (?:order|rule))",
    flags=re.IGNORECASE,
)
_WALKING = re.compile(
    r"(?<![-\w])walk(?:ing)?\b(?! (?:of life|stick|frame|aid|shoes|group|past|by|away|out|off)\b)(?!-)", re.I
)
_A_WALK = re.compile(
    r"\b(?:a|an|the|your|this|that|each|every|my|short|little|slow|long|daily|dog|brisk|quiet|evening|morning) walk\b"
    r"|\bwalk (?:in (?:their|someone|another|his|her)|through (?:your|the) day)"
    r"|\b(?:people|others|someone|they) walk",
    flags=re.IGNORECASE,
)
_SEATED_TOO = re.compile(r"\b(?:sit|sits|sitting|seat|seats|seated|chair|wheelchair|wheel|wheels|roll|rolling)\b", re.I)
_IMAGINED = re.compile(
    r"\b(?:imagin(?:e|es|ed|ing|ary|ation)|visuali[sz](?:e|es|ing|ation)|picturing|in (?:your|the) mind(?!s| that)"
    r"|mind['’]s eye|inner (?:eye|picture|image)s?|(?:see|seeing) (?:it|them|him|her|yourself) in front of you"
    r"|(?:let|allow|letting|invite) (?:an?|some|the|this|that) (?:\w+ ){0,3}?(?:place|image|picture|scene|figure|form)"
    r" (?:to )?(?:come|appear|form|arise|rise|take shape|show))\b",
    flags=re.IGNORECASE,
)
_PICTURE = re.compile(r"(?:(\w+),? )?\bpicture\b(?: (\w+))?", flags=re.IGNORECASE)
_NOUN_BEFORE = re.compile(
    r"an?|the|this|that|your|my|our|their|his|her|its|any|one|each|no|every|real|small|old|photo|of|whole|big|bigger"
    r"|wider|clear|simple|first|second|next|favourite|private|own|with|card|paper",
    flags=re.IGNORECASE,
)
_NOUN_AFTER = re.compile(r"cards?|books?|frames?|on|of|in|by|or|may|can|could|is|was|from|if", flags=re.IGNORECASE)
_WRITING = re.compile(
    r"\b(?:write|writing|jot|scribble|note down|put (?:it|this|that|them) on paper|pick up (?:a|your) pen)\b", re.I
)
_NO_PEN = re.compile(
    r"\b(?:draw|drawing|say|saying|speak|speaking|spoken|tell|telling|voice|record|card|cards|think|symbol|symbols"
    r"|picture|pictures|aloud|out loud|sign|instead|no need|not have to|nothing to|without|no one writes|colour)\b",
    flags=re.IGNORECASE,
)


def mentions(text: str) -> dict[Topic, str]:
    """What a text asks of a body, each with the words that say so. Empty when it leaves all of it alone."""
    return dict(_mentions(text))


@lru_cache(maxsize=20_000)
def _mentions(text: str) -> tuple[tuple[Topic, str], ...]:
    found: dict[Topic, str] = {}
    if breath := _BREATH.search(text):
        found["breath"] = breath.group()
    if touch := _TOUCH.search(text):
        found["touch"] = touch.group()
    for sentence in sentences(text):
        if standing := _standing(sentence):
            found.setdefault("standing", standing)
        if picture := _inner_picture(sentence):
            found.setdefault("pictures", picture)
        writing = _WRITING.search(sentence)
        if writing and not _NO_PEN.search(sentence):
            found.setdefault("writing", writing.group())
    return tuple(found.items())


def asks(step: Step) -> dict[Topic, str]:
    """What a step asks of whoever hears its usual words. What is to be written down is known by its kind."""
    found = mentions(step.say)
    found.pop("writing", None)
    if step.kind == "breath":
        found.setdefault("breath", "a breathing shape")
    if step.kind == "write":
        found["writing"] = "a box to write in"
    return found


def _standing(sentence: str) -> str | None:
    """Standing, walking or lying, where sitting is not offered in the same breath."""
    if _SEATED_TOO.search(sentence):
        return None
    plain = _A_WALK.sub(" ", _IDLE_STANDING.sub(" ", sentence))
    found = _STANDING.search(plain) or _WALKING.search(plain)
    return found.group().strip(" ,") if found else None


def _inner_picture(sentence: str) -> str | None:
    if found := _IMAGINED.search(sentence):
        return found.group()
    for found in _PICTURE.finditer(sentence):
        before, after = (found.group(number) or "" for number in (1, 2))
        if not (_NOUN_BEFORE.fullmatch(before) or _NOUN_AFTER.fullmatch(after)):
            return found.group().strip()
    return None

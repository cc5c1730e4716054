"""Rules for programmes: what is named is there, what stirs comes late and is eased, and every course is whole."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kindcircle.spec.gate.findings import Finding, finding, refused
from kindcircle.spec.gate.measures import measures
from kindcircle.spec.gate.practices import YEAR
from kindcircle.spec.gate.sessions import session_rules
from kindcircle.spec.gate.shelf import Shelf
from kindcircle.spec.gate.wording import wording
from kindcircle.spec.passages import programme_passages, session_passages
from kindcircle.spec.practices import Element
from kindcircle.spec.programmes import Programme, Session, load_programme
from kindcircle.spec.texts import ContentError

ELEMENTS: tuple[Element, ...] = ("mindfulness", "common-humanity", "self-kindness")
"""What every programme trains in its sessions: the three parts of self-compassion."""

BACKDRAFT = re.compile(r"\bbackdraft\b", flags=re.IGNORECASE)
_MEETING = r"(?:meetings?|sessions?|weeks?|times?|gatherings?|evenings?|mornings?|circles?)"
_COUNT = r"(?:one|two|three|1|2|3|a few)"
_WAYS_TO_SAY_IT = (
    rf"{_COUNT} (?:more|further|last|other) {_MEETING}",
    rf"{_COUNT} {_MEETING} (?:are |is |still )*(?:left|more|to go|to come|ahead|remain|after (?:this|today))",
    rf"(?:have|are|is|with) (?:only |just )?{_COUNT} (?:more )?left",
    rf"{_COUNT} more after (?:this|today)",
    r"last but one",
    r"our last (?:meeting|session|week|gathering|time)",
    r"the last (?:meeting|session) (?:is|comes|will|of this)",
    r"(?:is|be) (?:our|the) last\b",
    r"(?:our|this|the|an) ending\b(?! (?:line|words|of the (?:talk|practice|day)))",
    r"our (?:goodbye|parting)",
    r"comes? to (?:an|its) end",
    r"draw(?:s|ing)? to (?:a|its) (?:close|end)",
    r"(?:course|group|programme|time together) (?:ends|will end|closes)",
)
ENDING = re.compile(rf"\b(?:{'|'.join(_WAYS_TO_SAY_IT)})", flags=re.IGNORECASE)
"""Words that tell people that the end is in sight."""


def programmes(shelf: Shelf) -> Iterator[Finding]:
    """Everything the gate finds in the programmes of a folder."""
    for name, version, settled in shelf.programmes():
        home = f"programmes/{name}/{version}"
        try:
            programme = load_programme(name, version, folder=shelf.folder)
        except ContentError as error:
            yield from refused(error, shelf.folder)
            continue
        if settled:
            continue
        yield from _whole(f"{home}/programme.yaml", programme, shelf)
        yield from measures(f"{home}/programme.yaml", programme, shelf)
        for session in programme.sessions:
            file = f"{home}/session-{session.number}.yaml"
            yield from wording(file, session_passages(session))
            yield from session_rules(file, session, programme, shelf)
        yield from _backdraft(home, programme, shelf)
        yield from _ending(home, programme)
        yield from _stray(home, programme, shelf)


def _whole(file: str, programme: Programme, shelf: Shelf) -> Iterator[Finding]:
    yield from wording(file, programme_passages(programme))
    if not any(YEAR.search(line) for line in programme.credits):
        yield finding("programme.credits", file, "credits", "no line names a source with a year")
    led = (use for session in programme.sessions for slot in session.agenda for use in (slot.practice, slot.then))
    trained = {element for use in led if (practice := shelf.practice(use)) for element in practice.elements}
    for element in ELEMENTS:
        if element not in trained:
            yield finding("programme.elements", file, "sessions", f"no practice in any session trains {element}")


def _backdraft(home: str, programme: Programme, shelf: Shelf) -> Iterator[Finding]:
    """People hear that kindness can hurt at first before the first practice that stirs a lot."""
    taught = False
    for session in programme.sessions:
        stirs = [
            (slot, practice)
            for slot in session.agenda
            for use in (slot.practice, slot.then)
            if (practice := shelf.practice(use)) and practice.backdraft == "high"
        ]
        if stirs and not taught:
            slot, practice = stirs[0]
            message = f"{practice.id} stirs a lot, and no earlier session tells people about backdraft"
            yield finding(
                "programme.backdraft-first", f"{home}/session-{session.number}.yaml", f"agenda.{slot.id}", message
            )
            return
        handouts = [shelf.handout(name) for slot in session.agenda for name in slot.handouts]
        texts = [session.talk.script, session.talk.handout, *(handout.text for handout in handouts if handout)]
        taught = taught or any(BACKDRAFT.search(text) for text in texts)


def _ending(home: str, programme: Programme) -> Iterator[Finding]:
    """In a closed group the ending is named two sessions ahead, so that nobody is surprised by it."""
    if programme.form == "open" or len(programme.sessions) < 4:
        return
    session = programme.sessions[-3]
    if not ENDING.search(_spoken(session)):
        file = f"{home}/session-{session.number}.yaml"
        message = "is the third from last, and nothing in it says that the end is in sight"
        yield finding("programme.ending-named", file, "", message)


def _spoken(session: Session) -> str:
    scripts = [slot.script for slot in session.agenda]
    asked = [slot.prompt.text for slot in session.agenda if slot.prompt]
    return "\n\n".join((*scripts, *asked, session.talk.script, session.talk.handout))


def _stray(home: str, programme: Programme, shelf: Shelf) -> Iterator[Finding]:
    used = {"programme.yaml", *(f"session-{session.number}.yaml" for session in programme.sessions)}
    for session in programme.sessions:
        used |= {session.talk.script_file, session.talk.handout_file}
    for path in sorted((shelf.folder / home).iterdir()):
        if path.name not in used:
            yield finding("file.stray", f"{home}/{path.name}", "", "is not part of the programme beside it")

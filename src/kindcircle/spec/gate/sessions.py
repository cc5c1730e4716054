"""Rules for one session: how deep it goes, what stirs and how it is eased, and how people leave."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kindcircle.spec.gate.findings import Finding, finding
from kindcircle.spec.gate.shelf import Shelf
from kindcircle.spec.practices import LEVELS, Practice
from kindcircle.spec.programmes import PracticeUse, Programme, Session, Slot
from kindcircle.spec.repertoire import is_short, stirring_from

LEAVING = "after-session"
PULSE = "circle-pulse"
GROUNDING_SECONDS = (120, 300)
ASKS_BACK = re.compile(r"\bquestions?\b|\bfeedback\b|\banswers?\b", flags=re.IGNORECASE)


def deepest_sharing(session: Session, programme: Programme) -> int:
    """The deepest level a prompt may ask for. In an open circle 3, else 2, then 3 twice, then 4.

    Where clinicians lead, 5 from the eighth session on: the headline of an old hurt, never its detail.
    """
    if programme.form == "open":
        return 3
    if programme.led_by == "clinician" and session.number >= 8:
        return 5
    return {1: 2, 2: 3, 3: 3}.get(session.number, 4)


def session_rules(file: str, session: Session, programme: Programme, shelf: Shelf) -> Iterator[Finding]:
    """Everything the gate finds in the agenda and the home practice of one session."""
    deepest = deepest_sharing(session, programme)
    if session.max_depth > deepest:
        message = f"sharing may go to level {deepest} in session {session.number}, not {session.max_depth}"
        yield finding("session.depth", file, "max_depth", message)
    for slot, after in zip(session.agenda, (*session.agenda[1:], None), strict=True):
        yield from _slot(file, slot, shelf)
        yield from _grounding(file, slot, after, shelf)
        yield from _handouts(file, slot, shelf)
    for place, use in _uses(session):
        yield from shelf.use_faults(file, place, use)
        practice = shelf.practice(use)
        if practice is not None:
            yield from _timing(file, place, use, practice, session, programme)
    yield from _leaving(file, session, programme)


def _uses(session: Session) -> Iterator[tuple[str, PracticeUse]]:
    """Every practice of a session and of the week after it, with its place."""
    for slot in session.agenda:
        for part in ("practice", "gentler", "ground_first", "then"):
            if use := getattr(slot, part):
                yield f"agenda.{slot.id}.{part}", use
    yield "home.minimum", session.home.minimum.practice
    for number, option in enumerate(session.home.usual):
        yield f"home.usual.{number}", option.practice
    if session.home.at_need:
        yield "home.at_need", session.home.at_need


def _slot(file: str, slot: Slot, shelf: Shelf) -> Iterator[Finding]:
    """What eases a practice stirs no more than it does; what follows in the same slot stirs no more either."""
    place = f"agenda.{slot.id}"
    practice, gentler, then = (shelf.practice(use) for use in (slot.practice, slot.gentler, slot.then))
    # An exercise has no level of its own; it may stir people as much as most practices do.
    level = LEVELS[practice.backdraft] if practice else LEVELS["medium"]
    name = practice.id if practice else "the exercise"
    if gentler and LEVELS[gentler.backdraft] > level:
        yield finding("slot.gentler-stirs", file, f"{place}.gentler", f"{gentler.id} stirs more than {name}")
    if then and LEVELS[then.backdraft] > level:
        yield finding("slot.then-stirs", file, f"{place}.then", f"{then.id} stirs more than {name}")
    if slot.practice is not None and slot.practice == slot.gentler:
        yield finding("slot.gentler-same", file, f"{place}.gentler", "is the same as the practice it should ease")


def _grounding(file: str, slot: Slot, after: Slot | None, shelf: Shelf) -> Iterator[Finding]:
    """Two to five minutes of grounding follow a practice that stirs a lot."""
    led = (shelf.practice(use) for use in (slot.practice, slot.then))
    stirs = next((practice for practice in led if practice and practice.backdraft == "high"), None)
    if stirs is None:
        return
    place = f"agenda.{slot.id}"
    ground = after.ground_first if after else None
    grounding = shelf.practice(ground)
    if ground is None or grounding is None or "grounding" not in grounding.elements:
        message = f"the slot after {stirs.id} begins with grounding (ground_first)"
        yield finding("slot.ground-after", file, place, message)
    elif not GROUNDING_SECONDS[0] <= ground.seconds <= GROUNDING_SECONDS[1]:
        yield finding("slot.ground-after", file, place, "grounding after it lasts two to five minutes")


def _handouts(file: str, slot: Slot, shelf: Shelf) -> Iterator[Finding]:
    place = f"agenda.{slot.id}.handouts"
    for name in slot.handouts:
        for handout in shelf.named_handout(file, place, name):
            if isinstance(handout, Finding):
                yield handout
            elif handout.audience != "member" or handout.fields:
                why = "has gaps to fill" if handout.fields else "is written for facilitators"
                yield finding("slot.handout-audience", file, place, f"{name!r} {why}, and members are given it")


def _timing(
    file: str, place: str, use: PracticeUse, practice: Practice, session: Session, programme: Programme
) -> Iterator[Finding]:
    """A practice comes late enough, in a form that fits, and with somebody who may lead it."""
    if practice.backdraft == "high":
        earliest = stirring_from(programme)
        if session.number < earliest:
            message = f"{practice.id} stirs a lot; it comes in session {earliest} or later"
            yield finding("use.too-early", file, place, message)
        if is_short(programme) and use.seconds != practice.shortest.seconds and not place.startswith("home"):
            message = f"{practice.id} is used in its shortest length here, {practice.shortest.seconds} seconds"
            yield finding("use.short-form", file, place, message)
    if practice.from_session is not None and session.number < practice.from_session:
        message = f"{practice.id} comes in session {practice.from_session} or later"
        yield finding("use.too-early", file, place, message)
    if practice.leader == "clinician" and programme.led_by != "clinician":
        yield finding("use.leader", file, place, f"only a clinician may lead {practice.id}")
    if programme.form == "open" and not any(
        length.open_circle for length in practice.durations if length.seconds == use.seconds
    ):
        message = f"{practice.id} with {use.seconds} seconds is not for an open circle"
        yield finding("use.open-circle", file, place, message)


def _leaving(file: str, session: Session, programme: Programme) -> Iterator[Finding]:
    """Before people go they are asked how it was, in the schedule and by voice."""
    asked = set(programme.instruments("session", "after", session.number))
    wanted = {LEAVING, PULSE} if programme.form == "open" else {LEAVING}
    if not asked & wanted:
        message = f"nobody is asked how it was: {' or '.join(sorted(wanted))} is not asked after this session"
        yield finding("session.leaving-questions", file, "", message)
    close = session.agenda[-1]
    if not ASKS_BACK.search(close.script):
        message = "does not speak of the questions before leaving"
        yield finding("session.close-script", file, f"agenda.{close.id}", message)

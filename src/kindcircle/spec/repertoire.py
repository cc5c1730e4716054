"""Which practices of the library a group may turn to today, besides those of its run-sheet.

The gate asks the same of a written session (`spec/gate/sessions.py`): what stirs a lot comes late and in its short
form, some things only clinicians lead, and an open circle keeps to what suits whoever comes. On the day one more
thing counts: nothing stirs more than what was planned anyway, unless a clinician says so twice.
"""

from contextlib import suppress
from typing import Literal

from kindcircle.spec.practices import LEVELS, Length, Practice, load_practice
from kindcircle.spec.programmes import Programme, Session
from kindcircle.spec.released import is_as_released
from kindcircle.spec.shelves import SHIPPED, file_name, shelves, versions
from kindcircle.spec.texts import ContentError
from kindcircle.spec.ways import Topic, asks

Word = Literal["yes", "ask", "early", "shortest", "clinician", "open", "stirs"]
"""Whether a practice may be led today.

yes        it may
ask        it stirs more than anything planned for today; a clinician may lead it after a second look
early      it comes later in a programme
shortest   here only its shortest length is led
clinician  only clinicians lead it
open       this length is not for a circle that anyone may join
stirs      it stirs more than anything planned for today
"""

SHORT_PROGRAMME = 6


def is_short(programme: Programme) -> bool:
    """Whether a programme has so few sessions that what stirs a lot comes sooner, and shorter."""
    return sum(session.counts for session in programme.sessions) <= SHORT_PROGRAMME


def stirring_from(programme: Programme) -> int:
    """The first session in which something may stir people a lot."""
    return 3 if is_short(programme) else 4


def strongest(session: Session) -> int:
    """How much this session may stir people at most, by its own run-sheet. An exercise counts as a little."""
    levels = [LEVELS[use.load().backdraft] for slot in session.agenda for use in slot.uses]
    return max(levels + [LEVELS["medium"] for slot in session.agenda if slot.kind == "exercise"])


def word_on(practice: Practice, length: Length, session: Session, programme: Programme) -> Word:
    """Whether this length may be led in this session although the run-sheet does not name it."""
    if practice.leader == "clinician" and programme.led_by != "clinician":
        return "clinician"
    if programme.form == "open" and not length.open_circle:
        return "open"
    if session.number < (practice.from_session or 1):
        return "early"
    if practice.backdraft == "high":
        if session.number < stirring_from(programme):
            return "early"
        if is_short(programme) and length != practice.shortest:
            return "shortest"
    if LEVELS[practice.backdraft] > strongest(session):
        return "ask" if programme.led_by == "clinician" else "stirs"
    return "yes"


def lengths_for(practice: Practice, session: Session, programme: Programme) -> tuple[tuple[Length, Word], ...]:
    """The lengths that may be led today, each with `yes` or `ask`; empty where none may."""
    words = [(length, word_on(practice, length, session, programme)) for length in practice.durations]
    return tuple((length, word) for length, word in words if word in ("yes", "ask"))


def released_practices() -> tuple[Practice, ...]:
    """What may be led by groups: all that ships, and a site's own once released; the newest version of each."""
    found: dict[str, Practice] = {}
    for shelf in reversed(shelves()):
        for name, version in versions(shelf, "practices"):
            if shelf == SHIPPED or is_as_released(shelf, f"practices/{file_name(name, version)}"):
                with suppress(ContentError):  # the gate names it
                    found[name] = load_practice(name, version, folder=shelf)
    return tuple(found[name] for name in sorted(found))


def asks_for(length: Length) -> tuple[Topic, ...]:
    """What this length asks of a body somewhere, in the order in which it comes: have another anchor ready for it."""
    return tuple(dict.fromkeys(topic for step in length.steps for topic in asks(step)))

"""What the sheets from the end of a meeting ask of those who lead: whom to reach, and with which words to begin.

Rules only, and no words: they look at answers to two questions, how much people could be themselves (ease) and how well
it was what they need (fit), each from 0 to 10. How steady somebody is goes another way, at once (spec.safety).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import mean, median

LOW = 5
"""At most this, and somebody reaches out before the next meeting (CLINICAL_BRIEF 4.10)."""
DROP = 3
"""So far below what is usual for this person is a reason too."""
USUAL_FROM = 3
"""With fewer earlier answers nobody has a usual."""
GROUP_FROM = 5
"""With fewer answers nothing is said of the group."""
WELL = 7
APART = 4


class Reason(StrEnum):
    """Why somebody is to be reached, in a word that holds no number."""

    EASE_LOW = "ease-low"
    FIT_LOW = "fit-low"
    EASE_DROPPED = "ease-dropped"
    FIT_DROPPED = "fit-dropped"


class Opening(StrEnum):
    """How to begin to talk about what a group told, by what it looks like as a whole."""

    NOBODY = "nobody"
    FEW = "few"
    EASE_LOW = "ease-low"
    FIT_LOW = "fit-low"
    APART = "apart"
    BETWEEN = "between"
    WELL = "well"


@dataclass(frozen=True, slots=True)
class Rated:
    """One person's two answers after one meeting. None: left blank."""

    ease: float | None = None
    fit: float | None = None


def reasons(now: Rated, earlier: Sequence[Rated]) -> tuple[Reason, ...]:
    """Why this person is to be reached after this meeting; empty when nothing asks for it.

    earlier  their own answers after earlier meetings of the same group. A low answer is a reason by itself, so that a
             drop is only named where the answer is not low.
    """
    found = []
    for value, before, low, dropped in (
        (now.ease, [one.ease for one in earlier], Reason.EASE_LOW, Reason.EASE_DROPPED),
        (now.fit, [one.fit for one in earlier], Reason.FIT_LOW, Reason.FIT_DROPPED),
    ):
        if value is None:
            continue
        usual = [one for one in before if one is not None]
        if value <= LOW:
            found.append(low)
        elif len(usual) >= USUAL_FROM and median(usual) - value >= DROP:
            found.append(dropped)
    return tuple(found)


def opening(told: int, ease: Sequence[float], fit: Sequence[float]) -> Opening:
    """Which words to begin with in the group. One person alone never changes them: see `apart`.

    They are said aloud, and the rule is no secret. So whoever answered low themselves, and hears that it went well,
    must not know that nobody else was low: the answer in the middle decides, not the mean.

    told  how many sent a sheet, blanks included
    """
    if not told:
        return Opening.NOBODY
    if min(len(ease), len(fit)) < GROUP_FROM:
        return Opening.FEW
    if mean(ease) <= LOW:
        return Opening.EASE_LOW
    if mean(fit) <= LOW:
        return Opening.FIT_LOW
    if apart(ease) or apart(fit):
        return Opening.APART
    return Opening.WELL if min(median(ease), median(fit)) >= WELL else Opening.BETWEEN


def apart(values: Sequence[float]) -> bool:
    """Whether a meeting was very different for different people, with the lowest and the highest answer left out.

    Whoever stands alone at an end must not be the one whom everybody looks at.
    """
    inner = sorted(values)[1:-1]
    return len(values) >= GROUP_FROM and inner[-1] - inner[0] >= APART

"""Where each word and each bell of a practice stands in its file.

A file begins with a bell and a moment to put the phone down; the practice's own time starts after `LEAD_MS`. The end
bell rings at exactly the full length, whatever was said before, and the last line follows it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TypedDict

from kindcircle.rooms.practice.voice.bell import SECONDS as BELL_SECONDS
from kindcircle.rooms.practice.voice.bell import bell
from kindcircle.rooms.practice.voice.speech import CALM, RATE, Samples, sentences, spoken

LEAD_MS = 3_000
AFTER_BELL_MS = 2_200  # how long a bell rings alone before words come
LAST_LINE_ROOM_MS = 30_000
BEFORE_NEXT_MS = 300  # quiet between the last word of a step and the next step
PAUSE_MS, SHORT_PAUSE_MS, LONGEST_PAUSE_MS = 450, 250, 1_600  # between sentences
PACES = (CALM, 120, 128, 136, 146, 156, 168, 182, 200, 225, 260)
"""Words a minute, from calm to quick. A step is spoken at the first pace at which it fits."""

Say = Callable[[str, int], Samples]


class Moment(TypedDict):
    """A cue as `spec.practices.cues` gives it, without what only screens need."""

    at: int
    kind: str
    text: str
    ms: int


@dataclass(frozen=True, slots=True)
class Line:
    """One step as it is spoken. at, ends: milliseconds of the practice; pace: words a minute; left_out: sentences."""

    at: int
    ends: int
    pace: int
    left_out: int
    parts: tuple[tuple[int, str], ...]  # milliseconds from `at`, and a sentence


def plan(moments: Sequence[Moment], say: Say = spoken) -> list[Line]:
    """When each sentence is spoken. No line runs into the next step, and none moves a bell."""
    return [line for moment in moments if (line := _line(moment, say))]


def sounds(moments: Sequence[Moment], say: Say = spoken) -> tuple[list[tuple[int, Samples]], int]:
    """Everything that sounds, each at its sample, and how many samples the whole file has."""
    lines = plan(moments, say)
    found = [(_sample(LEAD_MS + line.at + at), say(words, line.pace)) for line in lines for at, words in line.parts]
    rings = [LEAD_MS + moment["at"] for moment in moments if moment["kind"] in ("bell", "end")]
    if moments[0]["kind"] != "bell":
        rings.insert(0, 0)
    found += [(_sample(at), bell()) for at in rings]
    over = max([moments[-1]["at"] + int(BELL_SECONDS * 1000), *(line.ends for line in lines[-1:])])
    return found, _sample(LEAD_MS + over + 500)


def _line(moment: Moment, say: Say) -> Line | None:
    """How one step is spoken: calmly if that fits, else a little quicker, else without what does not fit at all."""
    said = sentences(moment["text"])
    if not said:
        return None
    rings = moment["kind"] in ("bell", "end")
    room = (LAST_LINE_ROOM_MS if moment["kind"] == "end" else moment["ms"]) - BEFORE_NEXT_MS
    alone = AFTER_BELL_MS if rings else 0
    for pace in PACES:
        lasts = [_ms(say(one, pace)) for one in said]
        least = PAUSE_MS if pace == CALM else SHORT_PAUSE_MS
        if sum(lasts) + least * (len(said) - 1) <= room - alone:
            return _spread(moment["at"] + alone, said, lasts, room - alone, pace)
    # Better a word less than two at once: what is left out is still on the screen.
    ends = list(accumulate(length + SHORT_PAUSE_MS for length in lasts))
    fit = sum(end <= room for end in ends)
    return _spread(moment["at"], said[:fit], lasts[:fit], room, pace, left_out=len(said) - fit) if fit else None


def _spread(at: int, said: list[str], lasts: list[int], room: int, pace: int, left_out: int = 0) -> Line:
    """Sentences with as much quiet between them as there is room for, and no more than feels natural."""
    free = room - sum(lasts)
    pause = max(SHORT_PAUSE_MS, min(LONGEST_PAUSE_MS, free // max(1, len(said))))
    starts, here = [], 0
    for length in lasts:
        starts.append(here)
        here += length + pause
    return Line(at, at + here - pause, pace, left_out, tuple(zip(starts, said, strict=True)))


def _ms(wave: Samples) -> int:
    return -(-wave.size * 1000 // RATE)


def _sample(ms: int) -> int:
    return ms * RATE // 1000

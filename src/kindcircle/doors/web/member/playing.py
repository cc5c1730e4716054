"""A practice as one person hears it: which words, how long, in which voice."""

import math
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from kindcircle.base.lib.errors import NotFound
from kindcircle.doors.web.member.own_way import in_words
from kindcircle.doors.web.shared.lengths import length_in_words
from kindcircle.rooms.practice import sounds
from kindcircle.rooms.practice.courses import ALWAYS, Course, Offer, courses_of, offered
from kindcircle.rooms.practice.own_way import Choice, own_way
from kindcircle.rooms.practice.recordings import recording_for
from kindcircle.rooms.practice.voice.frames import RECORDED_BITS, SPOKEN_BITS
from kindcircle.rooms.practice.voice.track import LEAD_MS
from kindcircle.spec.practices import USUAL, Cue, Practice, all_practices, cues

GROUNDING, LANDING = ALWAYS[:2]


@dataclass(frozen=True, slots=True)
class Playing:
    """One practice as one person hears it. voice: recorded, made, device or text; mark: of the sound's very words."""

    offer: Offer
    seconds: int
    choice: Choice
    voice: str
    mark: str
    cues: list[Cue]

    @property
    def words(self) -> Practice:
        return self.offer.practice

    @property
    def sound_url(self) -> str:
        """Where its sound is, or nothing. The mark changes with what is heard, so that no cache mixes two up."""
        if self.voice not in ("recorded", "made"):
            return ""
        return f"{reverse('member:sound', args=[self.words.id, self.seconds, self.voice])}?of={self.mark}"

    @property
    def megabytes(self) -> float:
        """About how much its sound takes of somebody's line, rounded up; 0 where there is none to fetch.

        At the end the bell rings out for seven seconds.
        """
        bits = {"recorded": RECORDED_BITS, "made": SPOKEN_BITS}.get(self.voice, 0)
        return math.ceil(bits * (self.seconds + LEAD_MS / 1000 + 7) / 8 / 100_000) / 10

    @property
    def facts(self) -> dict[str, Any]:
        """What the player starts with."""
        return {
            "practice": self.words.id,
            "seconds": self.seconds,
            "voice": self.voice,
            "sound": self.sound_url,
            "lead": LEAD_MS,
            "buzz": self.choice.buzz,
            "still": self.choice.still,
            "little": False,
        }

    @property
    def sheets(self) -> dict[str, dict[str, list[Cue]]]:
        """Its cues, as the live pages bring them; the ways are chosen already."""
        return {self.words.id: {str(self.seconds): [Cue(**(one | {"ways": {}, "zone": None})) for one in self.cues]}}  # type: ignore[typeddict-item]


def playing(request: HttpRequest, offer: Offer, asked: str = "") -> Playing:
    """The practice as this person would hear it now, in the length they asked for if it is offered."""
    choice = own_way(request.user, by=request.actor)  # type: ignore[arg-type, attr-defined]
    seconds = _length(offer, asked, choice)
    timeline = cues(offer.practice, seconds, choice.needs)
    return Playing(offer, seconds, choice, *_voice(request, offer.practice, seconds, choice, timeline), timeline)


def _voice(request: HttpRequest, words: Practice, seconds: int, choice: Choice, timeline: list[Cue]) -> tuple[str, str]:
    """The house's own voice wins where it says the very words that this person would hear; else what they chose."""
    made = sounds.voice_file(words, seconds, choice.needs).stem[:12]
    if choice.voice != "recorded":
        return choice.voice, made
    as_written = [cue["text"] for cue in cues(words, seconds, USUAL)] == [cue["text"] for cue in timeline]
    house = request.actor.organisation_id  # type: ignore[attr-defined]
    recording = recording_for(house, words, seconds) if as_written else None
    return ("recorded", recording.code[:12]) if recording else ("made", made)


def player_context(here: Playing) -> dict[str, Any]:
    """What the player and the words beside it are drawn from."""
    words = here.words
    return {
        "practice": words,
        "seconds": here.seconds,
        "length": length_in_words(here.seconds),
        "spoken": [cue["text"] for cue in here.cues],
        "breath": any(cue["kind"] == "breath" for cue in here.cues),
        "choice": here.choice,
        "chosen": in_words(here.choice),
        "facts": here.facts,
        "megabytes": here.megabytes,
        "cues": here.sheets,
        "ground": _ground(here.choice),
    }


def _ground(choice: Choice) -> list[str]:
    """What to come back to after stopping: the feet, or the room for who leaves them out or comes back to sounds."""
    by_room = choice.anchor == "sounds" or "feet" in choice.zones
    name = LANDING if by_room else GROUNDING
    ground = next(one for one in all_practices() if one.id == name)
    return [choice.needs.words(step) for step in ground.shortest.steps]


def offer_of(request: HttpRequest, practice_id: str) -> Offer:
    """The practice as this person's courses offer it. NotFound when it is not open to them."""
    return offer_in(courses_of(request.actor), practice_id)  # type: ignore[attr-defined]


def offer_in(courses: list[Course], practice_id: str) -> Offer:
    """The same, for who has their courses in hand."""
    offer = offered(courses, practice_id)
    if offer is None:
        raise NotFound
    return offer


def _length(offer: Offer, asked: str, choice: Choice) -> int:
    """The length that was asked for, if it is offered; else the shortest for who likes that, else the usual one."""
    seconds = number(asked)
    if seconds in offer.lengths:
        return seconds
    return offer.lengths[0] if choice.shorter else offer.usual


def number(text: str, *, digits: int = 5) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= digits else None

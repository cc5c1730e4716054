"""The made voice: every practice, in every length and every way, fits its moments, and the bell ends it in time."""

import io
import itertools

import av
import numpy as np
import pytest
from scipy import signal

from kindcircle.rooms.practice.voice import frames, speech, track
from kindcircle.rooms.practice.voice.bell import bell
from kindcircle.rooms.practice.voice.speech import RATE
from kindcircle.spec.playing import CueSheet
from kindcircle.spec.practices import USUAL, WAYS, Needs, Practice, cues, load_practice, practice_files
from kindcircle.spec.texts import SHIPPED
from kindcircle.spec.timeline import Event, position

FEET, LETTER, ARRIVING, GOODWILL = (
    "p22-soles-of-the-feet",
    "p06-letter-from-a-wise-friend",
    "p47-arriving-together",
    "p25-goodwill",
)
HURRIED = 182  # words a minute; a step that needs more has too many words
FILES = practice_files(SHIPPED)


def everybody(practice: Practice, seconds: int) -> list[Needs]:
    """The usual way, each other way alone, all of them at once, and every part of the body left out."""
    zones = frozenset(step.zone for step in practice.length(seconds).steps if step.zone)
    alone = [Needs(frozenset({way})) for way in WAYS]
    return [USUAL, *alone, Needs(frozenset(WAYS)), Needs(zones=zones), Needs(frozenset(WAYS), zones)]


def played(timeline, moment: int):
    """The practice as every device places it, so many milliseconds after it began."""
    began = 1_790_000_000_000
    events = [
        Event(1, "opened", began - 9_000, {}),
        Event(2, "practice_started", began, {"practice": "p", "variant": "1", "play": "x"}),
    ]
    moments = tuple(cue["at"] for cue in timeline)
    placed = position(events, began + moment, {("p", "1"): CueSheet(moments, moments[-1])}).practice
    assert placed is not None
    return placed


@pytest.mark.parametrize(("name", "version"), FILES, ids=[f"{name}-{version}" for name, version in FILES])
def test_every_practice_plays_in_every_length_and_way(name: str, version: str) -> None:
    practice = load_practice(name, version)
    for length in practice.durations:
        for needs in everybody(practice, length.seconds):
            plays_well(practice, length.seconds, needs)


def plays_well(practice: Practice, seconds: int, needs: Needs) -> None:
    about = f"{practice.id} {practice.version}, {seconds} s, {sorted(needs.ways)} {sorted(needs.zones)}"
    timeline = cues(practice, seconds, needs)
    total = seconds * 1000

    # Captions: words at every moment, in order, without a gap, and the end at exactly the full length.
    assert all(cue["text"].strip() for cue in timeline), about
    assert timeline[0]["at"] == 0 and timeline[-1] == timeline[-1] | {"kind": "end", "at": total, "ms": 0}, about
    assert all(one["at"] + one["ms"] == after["at"] for one, after in itertools.pairwise(timeline)), about
    assert not ("no_breath" in needs.ways and any(cue["kind"] == "breath" for cue in timeline)), about
    for number, cue in enumerate(timeline):
        now = played(timeline, cue["at"])
        assert now.cue == number and now.position_ms == cue["at"] and now.total_ms == total, about
        assert now.finished == (cue["kind"] == "end"), about
        assert number == 0 or played(timeline, cue["at"] - 1).cue == number - 1, about
    assert played(timeline, total + 60_000).position_ms == total, about

    # Speech: each line at its own moment, over before the next one, unhurried and whole.
    lines = track.plan(timeline)
    assert len(lines) == len(timeline), about
    for line, cue, after in zip(lines, timeline, [*timeline[1:], None], strict=True):
        rings = cue["kind"] in ("bell", "end")
        assert line.at - cue["at"] == (track.AFTER_BELL_MS if rings else 0), about
        assert after is None or line.ends < after["at"], f"{about}: {cue['text']}"
        assert line.left_out == 0 and line.pace <= HURRIED, f"{about}: {line.pace} words a minute for {cue['text']}"
        assert [words for _, words in line.parts] == speech.sentences(cue["text"]), about


def sounding(data: bytes) -> np.ndarray:
    """What a phone would play."""
    with av.open(io.BytesIO(data), format="mp3") as box:
        [stream] = box.streams.audio
        assert (stream.rate, stream.layout.name) == (RATE, "mono")
        parts = [frame.to_ndarray().reshape(-1) for frame in box.decode(stream)]
    return np.concatenate(parts).astype(np.float32)


def first_sound(wave: np.ndarray, after_ms: int, before_ms: int) -> float:
    """When something is first heard between two moments of the practice."""
    begin = (track.LEAD_MS + after_ms) * RATE // 1000
    part = np.abs(wave[begin : (track.LEAD_MS + before_ms) * RATE // 1000])
    return after_ms + float(np.argmax(part > 0.01)) / RATE * 1000 if (part > 0.01).any() else np.inf


@pytest.mark.parametrize(("name", "seconds"), [(FEET, 180), (ARRIVING, 120), (GOODWILL, 180)])
def test_in_the_file_every_word_and_the_end_bell_stand_where_they_should(name: str, seconds: int) -> None:
    timeline = cues(load_practice(name), seconds)
    sounds, total = track.sounds(timeline)
    wave = sounding(frames.encoded(sounds, total))
    assert abs(wave.size - total) <= 2 * frames.FRAME
    for before, line in itertools.pairwise(track.plan(timeline)[:-1]):
        if timeline[0]["kind"] == "bell" and before.at < 10_000:
            continue  # that bell still rings
        assert first_sound(wave, before.ends + 250, line.at + 2_000) == pytest.approx(line.at, abs=80)
    over = seconds * 1000
    assert first_sound(wave, over - 200, over + 500) == pytest.approx(over, abs=30)
    ring = wave[(track.LEAD_MS + over + 100) * RATE // 1000 :][: RATE // 2]
    assert pitch(ring) == pytest.approx(262, abs=4)
    # It rings out in full, and nothing is ever too loud.
    assert wave.size / RATE >= track.LEAD_MS / 1000 + seconds + 6
    assert np.abs(wave).max() < 0.9 and np.abs(wave[-RATE // 4 :]).max() < 0.001


def pitch(wave: np.ndarray) -> float:
    strength = np.abs(np.fft.rfft(wave * np.hanning(wave.size)))
    return float(np.fft.rfftfreq(wave.size, 1 / RATE)[strength.argmax()])


def test_a_file_begins_with_a_bell_unless_the_practice_does() -> None:
    for name, seconds in ((FEET, 60), (ARRIVING, 120)):
        sounds, _ = track.sounds(cues(load_practice(name), seconds))
        rings = [at * 1000 // RATE for at, wave in sounds if wave is bell()]
        assert rings[-1] == track.LEAD_MS + seconds * 1000
        assert rings[0] == (0 if name == FEET else track.LEAD_MS)


def test_any_moment_is_found_by_counting_bytes() -> None:
    """Every frame is as long as every other, so a phone that jumps lands where it meant to."""
    sounds, total = track.sounds(cues(load_practice(FEET), 60))
    data = frames.encoded(sounds, total)
    size = 120
    assert len(data) % size == 0 and len(data) // size - 1 == -(-total // frames.FRAME)
    assert all(data[at : at + 2] == data[:2] for at in range(0, len(data), size))
    assert len(data) * 8 / (total / RATE) == pytest.approx(frames.SPOKEN_BITS, rel=0.01)
    assert b"ID3" not in data and b"LAME" not in data[: size * 2]


def test_the_voice_is_slow_even_and_not_sharp() -> None:
    """What can be measured of a voice that is to be pleasant: pace, loudness, pitch, and how much hisses or buzzes."""
    words = "If it suits you, let your eyes rest on something near you. Notice the floor that holds your feet."
    said = [speech.spoken(one) for one in speech.sentences(words)]
    pace = len(words.split()) / (sum(one.size for one in said) / RATE) * 60
    assert 95 < pace < 135
    for one in said:
        loud = one[np.abs(one) > 0.02 * np.abs(one).max()]
        assert 20 * np.log10(np.sqrt(np.mean(loud**2))) == pytest.approx(speech.LOUD, abs=1.5)
        assert np.abs(one).max() <= speech.LOUDEST
        at, power = signal.welch(one, RATE, nperseg=1024)
        assert power[at > 4_000].sum() < 0.03 * power.sum() and power[at < 80].sum() < 0.02 * power.sum()


def test_signs_are_not_read_out_and_numbers_are_words() -> None:
    assert speech.sentences("Rest here – or not. “Perhaps”  …\n2½ breaths") == [
        "Rest here , or not.",
        "Perhaps .",
        "2 and a half breaths",
    ]
    assert speech.sentences("…") == []


def test_too_many_words_are_spoken_quicker_and_never_into_the_next_step() -> None:
    for count in (6, 12, 60):
        words = " ".join(["You can rest here now."] * count)
        moments = [
            track.Moment(at=0, kind="say", text=words, ms=20_000),
            track.Moment(at=20_000, kind="end", text="Thank you.", ms=0),
        ]
        line, last = track.plan(moments)
        assert line.ends <= 20_000 - track.BEFORE_NEXT_MS
        assert last.at == 20_000 + track.AFTER_BELL_MS
        assert (line.left_out > 0) == (count == 60)
        assert line.pace == track.PACES[0] if count == 6 else line.pace > track.PACES[0]

"""A person's own voice, taken out of whatever file it came in: decoded, measured, set on our track, encoded anew.

Only sound comes through. Names, places, pictures and anything else that a file may carry stay behind, and a file that
is two things at once comes out as one. The caller runs this in a process with little memory and little time.
"""

from itertools import chain
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
from av import AudioFrame
from av.audio.resampler import AudioResampler

from kindcircle.rooms.practice.voice.bell import SECONDS as BELL_SECONDS
from kindcircle.rooms.practice.voice.bell import bell
from kindcircle.rooms.practice.voice.frames import RECORDED_BITS, encoded
from kindcircle.rooms.practice.voice.speech import LOUD, LOUDEST, RATE, Samples
from kindcircle.rooms.practice.voice.track import LEAD_MS

CODECS = {
    "mp3": {"mp3float", "mp3"},
    "mov": {"aac", "alac"},
    "wav": {"pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le", "pcm_u8"},
    "flac": {"flac"},
    "ogg": {"vorbis", "opus", "flac"},
}
"""Which codecs may stand in which container; the container is chosen by the caller and never guessed."""

SHORTER, LONGER = 15, 3  # seconds by which a recording may differ from its practice
QUIETEST = -50.0  # dB; below it nobody spoke
MOST_GAIN = 24.0  # dB; more would bring up the room


def cleaned(come: Path, to: Path, *, kind: str, seconds: int) -> dict[str, Any]:
    """Write the finished file and say how long the recording was; or say in one word what is amiss with it."""
    try:
        wave = _decoded(come, kind, seconds)
    except (av.FFmpegError, ValueError, IndexError, OverflowError):
        return {"amiss": "unreadable"}
    if isinstance(wave, str):
        return {"amiss": wave}
    lasted = wave.size / RATE
    if lasted > seconds + LONGER:
        return {"amiss": "long"}
    if lasted < seconds - SHORTER:
        return {"amiss": "short", "lasted": round(lasted)}
    loud = _loudness(wave)
    if loud < QUIETEST:
        return {"amiss": "quiet"}
    wave = _soft_ends(_levelled(wave, loud)[: seconds * RATE])
    lead = LEAD_MS * RATE // 1000
    end = lead + seconds * RATE
    sounds = [(0, bell()), (lead, wave), (end, bell())]
    to.write_bytes(encoded(sounds, end + int((BELL_SECONDS + 0.5) * RATE), RECORDED_BITS))
    return {"lasted": round(lasted)}


def _decoded(come: Path, kind: str, seconds: int) -> Samples | str:
    """The sound as one track of samples, or what is amiss. Reads no further than the practice is long."""
    with av.open(str(come), format=kind, options={"protocol_whitelist": "file"}) as box:
        streams = [one for one in box.streams if one.type == "audio"]
        if len(streams) != 1 or any(one.type == "video" and not _is_cover(one) for one in box.streams):
            return "unreadable"
        [stream] = streams
        if stream.codec_context.name not in CODECS[kind]:
            return "unreadable"
        most = (seconds + LONGER + 1) * RATE
        shape = AudioResampler(format="flt", layout="mono", rate=RATE)
        parts: list[Samples] = []
        count = 0
        for frame in chain(box.decode(stream), (None,)):
            for piece in shape.resample(cast(AudioFrame | None, frame)):
                parts.append(piece.to_ndarray().reshape(-1).astype(np.float32))
                count += parts[-1].size
            if count > most:
                return "long"
    wave = np.concatenate(parts) if parts else np.zeros(0, np.float32)
    return "unreadable" if not np.isfinite(wave).all() else wave


def _is_cover(stream: Any) -> bool:
    return "attached_pic" in str(stream.disposition).lower()


def _loudness(wave: Samples) -> float:
    """How loud the spoken parts are: the louder third of all fiftieths of a second."""
    n = RATE // 50
    parts = wave[: wave.size // n * n].reshape(-1, n)
    power = np.sort(np.mean(parts**2, axis=1))[-max(1, len(parts) // 3) :]
    return float(10 * np.log10(np.mean(power) + 1e-12))


def _levelled(wave: Samples, loud: float) -> Samples:
    gain = 10 ** (min(MOST_GAIN, LOUD - loud) / 20)
    return (LOUDEST * np.tanh(wave * gain / LOUDEST)).astype(np.float32)


def _soft_ends(wave: Samples) -> Samples:
    edge = np.linspace(0, 1, RATE // 4, dtype=np.float32)
    if wave.size > 2 * edge.size:
        wave[: edge.size] *= edge
        wave[-edge.size :] *= edge[::-1]
    return wave

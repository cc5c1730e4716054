"""MP3 in equal frames: 24 ms and the same number of bytes each, so that any moment can be found by counting.

No frame leans on another (no bit reservoir). So quiet is one frame, written as often as needed, and only what sounds
has to be encoded; a player finds its place exactly after a pause, a lock screen or a jump.
"""

import struct
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache

import av
import numpy as np

from kindcircle.rooms.practice.voice.speech import RATE, Samples

FRAME = 576  # samples
SPOKEN_BITS, RECORDED_BITS = 40_000, 64_000  # bits a second; a person's own voice deserves more
DELAY = 1_105  # samples by which encoder and decoder together are late
EARLY = 2  # frames that are written sooner for it
JOIN = RATE // 4  # sounds nearer to each other than this are encoded together
THREADS = 4


def encoded(sounds: Iterable[tuple[int, Samples]], total: int, bits: int = SPOKEN_BITS) -> bytes:
    """A whole file of `total` samples with these sounds at these samples, and quiet in between."""
    frames = [_quiet(bits)] * (-(-total // FRAME))
    regions = _regions(sounds)
    with ThreadPoolExecutor(THREADS) as threads:
        for first, made in threads.map(lambda region: _placed(region[0], region[1], bits), regions):
            made = made[: len(frames) - first]
            frames[first : first + len(made)] = made
    return b"".join([_about(len(frames), bits), *frames])


def _regions(sounds: Iterable[tuple[int, Samples]]) -> list[tuple[int, Samples]]:
    """Sounds that touch become one; what overlaps is mixed."""
    found: list[tuple[int, list[tuple[int, Samples]]]] = []
    end = 0
    for at, wave in sorted(sounds, key=lambda sound: sound[0]):
        if found and at <= end + JOIN:
            found[-1][1].append((at, wave))
            end = max(end, at + wave.size)
        else:
            found.append((at, [(at, wave)]))
            end = at + wave.size
    return [(first, _mixed(first, parts)) for first, parts in found]


def _mixed(first: int, parts: list[tuple[int, Samples]]) -> Samples:
    wave = np.zeros(max(at + part.size for at, part in parts) - first, np.float32)
    for at, part in parts:
        wave[at - first : at - first + part.size] += part
    return wave


def _placed(at: int, wave: Samples, bits: int) -> tuple[int, list[bytes]]:
    """The frames of a sound that shall be heard at this sample, and the frame to begin with."""
    begin = max(0, at // FRAME - EARLY)
    before = max(0, at - begin * FRAME - DELAY)
    return begin, _frames(np.concatenate([np.zeros(before, np.float32), wave, np.zeros(3 * FRAME, np.float32)]), bits)


def _frames(wave: Samples, bits: int) -> list[bytes]:
    codec = av.CodecContext.create("libmp3lame", "w")
    codec.sample_rate, codec.layout, codec.format, codec.bit_rate = RATE, "mono", "s16p", bits  # type: ignore[attr-defined]
    codec.options = {"reservoir": "0", "compression_level": "5"}
    whole = np.zeros(-(-wave.size // FRAME) * FRAME, np.float32)
    whole[: wave.size] = wave
    frame = av.AudioFrame.from_ndarray(
        (np.clip(whole, -1, 1) * 32_767).astype(np.int16)[None, :], format="s16p", layout="mono"
    )
    frame.sample_rate = RATE
    frame.pts = 0
    made = [bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None))]  # type: ignore[attr-defined]
    size = _size(bits)
    if any(len(one) != size for one in made):
        raise RuntimeError("a frame has another size")
    return made


@cache
def _quiet(bits: int) -> bytes:
    return _frames(np.zeros(8 * FRAME, np.float32), bits)[4]


def _size(bits: int) -> int:
    return FRAME // 8 * bits // RATE


def _about(count: int, bits: int) -> bytes:
    """A first frame that sounds nothing and says how many follow, so that players know the length at once."""
    head = _quiet(bits)[:4]
    said = head + bytes(9) + b"Info" + struct.pack(">III", 3, count + 1, (count + 1) * _size(bits))
    return said.ljust(_size(bits), b"\0")

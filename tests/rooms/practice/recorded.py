"""Recordings as people would bring them: something like a voice, in the formats that phones and programs write."""

import io

import av
import numpy as np

RATE = 16_000
FORMATS = {
    "voice.wav": ("wav", "pcm_s16le", "s16"),
    "voice.mp3": ("mp3", "libmp3lame", "s16p"),
    "voice.m4a": ("ipod", "aac", "fltp"),
    "voice.flac": ("flac", "flac", "s16"),
    "voice.ogg": ("ogg", "libopus", "s16"),
}
"""By file name: the container, the codec and its kind of samples."""


def murmur(seconds: float, *, loud: float = 0.2) -> np.ndarray:
    """A hum that comes and goes like speech."""
    at = np.arange(int(seconds * RATE)) / RATE
    tone = sum(np.sin(2 * np.pi * 140 * n * at) / n for n in range(1, 12))
    words = np.clip(np.sin(2 * np.pi * 1.3 * at), 0, 1)
    return (tone * words * loud).astype(np.float32)


def recorded(name: str = "voice.wav", seconds: float = 20, *, loud: float = 0.2, **metadata: str) -> bytes:
    """A file of this name with so many seconds of murmur in it."""
    container, codec, kind = FORMATS[name]
    rate = 48_000 if codec == "libopus" else RATE
    wave = np.repeat(murmur(seconds, loud=loud), rate // RATE)
    file = io.BytesIO()
    with av.open(file, "w", format=container) as box:
        box.metadata.update(metadata)
        stream = box.add_stream(codec, rate=rate)
        stream.layout = "mono"
        for begin in range(0, wave.size, rate):
            part = (np.clip(wave[begin : begin + rate], -1, 1) * 32_767).astype(np.int16)[None, :]
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate = rate
            frame.pts = begin
            shaped = av.AudioResampler(format=kind, layout="mono", rate=rate).resample(frame)
            for one in shaped:
                box.mux(stream.encode(one))
        box.mux(stream.encode(None))
    return file.getvalue()

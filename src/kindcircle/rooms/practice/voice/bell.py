"""The bell, of the same tones as the one that pages ring (static/live/bell.js), a little softer under words."""

from functools import cache

import numpy as np

from kindcircle.rooms.practice.voice.speech import RATE, Samples

# How each tone stands to the lowest, how loud it is, and in how many seconds it dies away.
TONES = ((1.0, 0.5, 6.0), (2.74, 0.22, 3.5), (5.2, 0.1, 1.8), (8.3, 0.04, 0.9))
LOWEST = 262.0  # Hz
SECONDS = 6.0
LOUDNESS = 0.42
SOFT_START = 0.012  # seconds; without it the beginning clicks
SILENT = 1e-4


@cache
def bell() -> Samples:
    """One stroke with everything that rings after it."""
    at = np.arange(int(SECONDS * RATE)) / RATE
    wave = np.zeros(at.size)
    for ratio, loud, lasts in TONES:
        fading = np.where(at < lasts, loud * (SILENT / loud) ** (at / lasts), 0.0)
        wave += np.sin(2 * np.pi * LOWEST * ratio * at) * fading
    wave *= np.minimum(1, at / SOFT_START) * LOUDNESS
    wave[-RATE // 10 :] *= np.linspace(1, 0, RATE // 10)
    return wave.astype(np.float32)

"""A sentence, spoken: eSpeak NG from its wheel, made warmer and set in a small room."""

import ctypes
import math
import re
from functools import cache

import espeakng_loader
import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.float32]

RATE = 24_000  # Hz, of everything here
VOICE = "English (Great Britain)+f4"
CALM = 112  # the engine's words a minute; with its own pauses people hear about a hundred
PITCH, LIVELINESS, BETWEEN_WORDS = 40, 38, 2  # a little lower and evener than the engine's own; a breath between words
LOUD = -21.0  # dB below full scale while speaking
LOUDEST = 0.7  # no sample is louder

_RETRIEVAL, _NO_SOUND_CARD = 2, 0x8000
_UTF8, _BY_CHARACTER = 1, 1
_SPEED, _VOLUME, _PITCH, _RANGE, _GAP = 1, 2, 3, 4, 7
_SAID_ALOUD = str.maketrans(
    {"–": ",", "—": ",", "…": ".", "“": "", "”": "", '"': "", "‘": "'", "’": "'", "½": " and a half"}
)
_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


class _Engine:
    """The one engine of this process. It keeps its settings between calls and must not be shared by threads."""

    def __init__(self) -> None:
        self._parts: list[NDArray[np.int16]] = []
        self._heard = _Callback(self._hear)  # kept, or the engine would call into nothing
        self._lib = ctypes.CDLL(espeakng_loader.get_library_path())
        data = str(espeakng_loader.get_data_path()).encode()
        self.rate = int(self._lib.espeak_Initialize(_RETRIEVAL, 0, data, _NO_SOUND_CARD))
        if self.rate <= 0 or self._lib.espeak_SetVoiceByName(VOICE.encode()) != 0:
            raise RuntimeError("the voice is not there")
        self._lib.espeak_SetSynthCallback(self._heard)
        for what, value in ((_VOLUME, 80), (_PITCH, PITCH), (_RANGE, LIVELINESS), (_GAP, BETWEEN_WORDS)):
            self._lib.espeak_SetParameter(what, value, 0)

    def _hear(self, wave: "ctypes._Pointer[ctypes.c_short]", n: int, _events: int) -> int:
        if n > 0 and wave:
            self._parts.append(np.ctypeslib.as_array(wave, (n,)).copy())
        return 0

    def say(self, text: str, words_a_minute: int) -> Samples:
        self._parts.clear()
        self._lib.espeak_SetParameter(_SPEED, words_a_minute, 0)
        spoken = text.encode()
        self._lib.espeak_Synth(spoken, len(spoken) + 1, 0, _BY_CHARACTER, 0, _UTF8, None, None)
        self._lib.espeak_Synchronize()
        if not self._parts:
            return np.zeros(0, np.float32)
        return np.concatenate(self._parts).astype(np.float32) / np.float32(32_768)


@cache
def _engine() -> _Engine:
    return _Engine()


def sentences(text: str) -> list[str]:
    """What is said in one breath each, without signs that would be read out."""
    tidy = re.sub(r"\s+", " ", text.translate(_SAID_ALOUD)).strip()
    return [part for part in re.split(r"(?<=[.!?:])\s+", tidy) if re.search(r"\w", part)]


@cache
def spoken(sentence: str, words_a_minute: int = CALM) -> Samples:
    """One sentence, without quiet before and after it."""
    engine = _engine()
    raw = _trimmed(engine.say(sentence, words_a_minute), engine.rate)
    if not raw.size:
        return raw
    common = math.gcd(RATE, engine.rate)
    wave = signal.resample_poly(raw, RATE // common, engine.rate // common)
    return _levelled(_in_a_room(_warm(wave)))


def _trimmed(wave: Samples, rate: int) -> Samples:
    loud = np.flatnonzero(np.abs(wave) > 0.004)
    if not loud.size:
        return np.zeros(0, np.float32)
    edge = rate // 100
    return wave[max(0, loud[0] - edge) : loud[-1] + edge]


def _warm(wave: Samples) -> Samples:
    """Less of the buzz above the words, a little more chest, nothing below the voice."""
    wave = signal.sosfilt(signal.butter(2, 90, "highpass", fs=RATE, output="sos"), wave)
    for low, high, gain in ((120, 320, 0.25), (3_400, 11_000, -0.38)):
        band = signal.butter(1, (low, high), "bandpass", fs=RATE, output="sos")
        wave = wave + gain * signal.sosfilt(band, wave)
    return wave


@cache
def _room() -> Samples:
    """A small soft room: what comes back from its walls within a fifth of a second."""
    n = RATE // 5
    tail = np.random.default_rng(7).standard_normal(n) * np.exp(-np.arange(n) / (RATE * 0.045))
    tail[: RATE // 120] = 0
    tail = signal.sosfilt(signal.butter(2, 2_600, fs=RATE, output="sos"), tail)
    return (tail / np.sqrt(np.sum(tail**2)) * 0.09).astype(np.float32)


def _in_a_room(wave: Samples) -> Samples:
    away = signal.fftconvolve(wave, _room())
    away[: wave.size] += wave
    return away


def _levelled(wave: Samples) -> Samples:
    """As loud as every other sentence, softly bent where it would be too loud, and with soft edges."""
    active = wave[np.abs(wave) > 0.02 * np.max(np.abs(wave))]
    wave = wave * (10 ** (LOUD / 20) / np.sqrt(np.mean(active**2)))
    wave = LOUDEST * np.tanh(wave / LOUDEST)
    edge = np.linspace(0, 1, RATE // 200, dtype=np.float32)
    wave[: edge.size] *= edge
    wave[-edge.size :] *= edge[::-1]
    return wave.astype(np.float32)

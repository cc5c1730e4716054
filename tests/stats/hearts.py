"""Hearts at rest, made up beat by beat: the same seed gives the same heart."""

import math

import numpy as np


def resting(seed: int, seconds: float = 300, middle: float = 900.0, breath: float = 25.0) -> list[float]:
    """A resting heart: breathing whose rate and depth wander, slow waves, and a little noise."""
    rng = np.random.default_rng(seed)
    rate, depth, slow, phase = 0.25, breath, 0.0, 0.0
    beats: list[float] = []
    while sum(beats) < seconds * 1000:
        rate = 0.25 + 0.85 * (rate - 0.25) + rng.normal(0, 0.01)
        depth = breath + 0.97 * (depth - breath) + rng.normal(0, breath / 17)
        slow = 0.95 * slow + rng.normal(0, 6)
        beats.append(middle + slow + depth * math.sin(phase) + rng.normal(0, 6))
        phase += 2 * math.pi * rate * beats[-1] / 1000
    return beats


def as_list(beats: list[float]) -> bytes:
    """A file with one time between beats in each line."""
    return "\n".join(f"{one:.0f}" for one in beats).encode()

"""Folder 08: heart-rate variability from the times between beats."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

import numpy as np

from kindcircle.stats import hrv, hrv_shape
from kindcircle.stats.results import Undefined
from kindcircle.stats.validation import NOT_OFFERED
from kindcircle.stats.validation.reading import BadCase, Case

COLUMN = "rr_ms"


def answer(case: Case) -> dict[str, Any]:
    """The figures of one case: over all intervals as they stand, and which of them look like no plain heartbeat."""
    beats = _beats(case)
    try:
        time, spectrum, looked = hrv.time_domain(beats), hrv.spectrum(beats), hrv.look_over(beats)
    except ValueError as problem:
        return {"result": "error", "reason": str(problem)}
    if isinstance(time, Undefined):
        return {"result": "undefined", "reason": time.text}
    return {
        "time": _figures(time),
        "frequency_spec": spectrum if isinstance(spectrum, Undefined) else _figures(spectrum),
        "flagged": {"count": looked.count, "share": looked.share},
        "neurokit2_time": _as_neurokit2(beats, time),
        "rhrv": _as_rhrv(beats),
        # Spectra that other programs cut, smooth and scale in ways of their own.
        "neurokit2_frequency_information_only": NOT_OFFERED,
    }


def _beats(case: Case) -> list[float]:
    if case.get(COLUMN) is not None:
        given = case[COLUMN]
        if not isinstance(given, list) or not all(isinstance(one, int | float) for one in given):
            raise BadCase(f"{COLUMN} must be a list of numbers, in milliseconds.")
        return given
    found = [one for one in case.table().scores(COLUMN) if one is not None]
    if not found:
        raise BadCase(f"the column {COLUMN} holds no number.")
    return found


def _figures(found: hrv.TimeDomain | hrv.Spectrum) -> dict[str, Any]:
    return {one.name: getattr(found, one.name) for one in fields(found)}


def _as_neurokit2(beats: list[float], time: hrv.TimeDomain) -> dict[str, Any]:
    """The same figures under the names, and by the conventions, of NeuroKit2: shares of the intervals."""
    spread = hrv_shape.shape(beats)
    assert not isinstance(spread, Undefined)
    share20 = time.pnn20_of_differences * (time.n - 1) / time.n
    return {
        "HRV_MeanNN": time.mean_rr,
        "HRV_SDNN": time.sdnn,
        "HRV_RMSSD": time.rmssd,
        "HRV_SDSD": time.sdsd,
        "HRV_pNN50": time.pnn50_of_intervals,
        "HRV_pNN20": share20,
        "HRV_CVNN": time.cvnn,
        "HRV_MedianNN": time.median_rr,
        "HRV_MadNN": hrv_shape.NORMAL_MAD * spread.mad,
        "HRV_IQRNN": spread.iqr,
        "HRV_HTI": spread.triangular_index,
    }


def _as_rhrv(beats: list[float]) -> dict[str, Any]:
    """The same figures by the conventions of RHRV: from the times of the beats, the first interval counted twice."""
    intervals = 1000 * np.diff(np.concatenate([[0.0], np.cumsum(beats) / 1000]))
    twice = np.concatenate([intervals[:1], intervals])
    time, spread = hrv.time_domain(twice), hrv_shape.shape(twice, bins="around the middle")
    assert not isinstance(time, Undefined) and not isinstance(spread, Undefined)
    return {
        "beats": time.n,
        "SDNN": time.sdnn,
        "rMSSD": time.rmssd,
        "pNN50": time.pnn50_of_differences,
        "SDSD": time.sdsd,
        "IRRR": spread.iqr,
        "MADRR": spread.middle_step,
        "TINN": spread.triangle_base,
        "HRVi": spread.triangular_index,
        "pgram_ULF_VLF_LF_HF": NOT_OFFERED,
    }

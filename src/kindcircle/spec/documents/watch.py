"""The file of a sports watch or chest strap (FIT): its times between beats, and nothing else of it.

Such a file also tells where somebody was. None of that leaves this module.
"""

from __future__ import annotations

import io
import struct

import fitdecode

from kindcircle.spec.documents.errors import DocumentError, TooLarge

MOST_WORK = 150_000
"""Messages and fields together. An hour of walking with a watch has about 80 000."""


class BrokenWatchFile(DocumentError):
    code = "broken_watch_file"


def is_fit(data: bytes) -> bool:
    """Whether these bytes say that they are a FIT file."""
    return data[8:12] == b".FIT"


def read_fit(data: bytes) -> list[float]:
    """The times between beats of all `hrv` messages in order, in seconds; empty when there are none.

    Each message holds up to five; places that were not needed hold none. Raises DocumentError.
    """
    beats: list[float] = []
    work = 0
    try:
        with fitdecode.FitReader(
            io.BytesIO(data),
            processor=None,  # dates and speeds are not wanted
            check_crc=fitdecode.CrcCheck.RAISE,
            error_handling=fitdecode.ErrorHandling.IGNORE,  # of fields that apps made up; ours are standard
        ) as frames:
            for frame in frames:
                fields = getattr(frame, "fields", ())
                work += 1 + len(fields)
                if work > MOST_WORK:
                    raise TooLarge("This watch file is very long. Please bring only the quiet minutes.")
                if isinstance(frame, fitdecode.FitDataMessage) and frame.name == "hrv":
                    beats += _times(frame)
    # What the library raises on broken files, beside its own errors: it also unpacks, looks up and asserts.
    except (
        fitdecode.FitError,
        struct.error,
        ArithmeticError,
        AssertionError,
        LookupError,
        TypeError,
        ValueError,
    ) as bad:
        if isinstance(bad, DocumentError):
            raise
        raise BrokenWatchFile(
            "This watch file is damaged or was cut off. Please copy it from the watch again."
        ) from None
    return beats


def _times(frame: fitdecode.FitDataMessage) -> list[float]:
    value = frame.get_value("time", fallback=None)
    values = value if isinstance(value, tuple) else (value,)
    return [float(one) for one in values if isinstance(one, int | float) and one > 0]

"""The real files of other people's programs, where they are on this machine. Their words are never kept here."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

REFERENCE = Path(
    os.environ.get("KINDCIRCLE_REFERENCE", Path(__file__).resolve().parents[3].parent / "shared" / "reference")
)
INTEROP = REFERENCE / "interop"
needs_reference = pytest.mark.skipif(
    not INTEROP.is_dir(), reason="the reference folder is not on this machine (KINDCIRCLE_REFERENCE)"
)


def expected(name: str) -> dict[str, Any]:
    """What a correct reader reports about a file, as written beside the files."""
    return json.loads((INTEROP / "expected.json").read_text(encoding="utf-8"))[name]


def real(name: str) -> bytes:
    return (INTEROP / name).read_bytes()

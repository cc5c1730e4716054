"""Sets words as PDF: real pages, real type, tagged for screen readers (PDF/UA-1), with no printer's knowledge here.

The shapes are the `.typ` files beside this one; they get their words as data and can read no other file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import typst

_SHAPES = Path(__file__).resolve().parent / "shapes"


def pdf(shape: str, words: Mapping[str, object]) -> bytes:
    """A PDF of one shape (`manual`, `handout`, `script`) filled with words. The same words give the same bytes."""
    made = typst.compile(
        (_SHAPES / f"{shape}.typ").as_posix(),
        root=_SHAPES.as_posix(),
        # The fonts that come with the setter, and no others: the same page on every machine.
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps(words)},
        format="pdf",
        pdf_standards="ua-1",
        timestamp=0,
    )
    assert isinstance(made, bytes)
    return made

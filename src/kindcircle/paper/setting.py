"""Sets words as PDF: real pages, real type, tagged for screen readers (PDF/UA-1), with no printer's knowledge here.

The shapes are the `.typ` files beside this one; they get their words as data and can read no other file. The setter
keeps all it ever set in memory, more than a gigabyte after an afternoon of drafts. So it runs in a process of its own,
two at a time, and what was asked for lately is kept finished.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal

import typst

_SHAPES = Path(__file__).resolve().parent / "shapes"
LETTERS = "Libertinus Serif"  # of all our pages; pictures on them are set in it too
LONGEST = 60  # seconds that one PDF may take; our longest manual takes one
KEPT = 24  # finished PDFs, of two megabytes at most
_setters = threading.BoundedSemaphore(2)


def pdf(shape: str, words: Mapping[str, object], *, keep: bool = True) -> bytes:
    """A PDF of one shape (a name in `shapes`) filled with words. The same words give the same bytes.

    keep=False for words about a person: they stay in no memory. RuntimeError when these words cannot be set.
    """
    job = json.dumps({"shape": shape, "words": words})
    return _set(job) if keep else _set.__wrapped__(job)


@lru_cache(maxsize=KEPT)
def _set(job: str) -> bytes:
    with _setters:
        done = subprocess.run(
            [sys.executable, "-P", "-m", "kindcircle.paper"],
            input=job.encode(),
            capture_output=True,
            timeout=LONGEST,
            check=False,
            env={"PATH": os.defpath},
        )
    if done.returncode != 0:
        raise RuntimeError("a page could not be set: " + done.stderr.decode(errors="replace").strip()[-300:])
    return done.stdout


def made(shape: str, words: Mapping[str, object]) -> bytes:
    """The same, here and now: for the process that does it and then ends."""
    try:
        return _compiled(shape, words, "ua-1")
    except typst.TypstError:
        # A sign that our fonts do not have, such as a smiling face, breaks the standard. Better an empty box on the
        # page than no page.
        return _compiled(shape, words, None)


def _compiled(shape: str, words: Mapping[str, object], standard: Literal["ua-1"] | None) -> bytes:
    found = typst.compile(
        (_SHAPES / f"{shape}.typ").as_posix(),
        root=_SHAPES.as_posix(),
        # The fonts that come with the setter, and no others: the same page on every machine.
        ignore_system_fonts=True,
        sys_inputs={"words": json.dumps(words)},
        format="pdf",
        pdf_standards=standard,
        timestamp=0,
    )
    assert isinstance(found, bytes)
    return found

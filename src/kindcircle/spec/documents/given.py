"""The one shape that files of answers are read into, whatever program wrote them."""

from __future__ import annotations

from dataclasses import dataclass

from kindcircle.spec.documents.shape import Notice


@dataclass(frozen=True, slots=True)
class Given:
    """One answer as it stands in a file: a value as text and, where there is one, its code and system."""

    value: str
    code: str = ""
    system: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One filled form. `answers` holds what was given under each field, in the order of the file.

    `of` is the address or name of the questions; `record` tells forms in one file apart, and is no person's name.
    """

    answers: dict[str, tuple[Given, ...]]
    of: str = ""
    record: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Total:
    """A lone score that another system worked out. `codes` are pairs of system and code."""

    value: str
    codes: tuple[tuple[str, str], ...]
    status: str = ""


@dataclass(frozen=True, slots=True)
class Filled:
    """A file of answers. `source` is the kind of file, `repeating` names forms that are filled again and again."""

    source: str
    sheets: tuple[Sheet, ...]
    totals: tuple[Total, ...]
    warnings: tuple[Notice, ...]
    digest: str
    repeating: tuple[str, ...] = ()

"""What one case of a reference folder gives: its arguments and the rows of its file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kindcircle.stats.columns import Table, read_table
from kindcircle.stats.results import Interval, Undefined


class BadCase(ValueError):
    """Something in the folder that cannot be answered, with a sentence about what to put right."""


@dataclass(frozen=True, slots=True)
class Case:
    """One thing to compute. Arguments are read by name; a missing one is a KeyError, told with the case's id."""

    folder: Path
    given: dict[str, Any]

    @property
    def id(self) -> str:
        return str(self.given["id"])

    @property
    def type(self) -> str:
        """What kind of case it is; empty where the folder has only one."""
        return str(self.given.get("type", ""))

    def __getitem__(self, name: str) -> Any:
        return self.given[name]

    def get(self, name: str, default: Any = None) -> Any:
        return self.given.get(name, default)

    def table(self) -> Table:
        """The rows of the file it names, which must lie in its own folder."""
        name = str(self["input"])
        file = self.folder / name
        if Path(name).name != name or not file.is_file():
            raise BadCase(f"there is no file {name!r} in the folder.")
        return read_table(file.read_bytes())


def limits(interval: Interval | Undefined) -> list[float] | Undefined:
    """Both ends of an interval."""
    return interval if isinstance(interval, Undefined) else [interval.low, interval.high]

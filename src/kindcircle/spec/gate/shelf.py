"""One content folder as the gate looks it over: what stands in it, what it may lean on, and which files are settled."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from kindcircle.spec.gate.findings import Finding, finding, refused
from kindcircle.spec.library import load_library
from kindcircle.spec.practices import Practice, load_practice, newest_practice
from kindcircle.spec.programmes import PracticeUse, programme_files
from kindcircle.spec.released import released
from kindcircle.spec.shelves import SHIPPED, file_name, versions
from kindcircle.spec.texts import ContentError, Handout, pinned_handout

FoundT = TypeVar("FoundT")


@dataclass(frozen=True)
class Shelf:
    """A folder, and what ships to lean on. `only` narrows a look to files whose path begins so."""

    folder: Path
    only: str = ""

    def wants(self, file: str) -> bool:
        """Whether this file is looked at now."""
        return file.startswith(self.only) or self.only.startswith(file)

    @cached_property
    def listed(self) -> dict[str, str]:
        """What was released here. Empty when the list is damaged; that is reported by itself."""
        try:
            return released(self.folder)
        except ContentError:
            return {}

    def texts(self, kind: str, load: Callable[[str, str], FoundT]) -> Iterator[tuple[str, FoundT] | Finding]:
        """Every text of a kind with its file, or why it cannot be read.

        A released text that has a later version is only read: rules made after it do not bind it.
        """
        newest = dict(versions(self.folder, kind))
        for name, version in versions(self.folder, kind):
            file = f"{kind}/{file_name(name, version)}"
            if not self.wants(file):
                continue
            try:
                text = load(name, version)
            except ContentError as error:
                yield from refused(error, self.folder)
                continue
            if newest[name] == version or file not in self.listed:
                yield file, text

    def programmes(self) -> Iterator[tuple[str, str, bool]]:
        """(id, version, whether it is settled) of every programme that is looked at."""
        newest = dict(programme_files(self.folder))
        for name, version in programme_files(self.folder):
            home = f"programmes/{name}/{version}"
            if self.wants(home):
                yield name, version, newest[name] != version and f"{home}/programme.yaml" in self.listed

    def practice(self, use: PracticeUse | None) -> Practice | None:
        return None if use is None else self._find(lambda at: use.load(folder=at))

    def use_faults(self, file: str, place: str, use: PracticeUse) -> Iterator[Finding]:
        """Whether the practice a programme names is there, in that version and length."""
        practice = self.practice(use)
        if practice is None:
            if not self._stands("practices", use.practice, use.version):
                message = f"there is no practice {use.practice!r} version {use.version}"
                yield finding("names.practice", file, place, message)
            return
        try:
            practice.length(use.seconds)
        except LookupError as error:
            yield finding("names.length", file, place, str(error.args[0]))

    def named_practice(self, file: str, place: str, name: str) -> Iterator[Practice | Finding]:
        """The newest version of a practice that is named, or that it is not there."""
        found = self._find(lambda at: newest_practice(name, folder=at))
        if found is not None:
            yield found
        elif not self._stands("practices", name, "1"):
            yield finding("names.practice", file, place, f"there is no practice {name!r}")

    def named_handout(self, file: str, place: str, name: str) -> Iterator[Handout | Finding]:
        """The handout a programme names, or that it is not there."""
        found = self.handout(name)
        handout_id, _, version = name.partition("@")
        if found is not None:
            yield found
        elif not self._stands("handouts", handout_id, version or "1"):
            yield finding("names.handout", file, place, f"there is no handout {name!r}")

    def named_page(self, file: str, place: str, name: str) -> Iterator[Finding]:
        """Whether a page of the library that is named is there."""
        found = self._find(lambda at: load_library(name, folder=at))
        if found is None and not self._stands("library", name, "1"):
            yield finding("names.page", file, place, f"there is no page {name!r}")

    def handout(self, name: str) -> Handout | None:
        return self._find(lambda at: pinned_handout(name, folder=at))

    def _stands(self, kind: str, name: str, version: str) -> bool:
        """Whether there is such a file. When it cannot be read, that is said once, under its own name."""
        return any((at / kind / file_name(name, version)).is_file() for at in (self.folder, SHIPPED))

    def _find(self, load: Callable[[Path], FoundT]) -> FoundT | None:
        """What `load` finds in the folder itself, else among what ships; None when in neither."""
        for at in (self.folder, SHIPPED):
            try:
                return load(at)
            except ContentError:
                continue
        return None


def practices(shelf: Shelf) -> Iterator[tuple[str, Practice] | Finding]:
    return shelf.texts("practices", lambda name, version: load_practice(name, version, folder=shelf.folder))

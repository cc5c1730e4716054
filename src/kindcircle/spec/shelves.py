"""Where the words stand: the shelf that ships with the package and, on a site that has one, its own beside it.

Both have the same shape. Looked up by id, a text is searched on the shipped shelf first; ids never clash,
because the gate refuses a site's text under a shipped id. What ships is read once; a site's files may be
edited while the server runs, so they are read again as soon as they change.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TypeVar

SHIPPED = Path(__file__).resolve().parent.parent / "content"
"""The words inside the package. A site's own folder has the same shape."""

ReadT = TypeVar("ReadT")
State = tuple[tuple[str, int, int], ...]

_site: list[Callable[[], Path]] = []


def site_is_at(where: Callable[[], Path]) -> None:
    """Tell where the site keeps its own words. Asked anew each time, so a folder may appear later."""
    _site[:] = [where]


def shelves(folder: Path | None = None) -> tuple[Path, ...]:
    """The folders to look in, in order: just the one that is named, or all that this site has."""
    if folder is not None:
        return (folder,)
    return (SHIPPED, *(place for place in (where() for where in _site) if place.is_dir() and place != SHIPPED))


def file_name(name: str, version: str | int) -> str:
    """What the file of a text in one version is called: `<id>.md`, and later ones `<id>.v2.md`."""
    return f"{name}.md" if str(version) == "1" else f"{name}.v{version}.md"


def versions(folder: Path, kind: str) -> list[tuple[str, str]]:
    """(id, version) of every text of one kind in a folder, as the file names say, oldest version first."""
    found: list[tuple[str, str]] = []
    for file in (folder / kind).glob("*.md"):
        name, _, version = file.stem.partition(".v")
        found.append((name, version or "1"))
    return sorted(found, key=in_order)


def in_order(one: tuple[str, str]) -> tuple[str, int]:
    """A key that sorts ids by name and versions by number."""
    return one[0], int(one[1]) if re.fullmatch(r"[0-9]+", one[1]) else 0


def on_a_shelf(folder: Path | None, kind: str, name: str, version: str) -> Path:
    """The first shelf that holds this text; the first of all when none does, so that a message can name it."""
    found = shelves(folder)
    return next((one for one in found if is_there(one / kind / file_name(name, version))), found[0])


def is_there(path: Path) -> bool:
    """Whether there is such a file or folder; no name is too odd or too long to ask."""
    try:
        return path.exists()
    except OSError:
        return False


def newest_on_shelves(folder: Path | None, kind: str) -> dict[str, tuple[Path, str]]:
    """For each id of a kind, the shelf it stands on and its newest version."""
    found: dict[str, tuple[Path, str]] = {}
    for shelf in shelves(folder):
        here = dict(versions(shelf, kind))
        found |= {name: (shelf, version) for name, version in here.items() if name not in found}
    return found


def load_each(
    folder: Path | None, kind: str, load: Callable[[str, str, Path], ReadT], fault: type[Exception]
) -> list[ReadT]:
    """Every text of a kind in its newest version.

    On a site one text that cannot be read must not close the page for all: it is left out, and the gate
    names it. A folder that is named is read whole, faults and all.
    """
    found: list[ReadT] = []
    for name, (shelf, version) in sorted(newest_on_shelves(folder, kind).items()):
        try:
            found.append(load(name, version, shelf))
        except fault:
            if folder is not None or shelf == SHIPPED:
                raise
    return found


def kept(read: Callable[[Path], ReadT]) -> Callable[[Path], ReadT]:
    """Read a file, or a folder of files, once, and again only after it has changed. What ships never does."""
    memory: dict[Path, tuple[State, ReadT]] = {}

    @wraps(read)
    def reading(path: Path) -> ReadT:
        state = () if path.is_relative_to(SHIPPED) else state_of(path)
        known = memory.get(path)
        if known is not None and known[0] == state:
            return known[1]
        value = read(path)
        memory[path] = (state, value)
        return value

    return reading


def state_of(path: Path) -> State:
    """What tells one state of a file or folder from the next: names, times of change and sizes."""
    try:
        return _state(sorted(path.iterdir()) if path.is_dir() else [path])
    except OSError:
        return ()  # reading will say what is wrong


def files_under(folder: Path) -> State:
    """The same for every file in a folder and the folders inside it."""
    return _state(sorted(folder.rglob("*.yaml")))


def _state(files: list[Path]) -> State:
    try:
        return tuple((file.name, (found := file.stat()).st_mtime_ns, found.st_size) for file in files)
    except OSError:
        return ()  # reading will say what is wrong
